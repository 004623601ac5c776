"""A branch to be reviewed."""

from __future__ import annotations

import pytest
from review_helpers import PEOPLE, Branch, branch_of

from svcdesk.testing import MakeDesk


@pytest.fixture
def branch(make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch) -> Branch:
    return branch_of(make_desk({"records/people.yaml": PEOPLE}), monkeypatch)
