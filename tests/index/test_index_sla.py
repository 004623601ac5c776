"""`sla check` through the index says what it says by reading every file, at any moment."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from index_helpers import fill

from svcdesk.desk.sla_checking import SlaCheck
from svcdesk.i18n import T
from svcdesk.index.database import Unusable
from svcdesk.testing import MakeDesk, Sandbox

RESULT = "重启了登录服务，观察三十分钟，登录成功率恢复到百分之百"


def said(check: SlaCheck) -> Any:
    return (
        [
            (one.record.id, one.group, one.entry, one.path, one.line, one.explained, one.owed)
            for one in check.targets
        ],
        [one.path for one in check.unreadable],
        check.late(),
        check.risky(),
    )


def asked(desk: Sandbox, chance: Random) -> None:
    at = desk.clock.now + timedelta(minutes=chance.choice([0, 60, 6_000, -30]))
    choices: dict[str, Any] = {
        "at": at,
        "within": timedelta(hours=2),
        "since": timedelta(days=chance.choice([0, 1, 9])),
        "everything": chance.random() < 0.2,
        "query": chance.choice(["", "priority:P1", "登录", "status:open"]),
    }
    indexed = desk.open().check_sla(**choices)

    def refuse(*_: object) -> None:
        raise Unusable(T("a full reading is wanted"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("svcdesk.desk.indexing.find", refuse)
        read = desk.open().check_sla(**choices)
    assert said(indexed) == said(read), choices
    left = [note for note in read.notes if "a full reading" not in str(note)]
    assert sorted(map(str, indexed.notes)) == sorted(map(str, left))


@pytest.mark.parametrize("seed", range(2))
def test_the_same_targets(make_desk: MakeDesk, seed: int) -> None:
    chance = Random(seed)
    desk = make_desk()
    ids = fill(desk, 5)
    moves: list[tuple[str, dict[str, Any]]] = [
        ("assign", {"assignee": "engineer-1"}), ("start", {}), ("wait", {"waiting.reason": "vendor"}),
        ("resume", {}), ("resolve", {"result": RESULT}), ("confirm", {}), ("close", {}),
        ("reopen", {}), ("cancel", {}),
    ]  # fmt: skip
    made = 0
    for _ in range(25):
        desk.clock.forward(minutes=chance.choice([5, 50, 500]))
        move, fields = chance.choice(moves)
        try:
            desk.open().move([chance.choice(ids)], move, fields)
            made += 1
        except Exception:  # not legal now
            continue
        asked(desk, chance)
        asked(desk, chance)
    assert made > 4
