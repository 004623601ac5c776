"""`approve` through the command: what is refused, and what it says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from change_stories import (
    CHANGE,
    FIELDS,
    PEOPLE,
    approvals,
    approve,
    codes,
    counts,
    desk_of_five,
    ok,
    proposed,
    start,
)
from command_runner import svcdesk

from svcdesk.testing import MakeDesk, Sandbox


@pytest.fixture
def box(make_desk: MakeDesk, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A desk with one change that is proposed; made once, and copied."""
    template = tmp_path_factory.getbasetemp() / "proposed-change"
    if not template.exists():
        made = desk_of_five(make_desk, name="first")
        assert proposed(made) == CHANGE
        shutil.copytree(made.root, template)
    shutil.copytree(template, tmp_path / "desk")
    return Sandbox(tmp_path / "desk")


def test_without_approval_nothing_is_carried_out(box: Sandbox) -> None:
    done = start(box)
    assert done.code == 3
    assert "0 of 1 approvals count" in done.err
    assert "approver-1, approver-2" in done.err
    ok(approve(box))
    ok(start(box))
    assert codes(box) == []


def test_a_plan_changed_under_way_is_approved_again(box: Sandbox) -> None:
    ok(approve(box))
    ok(start(box))
    said = ok(svcdesk(box.root, "set", CHANGE, "rollback=重装", at="2024-10-01T12:30:00+08:00"))
    assert "rollback was changed since" in said.err
    finish = ("do", CHANGE, "finish", "--field", "execution=按方案完成，连接数已降至 120")
    late = {"who": "engineer-2", "at": "2024-10-01T13:00:00+08:00"}
    assert svcdesk(box.root, *finish, **late).code == 3
    ok(approve(box, at="2024-10-01T12:45:00+08:00"))
    ok(svcdesk(box.root, *finish, **late))
    verified = "verification=高峰期观察 30 分钟，连接数峰值 180，无登录失败"
    ok(svcdesk(box.root, "do", CHANGE, "verify", "--field", verified, **late))
    ok(svcdesk(box.root, "close", CHANGE, at="2024-10-01T13:30:00+08:00"))
    assert codes(box) == []


def test_it_is_not_closed_before_verification(box: Sandbox) -> None:
    ok(approve(box))
    ok(start(box))
    done = svcdesk(box.root, "close", CHANGE, at="2024-10-01T13:30:00+08:00")
    assert done.code == 3
    assert "finish" in done.err


@pytest.mark.case(93)
def test_who_may_not(box: Sandbox) -> None:
    other = approve(box, who="engineer-1")
    assert (other.code, "roles that may: approver" in other.err) == (3, True)
    ok(svcdesk(box.root, "assign", CHANGE, "approver-2"))
    own = approve(box, who="approver-2")
    assert own.code == 3
    assert "approver-2 is the implementer" in own.err
    stranger = approve(box, who="nobody-1")
    assert stranger.code == 3
    assert counts(box) == []


@pytest.mark.case(93)
def test_what_one_requested_oneself(make_desk: MakeDesk) -> None:
    box = desk_of_five(make_desk)
    given = [word for field in FIELDS for word in ("--field", field)]
    ok(svcdesk(box.root, "new", "change", "--title", "T", *given, who="approver-2"))
    ok(svcdesk(box.root, "do", CHANGE, "propose"))
    done = approve(box, who="approver-2")
    assert done.code == 3
    assert "approver-2 is the requester" in done.err
    chinese = approve(box, who="approver-2", lang="zh")
    assert "approver-2 是申请人" in chinese.err


@pytest.mark.parametrize(("word", "code"), [("perhaps", 2), ("", 2), ("APPROVE", 0), ("同意", 0)])
def test_decisions_that_are_known_and_not(box: Sandbox, word: str, code: int) -> None:
    done = approve(box, CHANGE, "approver-1", "--decision", word)
    assert done.code == code, done.err
    if code:
        assert "approve (同意), reject (不同意)" in done.err
        assert box.status() == ""


def test_a_rejection_needs_a_reason_and_stands(box: Sandbox) -> None:
    bare = approve(box, CHANGE, "approver-2", "--decision", "reject")
    assert bare.code == 3
    assert "--reason" in bare.err
    ok(approve(box))
    ok(approve(box, CHANGE, "approver-2", "--decision", "驳回", "--reason", "没有演练过"))
    done = start(box)
    assert done.code == 3
    assert "approver-2 rejected it: 没有演练过" in done.err


def test_approving_twice(box: Sandbox) -> None:
    ok(approve(box))
    again = approve(box, at="2024-10-01T11:00:00+08:00")
    assert again.code == 3
    assert "has decided so already, at 2024-10-01T10:00:00+08:00" in again.err
    assert len(approvals(box)) == 1


def test_where_no_approval_is_asked_for(box: Sandbox) -> None:
    ok(svcdesk(box.root, "do", CHANGE, "withdraw", "--reason", "补充"))
    draft = approve(box)
    assert draft.code == 3
    assert "draft" in draft.err
    ok(svcdesk(box.root, "new", "--requester", "李*", "--description", "x", "--channel", "im"))
    request = approve(box, "SR-20241001-001")
    assert request.code == 3
    assert "a request asks for no approval" in request.err


def test_a_form_that_is_not_filled_in_is_not_approved(make_desk: MakeDesk) -> None:
    box = desk_of_five(make_desk)
    ok(svcdesk(box.root, "new", "change", "--title", "T", "--field", "plan=x"))
    ok(svcdesk(box.root, "do", CHANGE, "propose"))
    done = approve(box)
    assert done.code == 3
    assert "rollback" in done.err
    assert "plan" not in done.err.split("it has no")[1].split(",")


def test_a_substitute_between_the_dates_and_outside(box: Sandbox) -> None:
    in_place = (CHANGE, "supervisor-1", "--as", "approver-1")
    before = approve(box, *in_place)
    assert before.code == 3
    assert "2024-10-03" in before.err
    ok(approve(box, *in_place, at="2024-10-04T10:00:00+08:00"))
    assert counts(box) == [True]
    event = approvals(box)[0]
    assert (event["by"], event["person"]) == ("supervisor-1", "approver-1")
    after = approve(box, *in_place, at="2024-10-09T10:00:00+08:00")
    assert after.code == 3
    for who, whose in (("engineer-1", "approver-1"), ("supervisor-1", "approver-2"),
                       ("engineer-1", "requester")):  # fmt: skip
        done = approve(box, CHANGE, who, "--as", whose, at="2024-10-04T10:00:00+08:00")
        assert done.code == 3, (who, whose)


def test_the_generic_move_is_judged_alike(box: Sandbox) -> None:
    assert svcdesk(box.root, "do", CHANGE, "approve", who="engineer-1").code == 3
    ok(svcdesk(box.root, "do", CHANGE, "approve", who="approver-1"))
    assert counts(box) == [True]


def test_a_dry_run_writes_nothing(box: Sandbox) -> None:
    done = ok(approve(box, CHANGE, "approver-1", "--dry-run"))
    assert "digest" in done.out
    assert approvals(box) == []


def test_several_changes_at_once_all_or_none(box: Sandbox) -> None:
    second = proposed(box, "第二项变更")
    ok(svcdesk(box.root, "do", second, "withdraw", "--reason", "补充"))
    assert approve(box, CHANGE, "approver-1", second).code == 3
    assert counts(box) == []
    ok(svcdesk(box.root, "do", second, "propose"))
    ok(approve(box, CHANGE, "approver-1", second))
    assert (counts(box), counts(box, second)) == ([True], [True])


@pytest.mark.case(94)
def test_a_field_changed_and_put_back_by_hand(box: Sandbox) -> None:
    ok(approve(box))
    text = box.read(CHANGE)
    box.edit(CHANGE, "\nplan: 1.", "\nplan: 9.")
    assert counts(box) == [False]
    assert "plan was changed since, by hand" in svcdesk(box.root, "show", CHANGE).out
    assert start(box).code == 3
    box.write(CHANGE, text)
    ok(start(box))


@pytest.mark.case(94)
def test_a_field_changed_and_put_back_by_commands(box: Sandbox) -> None:
    ok(approve(box))
    late = {"at": "2024-10-01T10:30:00+08:00"}
    for name in ("title", "scope", "risk", "window.end"):
        new = "2024-10-12 23:30" if name == "window.end" else "别的"
        old = "2024-10-12 23:00" if name == "window.end" else _stands(box, name)
        ok(svcdesk(box.root, "set", CHANGE, f"{name}={new}", **late))
        assert approvals(box)[0]["fields"] == [name]
        ok(svcdesk(box.root, "set", CHANGE, f"{name}={old}", **late))
        assert counts(box) == [True]


def _stands(box: Sandbox, name: str) -> str:
    shown = json.loads(svcdesk(box.root, "show", CHANGE, "--format", "json").out)
    return str(shown["items"][0]["record"][name])


def test_show_and_log_say_which_count_and_why_not(box: Sandbox) -> None:
    ok(approve(box))
    assert "approved: 1 of 1 approvals count" in svcdesk(box.root, "show", CHANGE).out
    ok(svcdesk(box.root, "set", CHANGE, "plan=另一方案", at="2024-10-01T10:30:00+08:00"))
    shown = svcdesk(box.root, "show", CHANGE).out
    assert "not approved: 0 of 1 approvals count" in shown
    assert "plan was changed since, by engineer-1" in shown
    chinese = svcdesk(box.root, "show", CHANGE, lang="zh").out
    assert "未批准：需要 1 人同意，有效的有 0 人" in chinese
    assert "不生效：plan 此后被 engineer-1" in chinese
    assert "does not count: plan" in svcdesk(box.root, "log", CHANGE).out
    log = json.loads(svcdesk(box.root, "log", CHANGE, "--format", "json").out)["items"]
    assert [one["counts"] for one in log if one["do"] == "approve"] == [False]
    assert codes(box) == ["DESK802"]


def test_a_hand_made_start_is_found(box: Sandbox) -> None:
    ok(approve(box))
    ok(start(box))
    text = box.read(CHANGE)
    approval = text[text.index("  - id: ", text.index("do: propose")) : text.index(
        "  - id: ", text.index("do: approve"))]  # fmt: skip
    box.write(CHANGE, text.replace(approval, ""))
    box.commit("the approval is gone")
    assert codes(box) == ["DESK801"]
    found = svcdesk(box.root, "check").out
    assert "“start” by engineer-2 without approval" in found
    assert "D (K14)" in svcdesk(box.root, "explain", "DESK801").out


def test_whoever_may_force_leaves_it_on_record(box: Sandbox) -> None:
    """An emergency: the supervisor answers for it, and `check` names it from then on."""
    forced = ("start", CHANGE, "--force", "生产中断，先恢复后补批")
    assert svcdesk(box.root, *forced, who="engineer-2").code == 3
    ok(svcdesk(box.root, *forced, who="supervisor-1"))
    assert "DESK801" in codes(box)


@pytest.mark.case(93)
def test_a_second_id_of_one_person(make_desk: MakeDesk) -> None:
    second = PEOPLE.replace(
        "    emails: [approver-2@example.org]\n",
        "    emails: [approver-2@example.org]\n    same_as: engineer-1\n",
    )
    box = desk_of_five(make_desk, people=second)
    proposed(box)
    done = approve(box, who="approver-2")
    assert done.code == 3
    assert "approver-2 is the requester" in done.err


def test_a_change_and_the_request_that_asks_for_it(box: Sandbox) -> None:
    ok(svcdesk(box.root, "new", "--requester", "李*", "--description", "x", "--channel", "im"))
    ok(svcdesk(box.root, "link", CHANGE, "request", "SR-20241001-001"))
    links = [
        json.loads(svcdesk(box.root, "show", one, "--format", "json").out)["items"][0]["record"][
            "links"
        ]
        for one in (CHANGE, "SR-20241001-001")
    ]
    assert [[(link["rel"], link["id"]) for link in one] for one in links] == [
        [("request", "SR-20241001-001")],
        [("change", CHANGE)],
    ]
    assert codes(box, CHANGE, "SR-20241001-001") == []
    assert "SR-20241001-001" in svcdesk(box.root, "show", CHANGE).out
    assert CHANGE in svcdesk(box.root, "list", "kind:change").out


def test_what_is_redacted_after_the_end_leaves_notes(box: Sandbox) -> None:
    ok(approve(box))
    ok(start(box))
    late = {"who": "engineer-2", "at": "2024-10-01T13:00:00+08:00"}
    undone = ("--field", "execution=按回退方案恢复原配置", "--reason", "内存不足")
    ok(svcdesk(box.root, "do", CHANGE, "roll_back", *undone, **late))
    ok(svcdesk(box.root, "close", CHANGE, at="2024-10-01T14:00:00+08:00"))
    redact = ("redact", CHANGE, "plan", "--reason", "含内部地址")
    ok(svcdesk(box.root, *redact, at="2024-10-01T15:00:00+08:00"))
    assert codes(box) == []
    assert "plan was redacted since" in svcdesk(box.root, "check", CHANGE).out
    assert "approved: 1 of 1 approvals count" in svcdesk(box.root, "show", CHANGE).out


def test_a_state_written_by_hand_is_not_adopted_past_the_approval(box: Sandbox) -> None:
    box.edit(CHANGE, "\nstatus: in_review\n", "\nstatus: in_progress\n")
    for who in ("engineer-2", "supervisor-1"):
        done = svcdesk(box.root, "adopt", CHANGE, who=who, at="2024-10-01T12:00:00+08:00")
        assert done.code == 3
        assert "without approval" in done.err


def test_what_is_redacted_before_the_start_has_to_be_approved_again(box: Sandbox) -> None:
    ok(approve(box))
    redact = ("redact", CHANGE, "plan", "--reason", "含内部地址")
    ok(svcdesk(box.root, *redact, at="2024-10-01T10:30:00+08:00"))
    assert counts(box) == [False]
    refused = start(box)
    assert refused.code == 3
    assert "plan was redacted since" in refused.err
