"""Bulks, plans and undo as somebody meets them who has read the documentation, and nothing else."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from command_runner import Outcome, environment, svcdesk

from svcdesk.testing import Sandbox

FIRST, SECOND = "SR-20241001-001", "SR-20241001-002"


@pytest.fixture
def two(desk: Sandbox) -> Sandbox:
    """A desk with two new requests, a fault each."""
    for title in ("打印机卡纸", "登录失败"):
        new = ("new", "--title", title, "--description", title, "--requester", "李*")
        assert run(desk, *new, "--channel", "phone", "--type", "fault").code == 0
    return desk


def run(desk: Sandbox, *argv: str, stdin: str | None = None, **said: Any) -> Outcome:
    return svcdesk(desk.root, *argv, stdin=stdin, **said)


def record(desk: Sandbox, ending: str) -> Any:
    return run(desk, "show", ending, "--format", "json").json()["items"][0]["record"]


def plan(*lines: dict[str, Any]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


# ── records that cannot be read ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("argv", [("set", "location=三楼"), ("note", "-m", "已知")])
def test_a_query_that_may_mean_an_unreadable_record_changes_nothing(
    two: Sandbox, argv: tuple[str, ...]
) -> None:
    two.write(two.path_of(FIRST), two.read(FIRST) + "x: [\n")
    two.commit("broken")
    head = two.subjects()
    command = (argv[0], "-q", "type:fault", *argv[1:])
    done = run(two, *command)
    assert done.code == 3
    assert f"unreadable: {two.path_of(FIRST)}:" in done.err
    assert "--keep-going" in done.err
    assert two.subjects() == head
    passed = run(two, *command, "--keep-going")
    assert passed.code == 5, passed.err
    assert two.path_of(FIRST) in passed.err
    assert two.touched() == [two.path_of(SECOND)]


# ── undo ──────────────────────────────────────────────────────────────────────────────────────


def ok(done: Outcome) -> Outcome:
    assert done.code == 0, done.err
    return done


def publish(desk: Sandbox) -> None:
    remote = desk.root.with_name("remote.git")
    desk.git("init", "--quiet", "--bare", str(remote))
    desk.git("remote", "add", "origin", str(remote))
    desk.git("push", "--quiet", "--set-upstream", "origin", "HEAD")


ADD = ("people", "add", "x1", "--role", "engineer", "--email", "x1@example.org")


@pytest.mark.parametrize("published", [False, True])
def test_who_was_listed_is_taken_out_again(two: Sandbox, published: bool) -> None:
    before = two.read("records/people.yaml")
    ok(run(two, "note", FIRST, SECOND, "-m", "已知"))
    ok(run(two, *ADD))
    if published:
        publish(two)
    ok(run(two, "undo"))
    assert two.read("records/people.yaml") == before
    assert two.status() == ""
    ok(run(two, "undo"))
    counted = [event["do"] for event in record(two, FIRST)["events"]]
    assert counted == (["submit", "note", "void"] if published else ["submit"])


def test_people_listed_since_are_in_the_way_of_an_undo_that_says_so(two: Sandbox) -> None:
    ok(run(two, *ADD))
    two.edit("records/people.yaml", "x1@example.org", "x2@example.org")
    two.commit("another address", who="front-desk-1")
    done = run(two, "undo")
    assert done.code == 3
    assert "records/people.yaml was changed since “people: add x1”" in done.err
    assert "git revert" in done.err


def test_who_may_not_change_people_any_more_does_not_by_an_undo(two: Sandbox) -> None:
    ok(run(two, "people", "add", "boss-1", "--role", "supervisor", "--email", "b@example.org"))
    ok(run(two, "people", "set", "engineer-1", "--role", "engineer"))
    head = two.subjects()
    done = run(two, "undo")
    assert done.code == 3
    assert "engineer-1 may not change the desk's own files" in done.err
    assert two.subjects() == head


def test_an_attached_file_in_yaml_is_no_record(two: Sandbox) -> None:
    two.root.with_name("log.yaml").write_text("a: 1\n", encoding="utf-8")
    ok(run(two, "attach", FIRST, str(two.root.with_name("log.yaml"))))
    ok(run(two, "undo"))
    assert "attachments" not in record(two, FIRST)


@pytest.mark.parametrize("published", [False, True])
def test_an_undo_said_again_goes_further_back(two: Sandbox, published: bool) -> None:
    for place in ("一楼", "二楼", "三楼"):
        ok(run(two, "set", FIRST, f"location={place}"))
    if published:
        publish(two)
    places = []
    for _ in range(2):
        ok(run(two, "undo"))
        places.append(record(two, FIRST).get("location"))
    ok(run(two, "set", FIRST, "location=四楼"))
    for _ in range(2):
        ok(run(two, "undo"))
        places.append(record(two, FIRST).get("location"))
    assert places == ["二楼", "一楼", "一楼", None]


def test_the_desk_itself_is_not_undone(tmp_path: Path) -> None:
    root = tmp_path / "desk"
    root.mkdir()
    for words in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "-m", "before"]):
        subprocess.run(["git", *words], cwd=root, env=environment(), check=True)
    ok(svcdesk(root, "init", "--zone", "Asia/Shanghai"))
    done = svcdesk(root, "undo")
    assert done.code == 3
    assert "made this desk" in done.err
    assert (root / "records/people.yaml").exists()


def test_many_are_told_in_a_few_lines_and_an_undo_of_them_asks(two: Sandbox) -> None:
    desk = two.open()
    fields = {"description": "登录", "requester.name": "李*", "channel": "phone"}
    ids = [desk.new("request", fields).ids[0] for _ in range(21)]
    started = ok(run(two, "start", *ids, "--yes")).err.splitlines()
    assert [line.split(":")[1] for line in started[:-1]] == [" DESK403"] * 5
    assert started[-1] == f"… and {2 * 21 - 5} more notes; `svcdesk check` names them"
    ok(run(two, "undo", "--yes"))
    told = ok(run(two, "note", *ids, "-m", "已知", "--yes")).out.splitlines()
    commit = two.git("rev-parse", "HEAD")[:10]
    assert told == [
        "21 records: note",
        *(f"  {two.path_of(one)}" for one in ids[:5]),
        f"  … and 16 more files; `git show --stat {commit}` names them",
        f"committed as {commit}",
    ]
    head = two.subjects()
    refused = run(two, "undo")
    assert refused.code == 2
    assert "change 21 records?" in refused.err
    assert two.subjects() == head
    ok(run(two, "undo", "--dry-run"))
    ok(run(two, "undo", "--yes"))
    assert len(record(two, ids[20])["events"]) == 1


# ── documents, and plans that write them ────────────────────────────────────────────────────────

RESULT = ("--result", "重启服务后正常，观察三十分钟无异常")


def test_a_last_step_is_kept_where_the_desk_asks_for_no_handling_record(two: Sandbox) -> None:
    ok(run(two, "classify", SECOND, "--type", "consultation"))
    for one in (FIRST, SECOND):
        ok(run(two, "take", one, "--eta", "in 1h"))
        ok(run(two, "start", one))
    ok(run(two, "resolve", "-q", "status:open", *RESULT, "--step", "看了设置"))
    for one in (FIRST, SECOND):
        resolved = record(two, one)
        assert resolved["status"] == "resolved"
        [link] = [one for one in resolved["links"] if one["rel"] == "handling"]
        assert record(two, link["id"])["steps"][0]["action"] == "看了设置"


def test_a_bare_result_of_a_consultation_writes_no_handling_record(two: Sandbox) -> None:
    ok(run(two, "classify", FIRST, "--type", "consultation"))
    ok(run(two, "take", FIRST, "--eta", "in 1h"))
    ok(run(two, "start", FIRST))
    ok(run(two, "resolve", FIRST, *RESULT))
    assert "links" not in record(two, FIRST)


def test_a_plan_names_people_by_their_ids(two: Sandbox) -> None:
    ok(run(two, *ADD, "--name", "李四"))
    argv = ("assign", FIRST, SECOND, "李四", "--dry-run", "--format", "jsonl")
    lines = [json.loads(line) for line in ok(run(two, *argv)).out.splitlines()]
    assert [line["set"] for line in lines] == [{"assignee": "x1"}] * 2


def test_several_lines_of_one_record_name_it_in_the_commit(two: Sandbox) -> None:
    lines = ({"id": "001", "set": {"location": place}} for place in ("一楼", "二楼"))
    ok(run(two, "apply", "-", stdin=plan(*lines)))
    assert two.subjects()[0] == f"{FIRST}: set location"


def test_a_word_that_goes_with_another_move_is_refused(two: Sandbox) -> None:
    line = {"id": "001", "do": "start", "set": {"action": "看了日志"}}
    done = run(two, "apply", "-", stdin=plan(line))
    assert (done.code, "<stdin>:1: there is no field “action”" in done.err) == (2, True)


BAD = (
    '{"id": "001", "set": {"prioriti": "P1"}}\n'  # no such field
    '{"id": "002", "sat": {"location": "三楼"}}\n'  # no such key
    "not JSON\n"
    '{"id": "777", "set": {"location": "三楼"}}\n'  # no such record
    '{"id": "001", "set": {"title": 5}}\n'  # what the schema does not allow
    '{"id": "002", "set": {"location": "三楼"}}\n'
)


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_every_bad_line_of_a_plan_is_named(two: Sandbox, more: tuple[str, ...]) -> None:
    head = two.subjects()
    done = run(two, "apply", "-", *more, stdin=BAD)
    assert done.code in (2, 3)
    said = [line.split(":")[2] for line in done.err.splitlines() if "<stdin>" in line]
    assert said == ["1", "2", "3", "4", "5"]
    assert "did you mean priority?" in done.err
    assert two.subjects() == head
    data = run(two, "apply", "-", *more, "--format", "json", stdin=BAD)
    told = json.loads(data.err)
    assert [one["line"] for one in (told["error"], *told["others"])] == [1, 2, 3, 4, 5]


def test_every_bad_line_of_a_plan_is_passed_over(two: Sandbox) -> None:
    done = run(two, "apply", "-", "--keep-going", stdin=BAD)
    assert done.code == 3
    said = [line.split(":")[2] for line in done.err.splitlines() if "<stdin>" in line]
    assert said == ["1", "2", "3", "4", "5"]
    assert "5 of 6 could not be done" in done.err
    assert record(two, SECOND)["location"] == "三楼"
    assert two.touched() == [two.path_of(SECOND)]


def test_of_very_many_bad_lines_a_few_are_told(two: Sandbox) -> None:
    done = run(two, "apply", "-", "--yes", stdin='{"id": "001", "sat": {}}\n' * 50)
    assert done.err.count("unknown key") == 20
    assert "30 more" in done.err
    assert done.err.count("did you mean set?") == 1


def test_every_record_that_refuses_is_named(two: Sandbox) -> None:
    ok(run(two, "cancel", FIRST, SECOND, "--reason", "重复"))
    done = run(two, "start", FIRST, SECOND)
    assert done.code == 3
    assert [one in done.err for one in (f"{FIRST} is", f"{SECOND} is")] == [True, True]


# ── what is previewed is what is done ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "query", ["登录 失败", "卡纸 -登录", '"登录失败"', "问题类型:故障 登录", "编号:001"]
)
def test_a_query_means_the_same_to_a_list_and_to_a_bulk(two: Sandbox, query: str) -> None:
    listed = [one["id"] for one in run(two, "list", query, "--format", "json").json()["items"]]
    planned = run(two, "set", "-q", query, "location=甲", "--dry-run", "--format", "jsonl")
    assert sorted(json.loads(line)["id"] for line in planned.out.splitlines()) == sorted(listed)
    assert len(listed) == (0 if query in ("登录 失败", "卡纸 -登录") else 1)


def test_a_plan_says_who_takes_the_job(two: Sandbox) -> None:
    people = "records/people.yaml"
    two.write(people, f"{two.read(people)}  - id: engineer-2\n    roles: [engineer]\n")
    two.commit("one more")
    assert run(two, "assign", FIRST, "engineer-2").code == 0
    taken = run(
        two, "take", FIRST, "--eta", "in 2h", "--dry-run", "--format", "jsonl", who="engineer-1"
    )
    line = json.loads(taken.out)
    assert (line["was"]["assignee"], line["set"]["assignee"]) == ("engineer-2", "engineer-1")
    assert run(two, "assign", FIRST, "engineer-1").code == 0
    refused = run(two, "apply", "-", stdin=taken.out)
    assert refused.code == 3
    assert "assignee was engineer-2 when this was planned" in refused.err
