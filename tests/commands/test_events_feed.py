"""The feed of events, as a follower reads it: nothing lost, nothing twice, whatever is merged."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from command_runner import svcdesk

from svcdesk.desk import Desk
from svcdesk.desk.feeding import items
from svcdesk.testing import MakeDesk, Sandbox


def feed(desk: Sandbox, since: str | None = None, **how: Any) -> list[dict[str, Any]]:
    given = ("--since", since) if since else ()
    done = svcdesk(desk.root, "events", *given, "--format", "jsonl", **how)
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def new(desk: Sandbox, text: str = "无法登录") -> str:
    return desk.open().new("request", {"description": text, "requester.name": "李*"}).ids[0]


def test_every_event_with_what_it_says(desk: Sandbox) -> None:
    record = new(desk)
    desk.clock.forward(minutes=5)
    done = svcdesk(desk.root, "start", record, "-m", "看一下", at="2024-10-01T09:40:00+08:00")
    assert done.code == 0, done.err
    submitted, started = feed(desk)
    assert (submitted["do"], submitted["before"], submitted["after"]) == ("submit", None, "new")
    assert started["record"] == record
    assert (started["do"], started["by"], started["text"]) == ("start", "engineer-1", "看一下")
    assert started["set"] == {"status": "in_progress", "assignee": "engineer-1"}
    assert (started["was"], started["effect"]) == ({"status": "new"}, "counted")
    assert submitted["next"] is None
    assert started["next"] == desk.git("rev-parse", "HEAD").strip()


def test_the_shapes_of_the_other_formats(desk: Sandbox) -> None:
    empty = svcdesk(desk.root, "events", "--format", "json").json()
    assert (empty["schema"], empty["items"], empty["total"]) == ("svcdesk/events/1", [], 0)
    assert empty["next"] == desk.git("rev-parse", "HEAD").strip()
    new(desk)
    shown = svcdesk(desk.root, "events", lang="zh")
    assert "SR-20241001-001" in shown.out
    header = svcdesk(desk.root, "events", "--format", "csv").out.splitlines()[0]
    assert header.startswith("record,uid,kind,event,at,when,by,for,via,do,effect,")


def test_after_a_commit_comes_what_came_in_since_whatever_its_time(
    make_desk: MakeDesk, tmp_path: Path
) -> None:
    desk = make_desk()
    record = new(desk)
    desk.git("switch", "--quiet", "--create", "early")
    early = desk.open()
    early.move([record], "note", {}, _said("早先的话"))
    desk.git("switch", "--quiet", "-")
    desk.clock.forward(days=3)
    desk.open().move([record], "start")
    first = feed(desk)
    cursor = first[-1]["next"]
    assert [one["do"] for one in first] == ["submit", "start"]
    assert feed(desk, cursor) == []
    merged = svcdesk(desk.root, "merge", "early", at="2024-10-05T09:00:00+08:00")
    assert merged.code == 0, merged.err
    later = feed(desk, cursor)
    assert [one["text"] for one in later if one["do"] == "note"] == ["早先的话"]
    assert not {one["event"] for one in later} & {one["event"] for one in first}


def _said(text: str) -> Any:
    from svcdesk.desk.records import Circumstances
    from svcdesk.lifecycle.act import Words

    return Circumstances(words=Words(text=text))


def test_a_time_gives_what_was_recorded_then_or_later(desk: Sandbox) -> None:
    record = new(desk)
    desk.clock.forward(hours=2)
    desk.open().move([record], "start")
    assert [one["do"] for one in feed(desk, "2024-10-01 11:30")] == ["start"]
    assert [one["do"] for one in feed(desk, "1h ago", at="2024-10-01T12:00:00+08:00")] == ["start"]
    assert len(feed(desk, "2024-10-01")) == 2


@pytest.mark.parametrize(
    ("since", "code"),
    [
        ("0123456789abcdef0123456789abcdef01234567", 3),
        ("deadbee", 3),
        ("--all", 2),
        ("HEAD~99", 2),
        ("nonsense", 2),
    ],
)
def test_what_is_neither_a_commit_nor_a_time_is_refused(
    desk: Sandbox, since: str, code: int
) -> None:
    new(desk)
    done = svcdesk(desk.root, "events", f"--since={since}")
    assert done.code == code, (done.out, done.err)
    assert done.out == ""


def test_what_is_not_committed_is_not_fed(desk: Sandbox) -> None:
    record = new(desk)
    done = svcdesk(desk.root, "start", record, "--no-commit")
    assert done.code == 0, done.err
    assert [one["do"] for one in feed(desk)] == ["submit"]


def test_redacted_words_stay_redacted(desk: Sandbox) -> None:
    record = new(desk)
    desk.open().move([record], "note", {}, _said("secret-canary"))
    cursor = feed(desk)[-1]["next"]
    event = feed(desk)[-1]["event"]
    done = svcdesk(desk.root, "redact", record, event, "--reason", "asked")
    assert done.code == 0, done.err
    whole = svcdesk(desk.root, "events", "--format", "jsonl").out
    assert "secret-canary" not in whole
    assert [one["do"] for one in feed(desk, cursor)] == ["redact"]


def test_what_has_no_effect_is_marked(desk: Sandbox) -> None:
    record = new(desk)
    path = desk.path_of(record)
    text = desk.read(path)
    desk.write(
        path,
        text
        + "  - id: 01J92V5ME0ZZZZZZZZZZZZZZZZ\n    at: 2024-10-01T09:31:00+08:00\n"
        + "    by: engineer-1\n    do: reopen\n    reason: x\n",
    )
    desk.commit("an event that has no place")
    effects = {one["do"]: one["effect"] for one in feed(desk)}
    assert effects == {"submit": "counted", "reopen": "dead"}


def test_a_record_that_breaks_and_is_mended_loses_nothing_and_repeats_nothing(
    desk: Sandbox,
) -> None:
    record = new(desk)
    seen = feed(desk)
    desk.clock.forward(minutes=1)
    desk.open().move([record], "start")
    path = desk.path_of(record)
    whole = desk.read(path)
    desk.write(path, whole + "broken: [\n")
    desk.commit("broken by hand")
    broken = svcdesk(desk.root, "events", "--since", seen[-1]["next"], "--format", "jsonl")
    assert broken.code == 5
    assert record in broken.err
    told = [json.loads(line) for line in broken.out.splitlines()]
    assert [one["do"] for one in told] == ["start"]
    desk.write(path, whole)
    desk.commit("mended")
    desk.clock.forward(minutes=1)
    desk.open().move([record], "note", {}, _said("好了"))
    assert [one["do"] for one in feed(desk, told[-1]["next"])] == ["note"]


def test_a_new_number_is_no_news_of_old_events(desk: Sandbox) -> None:
    record = new(desk)
    cursor = feed(desk)[-1]["next"]
    done = svcdesk(desk.root, "renumber", record)
    assert done.code == 0, done.err
    assert [one["do"] for one in feed(desk, cursor)] == ["renumber"]


@pytest.mark.parametrize("seed", range(4))
def test_a_follower_of_a_busy_desk_sees_each_event_once(desk: Sandbox, seed: int) -> None:
    """Moves on two branches, merges and looks at odd moments, as one follower polls."""
    chance = random.Random(seed)
    main = desk.git("branch", "--show-current").strip()
    records = [new(desk, f"第 {number} 个") for number in range(2)]
    seen: list[str] = []
    cursor: str | None = None

    def look() -> None:
        nonlocal cursor
        desk_: Desk = desk.open()
        fed = desk_.events(since=cursor)
        told = items(fed)
        assert [one["event"] for one in told] == sorted(str(one["event"]) for one in told)
        seen.extend(f"{one['uid']} {one['event']}" for one in told)
        cursor = fed.next

    for step in range(8):
        desk.clock.forward(minutes=chance.randrange(1, 50))
        match chance.randrange(4):
            case 0:
                records.append(new(desk, f"新的 {step}"))
            case 1:
                desk.git("switch", "--quiet", "--create", f"side-{step}", "HEAD~1")
                desk.clock.forward(minutes=-30)
                desk.open().move([records[0]], "note", {}, _said(f"旁支 {step}"))
                desk.clock.forward(minutes=31)
                desk.git("switch", "--quiet", main)
                done = svcdesk(
                    desk.root, "merge", f"side-{step}", at=desk.clock.now.isoformat()[:19] + "Z"
                )
                assert done.code == 0, done.err
            case _:
                desk.open().move([chance.choice(records)], "note", {}, _said(f"主干 {step}"))
        if chance.random() < 0.5:
            look()
    look()
    everything = {f"{one['uid']} {one['event']}" for one in items(desk.open().events())}
    assert len(seen) == len(set(seen))
    assert set(seen) == everything
