"""Paths from outside never lead out, and odd files are refused before anything waits for them."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from svcdesk.errors import FileRefused, NotFound
from svcdesk.store import files
from svcdesk.store.files import read_regular, safe_name, safe_path


@pytest.mark.parametrize(
    "path",
    [
        "../../.ssh/x",
        "/etc/x",
        "..",
        "",
        ".",
        "records/../x",
        "records//x",
        "records/",
        ".git",
        ".git/hooks/post-commit",
        "records/.GIT/config",
        "records/git~1/config",
        "records/.g\u200cit/config",
        "records/．ｇｉｔ/config",
        "records/.git./config",
        "CON",
        "records/nul.yaml",
        "records/com1.tar.gz",
        "records/LPT¹",
        "records/x.",
        "records/x ",
        "records/ x",
        "records/x\\..\\y",
        "C:/x",
        "records/x:stream",
        "records/a\nb",
        "records/a\x1b[31m",
        "records/a\u202eb",
        "records/\ud800",
        "records/" + "a" * 256,
        "records/" + "工" * 86,
        "/".join(["abcdefghi"] * 110),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(FileRefused) as caught:
        safe_path(tmp_path, path)
    assert caught.value.code == "E_PATH"


@pytest.mark.parametrize(
    "path", ["SR-20241001-001.yaml", "records/附件/截图 1.png", ".gitattributes", "a/gitx", "-rf"]
)
def test_an_ordinary_path_is_the_root_and_it(tmp_path: Path, path: str) -> None:
    assert safe_path(tmp_path, path) == tmp_path / path


@pytest.mark.parametrize("name", [".gitattributes", ".git", "..", "GITATT~1", "a/b", ""])
def test_a_users_file_name_is_held_to_more(name: str) -> None:
    with pytest.raises(FileRefused):
        safe_name(name)


def test_a_users_ordinary_file_name_passes() -> None:
    assert safe_name("截图-2.png") == "截图-2.png"


def test_no_part_of_the_way_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "desk"
    root.mkdir()
    (root / "records").symlink_to(tmp_path / "elsewhere")
    (root / "SR-1.yaml").symlink_to("/etc/passwd")
    for path in ("records/SR-1.yaml", "SR-1.yaml"):
        with pytest.raises(FileRefused) as caught:
            safe_path(root, path)
        assert caught.value.code == "E_SYMLINK"
    with pytest.raises(FileRefused) as caught:
        read_regular(root / "SR-1.yaml", 1000)
    assert caught.value.code == "E_SYMLINK"


def test_a_link_put_there_at_the_last_moment_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "SR-1.yaml").symlink_to("/etc/passwd")
    ordinary = os.lstat(__file__)
    monkeypatch.setattr(files.os, "lstat", lambda _path: ordinary)
    with pytest.raises(FileRefused) as caught:
        read_regular(tmp_path / "SR-1.yaml", 1000)
    assert caught.value.code == "E_SYMLINK"


def test_odd_files_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for path in (
            tmp_path / "pipe",
            tmp_path / "folder",
            tmp_path / "socket",
            Path("/dev/zero"),
        ):
            with pytest.raises(FileRefused) as caught:
                read_regular(path, 1000)
            assert caught.value.code == "E_NOT_REGULAR"
            if path.parent == tmp_path:
                with pytest.raises(FileRefused) as caught:
                    safe_path(tmp_path, path.name)
                assert caught.value.code == "E_NOT_REGULAR"


def test_a_file_in_the_way_of_a_path_is_refused(tmp_path: Path) -> None:
    (tmp_path / "records").write_text("")
    with pytest.raises(FileRefused) as caught:
        safe_path(tmp_path, "records/SR-1.yaml")
    assert caught.value.code == "E_NOT_REGULAR"


def test_two_gigabytes_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = tmp_path / "SR-1.yaml"
    with large.open("wb") as file:
        file.truncate(2 << 30)
    monkeypatch.setattr(files.os, "read", lambda *_: pytest.fail("it was read"))
    with pytest.raises(FileRefused) as caught:
        read_regular(large, 1 << 20)
    assert caught.value.code == "E_SIZE"


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    # The kernel says that this one is empty, whatever it holds.
    with pytest.raises(FileRefused) as caught:
        read_regular(Path("/proc/self/maps"), 10)
    assert caught.value.code == "E_SIZE"


def test_reading_up_to_the_limit_and_not_finding(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"12345")
    assert read_regular(tmp_path / "x", 5) == b"12345"
    with pytest.raises(FileRefused):
        read_regular(tmp_path / "x", 4)
    with pytest.raises(NotFound):
        read_regular(tmp_path / "y", 5)
    with pytest.raises(NotFound):
        read_regular(tmp_path / "x" / "y", 5)
