"""Desks on which people work apart and come together again."""

from __future__ import annotations

import pytest
from merging_work import Apart
from tests.sample_request import REQUEST

from svcdesk.store.git import discover
from svcdesk.store.merge_setup import ATTRIBUTE, install
from svcdesk.testing import MakeDesk


@pytest.fixture
def apart(make_desk: MakeDesk) -> Apart:
    """A request on main, where the driver is installed, and a branch `side` that begins there."""
    desk = make_desk()
    attributes = desk.root / ".gitattributes"
    if ATTRIBUTE not in attributes.read_text().splitlines():
        attributes.write_text(f"{attributes.read_text()}{ATTRIBUTE}\n")
        desk.commit("attributes")
    install(discover(desk.root))
    [record_id] = desk.open().new("request", REQUEST).ids
    desk.clock.forward(minutes=5)
    desk.git("branch", "side")
    return Apart(desk, record_id)
