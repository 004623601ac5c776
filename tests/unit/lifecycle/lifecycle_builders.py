"""Short ways to make events and records, for tests of pure functions."""

from __future__ import annotations

from svcdesk.lifecycle.act import Act
from svcdesk.lifecycle.moves import open_record
from svcdesk.model.ids import ulid
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Event, Record, Value

AT = "2024-10-01T09:30:00+08:00"
NOW_MS = 1_727_746_200_000
UID = "01J92V7KX8S6N8D0ZB5T7R1XWM"


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


def new(workflow: Workflow, act: Act, **fields: object) -> Record:
    header = {
        "id": "SR-20241001-001",
        "uid": UID,
        "kind": "request",
        "submitted": act.at,
        "priority": "P1",
        "description": "生产系统无法登录",
        "requester": {"name": "李*"},
        **fields,
    }
    return open_record(header, workflow, act).record  # type: ignore[arg-type]


KINDS = {"request": 1, "handling": 1, "delivery": 1, "feedback": 1}
