"""`check`: what is right passes, and each thing that is wrong is named with file and line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from desk_helpers import add_people, load, new_request, own_findings

from svcdesk.errors import RepositoryState
from svcdesk.model.finding import Finding, Severity
from svcdesk.testing import Sandbox

FOLDER = "records/requests/2024/10"


@pytest.fixture
def request_id(desk: Sandbox) -> str:
    return new_request(desk)


def only(desk: Sandbox) -> Finding:
    found = own_findings(desk)
    assert len(found) == 1, [f"{one.code}: {one.message}" for one in found]
    return found[0]


def line_of(desk: Sandbox, path: str, start: str) -> int:
    """The line, from 1, that begins with `start`."""
    lines = desk.read(path).splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(start))


def test_a_desk_just_made_and_used_has_nothing_of_its_own_to_say(
    desk: Sandbox, request_id: str
) -> None:
    desk.open().move([request_id], "assign", {"assignee": "engineer-1"})
    result = desk.open().check()
    assert own_findings(desk) == []
    assert (result.read, result.unreadable) == (1, 0)


def test_a_description_edited_by_hand_is_fine(desk: Sandbox, request_id: str) -> None:
    desk.edit(request_id, "生产系统无法登录", "生产系统无法登录，全公司")
    assert own_findings(desk) == []
    desk.commit("by hand")
    assert own_findings(desk) == []


@pytest.mark.parametrize("committed", [False, True])
def test_a_status_edited_by_hand_is_named(desk: Sandbox, request_id: str, committed: bool) -> None:
    desk.edit(request_id, "\nstatus: new\n", "\nstatus: closed\n")
    if committed:
        desk.commit("by hand")
    found = only(desk)
    assert (found.rule.name, found.field) == ("hand-edit", "status")
    assert found.line == line_of(desk, request_id, "status:")
    assert "closed" in str(found.message)
    assert "new" in str(found.message)
    assert ("not committed" in str(found.message)) is not committed
    assert f"svcdesk adopt {request_id}" in str(found.hint)
    assert desk.open().check().failed


def test_a_field_committed_and_one_not_are_told_apart(desk: Sandbox, request_id: str) -> None:
    desk.edit(request_id, "\nstatus: new\n", "\nstatus: closed\n")
    desk.commit("by hand")
    desk.edit(request_id, "\nstatus: closed\n", "\nstatus: closed\npriority: P1\n")
    said = {one.field: "not committed" in str(one.message) for one in own_findings(desk)}
    assert said == {"status": False, "priority": True}


Break = Callable[[Sandbox, str], None]


def _swap(old: str, new: str) -> Break:
    return lambda desk, record: desk.edit(record, old, new)


def _copy_to(path: str) -> Break:
    return lambda desk, record: desk.write(path, desk.read(record))


def _unlisted(desk: Sandbox, record: str) -> None:
    desk.open().set([record], {"assignee": "engineer-1"})
    desk.edit("records/people.yaml", "  - id: engineer-1\n", "  - id: engineer-9\n")


def _broken_ids(desk: Sandbox, record: str) -> None:
    event = load(desk, record).events[0].id
    desk.edit(record, f"id: {event}", "id: not-a-ulid")


def _dead_link(desk: Sandbox, record: str) -> None:
    link = "links:\n  - rel: related\n    id: SR-20240101-001\n"
    desk.edit(record, "\nevents:\n", f"\n{link}events:\n")


def _later_than_recorded(desk: Sandbox, record: str) -> None:
    desk.edit(record, "    by: engineer-1\n", "    when: 2024-10-02T09:30:00+08:00\n"
              "    by: engineer-1\n")  # fmt: skip


@pytest.mark.parametrize(
    ("breaks", "name"),
    [
        (_swap("\nchannel: email\n", "\nchanel: email\n"), "SCHEMA_UNKNOWN"),
        (_swap("\nchannel: email\n", "\nchannel: pigeon\n"), "SCHEMA_CHOICE"),
        (_swap("kind: request", "kind: riddle"), "unknown-kind"),
        (_swap("kind: request", "kind: handling"), "unknown-kind"),
        (_swap("    do: submit", "    do: levitate"), "unknown-move"),
        (_swap("\nchannel: email\n", "\nchannel: email\nchannel: phone\n"), "E_DUPLICATE"),
        (_swap("\nchannel: email\n", "\n<<<<<<< ours\nchannel: email\n"), "E_CONFLICT"),
        (_swap("\nchannel: email\n", "\nchannel:\temail\n"), "E_TAB"),
        (_swap("id: SR-20241001-001\n", "id: SR-20241001-002\n"), "E_ID_PATH"),
        (_swap("id: SR-20241001-001\n", "id: SR-2024１００１-001\n"), "E_ID"),
        (_broken_ids, "E_INVALID"),
        (_later_than_recorded, "event-form"),
        (_dead_link, "dead-link"),
        (_unlisted, "unknown-person"),
        (_copy_to(f"{FOLDER}/notes.txt"), "stray-file"),
        (_copy_to("records/elsewhere/SR-20241001-001.yaml"), "stray-file"),
        (_copy_to("records/attachments/01/01J/free.txt"), "stray-file"),
    ],
)
def test_each_thing_that_is_wrong_is_named(
    desk: Sandbox, request_id: str, breaks: Break, name: str
) -> None:
    breaks(desk, request_id)
    found = own_findings(desk)
    assert name in [one.rule.name for one in found] + [one.code for one in found]
    named = next(one for one in found if name in (one.rule.name, one.code))
    assert named.path is not None
    assert desk.open().check().failed
    assert desk.open().explain(named.code) == named.rule


def test_a_record_where_it_does_not_belong(desk: Sandbox, request_id: str) -> None:
    text = desk.read(request_id)
    desk.write("records/requests/2024/11/SR-20241001-001.yaml", text)
    names = {one.rule.name for one in own_findings(desk)}
    assert names == {"misplaced", "twin-id", "twin-uid"}
    (desk.root / FOLDER / "SR-20241001-001.yaml").unlink()
    found = only(desk)
    assert found.rule.name == "misplaced"
    assert f"{FOLDER}/SR-20241001-001.yaml" in str(found.message)


def test_a_copy_under_another_number_has_a_twin_s_uid(desk: Sandbox, request_id: str) -> None:
    text = desk.read(request_id).replace("id: SR-20241001-001", "id: SR-20241001-002")
    desk.write(f"{FOLDER}/SR-20241001-002.yaml", text)
    assert only(desk).rule.name == "twin-uid"


def test_names_that_are_one_on_some_systems(desk: Sandbox, request_id: str) -> None:
    desk.write(f"{FOLDER}/sr-20241001-001.yaml", desk.read(request_id))
    found = own_findings(desk)
    assert "twin-name" in [one.rule.name for one in found]
    desk.write("records/customers.YAML", "")
    desk.write("records/cafe\u0301.txt", "")
    desk.write("records/caf\u00e9.txt", "")
    twins = [one.path for one in own_findings(desk) if one.rule.name == "twin-name"]
    assert len(twins) == 3


def test_links_and_odd_files_are_not_read(desk: Sandbox, request_id: str) -> None:
    (desk.root / FOLDER / "SR-20241001-002.yaml").symlink_to("/etc/passwd")
    os.mkfifo(desk.root / FOLDER / "SR-20241001-003.yaml")
    (desk.root / "records" / "requests" / "2023").symlink_to("/etc")
    codes = {one.code for one in own_findings(desk)}
    assert {"E_SYMLINK", "E_NOT_REGULAR"} <= codes
    shown = " ".join(str(one.message) for one in own_findings(desk))
    assert "root:" not in shown


def test_what_git_holds_as_something_else_than_a_file(desk: Sandbox, request_id: str) -> None:
    path = desk.path_of(request_id)
    desk.git("update-index", "--chmod=+x", path)
    blob = desk.git("rev-parse", f"HEAD:{path}").strip()
    cacheinfo = f"120000,{blob},records/link.yaml"
    desk.git("update-index", "--add", "--cacheinfo", cacheinfo)
    commit = desk.git("rev-parse", "HEAD").strip()
    desk.git("update-index", "--add", "--cacheinfo", f"160000,{commit},records/module")
    found = [one.path for one in own_findings(desk) if one.rule.name == "odd-mode"]
    assert sorted(map(str, found)) == ["records/link.yaml", "records/module", path]


def test_a_bad_file_does_not_hide_the_others(desk: Sandbox, request_id: str) -> None:
    desk.write(f"{FOLDER}/SR-20241001-002.yaml", "- a list\n")
    desk.write(f"{FOLDER}/SR-20241001-003.yaml", b"\xff\xfe")
    result = desk.open().check()
    assert (result.read, result.unreadable) == (1, 2)
    found = {one.code: one.path for one in result.findings if one.code.startswith("E_")}
    assert found == {
        "E_TOP": f"{FOLDER}/SR-20241001-002.yaml",
        "E_UTF8": f"{FOLDER}/SR-20241001-003.yaml",
    }


def test_a_link_to_an_unreadable_record_is_not_dead(desk: Sandbox, request_id: str) -> None:
    other = new_request(desk)
    desk.open().link(request_id, "related", other)
    desk.write(desk.path_of(other), "nothing: here\n")
    assert [one.code for one in own_findings(desk)] == ["E_INVALID"]


def test_a_link_whose_uid_is_another_record_s(desk: Sandbox, request_id: str) -> None:
    other, third = new_request(desk), new_request(desk)
    desk.open().link(request_id, "related", other)
    text = desk.read(request_id)
    wrong = text.replace(f"uid: {load(desk, other).uid}", f"uid: {load(desk, third).uid}")
    desk.write(request_id, wrong)
    found = next(one for one in own_findings(desk) if one.record == request_id)
    assert found.rule.name == "dead-link"
    assert third in str(found.message)


def test_a_bare_link_is_a_note_and_mended(desk: Sandbox, request_id: str) -> None:
    other = new_request(desk)
    desk.edit(request_id, "\nevents:\n", f"\nlinks:\n  - rel: related\n    id: {other}\nevents:\n")
    desk.commit("by hand")
    found = only(desk)
    assert (found.rule.name, found.weight) == ("bare-link", Severity.NOTE)
    result = desk.open().check(fix=True)
    assert result.mended is not None
    assert result.mended.commit is not None
    assert own_findings(desk) == []
    assert load(desk, other).uid in desk.read(request_id)
    assert desk.touched() == [desk.path_of(request_id)]


def test_another_layout_is_a_note_and_mended(desk: Sandbox, request_id: str) -> None:
    desk.edit(request_id, "requester:\n  name: 李*\n", "requester: {name: 李*}\n")
    desk.commit("by hand")
    value = desk.open().load(request_id).document.value
    found = only(desk)
    assert (found.rule.name, found.weight) == ("layout", Severity.NOTE)
    desk.open().check(fix=True)
    assert own_findings(desk) == []
    assert desk.open().load(request_id).document.value == value


def test_a_layout_with_comments_is_left_to_people(desk: Sandbox, request_id: str) -> None:
    desk.edit(request_id, "requester:\n  name: 李*\n", "requester: {name: 李*}  # mine\n")
    desk.commit("by hand")
    text = desk.read(request_id)
    assert desk.open().check(fix=True).mended is None
    assert desk.read(request_id) == text


def test_comments_and_blank_lines_are_no_other_layout(desk: Sandbox, request_id: str) -> None:
    desk.edit(request_id, "\nstatus: new\n", "\n\n# night shift\nstatus: new # really\n")
    assert own_findings(desk) == []


def test_mending_does_not_take_in_uncommitted_edits(desk: Sandbox, request_id: str) -> None:
    desk.edit(request_id, "requester:\n  name: 李*\n", "requester: {name: 李*}\n")
    text = desk.read(request_id)
    with pytest.raises(RepositoryState):
        desk.open().check(fix=True)
    assert desk.read(request_id) == text


@pytest.mark.parametrize(
    ("path", "old", "new", "code", "field"),
    [
        ("records/desk.yaml", "zone: Asia/Shanghai", "zone: Asia/Shanghei", "E_INVALID", "zone"),
        ("records/desk.yaml", "numbering: daily", "numberin: daily", "SCHEMA_UNKNOWN", "numberin"),
        ("records/desk.yaml", "numbering: daily", "pager: less", "SCHEMA_UNKNOWN", "pager"),
        ("records/desk.yaml", "format: 1\n", "format: 99\n", "E_LATER_FORMAT", "format"),
        ("records/people.yaml", "  - id: engineer-1", "  - id: engineer 1", "SCHEMA_FORM", None),
        ("records/people.yaml", "      - engineer\n", "      - Engineer\n", "SCHEMA_FORM", None),
        ("records/customers.yaml", "customers: []", "customers: {}", "SCHEMA_TYPE", "customers"),
    ],
)
def test_the_desk_s_own_files(
    desk: Sandbox, path: str, old: str, new: str, code: str, field: str | None
) -> None:
    desk.edit(path, old, new)
    found = [one for one in desk.open().check().findings if one.path == path]
    assert [one.code for one in found] == [code]
    assert field is None or found[0].field == field
    if code.startswith("SCHEMA"):
        assert found[0].line is not None


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("policy: delivery-template", "policy: delivery-templat", "policy"),
        ("calendar: office", "calendar: offise", "calendar"),
        ("numbering: daily", "numbering: dayly", "numbering"),
        ("  fault:\n    - handling\n", "  fault:\n    - handlin\n", "documents.fault"),
    ],
)
def test_what_desk_yaml_names_is_there(desk: Sandbox, old: str, new: str, field: str) -> None:
    desk.edit("records/desk.yaml", old, new)
    found = only(desk)
    assert (found.rule.name, found.field, found.path) == (
        "unknown-name", field, "records/desk.yaml",
    )  # fmt: skip


def test_a_policy_that_nobody_can_follow_is_named(desk: Sandbox) -> None:
    path = "records/policies/delivery-template.yaml"
    desk.write(path, desk.read(path).replace("when: ", "when: nofield:1 ", 1))
    assert path in [one.path for one in own_findings(desk)]


def test_the_desk_s_own_schemas(desk: Sandbox) -> None:
    desk.write("schemas/riddle.schema.json", '{"type": "object"}')
    [found] = desk.open().check().findings
    assert found.code == "E_SCHEMA"
    assert found.path == "schemas/riddle.workflow.yaml"


def test_a_missing_people_file_is_named(desk: Sandbox) -> None:
    (desk.root / "records/people.yaml").unlink()
    [found] = desk.open().check().findings
    assert (found.code, found.path) == ("E_DELETED", "records/people.yaml")


def test_only_what_is_asked_for(desk: Sandbox, request_id: str) -> None:
    other = new_request(desk)
    for one in (request_id, other):
        desk.edit(one, "\nstatus: new\n", "\nstatus: closed\n")
    found = desk.open().check([other]).findings
    assert {one.record for one in found if one.rule.name == "hand-edit"} == {other}


def test_an_attachment_that_is_gone_or_another(
    desk: Sandbox, request_id: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("files") / "screen.png"
    file.write_bytes(b"picture")
    desk.open().attach(request_id, [file])
    assert own_findings(desk) == []
    [path] = (desk.root / "records/attachments").rglob("screen.png")
    path.write_bytes(b"another")
    assert only(desk).rule.name == "attachment-changed"
    path.unlink()
    assert only(desk).rule.name == "attachment-gone"


def test_concurrent_and_dead_events_are_notes(desk: Sandbox, request_id: str) -> None:
    add_people(desk, engineer_2="engineer")
    desk.git("switch", "--quiet", "--create", "side")
    desk.open().move([request_id], "assign", {"assignee": "engineer-2"})
    side = load(desk, request_id).events[-1]
    desk.git("switch", "--quiet", "main")
    desk.clock.forward(seconds=1)
    desk.open().move([request_id], "assign", {"assignee": "engineer-1"})
    text = desk.read(request_id)
    added = (
        f"  - id: {side.id}\n    at: {side.at}\n    by: {side.by}\n    do: assign\n    set:\n"
        "      status: assigned\n      assignee: engineer-2\n    was:\n      status: new\n"
    )
    desk.write(request_id, text + added)
    desk.commit("merged by hand")
    found = only(desk)
    assert (found.rule.name, found.weight) == ("unsettled", Severity.NOTE)
    assert "engineer-2" in str(found.message)
    assert not any(
        one.code == found.code for one in desk.open().check([]).findings if one.line is None
    )
    desk.open().settle(request_id)
    assert own_findings(desk) == []


def test_reading_once_is_enough(
    desk: Sandbox, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        new_request(desk)
    from svcdesk.store import tickets

    read: list[str] = []
    real = tickets.read_below

    def counting(root: Path, path: str, limit: int) -> bytes:
        read.append(path)
        return real(root, path, limit)

    monkeypatch.setattr(tickets, "read_below", counting)
    desk.open().check()
    assert len(read) == len(set(read)) == 4


def test_every_code_of_a_refusal_is_explained() -> None:
    import re

    import svcdesk
    from svcdesk.desk.refusals import REFUSALS
    from svcdesk.desk.rules import CORE

    source = Path(svcdesk.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in source.rglob("*.py"))
    codes = set(re.findall(r'"(E_[A-Z0-9_]+|SCHEMA_[A-Z]+)"', text))
    assert codes - set(REFUSALS) == set()
    assert len({rule.code for rule in CORE}) == len({rule.name for rule in CORE}) == len(CORE)
