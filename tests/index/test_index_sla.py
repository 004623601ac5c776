"""`sla check` through the index says what it says by reading every file, at any moment and under
whatever policy the desk has by then."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from index_helpers import fill, full, seen

from svcdesk.desk import Circumstances
from svcdesk.desk.sla_checking import SlaCheck
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T
from svcdesk.index.files import Unusable
from svcdesk.lifecycle.act import Words
from svcdesk.reports.sla_findings import checked_item
from svcdesk.testing import MakeDesk, Sandbox

RESULT = "重启了登录服务，观察三十分钟，登录成功率恢复到百分之百"
POLICY = "records/policies/delivery-template.yaml"
OFFICE = "records/calendars/office.yaml"
SWITCHES = """\
levels:
  - at: 50%
    notify: [assignee]
    set:
      priority: P1
  - at: 0
    notify: [supervisor]
    require: note
targets:
  promise:
    clock: 24x7
  update:
    clock: office
    duration: 2h
    hidden_while_waiting: true
  feedback:
    clock: office
    duration: 3wd
    levels: []
rules:
  - when: priority:P1
    targets:
      response: {clock: office, duration: 1h, boundary: snap, on_priority_change: forward}
      resolution: {clock: office, duration: 4h, on_reopen: new_cycle}
  - targets:
      response: {clock: 24x7, duration: 8h, hidden_while_waiting: true}
      start: {clock: office, duration: 6h}
      resolution: {clock: office, duration: 3wd, end_of_day: true, on_priority_change: reset}
"""
"""A policy in which most of what the engine can do has an effect."""
MOVES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("assign", {"assignee": "engineer-1"}), ("take", {"promise": "2024-10-08T10:00:00+08:00"}),
    ("start", {}), ("wait", {"waiting.reason": "vendor"}), ("wait", {"waiting.reason": "customer"}),
    ("resume", {}), ("reply", {}), ("message", {}), ("resolve", {"result": RESULT}),
    ("confirm", {}), ("close", {}), ("reopen", {}), ("cancel", {}),
    ("classify", {"priority": "P1"}), ("classify", {"priority": "P3"}),
)  # fmt: skip


def said(desk: Sandbox, check: SlaCheck) -> Any:
    zone = desk.open().facts.zone
    return (
        [(checked_item(one, zone), one.owed) for one in check.targets],
        [one.path for one in check.unreadable],
        check.late(),
        check.risky(),
        sorted(str(note) for note in check.notes if "a full reading" not in str(note)),
    )


def asked(desk: Sandbox, chance: Random, ahead: int) -> None:
    at = desk.clock.now + timedelta(minutes=ahead)
    choices: dict[str, Any] = {
        "at": at,
        "within": timedelta(hours=2),
        "since": timedelta(days=chance.choice([0, 1, 9])),
        "everything": chance.random() < 0.2,
        "query": chance.choice(["", "priority:P1", "登录", "status:open"]),
    }
    indexed = said(desk, desk.open().check_sla(**choices))

    def refuse(*_: object) -> None:
        raise Unusable(T("a full reading is wanted"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("svcdesk.desk.indexing.find", refuse)
        read = said(desk, desk.open().check_sla(**choices))
    assert indexed == read, choices


def change_the_terms(desk: Sandbox, chance: Random) -> None:
    """Another policy, or a calendar with other hours: what the index keeps holds no more."""
    path, this, that = chance.choice(
        [(POLICY, "duration: 4h", "duration: 1h"), (OFFICE, "- 13:30-18:00", "- 13:00-17:00")]
    )
    text = desk.read(path)
    old, new = (this, that) if this in text else (that, this)
    desk.write(path, text.replace(old, new, 1))


def act(desk: Sandbox, chance: Random, ids: list[str]) -> None:
    with suppress(SvcdeskError):
        if chance.random() < 0.15:
            desk.open().escalate()
            return
        if chance.random() < 0.15:
            around = Circumstances(words=Words(text="已增派人手", marks={"about": ["all"]}))
            desk.open().move([chance.choice(ids)], "note", {}, around)
            return
        move, fields = chance.choice(MOVES)
        desk.open().move([chance.choice(ids)], move, fields)


@pytest.mark.parametrize("policy", ["the desk's own", "with every switch"])
@pytest.mark.parametrize("seed", range(2))
def test_the_same_targets(make_desk: MakeDesk, seed: int, policy: str) -> None:
    chance = Random(seed)
    desk = make_desk()
    if policy != "the desk's own":
        head = desk.read(POLICY).partition("levels:")[0]
        desk.write(POLICY, head + SWITCHES)
        desk.commit("another policy")
    ids = fill(desk, 5)
    for _ in range(20):
        desk.clock.forward(minutes=chance.choice([5, 50, 500]))
        act(desk, chance, ids)
        # now, later today, in a week, in a year whose holidays nobody knows, and before
        for ahead in (0, chance.choice([60, 500, 9_000, 3_000_000, -30])):
            asked(desk, chance, ahead)
        if chance.random() < 0.1:
            change_the_terms(desk, chance)
            asked(desk, chance, 0)
            desk.commit("other terms")


def test_lists_take_paused_targets_from_the_index(make_desk: MakeDesk) -> None:
    """A due time that moves with the clock is the same as by reading."""
    desk = make_desk()
    ids = fill(desk, 6)
    desk.open().move(ids[1:4], "assign", {"assignee": "engineer-1"})
    desk.open().move(ids[1:4], "start", {})
    desk.open().move(ids[1:4], "wait", {"waiting.reason": "vendor"})
    for ahead in (0, 3, 700, 4_000, 200_000):
        desk.clock.forward(minutes=ahead)
        for query in ("status:open", "due:..2024-10-12", "sla:breached", "sla:ok,risk"):
            assert seen(desk.open().find(query)) == seen(full(desk, query)), (ahead, query)


def test_what_is_kept_is_what_is_read(make_desk: MakeDesk) -> None:
    """The answers do come from the index: a record's targets are there, and asking reads no file."""
    desk = make_desk()
    fill(desk, 3)
    first = desk.open().check_sla(within=timedelta(hours=2), since=timedelta(days=1))
    [path] = (desk.root / ".git/svcdesk/index").glob("*.sqlite")
    with sqlite3.connect(path) as database:
        kept = database.execute("SELECT standing FROM record WHERE kind = 'request'").fetchall()
    assert len(kept) == 3
    assert all("resolution" in standing for (standing,) in kept)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("svcdesk.sla.ledger.ledger", None)
        patch.setattr("svcdesk.desk.candidates.decode_file", None)
        again = desk.open().check_sla(within=timedelta(hours=2), since=timedelta(days=1))
    assert said(desk, again) == said(desk, first)
