"""What people type for people, teams, roles, relations, records and times: understood, or refused
with what is near."""

from __future__ import annotations

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox

PEOPLE = "records/people.yaml"
LISTED = """\
people:
  - id: li
    name: 李工
    roles:
      - engineer
    team: network
  - id: li-2
    name: 李工
    roles:
      - engineer
  - id: wang
    name: 王五
    roles:
      - engineer
  - id: gone
    name: 赵六
    active: false
"""
NOW = "2024-10-01T09:30:00+08:00"


@pytest.fixture
def busy(desk: Sandbox) -> Sandbox:
    """A desk with more people, a request and a loan of one number."""
    desk.edit(PEOPLE, "people:\n", LISTED)
    desk.commit("people")
    new = ("new", "--description", "打印机", "--requester", "李*", "--channel", "phone")
    assert svcdesk(desk.root, *new).code == 0
    return desk


def assignee(desk: Sandbox) -> str | None:
    record = svcdesk(desk.root, "show", "001", "--format", "json").json()["items"][0]["record"]
    found: str | None = record.get("assignee")
    return found


# ── people ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["wang", "王五"])
def test_a_person_by_id_or_name(busy: Sandbox, typed: str) -> None:
    assert svcdesk(busy.root, "assign", "001", typed).code == 0
    assert assignee(busy) == "wang"
    for query in ("assignee:wang", f"assignee:{typed}", f"处理人:{typed}"):
        assert svcdesk(busy.root, "list", query, "--format", "ids").out.split() == [
            "SR-20241001-001"
        ]
    assert svcdesk(busy.root, "list", "assignee:li", "--format", "ids").out == ""


def test_a_person_by_name_in_other_places(busy: Sandbox) -> None:
    assert svcdesk(busy.root, "set", "001", "处理人=王五").code == 0
    assert assignee(busy) == "wang"
    assert svcdesk(busy.root, "note", "001", "-m", "看过日志", "--as", "王五").code in (0, 3)


def test_who_sees_to_an_improvement_by_name(busy: Sandbox) -> None:
    done = ("resolve", "001", "--result", "更换进纸轮，连续打印 50 页无卡纸")
    assert svcdesk(busy.root, *done).code == 0
    rated = svcdesk(
        busy.root, "rate", "001", "--via", "phone", "--timeliness", "5", "--effect", "4",
        "--attitude", "5", "--improvement", "备一台打印机", "--owner", "王五", "--due", "2024-12-31",
    )  # fmt: skip
    assert rated.code == 0, rated.err
    feedback = svcdesk(busy.root, "show", "FB-20241001-001", "--format", "json").json()["items"][0]
    assert [one["owner"] for one in feedback["record"]["improvements"]] == ["wang"]


def test_a_name_of_two_people(busy: Sandbox) -> None:
    refused = svcdesk(busy.root, "assign", "001", "李工")
    assert refused.code == 3
    assert "li, li-2" in refused.err
    asked = svcdesk(busy.root, "list", "assignee:李工")
    assert asked.code == 2
    assert "li, li-2" in asked.err
    assert assignee(busy) is None


@pytest.mark.parametrize(("typed", "near"), [("wnag", "wang"), ("王武", "wang"), ("赵六", "gone")])
def test_nobody_of_that_name(busy: Sandbox, typed: str, near: str) -> None:
    refused = svcdesk(busy.root, "assign", "001", typed)
    assert refused.code == 3
    assert near in refused.err


@pytest.mark.parametrize(
    ("typed", "missing"),
    [
        (("assign", "1"), "PERSON"),
        (("assign", "SR-20241001-001"), "PERSON"),
        (("assign", "engineer-1"), "ID"),
        (("assign", "王五"), "ID"),
        (("promise", "11:30"), "ID"),
        (("handover", "001"), "TEAM"),
    ],
)
def test_what_is_missing_is_named(busy: Sandbox, typed: tuple[str, ...], missing: str) -> None:
    refused = svcdesk(busy.root, *typed)
    assert refused.code == 2
    assert f"{missing} is missing" in refused.err
    assert "ID…" in refused.err


def test_a_group_takes_a_format_itself(busy: Sandbox) -> None:
    assert svcdesk(busy.root, "people", "--format", "ids").out.split() == [
        "engineer-1", "gone", "li", "li-2", "wang"
    ]  # fmt: skip


# ── teams, roles, relations ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        (("handover", "001", "netwrk"), "network"),
        (("assign", "001", "wang", "--team", "netwrk"), "network"),
        (("escalate", "001", "--reason", "太慢", "--to", "superviser"), "supervisor"),
        (("link", "001", "duplicat", "002"), "duplicate"),
        (("link", "001", "Parents", "002"), "parent"),
    ],
)
def test_a_slip_is_refused_with_what_is_near(
    busy: Sandbox, typed: tuple[str, ...], near: str
) -> None:
    assert svcdesk(busy.root, "new", "--description", "x", "--requester", "李*").code == 0
    refused = svcdesk(busy.root, *typed)
    assert refused.code in (2, 3)
    assert f"did you mean {near}" in refused.err
    assert busy.status() == ""


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("重复于", "duplicate"), ("重复", "duplicate"), ("duplicate of", "duplicate"),
        ("关联", "related"), ("属于", "parent"), ("包含", "child"), ("parent", "parent"),
        ("caused_by", "caused_by"), ("Caused_By", "caused_by"),
    ],
)  # fmt: skip
def test_relations_by_label_and_of_the_desk_s_own(busy: Sandbox, typed: str, stored: str) -> None:
    assert svcdesk(busy.root, "new", "--description", "x", "--requester", "李*").code == 0
    assert svcdesk(busy.root, "link", "001", typed, "002").code == 0
    assert f"rel: {stored}\n" in busy.read("SR-20241001-001")


def test_a_word_that_can_be_no_relation_is_refused_with_those_there_are(busy: Sandbox) -> None:
    assert svcdesk(busy.root, "new", "--description", "x", "--requester", "李*").code == 0
    refused = svcdesk(busy.root, "link", "001", "抄送", "002")
    assert refused.code == 2
    assert "duplicate (重复于)" in refused.err
    assert "links." not in refused.err


def test_where_nobody_is_in_a_team_any_team_is_taken(desk: Sandbox) -> None:
    assert svcdesk(desk.root, "new", "--description", "x", "--requester", "李*").code == 0
    assert svcdesk(desk.root, "handover", "001", "network").code == 0


# ── fields of a plan ──────────────────────────────────────────────────────────────────────────


def test_a_plan_names_fields_and_words_as_people_do(busy: Sandbox) -> None:
    line = '{"id":"001","set":{"优先级":"重要"},"was":{"priority":null}}\n'
    planned = svcdesk(busy.root, "apply", "-", "--dry-run", "--format", "jsonl", stdin=line)
    assert planned.code == 0, planned.err
    assert '"set": {"priority": "P2"}' in planned.out
    assert svcdesk(busy.root, "apply", "-", stdin=line).code == 0
    assert "\npriority: P2\n" in busy.read("SR-20241001-001")
    moved = line.replace('"priority":null', '"优先级":null')
    assert "priority was – when" in svcdesk(busy.root, "apply", "-", stdin=moved).err


def test_a_plan_with_a_field_under_two_names_is_refused(busy: Sandbox) -> None:
    line = '{"id":"001","set":{"优先级":"P1","priority":"P2"}}\n'
    refused = svcdesk(busy.root, "apply", "-", stdin=line)
    assert (refused.code, "“priority” stands there twice" in refused.err) == (3, True)


# ── times ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "typed",
    [
        ("promise", "001", "2024-10-01 09:29"),
        ("take", "001", "--eta", "yesterday"),
        ("wait", "001", "--for", "customer", "--field", "waiting.until=2024-09-30"),
        ("set", "001", "promise=2h ago"),
        ("promise", "001", "2024-10-01 09:31", "--at", "2024-10-01 09:32"),
    ],
)
def test_what_is_promised_lies_ahead(busy: Sandbox, typed: tuple[str, ...]) -> None:
    refused = svcdesk(busy.root, *typed, at="2024-10-01T09:40:00+08:00" if "--at" in typed else NOW)
    assert refused.code == 3, refused.err
    assert "over already" in refused.err


def test_what_was_promised_earlier_is_dated_back(busy: Sandbox) -> None:
    done = svcdesk(
        busy.root, "promise", "001", "2024-10-01 10:00", "--at", "2024-10-01 09:35",
        at="2024-10-01T12:00:00+08:00",
    )  # fmt: skip
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    "typed",
    [
        ("note", "001", "-m", "x", "--at", ""),
        ("list", "--at", " "),
        ("take", "001", "--eta", ""),
        ("report", "summary", "--since", ""),
        ("note", "001", "-m", "x", "--at", "1800-01-01"),
        ("list", "--at", "1969-12-31T23:59:59+00:00"),
    ],
)
def test_a_time_that_is_none(busy: Sandbox, typed: tuple[str, ...]) -> None:
    before = busy.subjects()
    refused = svcdesk(busy.root, *typed)
    assert refused.code == 2, refused.err
    assert busy.subjects() == before


def test_the_first_time_that_is_one(busy: Sandbox) -> None:
    assert svcdesk(busy.root, "list", "--at", "1970-01-01T08:00:00+08:00").code == 0


# ── states, and ids of several kinds ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("call", [("set", "001"), ("note", "001", "-m", "x", "--field")])
def test_a_state_is_not_set(busy: Sandbox, call: tuple[str, ...]) -> None:
    refused = svcdesk(busy.root, *call, "status=in_progress")
    assert refused.code == 3
    assert "start" in refused.err
    far = svcdesk(busy.root, *call, "status=closed")
    assert far.code == 3
    assert "possible now: assign" in far.err
    assert "svcdesk edit" in far.err


LOAN_SCHEMA = '{"title": "Loan", "properties": {}}'
LOAN = """\
kind: loan
version: 1
prefix: LN
folder: loans
initial: requested
states:
  requested:
    open: true
  lent:
    open: true
moves:
  lend:
    to: lent
  note:
    needs:
      - text
"""


def test_an_ending_means_the_kind_that_has_the_move(busy: Sandbox) -> None:
    busy.write("schemas/loan.schema.json", LOAN_SCHEMA)
    busy.write("schemas/loan.workflow.yaml", LOAN)
    busy.commit("a kind of our own")
    made = svcdesk(busy.root, "new", "loan")
    assert made.code == 0, made.err
    assert svcdesk(busy.root, "do", "001", "lend").code == 0
    assert svcdesk(busy.root, "assign", "001", "wang").code == 0
    assert svcdesk(busy.root, "show", "001", "--format", "ids").out == "SR-20241001-001\n"
    both = svcdesk(busy.root, "note", "001", "-m", "x")  # a move that both have
    assert both.code == 3
    assert "LN-20241001-001" in both.err
    assert "SR-20241001-001" in both.err


@pytest.mark.parametrize(
    ("typed", "stored"), [("电话", "phone"), ("微信群", None), ("signature", "signature")]
)
def test_a_means_by_label(busy: Sandbox, typed: str, stored: str | None) -> None:
    done = svcdesk(busy.root, "message", "SR-20241001-001", "-m", "还是卡", "--via", typed)
    if stored is None:
        assert (done.code, "signature (签字)" in done.err) == (2, True)
    else:
        assert done.code == 0
        assert f"via: {stored}" in busy.read("records/requests/2024/10/SR-20241001-001.yaml")


def test_a_kind_by_label(busy: Sandbox) -> None:
    new = svcdesk(busy.root, "new", "变更", "--title", "换交换机", "--format", "ids", at=NOW)
    assert new.out == "CR-20241001-001\n"
    for query in (("kind:变更",), ("--kind", "变更"), ("类别:变更",)):
        assert svcdesk(busy.root, "list", *query, "--format", "ids").out == new.out
    refused = svcdesk(busy.root, "list", "kind:chagne")
    assert (refused.code, "change" in refused.err) == (2, True)


def test_a_role_by_label(busy: Sandbox) -> None:
    added = svcdesk(
        busy.root, "people", "add", "sun", "--role", "客服专员", "--email", "sun@example.org"
    )
    assert (added.code, "- front_desk" in busy.read(PEOPLE)) == (0, True)
    refused = svcdesk(busy.root, "people", "set", "sun", "--role", "enginer")
    assert (refused.code, "engineer?" in refused.err) == (2, True)


def test_operators_in_one_word_of_the_shell(busy: Sandbox) -> None:
    found = svcdesk(busy.root, "list", "没有的 OR 打印机", "--format", "ids")
    assert found.out == "SR-20241001-001\n"
    assert svcdesk(busy.root, "list", "打印机 OR").code == 2


def test_notes_of_several_records_name_each(busy: Sandbox) -> None:
    again = ("new", "--description", "网络", "--requester", "李*", "--channel", "email")
    assert svcdesk(busy.root, *again, at=NOW).code == 0
    done = svcdesk(busy.root, "assign", "-q", "status:new kind:request", "wang")
    assert "DESK403: SR-20241001-001: " in done.err
    assert "DESK403: SR-20241001-002: " in done.err
