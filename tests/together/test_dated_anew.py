"""Events of a clock that was years ahead: named, and dated anew before they are published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from clones import Hub, new, sync

from svcdesk.desk import Circumstances
from svcdesk.desk.doctoring import examine, redate
from svcdesk.desk.reviewing import review
from svcdesk.errors import Refused
from svcdesk.lifecycle.act import Words
from svcdesk.model.ids import milliseconds_of
from svcdesk.model.record import Record
from svcdesk.testing import NOW, Sandbox, act_as

YEARS = timedelta(days=3650)


@contextmanager
def years_ahead(desk: Sandbox) -> Iterator[None]:
    desk.clock.now += YEARS
    yield
    desk.clock.now -= YEARS


def move(desk: Sandbox, record_id: str, name: str, **fields: str) -> None:
    around = Circumstances(words=Words(text="已联系用户", reason="x"))
    desk.open().move([record_id], name, dict(fields), around)
    desk.clock.forward(minutes=1)


def record(desk: Sandbox, record_id: str) -> Record:
    return desk.open().load(record_id).record


def clock_signs(desk: Sandbox) -> list[str]:
    return [str(one.message) for one in examine(desk.open()).signs if one.name == "clock"]


@pytest.fixture
def published(hub: Hub, one: Sandbox, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("GIT_COMMITTER_DATE", NOW.isoformat())
    record_id = new(one)
    sync(one)
    return record_id


def test_what_a_wrong_clock_recorded_is_dated_anew(
    hub: Hub, one: Sandbox, two: Sandbox, published: str
) -> None:
    with years_ahead(one):
        fresh = new(one, "另一件")
        move(one, published, "assign", assignee="engineer-1")
        move(one, published, "note")
    move(one, published, "start")
    with pytest.raises(Refused) as refused:
        sync(one)
    assert "doctor --fix" in str(refused.value.hint)
    assert len(clock_signs(one)) == 2
    before = record(one, published)
    redated = redate(one.open())
    assert (len(redated.done), redated.left) == (2, ())
    after = record(one, published)
    assert [event.do for event in after.events] == [event.do for event in before.events]
    assert after.status == before.status == "in_progress"
    for record_id in (published, fresh):
        for event in record(one, record_id).events:
            assert abs(milliseconds_of(event.id) / 1000 - NOW.timestamp()) < 3600
            assert event.at.startswith("2024-10-01T")
    assert str(record(one, fresh).get("submitted")).startswith("2024-10-01T")
    assert one.open().check().findings == ()
    found = review(one.open(), "origin/main...HEAD").findings
    assert [finding.code for finding in found if finding.weight.name == "ERROR"] == []
    assert sync(one).pushed
    assert clock_signs(one) == []
    sync(two)
    assert record(two, published) == after
    assert redate(one.open()) == (None, (), ())


def test_what_refers_to_an_event_goes_along(one: Sandbox, published: str) -> None:
    with years_ahead(one):
        move(one, published, "note")
        one.git("branch", "another")  # so the undo is an event
        one.open().undo()
    assert redate(one.open()).commit
    [_, note, undo] = record(one, published).events
    assert undo.void == (note.id,)


def test_a_close_keeps_what_the_sla_came_to_by_the_new_times(one: Sandbox, published: str) -> None:
    with years_ahead(one):
        move(one, published, "assign", assignee="engineer-1")
        move(one, published, "start")
        move(one, published, "resolve", result="换了交换机")
        move(one, published, "close")
    assert redate(one.open()).commit
    codes = [one.code for one in one.open().check().findings]
    found = review(one.open(), "origin/main...HEAD").findings
    assert "DESK914" not in [*codes, *(one.code for one in found)]
    [closing] = [event for event in record(one, published).events if event.do == "close"]
    assert "snapshot" in closing.extra
    assert "2034" not in str(closing)


def test_what_others_recorded_is_left_and_named(
    one: Sandbox, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with years_ahead(one):
        move(one, published, "note")
    listed = one.read("records/people.yaml")
    other = listed.partition("people:\n")[2].replace("engineer-1", "engineer-2")
    one.write("records/people.yaml", listed + other)
    head = one.commit("people")
    act_as(monkeypatch, "engineer-2")
    redated = redate(one.open())
    assert redated.commit is None
    assert len(redated.left) == 1
    assert one.git("rev-parse", "HEAD").strip() == head


def test_a_clock_that_is_behind_changes_nothing(one: Sandbox, published: str) -> None:
    """Everything looks like the future to a clock that fell back to 1970."""
    new(one)
    one.clock.now -= timedelta(days=15000)
    [(_, hint)] = redate(one.open()).left
    assert "clock" in str(hint)
    assert len(clock_signs(one)) == 1
