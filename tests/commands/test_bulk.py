"""Many records in one commit: by query, by plan, all of them or what can be done."""

from __future__ import annotations

import json
from typing import Any

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

IDS = [f"SR-20241001-00{number}" for number in (1, 2, 3)]


@pytest.fixture
def three(desk: Sandbox) -> Sandbox:
    """A desk with three new requests; the second is cancelled."""
    for title in ("打印机卡纸", "登录失败", "网络中断"):
        new = ("new", "--title", title, "--description", title, "--requester", "李*")
        assert run(desk, *new, "--channel", "phone").code == 0
    assert run(desk, "cancel", "002", "--reason", "重复").code == 0
    return desk


def run(desk: Sandbox, *argv: str, stdin: str | None = None) -> Outcome:
    return svcdesk(desk.root, *argv, stdin=stdin)


def record(desk: Sandbox, ending: str) -> Any:
    return run(desk, "show", ending, "--format", "json").json()["items"][0]["record"]


def plan(*lines: dict[str, Any]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


# ── by query ──────────────────────────────────────────────────────────────────────────────────


def test_a_query_chooses_the_records(three: Sandbox) -> None:
    before = len(three.subjects())
    assert run(three, "set", "-q", "status:open", "category=network").code == 0
    assert [record(three, one).get("category") for one in IDS] == ["network", None, "network"]
    assert run(three, "assign", "-q", "category:network", "engineer-1").code == 0
    assert [record(three, one)["status"] for one in IDS] == ["assigned", "cancelled", "assigned"]
    assert len(three.subjects()) == before + 2
    assert three.touched() == [three.path_of(IDS[0]), three.path_of(IDS[2])]


def test_a_query_and_ids_together_name_each_record_once(three: Sandbox) -> None:
    done = run(three, "do", IDS[0], "-q", "status:open", "note", "-m", "x", "--format", "ids")
    assert done.out.split() == [IDS[0], IDS[2]]


def test_a_query_that_finds_nothing_changes_nothing(three: Sandbox) -> None:
    done = run(three, "set", "-q", "category:nothing", "category=network")
    assert (done.code, done.out) == (0, "nothing to change\n")


@pytest.mark.parametrize(
    "argv", [("set", "-q", "", "category=x"), ("note", "-m", "x"), ("note", "-q", "stat:open")]
)
def test_no_record_or_no_query_is_a_mistake(three: Sandbox, argv: tuple[str, ...]) -> None:
    done = run(three, *argv)
    assert done.code == 2
    assert "→" in done.err


def test_one_that_cannot_be_done_stops_all(three: Sandbox) -> None:
    head = three.subjects()
    done = run(three, "assign", *IDS, "engineer-1")
    assert done.code == 3
    assert IDS[1] in done.err
    assert three.subjects() == head
    assert three.status() == ""


def test_going_on_does_what_can_be_done_and_names_the_rest(three: Sandbox) -> None:
    done = run(three, "assign", *IDS, "engineer-1", "--keep-going")
    assert done.code == 3
    assert f"{IDS[1]} is Cancelled" in done.err or f"{IDS[1]} is" in done.err
    assert "1 of 3 could not be done" in done.err
    assert [record(three, one)["status"] for one in IDS] == ["assigned", "cancelled", "assigned"]
    assert three.touched() == [three.path_of(IDS[0]), three.path_of(IDS[2])]


def test_going_on_past_what_is_not_valid(three: Sandbox) -> None:
    line = {"set": {"priority": "P2"}}
    bad = {"id": IDS[0], "set": {"satisfaction": {"speed": 9}, "priority": "P1"}}
    done = run(
        three, "apply", "-", "--keep-going", "--format", "json",
        stdin=plan(bad, {"id": IDS[2], **line}),
    )  # fmt: skip
    assert done.code in (2, 3)
    assert record(three, IDS[0]).get("priority") != "P1"


def test_a_refusal_of_one_among_many_names_it(three: Sandbox) -> None:
    lines = plan(
        {"id": IDS[0], "set": {"category": "network"}}, {"id": IDS[2], "set": {"title": 5}}
    )
    done = run(three, "apply", "-", stdin=lines)
    assert done.code == 3
    assert f"svcdesk: <stdin>:2: {IDS[2]}: title" in done.err


# ── plans ─────────────────────────────────────────────────────────────────────────────────────


def test_a_dry_run_is_a_plan_that_apply_takes(three: Sandbox) -> None:
    head = three.subjects()
    planned = run(
        three, "assign", "-q", "status:open", "engineer-1", "-m", "请今天处理", "--dry-run",
        "--format", "jsonl",
    )  # fmt: skip
    lines = [json.loads(line) for line in planned.out.splitlines()]
    assert [line["id"] for line in lines] == [IDS[0], IDS[2]]
    assert lines[0] == {
        "id": IDS[0],
        "uid": record(three, IDS[0])["uid"],
        "do": "assign",
        "set": {"assignee": "engineer-1"},
        "was": {"status": "new", "assignee": None},
        "text": "请今天处理",
    }
    assert three.subjects() == head
    three.write("plan.jsonl", planned.out)
    assert run(three, "apply", "plan.jsonl").code == 0
    assert record(three, IDS[2])["assignee"] == "engineer-1"
    assert len(three.subjects()) == len(head) + 1


def test_a_plan_for_what_moved_since_is_refused_by_name(three: Sandbox) -> None:
    planned = run(
        three, "set", "-q", "status:open", "priority=P1", "--dry-run", "--format", "jsonl"
    ).out
    assert run(three, "set", "003", "priority=P3").code == 0
    head = three.subjects()
    done = run(three, "apply", "-", stdin=planned)
    assert done.code == 3
    assert f"{IDS[2]}: priority was – when this was planned and is P3 now" in done.err
    assert "<stdin>:2:" in done.err
    assert three.subjects() == head
    partly = run(three, "apply", "-", "--keep-going", stdin=planned)
    assert partly.code == 3
    assert [record(three, one).get("priority") for one in (IDS[0], IDS[2])] == ["P1", "P3"]


def test_several_lines_of_one_record_are_done_in_order(three: Sandbox) -> None:
    done = run(
        three, "apply", "-",
        stdin=plan(
            {"id": "001", "do": "assign", "set": {"assignee": "engineer-1"}},
            {"id": "001", "do": "start", "was": {"status": "assigned"}},
            {"id": "003", "set": {"title": "网络中断：三楼", "requester.department": "财务"}},
        ),
    )  # fmt: skip
    assert done.code == 0, done.err
    assert record(three, "001")["status"] == "in_progress"
    assert record(three, "003")["requester"]["department"] == "财务"
    assert three.subjects()[0] == "2 records: apply"


def test_another_record_under_the_same_id_is_refused(three: Sandbox) -> None:
    line = {"id": IDS[0], "uid": record(three, IDS[2])["uid"], "set": {"priority": "P1"}}
    done = run(three, "apply", "-", stdin=plan(line))
    assert done.code == 3
    assert "another record" in done.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[1]", "a line is an object"),
        ('{"id": "001", "sat": {}}', "did you mean set?"),
        ('{"id": "001"}', "a line needs “set” or “do”"),
        ('{"set": {"priority": "P1"}}', "a line needs “id”"),
        ('{"id": "001", "set": {"prioritty": "P1"}}', "priority"),
        ('{"id": "001", "set": {"priority": NaN}}', "NaN is no number"),
        ('{"id": "001", "id": "003", "set": {"priority": "P1"}}', "stands there twice"),
        ('{"id": 1, "set": {"priority": "P1"}}', "“id” must be a text"),
        ('{"id": "001", "set": "priority=P1"}', "“set” must be a mapping"),
        ('{"id": "001", "do": "assignn", "set": {"assignee": "engineer-1"}}', "assign"),
        ('{"id": "777", "set": {"priority": "P1"}}', "777"),
        ('{"id": "001", "set": {"status": "closed"}}', "never set"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_line_that_is_none_is_named(three: Sandbox, line: str, said: str) -> None:
    head = three.subjects()
    good = '{"id": "001", "set": {"category": "network"}}'
    done = run(three, "apply", "-", stdin=f"{good}\n\n{line}\n")
    assert done.code in (2, 3)
    assert said in done.err
    assert "<stdin>:3" in done.err
    assert three.subjects() == head
    assert three.status() == ""


@pytest.mark.parametrize(
    "data",
    [
        b'\xef\xbb\xbf{"id": "001", "set": {"category": "network"}}\r\n',
        '{"id": "００１", "set": {"category": "network"}}'.encode(),
    ],
)
def test_foreign_line_ends_and_digits_are_understood(three: Sandbox, data: bytes) -> None:
    three.write("plan.jsonl", data)
    assert run(three, "apply", "plan.jsonl").code == 0
    assert record(three, "001")["category"] == "network"


def test_an_empty_plan_and_one_that_is_not_there(three: Sandbox) -> None:
    assert run(three, "apply", "-", stdin="\n").code == 3
    gone = run(three, "apply", "nowhere.jsonl")
    assert gone.code == 3
    assert "nowhere.jsonl" in gone.err
    three.write("gbk.jsonl", '{"id": "001", "set": {"title": "中文"}}'.encode("gbk"))
    assert "UTF-8" in run(three, "apply", "gbk.jsonl").err


def test_many_lines_ask_first(three: Sandbox) -> None:
    lines = plan(*({"id": "001", "do": "note", "text": str(number)} for number in range(21)))
    refused = run(three, "apply", "-", stdin=lines)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert run(three, "apply", "-", "--yes", stdin=lines).code == 0


# ── undo ──────────────────────────────────────────────────────────────────────────────────────


def test_undo_puts_back_what_nobody_has_seen(three: Sandbox) -> None:
    before = {one: three.read(one) for one in (IDS[0], IDS[2])}
    assert run(three, "assign", "-q", "status:open", "engineer-1").code == 0
    shown = run(three, "undo", "--dry-run")
    assert "-status: assigned" in shown.out
    done = run(three, "undo")
    assert done.code == 0, done.err
    assert three.subjects()[0] == "undo: 2 records: assign to engineer-1"
    assert {one: three.read(one) for one in before} == before
    assert three.status() == ""


def test_undo_of_a_new_record_takes_its_file_away(three: Sandbox) -> None:
    assert run(three, "new", "--description", "误登", "--requester", "李*", "--channel", "phone")
    path = three.path_of("SR-20241001-004")
    assert run(three, "undo").code == 0
    assert not (three.root / path).exists()
    again = run(three, "new", "--description", "新的", "--requester", "李*", "--channel", "phone",
                "--format", "ids")  # fmt: skip
    assert again.out.strip() == "SR-20241001-005"


def test_undo_of_what_was_pushed_is_an_event(three: Sandbox) -> None:
    publish(three)
    assert run(three, "assign", "001", "engineer-1").code == 0
    assert run(three, "set", "001", "title=换了").code == 0
    three.git("push", "--quiet", "origin", "HEAD")
    done = run(three, "undo", "--reason", "看错了单")
    assert done.code == 0, done.err
    assert record(three, "001")["title"] == "打印机卡纸"
    assert run(three, "assign", "003", "engineer-1").code == 0
    three.git("push", "--quiet", "origin", "HEAD")
    assert run(three, "undo").code == 0
    undone = record(three, "003")
    assert undone["status"] == "new"
    assert "assignee" not in undone
    assert [event["do"] for event in undone["events"]] == ["submit", "assign", "void"]
    assert run(three, "check").code in (0, 1)


def test_undo_of_a_new_record_that_was_pushed_cancels_it(three: Sandbox) -> None:
    publish(three)
    assert run(three, "new", "--description", "误登", "--requester", "李*", "--channel", "phone")
    three.git("push", "--quiet", "origin", "HEAD")
    assert run(three, "undo").code == 0
    assert record(three, "004")["status"] == "cancelled"


def test_undo_is_refused_where_later_events_rest_on_it(three: Sandbox) -> None:
    three.edit("records/people.yaml", "people:\n", PERSON_2)
    three.commit("another", who="front-desk-1")
    assert run(three, "start", "001").code == 0
    assert run(three, "wait", "001", "--for", "customer").code == 0
    assert svcdesk(three.root, "resume", "001", who="engineer-2").code == 0
    done = run(three, "undo")
    assert done.code == 3
    assert "resume (engineer-2" in done.err
    assert three.status() == ""


def test_undo_takes_back_what_is_under_a_later_word(three: Sandbox) -> None:
    assert run(three, "assign", "001", "engineer-1").code == 0
    three.edit("records/people.yaml", "people:\n", PERSON_2)
    three.commit("another", who="front-desk-1")
    assert svcdesk(three.root, "note", "001", "-m", "记一笔", who="engineer-2").code == 0
    assert run(three, "undo").code == 0
    kept = record(three, "001")
    assert kept["status"] == "new"
    assert [event["do"] for event in kept["events"]] == ["submit", "assign", "note", "void"]


def test_nothing_to_undo(desk: Sandbox) -> None:
    nobody = svcdesk(desk.root, "undo", who="somebody")
    assert nobody.code == 3
    assert run(desk, "undo").code == 3


def test_an_undo_is_not_undone(three: Sandbox) -> None:
    assert run(three, "set", "001", "priority=P1").code == 0
    assert run(three, "undo").code == 0
    assert run(three, "undo").code == 0
    assert three.subjects()[0] == f"undo: {IDS[1]}: cancelled"
    assert "priority" not in record(three, "001")


def test_an_undo_that_does_not_say_of_what_is_the_last_word(three: Sandbox) -> None:
    three.git("commit", "--quiet", "--allow-empty", "-m", "undo: it\n\nSvcdesk-Op: 1")
    again = run(three, "undo")
    assert again.code == 3
    assert "was an undo" in again.err


def test_undo_leaves_edits_alone(three: Sandbox) -> None:
    assert run(three, "set", "001", "priority=P1").code == 0
    three.edit("SR-20241001-001", "title: 打印机卡纸", "title: 打印机")
    assert run(three, "undo").code == 3
    assert "title: 打印机\n" in three.read("SR-20241001-001")


PERSON_2 = """\
people:
  - id: engineer-2
    roles:
      - engineer
      - dispatcher
    emails:
      - engineer-2@example.org
"""


def publish(desk: Sandbox) -> None:
    remote = desk.root.with_name("remote.git")
    desk.git("init", "--quiet", "--bare", str(remote))
    desk.git("remote", "add", "origin", str(remote))
    desk.git("push", "--quiet", "--set-upstream", "origin", "HEAD")
