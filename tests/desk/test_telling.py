"""Channels hear of what happened, once each, and of nothing that did not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from desk_helpers import RESULT, new_request

from svcdesk.testing import Sandbox


@pytest.fixture
def told(desk: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    desk.edit(
        "records/desk.yaml", "numbering: daily\n", "numbering: daily\nroutes:\n  '*':\n    - file\n"
    )
    desk.commit("routes")
    return tmp_path_factory.mktemp("told") / "notices.jsonl"


def heard(told: Path) -> list[tuple[str, str]]:
    if not told.exists():
        return []
    lines = told.read_text(encoding="utf-8").splitlines()
    return [(one["record"]["id"], one["event"]["do"]) for one in map(json.loads, lines)]


def test_each_event_is_told_once_and_links_are_none(desk: Sandbox, told: Path) -> None:
    record_id = new_request(desk, type="fault")
    opened = desk.open(channels={"file": {"path": str(told)}})
    opened.move([record_id], "resolve", {"result": RESULT})
    [handling] = opened.show(record_id).documents
    assert heard(told) == [
        (record_id, "resolve"),
        (handling.record.id, "finish"),
    ]
    other = new_request(desk)
    desk.open(channels={"file": {"path": str(told)}}).link(record_id, "related", other)
    assert len(heard(told)) == 2


def test_a_channel_that_fails_is_named_and_the_record_stands(desk: Sandbox, told: Path) -> None:
    record_id = new_request(desk)
    opened = desk.open(channels={"file": {"path": str(told.parent)}})
    done = opened.move([record_id], "start")
    assert done.commit is not None
    assert len(done.untold) == 1
    assert "file" in str(done.untold[0])
