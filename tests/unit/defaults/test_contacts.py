"""The address book outside git."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from svcdesk.errors import PluginFailed
from svcdesk.hookspecs import Means
from svcdesk.plugins import build_plugins

(BOOK,) = build_plugins().contacts()

YAML = """
li-1:
  name: 李某
  phone: 01066665555
  on: 12:30
wang: 010-12345
"""


def find(path: Path, ref: str, root: Path | None = None) -> Mapping[str, str] | None:
    return BOOK.find(ref, Means({"book": str(path)}, None, root))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("book.yaml", "li-1:\n  name: 李某\n  phone: '01066665555'\n"),
        ("book.json", '{"li-1": {"name": "李某", "phone": "01066665555"}}'),
        ("book.csv", "ref,name,phone\nli-1,李某,01066665555\n"),
        ("book.csv", "\ufeffref,name,phone\r\nli-1,李某,01066665555\r\n"),
    ],
)
def test_an_entry_in_each_shape_of_book(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert find(path, "li-1") == {"name": "李某", "phone": "01066665555"}
    assert find(path, "nobody") is None


def test_a_yaml_number_is_no_number(tmp_path: Path) -> None:
    path = tmp_path / "book.yaml"
    path.write_text(YAML, encoding="utf-8")
    assert find(path, "li-1") == {"name": "李某", "phone": "01066665555", "on": "12:30"}
    assert find(path, "wang") == {"contact": "010-12345"}


def test_a_book_inside_the_repository_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "desk"
    (root / "records").mkdir(parents=True)
    inside = root / "records" / "book.yaml"
    inside.write_text("a: b\n")
    linked = tmp_path / "linked.yaml"
    linked.symlink_to(inside)
    outward = root / "outward.yaml"
    outward.symlink_to(tmp_path / "real.yaml")
    (tmp_path / "real.yaml").write_text("a: b\n")
    way_back = tmp_path / "desk-2" / ".." / "desk" / "records" / "book.yaml"
    (tmp_path / "desk-2").mkdir()
    for path in (inside, linked, outward, way_back):
        with pytest.raises(PluginFailed, match="inside the repository"):
            find(path, "a", root)
    assert find(tmp_path / "real.yaml", "a", root) == {"contact": "b"}


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("book.yaml", b"a: [", "cannot be understood"),
        ("book.yaml", b"- a\n", "no mapping"),
        ("book.yaml", b"li-1:\n  - a\n", "the entry of li-1"),
        ("book.yaml", b"\xff\xfe", "cannot be understood"),
        ("book.json", b"{", "cannot be understood"),
        ("book.csv", b"name,phone\na,b\n", "no column"),
        ("gone.yaml", None, "cannot read"),
    ],
)
def test_a_book_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, data: bytes | None, why: str
) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(PluginFailed, match=why) as caught:
        find(path, "li-1")
    assert caught.value.code == "E_CONTACTS"


@pytest.mark.parametrize("book", [7, "book.yaml", "./book.yaml"])
def test_a_book_that_depends_on_where_one_stands_is_refused(book: object) -> None:
    with pytest.raises(PluginFailed, match="full path"):
        BOOK.find("li-1", Means({"book": book}))


@pytest.mark.parametrize("settings", [{}, {"book": None}, {"book": ""}])
def test_without_a_book_nobody_is_known_so_that_another_book_may_be_asked(
    settings: dict[str, object],
) -> None:
    assert BOOK.find("li-1", Means(settings)) is None
