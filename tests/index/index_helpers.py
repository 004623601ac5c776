"""What tests of the index share: desks with something in them, and a full reading to hold it to."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any

import pytest

from svcdesk.desk.listing import Listing
from svcdesk.i18n import T
from svcdesk.index.files import Unusable
from svcdesk.testing import Sandbox

QUERIES = (
    "", "status:open", "status:closed", "priority:P1", "-priority:P1", "status:open priority:P1,P2",
    "assignee:engineer-1", "no:assignee", "has:assignee", "NOT (status:new OR priority:P3)",
    "手工", "李", "is:unsettled", "sla:breached", "sla:ok,risk", "kind:handling", "id:001",
    "priority:P1 OR 手工", "-(status:new assignee:engineer-1)", "due:..2024-10-03", "sort:title 新",
)  # fmt: skip


def fill(desk: Sandbox, count: int) -> list[str]:
    """Requests in several states, committed."""
    ids = []
    for number in range(count):
        desk.clock.forward(minutes=7)
        fields = {
            "description": f"登录失败 {number}",
            "requester.name": "李*",
            "priority": f"P{number % 3 + 1}",
        }
        ids += desk.open().new("request", fields).ids
    desk.open().move([ids[0]], "classify", {"category": "network"})
    desk.open().move([ids[0]], "assign", {"assignee": "engineer-1"})
    return ids


def seen(listing: Listing) -> dict[str, Any]:
    """All that a list shows of its rows, and what it says of the rest."""
    return {
        "rows": [
            (row.path, row.head.id, row.head.title, dict(row.head.header), row.due, row.sla(),
             row.is_open, row.is_unsettled, row.text(), row.record.events)
            for row in listing.rows
        ],
        "total": listing.total,
        "documents": listing.documents,
        "unreadable": [(one.path, one.error.code, str(one.error)) for one in listing.unreadable],
    }  # fmt: skip


def full(desk: Sandbox, query: str, at: datetime | None = None) -> Listing:
    """The answer by reading every file."""

    def refuse(*_: object) -> None:
        raise Unusable(T("a full reading is wanted"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("svcdesk.desk.indexing.find", refuse)
        patch.setattr("svcdesk.desk.indexing.recall_kinds", lambda _: None)
        listing = desk.open().find(query, at=at)
        seen(listing)  # what is found only when asked for is found without the index too
    return listing


def compare(
    desk: Sandbox, chance: Random, done: list[str], at: datetime | None = None, count: int = 3
) -> None:
    """The same answer from the index, for some queries."""
    for query in chance.sample(QUERIES, count):
        indexed, read = seen(desk.open().find(query, at=at)), seen(full(desk, query, at))
        assert indexed == read, (query, done)
