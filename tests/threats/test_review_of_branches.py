"""What a hostile branch may hold: found by `svcdesk review` in git's objects, nothing followed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.threats.threat_helpers import FIRST, FOLDER, new_request

from svcdesk.desk.reviewing import Reviewed
from svcdesk.testing import Sandbox

PATH = f"{FOLDER}/{FIRST}.yaml"


@pytest.fixture
def box(desk: Sandbox) -> Iterator[Sandbox]:
    """A desk with one request on main; the branch `work` is checked out."""
    desk.git("branch", "--move", "--force", "main")
    new_request(desk)
    desk.git("switch", "--quiet", "--create", "work")
    yield desk


def review(box: Sandbox) -> Reviewed:
    return box.open().review("main...work")


def codes(box: Sandbox) -> set[str]:
    return {one.code for one in review(box).findings if one.weight > 1}


def put(box: Sandbox, path: str, data: bytes, mode: str = "100644") -> None:
    """Commit something that a file system here might not hold, or git would not add."""
    place = box.root.with_name("content")
    place.write_bytes(data)
    blob = box.git("hash-object", "-w", "--no-filters", str(place)).strip()
    put_object(box, path, blob, mode)


def put_object(box: Sandbox, path: str, object_id: str, mode: str) -> None:
    who = {"GIT_AUTHOR_DATE": box.clock.now.isoformat()}
    box.git("update-index", "--add", "--cacheinfo", f"{mode},{object_id},{path}")
    box.git("commit", "--quiet", "--message", "put", env=who)


def text(box: Sandbox) -> bytes:
    return (box.root / PATH).read_bytes()


@pytest.mark.case(34)
def test_names_that_are_one_on_some_systems(box: Sandbox) -> None:
    put(box, PATH.replace("SR-", "sr-"), text(box))
    assert "DESK003" in codes(box)


@pytest.mark.case(34)
def test_names_that_differ_in_the_way_of_writing_a_character(box: Sandbox) -> None:
    folder = "records/attachments/01/x"
    name = "é.png"
    put(box, f"{folder}/{unicodedata.normalize('NFC', name)}", b"1")
    put(box, f"{folder}/{unicodedata.normalize('NFD', name)}", b"2")
    assert "DESK003" in codes(box)


@pytest.mark.case(35)
def test_a_file_whose_name_is_not_its_id(box: Sandbox) -> None:
    put(box, PATH.replace("-001", "-007"), text(box))
    assert "E_ID_PATH" in codes(box)


@pytest.mark.case(36)
@pytest.mark.parametrize("mode", ["120000", "100755"])
def test_links_and_programs(box: Sandbox, mode: str) -> None:
    put(box, f"{FOLDER}/SR-20241001-009.yaml", b"/etc/passwd", mode)
    assert "DESK006" in codes(box)


@pytest.mark.case(36, 39)
def test_submodules(box: Sandbox) -> None:
    put(box, ".gitmodules", b'[submodule "x"]\n\tpath = records/x\n\turl = https://example.org/x\n')
    put_object(box, "records/x", box.git("rev-parse", "HEAD").strip(), "160000")
    assert {"DESK006", "DESK913"} <= codes(box)
    assert any(one.path == ".gitmodules" and one.weight == 3 for one in review(box).findings)


@pytest.mark.case(37)
def test_a_file_is_judged_by_its_size_before_it_is_read(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from svcdesk.store import git_objects

    put(box, f"{FOLDER}/SR-20241001-009.yaml", b"x" * (3 << 20))
    read: list[int] = []
    asked = git_objects.read_objects

    def watching(root: Path, names: object) -> Iterator[tuple[str, bytes | None]]:
        for name, data in asked(root, names):  # type: ignore[arg-type]
            read.append(len(data or b""))
            yield name, data

    monkeypatch.setattr(git_objects, "read_objects", watching)
    assert "E_SIZE" in codes(box)
    assert max(read) < 1 << 20


@pytest.mark.case(37)
def test_a_pointer_to_a_large_file_is_no_record(box: Sandbox) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
    put(box, f"{FOLDER}/SR-20241001-009.yaml", pointer)
    assert review(box).unreadable == 1
    assert any(code.startswith("E_") for code in codes(box))


@pytest.mark.case(38)
def test_attributes_are_named_and_change_nothing_of_what_is_read(box: Sandbox) -> None:
    """A filter that a branch brings is not run, and what a checkout makes of a file is not read."""
    box.git("config", "filter.evil.smudge", "touch ../ran")
    put(box, ".gitattributes", b"records/** filter=evil eol=crlf working-tree-encoding=UTF-16\n")
    (box.root / PATH).write_bytes(b"not what is committed")
    assert codes(box) == {"DESK913"}
    assert not box.root.with_name("ran").exists()


@pytest.mark.case(91, 95)
def test_a_branch_is_judged_by_the_rules_of_its_base(box: Sandbox) -> None:
    """Everything that a branch brings to judge itself by is data, shown and not used."""
    box.edit("records/desk.yaml", "confirm_own: false", "confirm_own: true")
    people = box.read("records/people.yaml")
    stranger = "  - id: stranger-1\n    roles: [supervisor]\n    emails: [stranger-1@example.org]\n"
    box.write("records/people.yaml", people + stranger)
    box.commit("by hand", who="stranger-1")
    found = review(box).findings
    assert {one.code for one in found} == {"DESK907", "DESK911"}
    assert {one.path for one in found if one.code == "DESK911"} == {
        "records/desk.yaml", "records/people.yaml",
    }  # fmt: skip


@pytest.mark.case(98)
def test_an_event_that_is_edited_or_removed(box: Sandbox) -> None:
    box.open().move([FIRST], "assign", {"assignee": "engineer-1"})
    box.git("branch", "--force", "main", "work")
    box.write(PATH, text(box).replace(b"do: assign", b"do: handover"))
    box.commit("edited")
    assert "DESK901" in codes(box)
    lines = box.read(PATH).split("  - id: ")
    box.write(PATH, "  - id: ".join(lines[:-1]))
    box.commit("removed")
    assert "DESK902" in codes(box)


@pytest.mark.case(101)
def test_two_branches_that_are_good_alone_and_not_together(box: Sandbox) -> None:
    """Each registers a request under the next number; the second is found once the first is in."""
    path = PATH.replace("-001", "-002")
    other = text(box).replace(FIRST.encode(), b"SR-20241001-002")
    uid = next(line for line in other.splitlines() if line.startswith(b"uid: "))
    put(box, path, other.replace(uid, uid[:-1] + b"0"))
    assert "DESK910" not in codes(box)
    box.git("reset", "--quiet", "--hard")
    box.git("switch", "--quiet", "main")
    put(box, path, other.replace(uid, uid[:-1] + b"1"))
    assert "DESK910" in codes(box)
