"""Which approvals count: content, rights, parties, substitutes, quorum; and what lacks them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from change_builders import (
    RULE,
    UNTIL,
    WORKFLOW,
    begun,
    change,
    decision,
    flaws_of,
    people,
    stands,
    why,
    with_key,
)
from hypothesis import given
from hypothesis import strategies as st
from lifecycle_builders import event

from svcdesk.i18n import T
from svcdesk.lifecycle.approval_flaws import Became, FlawKind, turns
from svcdesk.lifecycle.approval_values import Problem, Why
from svcdesk.model.people import Person
from svcdesk.model.record import Event

assert RULE is not None
TWO = WORKFLOW._replace(approval=RULE._replace(quorum=2))


def plan(tick: int, text: str, was: str = "A") -> Event:
    return event(tick, "set", set={"plan": text}, was={"plan": was})


# ── content ─────────────────────────────────────────────────────────────────────────────────────


def test_an_approval_of_what_stands_there_counts() -> None:
    now = stands([*begun(), decision(2)])
    assert why(now) == [None]
    assert now.granted


@pytest.mark.case(94)
@pytest.mark.parametrize("field", RULE.fields)
def test_a_change_of_a_named_field_voids_it_by_name(field: str) -> None:
    events = [*begun(), decision(2), event(3, "set", "engineer-2", set={field: "other"})]
    now = stands(events)
    assert why(now) == ["content"]
    assert not now.granted
    problem = now.approvals[0].problem
    assert problem is not None
    assert problem.fields == (field,)
    assert field in str(problem.said)
    assert "engineer-2" in str(problem.said)


def test_put_back_it_counts_again() -> None:
    events = [*begun(), decision(2), plan(3, "X"), plan(4, "A", was="X")]
    assert why(stands(events)) == [None]


def test_other_events_and_other_fields_leave_it_alone() -> None:
    events = [
        *begun(),
        decision(2),
        event(3, "note", text="x"),
        event(4, "assign", set={"assignee": "engineer-2"}),
        event(5, "withdraw", set={"status": "draft"}, reason="x"),
        event(6, "propose", set={"status": "in_review"}),
    ]
    assert stands(events).granted


def test_an_edit_by_hand_voids_it_too() -> None:
    record = change([*begun(), decision(2)]).with_fields({"plan": "by hand"})
    now = stands(record.events, record=record)
    assert why(now) == ["content"]
    assert "by hand" in str(now.approvals[0].problem.said)


def test_a_digest_of_nothing_that_was_ever_said_is_named() -> None:
    now = stands([*begun(), decision(2, values={"plan": "never"})])
    assert why(now) == ["content"]
    assert "ever said" in str(now.approvals[0].problem.said)


def test_an_approval_that_crossed_an_edit_is_of_what_its_author_saw() -> None:
    """Two branches: on the one the plan is changed, on the other the old plan is approved later."""
    events = [*begun(), plan(2, "X"), decision(3)]
    now = stands(events)
    problem = now.approvals[0].problem
    assert problem is not None
    assert (problem.why, problem.fields) == (Why.CONTENT, ("plan",))


def test_an_approval_copied_from_another_change_is_of_that_one() -> None:
    copied = decision(2)
    other = change([*begun(), copied])
    other = other.with_fields({"uid": "01J9V3K2M4N6P8R0S2T4V6X8ZZ"})
    assert why(stands(other.events, record=other)) == ["content"]


@pytest.mark.case(97)
def test_an_approval_of_fewer_fields_than_the_workflow_names_does_not_count() -> None:
    now = stands([*begun(), decision(2, fields=[f for f in RULE.fields if f != "rollback"])])
    assert why(now) == ["fields"]
    assert now.approvals[0].problem.fields == ("rollback",)


@pytest.mark.parametrize("lost", ["decision", "fields", "digest"])
def test_an_approval_without_one_of_its_parts_does_not_count(lost: str) -> None:
    given_ = decision(2)
    bare = {key: value for key, value in given_.extra.items() if key != lost}
    now = stands([*begun(), event(2, "approve", "approver-1", extra=bare)])
    assert why(now) == ["form"]


@given(st.lists(st.sampled_from(["A", "B", "C"]), max_size=8), st.sampled_from(["A", "B", "C"]))
def test_it_counts_exactly_while_the_content_is_that_approved(edits: list[str], of: str) -> None:
    said = ["A", *edits]
    events = begun()
    for at, text in enumerate(edits):
        events.append(plan(2 + at, text, was=said[at]))
    events.append(decision(50, values={"plan": of}))
    assert stands(events).granted is (said[-1] == of)


# ── who ─────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_has_no_right_or_is_not_listed_does_not_count() -> None:
    assert why(stands([*begun(), decision(2, "deputy-1")])) == ["right"]
    assert why(stands([*begun(), decision(2, "stranger")])) == ["right"]
    assert why(stands([*begun(), decision(2, on_behalf="requester")])) == ["right"]


def test_requester_and_implementer_do_not_approve() -> None:
    assert why(stands([*begun(), decision(2, "engineer-1")])) == ["apart"]
    assert why(stands([*begun(assignee="engineer-2"), decision(2, "engineer-2")])) == ["apart"]
    assert why(stands([*begun(requested_by="engineer-2"), decision(2, "engineer-2")])) == ["apart"]
    assert why(stands([*begun(requested_by="requester"), decision(2, "engineer-1")])) == ["apart"]


def test_whoever_becomes_the_implementer_later_has_not_approved() -> None:
    assign = event(3, "assign", set={"assignee": "approver-1"})
    assert why(stands([*begun(), decision(2), assign])) == ["apart"]


@pytest.mark.case(93)
def test_two_ids_of_one_person_are_one_person() -> None:
    both = [*begun(), decision(2, "approver-1"), decision(3, "approver-3")]
    now = stands(both, workflow=TWO)
    assert not now.granted
    assert len(now.agreed) == 1
    assert stands([*begun(), decision(2), decision(3, "approver-2")], workflow=TWO).granted


@pytest.mark.case(93)
def test_one_key_is_one_person() -> None:
    both = [*begun(), decision(2, "approver-1"), decision(3, "approver-2")]
    shared = people(with_key("approver-1", "AAAA"), with_key("approver-2", "BBBB", "AAAA"))
    assert not stands(both, shared, workflow=TWO).granted
    own = people(with_key("approver-1", "AAAA"), with_key("approver-2", "BBBB"))
    assert stands(both, own, workflow=TWO).granted


def test_a_second_id_of_the_requester_does_not_approve() -> None:
    other = Person("approver-9", roles=("approver",), same_as="engineer-1")
    assert why(stands([*begun(), decision(2, "approver-9")], people(other))) == ["apart"]


def test_ids_that_point_at_each_other_end() -> None:
    circle = people(Person("a", roles=("approver",), same_as="b"), Person("b", same_as="a"))
    assert stands([*begun(), decision(2, "a")], circle).granted


# ── in another's place ──────────────────────────────────────────────────────────────────────────


def test_a_substitute_counts_between_the_dates_only() -> None:
    in_place = decision(2, "deputy-1", on_behalf="approver-1")
    assert stands([*begun(), in_place]).granted
    assert why(stands([*begun(), in_place._replace(at=UNTIL)])) == ["substitute"]
    assert why(stands([*begun(), decision(2, "engineer-2", on_behalf="approver-1")])) == [
        "substitute"
    ]
    assert why(stands([*begun(), decision(2, "deputy-1", on_behalf="engineer-2")])) == [
        "substitute"
    ]


def test_a_substitute_of_two_is_one_person() -> None:
    both = [
        *begun(),
        decision(2, "deputy-1", on_behalf="approver-1"),
        decision(3, "deputy-1", on_behalf="approver-2"),
    ]
    assert why(stands(both, workflow=TWO)) == [None, "twice"]
    mixed = [*begun(), decision(2, "approver-1"), decision(3, "deputy-1", on_behalf="approver-1")]
    assert not stands(mixed, workflow=TWO).granted


def test_a_substitute_is_apart_too() -> None:
    events = [*begun(assignee="deputy-1"), decision(2, "deputy-1", on_behalf="approver-1")]
    assert why(stands(events)) == ["apart"]


def test_a_workflow_may_know_no_substitutes() -> None:
    none = WORKFLOW._replace(approval=RULE._replace(substitutes=False))
    in_place = decision(2, "deputy-1", on_behalf="approver-1")
    assert why(stands([*begun(), in_place], workflow=none)) == ["substitute"]


# ── several words ───────────────────────────────────────────────────────────────────────────────


def test_the_latest_word_of_a_person_holds() -> None:
    yes_no = stands([*begun(), decision(2), decision(3, said="reject")])
    assert why(yes_no) == ["superseded", None]
    assert not yes_no.granted
    no_yes = stands([*begun(), decision(2, said="reject"), decision(3)])
    assert why(no_yes) == ["superseded", None]
    assert no_yes.granted


def test_a_rejection_that_counts_stands_against_any_number() -> None:
    events = [*begun(), decision(2), decision(3, "approver-2", said="reject", reason="no")]
    now = stands(events)
    assert not now.granted
    assert "approver-2" in str(now.missing())
    assert stands([*events, plan(4, "X"), decision(5, values={"plan": "X"})]).granted


def test_a_word_that_is_nobodys_takes_none_back() -> None:
    forged = decision(3, said="reject", more={"digest": 7})
    assert why(stands([*begun(), decision(2), forged])) == [None, "form"]


def test_a_decision_taken_back_or_out_of_place_has_no_effect() -> None:
    given_ = decision(2)
    assert why(stands([*begun(), given_, event(3, "void", void=(given_.id,))])) == ["effect"]
    draft = [begun()[0], decision(2)]
    assert why(stands(draft)) == ["effect"]


def test_a_signature_is_asked_for_and_looked_at() -> None:
    plain, signed = decision(2), decision(2, more={"sig": "x"})
    bad = Problem(Why.SIGNATURE, T("no"))
    assert why(stands([*begun(), plain], signed=True)) == ["signature"]
    assert stands([*begun(), signed], signed=True, verify=lambda *_: None).granted
    assert why(stands([*begun(), signed], verify=lambda *_: bad)) == ["signature"]


# ── what lacks approval ─────────────────────────────────────────────────────────────────────────


def started(tick: int = 5, by: str = "engineer-2") -> Event:
    return event(tick, "start", by, set={"status": "in_progress", "assignee": by})


def test_a_move_without_approval_is_a_flaw_and_with_it_is_none() -> None:
    assert [f.kind for f in flaws_of([*begun(), started()])] == [FlawKind.UNAPPROVED]
    assert flaws_of([*begun(), decision(2), started()]) == []


def test_an_approval_that_came_afterwards_mends_nothing() -> None:
    found = flaws_of([*begun(), started(2), decision(3)])
    assert [f.kind for f in found] == [FlawKind.UNAPPROVED]
    assert found[0].place == 2


def test_a_start_that_brings_another_plan_is_not_approved() -> None:
    other = event(5, "start", "engineer-2",
                  set={"status": "in_progress", "assignee": "engineer-2", "plan": "X"})  # fmt: skip
    kinds = [f.kind for f in flaws_of([*begun(), decision(2), other])]
    assert kinds == [FlawKind.UNAPPROVED, FlawKind.VOID]


def test_what_was_used_rightly_stays_right_when_the_plan_is_changed_later() -> None:
    events = [*begun(), decision(2), started(), plan(6, "X")]
    assert [f.kind for f in flaws_of(events)] == [FlawKind.VOID]
    finish = event(7, "finish", "engineer-2", set={"status": "implemented", "execution": "e"})
    found = flaws_of([*events, finish])
    assert [f.kind for f in found] == [FlawKind.UNAPPROVED]
    assert found[0].place == 5


def test_a_correction_does_not_lead_around_it() -> None:
    correct = event(3, "correct", set={"status": "verified"}, reason="x")
    assert [f.kind for f in flaws_of([*begun(), correct])] == [FlawKind.UNAPPROVED]
    back = event(3, "correct", set={"status": "draft"}, reason="x")
    assert flaws_of([*begun(), back]) == []


def test_requester_and_implementer_are_two_people() -> None:
    found = flaws_of([*begun(), decision(2), started(by="engineer-1")])
    assert [f.kind for f in found] == [FlawKind.UNAPPROVED]
    assert "at once" in str(found[0].said)
    asked = begun(requested_by="requester")
    assert flaws_of([*asked, decision(2), started(by="engineer-1")]) == []


def test_a_role_lost_after_the_end_weighs_little() -> None:
    gone = people(Person("approver-1"))
    events = [*begun(), decision(2), started()]
    assert [f.kind for f in flaws_of(events, gone)][:1] == [FlawKind.UNAPPROVED]
    over = [
        *events,
        event(6, "roll_back", "engineer-2", set={"status": "rolled_back", "execution": "e"}),
        event(7, "close", set={"status": "closed"}),
    ]
    assert [f.kind for f in flaws_of(over, gone)] == [FlawKind.LAPSED]
    never = [*begun(), started(), *over[-2:]]
    assert [f.kind for f in flaws_of(never, gone)] == [FlawKind.UNAPPROVED]


def test_what_was_rejected_and_changed_needs_nobodys_look() -> None:
    assert flaws_of([*begun(), decision(2, said="reject"), plan(3, "X")]) == []


# ── between two versions ────────────────────────────────────────────────────────────────────────


def test_what_became_of_approvals_between_two_versions() -> None:
    first = [*begun(), decision(2)]
    edited = [*first, plan(3, "X")]
    again = [*edited, plan(4, "A", was="X")]
    versions = [[], *(stands(one).approvals for one in (first, edited, again))]
    became = [[one.became for one in turns(before, after)] for before, after in pairwise(versions)]
    assert became == [[Became.GIVEN], [Became.VOIDED], [Became.COUNTS_AGAIN]]
    idle = stands([*begun(), decision(2, "deputy-1")]).approvals
    assert [one.became for one in turns([], idle)] == [Became.WITHOUT_EFFECT]
    assert turns(idle, idle) == ()


def test_what_is_imported_by_whoever_may_was_approved_elsewhere() -> None:
    boss = people(Person("supervisor-1", roles=("supervisor",)))
    for by, kind in (("supervisor-1", FlawKind.LAPSED), ("engineer-1", FlawKind.UNAPPROVED)):
        moved = event(3, "start", by, via="import", set={"status": "in_progress"})
        assert [f.kind for f in flaws_of([*begun(), moved], boss)] == [kind]
