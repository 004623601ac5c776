"""What is missing is asked for on a terminal, and named by its option elsewhere."""

from __future__ import annotations

import os

import pytest
from tests.commands.command_runner import svcdesk
from tests.threats.pseudo_terminal import on_terminal
from tests.threats.threat_helpers import new_request, refusal, unchanged

from svcdesk.testing import Sandbox

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")


def test_a_new_request_is_asked_for_field_by_field(desk: Sandbox) -> None:
    with on_terminal(desk.root, ["new", "--channel", "email"]) as call:
        call.until("requester:")
        call.type("李*\n")
        call.until("description:")
        call.type("生产系统无法登录\n")
        assert call.end() == 0, call.shown
    record = desk.open().load("001").record
    assert record.get("description") == "生产系统无法登录"
    assert record.get("requester.name") == "李*"
    assert desk.status() == ""


def test_a_move_asks_in_the_users_language(desk: Sandbox) -> None:
    desk.clock.forward(minutes=1)
    new_request(desk)
    desk.open().move(["001"], "assign", {"assignee": "engineer-1"})
    desk.open().move(["001"], "start")
    with on_terminal(desk.root, ["wait", "001"], {"SVCDESK_LANG": "zh"}) as call:
        call.until("等待")
        call.type("customer\n")
        assert call.end() == 0, call.shown
    assert desk.open().load("001").record.get("waiting.reason") == "customer"


def test_an_answer_that_is_none_is_asked_for_no_third_time(desk: Sandbox) -> None:
    new_request(desk)
    desk.open().move(["001"], "assign", {"assignee": "engineer-1"})
    desk.open().move(["001"], "start")
    with unchanged(desk), on_terminal(desk.root, ["wait", "001"]) as call:
        call.until(":")
        call.type("the weather\n")
        assert call.end() in (2, 3), call.shown
    assert "the weather" in call.shown


@pytest.mark.parametrize("how", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_whoever_breaks_off_the_asking_has_changed_nothing(desk: Sandbox, how: str) -> None:
    with unchanged(desk), on_terminal(desk.root, ["new"]) as call:
        call.until("requester:")
        call.type(how)
        assert call.end() == 130, call.shown
    assert "Traceback" not in call.shown


def test_elsewhere_the_option_is_named(desk: Sandbox) -> None:
    new_request(desk)
    desk.open().move(["001"], "assign", {"assignee": "engineer-1"})
    error = refusal(desk, "new", "--requester", "李*")
    assert (error["code"], error["field"]) == ("E_MISSING", "description")
    assert "--description" in error["hint"]
    desk.open().move(["001"], "start")
    error = refusal(desk, "wait", "001")
    assert (error["code"], error["field"]) == ("E_MISSING", "waiting.reason")
    assert "--for" in error["hint"]
    error = refusal(desk, "resolve", "001")
    assert error["code"] == "E_MISSING"
    assert "--result" in error["hint"]


def test_many_records_are_confirmed_on_a_terminal_and_need_yes_elsewhere(desk: Sandbox) -> None:
    ids = [new_request(desk) for _ in range(21)]
    error = refusal(desk, "assign", *ids, "engineer-1", exits=2)
    assert "--yes" in error["hint"]
    with unchanged(desk), on_terminal(desk.root, ["assign", *ids, "engineer-1"]) as call:
        call.until("21")
        call.type("n\n")
        assert call.end() == 130, call.shown
    with on_terminal(desk.root, ["assign", *ids, "engineer-1"]) as call:
        call.until("21")
        call.type("y\n")
        assert call.end() == 0, call.shown
    assert len(desk.touched()) == 21
    assert (
        svcdesk(desk.root, "list", "--format", "ids", "assignee:engineer-1").out.count("\n") == 21
    )
