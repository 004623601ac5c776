"""Events that crossed each other are listed until somebody has looked at them."""

from __future__ import annotations

import textwrap

import pytest
from desk_helpers import RESULT, add_people, load, new_request, newest

from svcdesk.desk import Circumstances
from svcdesk.errors import NotAllowed, NotFound
from svcdesk.lifecycle.fold import fold
from svcdesk.model.record import Event
from svcdesk.store import codec
from svcdesk.store.yaml_text import dump
from svcdesk.testing import Sandbox, act_as


@pytest.fixture
def request_id(desk: Sandbox) -> str:
    return new_request(desk)


def land(desk: Sandbox, record_id: str, event: Event) -> None:
    """Bring an event of another clone into a record, as a merge does, and commit it."""
    text = textwrap.indent(dump(codec.encode_event(event)), "    ")
    desk.write(record_id, desk.read(record_id) + "  -" + text[3:])
    record, workflow = load(desk, record_id), desk.open().workflow("request")
    status = fold(record.events, workflow).status
    if record.status != status:
        desk.edit(record_id, f"\nstatus: {record.status}\n", f"\nstatus: {status}\n")
    desk.commit("merged")


def test_settling_ends_it_and_is_one_commit(desk: Sandbox, request_id: str) -> None:
    desk.open().move([request_id], "wait", {"waiting.reason": "vendor"})
    waiting = newest(desk, request_id)
    desk.clock.forward(minutes=1)
    late = Event(
        id=waiting.id[:-2] + "ZZ", at=waiting.at, by="engineer-1", do="confirm",
        on_behalf="requester", set={"status": "confirmed"}, was={"status": "resolved"},
    )  # fmt: skip
    land(desk, request_id, late)
    record, workflow = load(desk, request_id), desk.open().workflow("request")
    [dead] = fold(record.events, workflow).unsettled()
    assert dead.event.id == late.id
    done = desk.open().settle(request_id)
    assert done.subject == f"{request_id}: settle confirm by engineer-1"
    assert desk.touched() == [desk.path_of(request_id)]
    event = newest(desk, request_id)
    assert (event.do, event.settles) == ("settle", (late.id,))
    assert fold(load(desk, request_id).events, workflow).unsettled() == ()
    assert load(desk, request_id).status == "waiting"


def test_one_can_be_named_by_its_ending(desk: Sandbox, request_id: str) -> None:
    first = newest(desk, request_id)
    for ending in ("YY", "ZZ"):
        land(
            desk,
            request_id,
            Event(id=first.id[:-2] + ending, at=first.at, by="engineer-1", do="confirm",
                  set={"status": "confirmed"}, was={"status": "resolved"}),
        )  # fmt: skip
    desk.open().settle(request_id, ["ZZ"])
    assert newest(desk, request_id).settles == (first.id[:-2] + "ZZ",)
    with pytest.raises(NotFound):
        desk.open().settle(request_id, ["ZZ"])


def test_nothing_unsettled_is_refused(desk: Sandbox, request_id: str) -> None:
    with pytest.raises(NotFound):
        desk.open().settle(request_id)


def test_a_later_move_settles_it_too(desk: Sandbox, request_id: str) -> None:
    desk.open().set([request_id], {"type": "fault"})
    first = newest(desk, request_id)
    dead = Event(id=first.id[:-2] + "ZZ", at=first.at, by="engineer-1", do="confirm",
                 set={"status": "confirmed"}, was={"status": "resolved"})  # fmt: skip
    land(desk, request_id, dead)
    desk.open().move([request_id], "resolve", {"result": RESULT}, around=Circumstances(settles=()))
    assert newest(desk, request_id).settles == (dead.id,)
    assert desk.open().show(request_id).unsettled() == ()
    [handling] = desk.open().show(request_id).documents
    assert all(event.settles == () for event in handling.record.events)
    with pytest.raises(NotFound):
        desk.open().move([request_id], "close", around=Circumstances(settles=()))


def test_it_needs_the_right(
    desk: Sandbox, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_people(desk, auditor_1="auditor")
    act_as(monkeypatch, "auditor-1")
    with pytest.raises(NotAllowed):
        desk.open().settle(request_id)
