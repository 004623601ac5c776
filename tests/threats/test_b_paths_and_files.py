"""Ids, links and odd files that lead out of the desk, or keep a reader waiting."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.commands.command_runner import svcdesk
from tests.threats.threat_helpers import (
    FIRST,
    FOLDER,
    copy_as,
    error_of,
    found_by_check,
    new_request,
    refusal,
    unchanged,
)

from svcdesk.cli.app import App
from svcdesk.cli.boundary import guarded
from svcdesk.cli.main import svcdesk_command
from svcdesk.testing import Sandbox

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and pipes are POSIX")

_touched: list[str] = []
_listening = [False]


def _hear(event: str, args: tuple[object, ...]) -> None:
    if _listening[0] and event.startswith(("open", "os.", "shutil.", "subprocess.")):
        _touched.append(f"{event} {args!r}")


sys.addaudithook(_hear)


@pytest.fixture
def touched() -> Iterator[list[str]]:
    """Every file call of this process while the test runs, as Python's own audit tells it."""
    _touched.clear()
    _listening[0] = True
    yield _touched
    _listening[0] = False


@pytest.fixture
def request_id(desk: Sandbox) -> str:
    return new_request(desk)


PATHS_FOR_IDS = [
    "../../.ssh/x", "/etc/passwd", "a/b", "..", ".", "", ".git", "nul.yaml", "x.", "x" * 300,
    "*", "~root", "$(id)", "C:\\x", "a\nb", "SR-20241001-001.yaml", "SR-20241001-001/..",
]  # fmt: skip
_IN_EVERY_PATH = ("", ".", "..", ".git")
"""What git's own paths hold: that nothing changed has to be enough for these."""
COMMANDS = [
    ("show",), ("log",), ("start",), ("set", "priority=P1"), ("link", "related", FIRST),
    ("redact", "description", "--reason", "x"), ("adopt",), ("check",), ("sla", "show"),
    ("attach", "records/desk.yaml"), ("edit",), ("settle",),
]  # fmt: skip


@pytest.mark.case(28)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_an_id_that_is_a_path_is_refused_before_any_file_call(
    desk: Sandbox, request_id: str, command: tuple[str, ...], touched: list[str]
) -> None:
    name, *rest = command
    for odd in PATHS_FOR_IDS:
        touched.clear()
        with unchanged(desk):
            _listening[0] = True
            argv = ["-C", str(desk.root), name, *rest[:1], odd] if name == "sla" else None
            code = guarded(
                svcdesk_command, App(), argv or ["-C", str(desk.root), name, "--", odd, *rest]
            )
            _listening[0] = False
        assert code in (2, 3), (odd, code)
        if odd not in _IN_EVERY_PATH:
            assert not [one for one in touched if repr(odd)[1:-1] in one], odd


@pytest.mark.case(28)
@pytest.mark.parametrize("odd", ["../../.ssh/x", "..", "CON", "-rf", "x" * 300])
def test_the_installed_command_names_it_and_changes_nothing(
    desk: Sandbox, request_id: str, odd: str
) -> None:
    error = refusal(desk, "show", "--", odd)
    assert error["code"] == "E_NOT_FOUND"
    assert odd in error["message"]
    assert refusal(desk, "assign", "--", odd, "engineer-1")["code"] == "E_NOT_FOUND"
    assert refusal(desk, "show", "-rf", exits=2)["code"] == "E_USAGE"


@pytest.mark.case(28)
def test_paths_inside_a_record_lead_nowhere(
    desk: Sandbox, request_id: str, touched: list[str]
) -> None:
    digest = "0" * 64
    copy_as(
        desk, request_id, "SR-20241001-002", "\nevents:\n",
        "\nlinks:\n  - rel: handling\n    id: ../../../../../../etc/passwd\n"
        "  - rel: related\n    id: /etc/passwd\n"
        "attachments:\n  - name: x\n    path: ../../../../../../etc/passwd\n    size: 1\n"
        f"    sha256: '{digest}'\nevents:\n",
    )  # fmt: skip
    for argv in (["check"], ["show", "002"], ["log", "002"], ["start", "002"], ["list"]):
        _listening[0] = True
        assert guarded(svcdesk_command, App(), ["-C", str(desk.root), *argv]) in (0, 1, 3)
        _listening[0] = False
    assert not [one for one in touched if "etc/passwd" in one]
    codes = {one["code"] for one in found_by_check(desk)[f"{FOLDER}/SR-20241001-002.yaml"]}
    assert {"DESK012", "DESK017"} <= codes


READING = [("list",), ("show", FIRST), ("log", FIRST), ("check",), ("sla", "check"), ()]
WRITING = [
    ("start", FIRST), ("new", "--requester", "x", "--description", "y"),
    ("set", FIRST, "priority=P1"), ("people", "add", "engineer-2", "--role", "engineer"),
    ("init",), ("adopt",),
]  # fmt: skip


@pytest.mark.case(29)
def test_records_that_lie_behind_a_link_are_neither_read_nor_written(
    desk: Sandbox, request_id: str, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.move(desk.root / "records", elsewhere)
    (desk.root / "records").symlink_to(elsewhere)
    kept = {path: path.read_bytes() for path in elsewhere.rglob("*.yaml")}
    for argv in (*READING, *WRITING):
        if argv != ("check",):
            assert refusal(desk, *argv)["code"] == "E_SYMLINK", argv
    for findings in found_by_check(desk).values():
        assert [one["code"] for one in findings] == ["E_SYMLINK"]
    assert {path: path.read_bytes() for path in elsewhere.rglob("*.yaml")} == kept


@pytest.mark.case(29)
@pytest.mark.parametrize("folder", ["requests", "requests/2024", "requests/2024/10"])
def test_a_folder_on_the_way_that_is_a_link_is_named(
    desk: Sandbox, request_id: str, tmp_path: Path, folder: str
) -> None:
    place = desk.root / "records" / folder
    shutil.move(place, tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    desk.commit("a link")
    assert refusal(desk, "show", FIRST)["code"] == "E_SYMLINK"
    assert refusal(desk, "start", FIRST)["code"] == "E_SYMLINK"
    assert refusal(desk, "new", "--requester", "x", "--description", "y")["code"] == "E_SYMLINK"
    listed = svcdesk(desk.root, "list")
    assert listed.code == 5
    assert FIRST not in listed.out
    found = found_by_check(desk)[f"records/{folder}"]
    assert "E_SYMLINK" in [one["code"] for one in found]


@pytest.mark.case(29, 36)
@pytest.mark.parametrize("name", ["schemas", "records/policies", "records/calendars"])
def test_the_desks_own_folders_may_not_be_links_either(
    desk: Sandbox, request_id: str, tmp_path: Path, name: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    place = desk.root / name
    if place.is_dir():
        shutil.rmtree(place)
    place.symlink_to(tmp_path / "elsewhere")
    with unchanged(desk):
        done = svcdesk(desk.root, "check", "--format", "json")
    assert done.code in (1, 3)
    said = done.out + done.err
    assert "E_SYMLINK" in said or "E_NOT_REGULAR" in said or "DESK020" in said


@pytest.mark.case(30)
def test_a_record_that_is_a_link_is_not_read_and_is_listed(desk: Sandbox, request_id: str) -> None:
    (desk.root / FOLDER / "SR-20241001-002.yaml").symlink_to("/etc/passwd")
    (desk.root / FOLDER / "SR-20241001-003.yaml").symlink_to(f"{FIRST}.yaml")
    for serial in ("002", "003"):
        assert refusal(desk, "show", serial)["code"] == "E_SYMLINK"
        assert refusal(desk, "start", serial)["code"] == "E_SYMLINK"
    listed = svcdesk(desk.root, "list")
    assert (listed.code, listed.err.count("symbolic link")) == (5, 2)
    found = found_by_check(desk)
    for serial in ("002", "003"):
        [one] = found[f"{FOLDER}/SR-20241001-{serial}.yaml"]
        assert one["code"] == "E_SYMLINK"
    checked = svcdesk(desk.root, "check")
    assert "root:" not in listed.out + listed.err + checked.out + checked.err


@pytest.mark.case(31)
def test_a_record_that_is_no_file_is_refused_at_once(desk: Sandbox, request_id: str) -> None:
    folder = desk.root / FOLDER
    os.mkfifo(folder / "SR-20241001-002.yaml")
    (folder / "SR-20241001-003.yaml").mkdir()
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(folder)  # a socket's name has to be short
        try:
            server.bind("SR-20241001-004.yaml")
        finally:
            os.chdir(here)
    for serial in ("002", "003", "004"):
        assert refusal(desk, "show", serial)["code"] == "E_NOT_REGULAR"
        assert refusal(desk, "start", serial)["code"] == "E_NOT_REGULAR"
        path = f"{FOLDER}/SR-20241001-{serial}.yaml"
        assert "E_NOT_REGULAR" in [one["code"] for one in found_by_check(desk)[path]]
    listed = svcdesk(desk.root, "list")  # git does not see them, nor need a list: it goes on
    assert listed.code in (0, 5)
    assert FIRST in listed.out


@pytest.mark.case(31)
def test_a_record_that_has_become_a_pipe_is_named_by_a_list(desk: Sandbox, request_id: str) -> None:
    new_request(desk)
    assert svcdesk(desk.root, "list").code == 0
    place = desk.root / desk.path_of(FIRST)
    place.unlink()
    os.mkfifo(place)
    listed = svcdesk(desk.root, "list")
    assert listed.code == 5
    assert "not a regular file" in listed.err
    assert "SR-20241001-002" in listed.out


@pytest.mark.case(31)
@pytest.mark.parametrize(
    "path",
    ["records/desk.yaml", "records/people.yaml",
     "schemas/rack.schema.json"],
)  # fmt: skip
def test_no_pipe_in_place_of_one_of_the_desks_own_files_is_waited_for(
    desk: Sandbox, request_id: str, path: str
) -> None:
    place = desk.root / path
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    env = {"SVCDESK_LANG": ""}  # the desk's own language is looked for in desk.yaml then
    with unchanged(desk):
        for argv in ((), ("list",), ("start", FIRST), ("--help",), ("show", FIRST), ("nonsense",)):
            done = svcdesk(desk.root, *argv, env=env)
            assert done.code in (0, 2, 3), argv
        checked = svcdesk(desk.root, "check", "--format", "json", env=env)
    assert checked.code in (1, 3)
    assert "E_NOT_REGULAR" in checked.out + checked.err


@pytest.mark.case(32, 33)
@pytest.mark.parametrize(
    "name", ["../.git/hooks/post-commit", ".gitattributes", ".gitmodules", ".GIT", "git~1",
             ".g\u200cit", "．git", "nul.txt", "a\x1bb"],
)  # fmt: skip
def test_an_attachment_may_not_be_called_that(
    desk: Sandbox, request_id: str, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "fine.txt"
    file.write_text("#!/bin/sh\ntouch ran\n")
    error = refusal(desk, "attach", request_id, str(file), "--name", name)
    assert error["code"] in ("E_PATH", "E_CTRL")
    assert svcdesk(desk.root, "note", request_id, "-m", "x").code == 0
    assert not (desk.root / "ran").exists()


@pytest.mark.case(34)
def test_names_that_are_one_on_some_systems_are_findings(desk: Sandbox, request_id: str) -> None:
    desk.write(f"{FOLDER}/sr-20241001-001.yaml", desk.read(request_id))
    shelf = "records/attachments/01/01J92V7KX8S6N8D0ZB5T7R1XWM"
    desk.write(f"{shelf}/caf\u00e9.txt", "x")
    desk.write(f"{shelf}/{unicodedata.normalize('NFD', 'café.txt')}", "x")
    found = found_by_check(desk)
    twins = [path for path, items in found.items() if "DESK003" in [one["code"] for one in items]]
    assert len(twins) == 2


@pytest.mark.case(35)
def test_a_file_whose_name_is_not_its_id_is_refused(desk: Sandbox, request_id: str) -> None:
    text = desk.read(request_id)
    paths = [f"{FOLDER}/{FIRST}-login.yaml", f"{FOLDER}/SR-20241001-002.yaml"]
    for path in paths:
        desk.write(path, text)
    desk.write(
        "records/requests/2024/09/SR-20241001-003.yaml", text.replace(FIRST, f"{FIRST[:-1]}3")
    )
    found = found_by_check(desk)
    for path in paths:
        assert [one["code"] for one in found[path]] == ["E_ID_PATH"], path
    misplaced = found["records/requests/2024/09/SR-20241001-003.yaml"]
    assert "DESK001" in [one["code"] for one in misplaced]
    error = error_of(svcdesk(desk.root, "--format", "json", "show", "002"))
    assert (error["code"], error["line"]) == ("E_ID_PATH", 1)
    listed = svcdesk(desk.root, "list", "--format", "json")
    assert listed.code == 5


@pytest.mark.case(36)
def test_what_git_holds_as_something_else_than_a_file_is_a_finding(
    desk: Sandbox, request_id: str
) -> None:
    path = desk.path_of(request_id)
    blob = desk.git("rev-parse", f"HEAD:{path}").strip()
    commit = desk.git("rev-parse", "HEAD").strip()
    desk.git("update-index", "--chmod=+x", path)
    for mode, one, place in (
        ("120000", blob, f"{FOLDER}/SR-20241001-002.yaml"),
        ("160000", commit, "records/module"),
    ):
        desk.git("update-index", "--add", "--cacheinfo", f"{mode},{one},{place}")
    desk.git("commit", "--quiet", "--message", "odd modes")
    found = found_by_check(desk)
    odd = [place for place, items in found.items() if "DESK006" in [i["code"] for i in items]]
    assert sorted(odd) == sorted([path, f"{FOLDER}/SR-20241001-002.yaml", "records/module"])
