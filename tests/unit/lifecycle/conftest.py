"""A request's workflow and short ways to make events, for tests of pure functions."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from svcdesk.lifecycle.act import Act
from svcdesk.model.ids import ulid
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Event, Value
from svcdesk.store.schema import load_kinds

AT = "2024-10-01T09:30:00+08:00"
NOW_MS = 1_727_746_200_000


@pytest.fixture(scope="session")
def workflow() -> Workflow:
    return load_kinds({}, {}, ())["request"].workflow


@pytest.fixture
def act() -> Act:
    counter = itertools.count(1)
    return Act(
        by="engineer-1",
        now_ms=NOW_MS,
        at=AT,
        chance=lambda: next(counter).to_bytes(10),
    )


MakeEvent = Callable[..., Event]


def event(tick: int, do: str, by: str = "engineer-1", **keys: object) -> Event:
    """An event whose id stands at `tick`; `set` and `was` come as keyword arguments."""
    parts: dict[str, Value] = keys.pop("extra", {})  # type: ignore[assignment]
    return Event(
        id=ulid(NOW_MS + tick, (hash((tick, do, by)) & 0xFFFF).to_bytes(10)),
        at=AT,
        by=by,
        do=do,
        extra=parts,
        **keys,  # type: ignore[arg-type]
    )


def submit(tick: int = 0, **fields: Value) -> Event:
    return event(tick, "submit", set={"status": "new", "submitted": AT, **fields})
