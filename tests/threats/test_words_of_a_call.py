"""Calls that cannot be done: each is refused with what would help, and changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.commands.command_runner import svcdesk
from tests.threats.threat_helpers import FIRST, new_request, refusal

from svcdesk.testing import Sandbox

DAY_TWO = "SR-20241002-001"


@pytest.fixture
def request_id(desk: Sandbox) -> str:
    return new_request(desk)


def test_an_id_that_nobody_has_and_one_that_two_have(desk: Sandbox, request_id: str) -> None:
    desk.clock.now += timedelta(days=1)
    assert new_request(desk) == DAY_TWO
    for command in (["show"], ["log"], ["start"], ["note", "-m", "x"], ["sla", "show"]):
        nobody = refusal(desk, *command, "999")
        assert (nobody["code"], nobody["record"]) == ("E_NOT_FOUND", "999")
        assert "svcdesk list" in nobody["hint"]
        two = refusal(desk, *command, "001")
        assert two["code"] == "E_AMBIGUOUS"
        assert FIRST in two["hint"]
        assert DAY_TWO in two["hint"]
    assert svcdesk(desk.root, "show", "02-001").out.startswith(DAY_TWO)


def test_one_bad_id_among_good_ones_stops_all(desk: Sandbox, request_id: str) -> None:
    second = new_request(desk)
    assert refusal(desk, "assign", FIRST, second, "999", "engineer-1")["code"] == "E_NOT_FOUND"
    done = svcdesk(desk.root, "cancel", second, "--reason", "重复")
    assert done.code == 0, done.err
    error = refusal(desk, "assign", FIRST, second, "engineer-1")
    assert (error["code"], error["record"]) == ("E_MOVE", second)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_illegal_move_says_which_are_legal_now(
    desk: Sandbox, request_id: str, lang: str
) -> None:
    error = refusal(desk, "reopen", FIRST, "--reason", "又坏了", lang=lang)
    assert error["code"] == "E_MOVE"
    assert error["record"] == FIRST
    said = f"{error['message']} {error['hint']}"
    for legal in ("assign", "cancel"):
        assert legal in said
        arguments = {"assign": ["engineer-1"], "cancel": ["--reason", "x"]}.get(
            legal, ["--priority", "P1"]
        )
        assert svcdesk(desk.root, legal, FIRST, *arguments, "--dry-run").code == 0
    assert "accept" not in said


@pytest.mark.parametrize(
    "text", ["已处理", "已解决，请知悉", "done", "Fixed.", "问题已处理完毕！", "ok", "正常了"]
)
def test_a_vague_resolution_is_refused_and_a_real_one_is_not(
    desk: Sandbox, request_id: str, text: str
) -> None:
    for argv in (["classify", FIRST, "--type", "fault", "--priority", "P2"],
                 ["assign", FIRST, "engineer-1"], ["start", FIRST]):  # fmt: skip
        assert svcdesk(desk.root, *argv).code == 0
    error = refusal(desk, "resolve", FIRST, "--result", text)
    assert error["code"].startswith("DESK")
    assert text.rstrip(".") in error["message"]
    assert error["hint"]
    forced = svcdesk(desk.root, "resolve", FIRST, "--result", text, "--force", "客户只要求这样写")
    assert forced.code == 0, forced.err
    assert "Svcdesk-Forced: 客户只要求这样写" in desk.git("log", "-1", "--format=%B")


def test_the_norms_own_good_example_is_no_vague_resolution(desk: Sandbox, request_id: str) -> None:
    text = "已处理：更换 2 号交换机电源，恢复后连续 ping 30 分钟无丢包"
    for argv in (["classify", FIRST, "--type", "fault", "--priority", "P2"],
                 ["assign", FIRST, "engineer-1"], ["start", FIRST],
                 ["resolve", FIRST, "--result", text]):  # fmt: skip
        done = svcdesk(desk.root, *argv)
        assert done.code == 0, done.err


def test_people_whom_nobody_lists_and_people_without_the_right(
    desk: Sandbox, request_id: str
) -> None:
    unlisted = refusal(desk, "assign", FIRST, "engineer-I")
    assert unlisted["code"] == "E_PERSON"
    assert "engineer-1" in unlisted["hint"], "a near name is offered"
    assert refusal(desk, "assign", FIRST, "engineer-1", who="nobody")["code"] == "E_PERSON"
    assert refusal(desk, "start", FIRST, "--as", "nobody-2")["code"] == "E_PERSON"
    people = desk.read("records/people.yaml").rstrip("\n")
    desk.write(
        "records/people.yaml",
        f"{people}\n  - id: auditor-1\n    emails:\n      - auditor-1@example.org\n"
        "    roles:\n      - auditor\n"
        "  - id: left-1\n    emails:\n      - left-1@example.org\n    active: false\n    roles:\n      - engineer\n",
    )
    desk.commit("an auditor, and one who has left")
    error = refusal(desk, "assign", FIRST, "engineer-1", who="auditor-1")
    assert error["code"] == "E_ROLE"
    assert "auditor" in error["message"] + error["hint"]
    assert refusal(desk, "assign", FIRST, "engineer-1", who="left-1")["code"] == "E_PERSON"
    assert refusal(desk, "assign", FIRST, "left-1")["code"] == "E_PERSON"
    assert svcdesk(desk.root, "show", FIRST, who="auditor-1").code == 0


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["set", FIRST, "priority=P9"], "E_VALUE"),
        (["set", FIRST, "priorty=P1"], "E_FIELD"),
        (["set", FIRST, "status=closed"], None),
        (["set", FIRST, "events=x"], "E_FIELD"),
        (["set", FIRST, "id=SR-20241001-009"], "E_FIELD"),
        (["set", FIRST, "uid=01J00000000000000000000000"], "E_FIELD"),
        (["set", FIRST, "kind=feedback"], "E_FIELD"),
        (["start", FIRST, "--field", "id=SR-20241001-009"], "E_FIELD"),
        (["new", "--description", "x", "--requester", "李*", "--field", "id=SR-1"], "E_FIELD"),
        (["promise", FIRST, "2024-02-30"], None),
        (["promise", FIRST, "the day after never"], None),
        (["note", FIRST, "-m", "x", "--at", "2099-01-01"], None),
        (["list", "status:"], "E_QUERY"),
        (["list", "(priority:P1"], "E_QUERY"),
        (["new", "nonsense-kind", "--description", "x"], None),
        (["link", FIRST, "cousin", FIRST], None),
        (["attach", FIRST, "no-such-file"], None),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_values_that_cannot_be(
    desk: Sandbox, request_id: str, argv: list[str], code: str | None
) -> None:
    done = svcdesk(desk.root, *argv)
    assert done.code in (2, 3), (done.out, done.err)
    error = refusal(desk, *argv, exits=done.code)
    assert code is None or error["code"] == code
    assert "Traceback" not in done.err
