"""A request's workflow and the circumstances of a move."""

from __future__ import annotations

import itertools

import pytest
from lifecycle_builders import AT, KINDS, NOW_MS

from svcdesk.lifecycle.act import Act
from svcdesk.model.kind import Workflow
from svcdesk.store.schema import load_kinds


@pytest.fixture(scope="session")
def workflow() -> Workflow:
    return load_kinds({}, KINDS, ())["request"].workflow


@pytest.fixture
def act() -> Act:
    counter = itertools.count(1)
    return Act(
        by="engineer-1",
        now_ms=NOW_MS,
        at=AT,
        chance=lambda: next(counter).to_bytes(10),
    )
