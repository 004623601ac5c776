"""Policy files: which rule wins, versions by date, what is common, and everything refused."""

from datetime import date

import pytest
from sla_builders import T
from sla_stories import CALENDARS, RULES, clock, compile_when, judged, policy, story

from svcdesk.errors import Invalid, UsageError
from svcdesk.i18n import T as Sentence
from svcdesk.sla.ledger import ledger
from svcdesk.sla.policy_file import parse_policy

TWO_HOURS = {"resolution": {"duration": "2h", "clock": "24x7"}}
FOUR_HOURS = {"resolution": {"duration": "4h", "clock": "24x7"}}
SUBMIT = "2024-10-10 10:00 submit priority=P1"


def parsed(data):
    return parse_policy(data, "test", compile_when)


def match(data, **values):
    rule = parsed(data).versions[-1].match(values)
    return rule and {name: str(terms.duration) for name, terms in rule.terms.items()}


def test_the_first_rule_that_matches_wins():
    data = {"rules": [{"when": "priority:P1", "targets": TWO_HOURS},
                      {"when": "priority:P1,P2", "targets": FOUR_HOURS}]}  # fmt: skip
    assert match(data, priority="P1") == {"resolution": "2h"}
    assert match(data, priority="P2") == {"resolution": "4h"}
    assert match(data, priority="P3") is None


def test_a_rule_without_a_condition_matches_only_as_the_last_one():
    first = {"rules": [{"targets": TWO_HOURS}, {"when": "priority:P2", "targets": FOUR_HOURS}]}
    assert match(first, priority="P1") is None
    assert match(first, priority="P2") == {"resolution": "4h"}
    last = {"rules": first["rules"][::-1]}
    assert match(last, priority="P1") == {"resolution": "2h"}


def test_common_targets_belong_to_every_rule_and_a_rules_own_win():
    data = {
        "targets": {"response": {"duration": "1h", "clock": "24x7"}, **TWO_HOURS},
        "rules": [{"when": "priority:P1", "targets": FOUR_HOURS}, {"targets": {}}],
    }
    assert match(data, priority="P1") == {"response": "1h", "resolution": "4h"}
    assert match(data, priority="P2") == {"response": "1h", "resolution": "2h"}
    assert match({"targets": TWO_HOURS}) == {"resolution": "2h"}


def test_levels_in_common_are_those_of_every_target_without_its_own():
    data = {
        "levels": [{"at": 0, "notify": "supervisor"}],
        "targets": {
            "response": {"duration": "1h", "clock": "24x7"},
            "resolution": {"duration": "2h", "clock": "24x7", "levels": [{"at": "-30m"}]},
            "retention": {"duration": "1096d", "clock": "24x7", "levels": []},
        },
    }
    (rule,) = parsed(data).versions[0].rules
    assert {name: [level.at for level in terms.levels] for name, terms in rule.terms.items()} == {
        "response": ["0"], "resolution": ["-30m"], "retention": [],
    }  # fmt: skip
    assert rule.terms["response"].levels[0].notify == ("supervisor",)


def test_each_target_cites_its_norm_its_rules_or_the_policys():
    data = {
        "cites": "C",
        "targets": {"promise": {"clock": "24x7", "cites": "A 3.3"}},
        "rules": [
            {"when": "priority:P1", "cites": "C 2.2", "targets": TWO_HOURS},
            {"targets": FOUR_HOURS},
        ],
    }
    first, second = parsed(data).versions[0].rules
    assert {name: terms.cites for name, terms in first.terms.items()} == {
        "promise": "A 3.3", "resolution": "C 2.2",
    }  # fmt: skip
    assert second.terms["resolution"].cites == "C"
    assert (first.at, first.terms["resolution"].at) == ("rules.0", "rules.0.targets.resolution")
    assert first.terms["promise"].rule == "priority:P1"


VERSIONS = {
    "from": "2024-10-01",
    "targets": TWO_HOURS,
    "earlier": [
        {"from": "2023-01-01", "targets": FOUR_HOURS},
        {"from": "2024-03-01",
         "targets": {"resolution": {"duration": "3h", "clock": "24x7"}}},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        ("2024-10-01 00:00", "2024-10-01 02:00"),
        ("2024-09-30 23:59", "2024-10-01 02:59"),
        ("2024-03-01 00:00", "2024-03-01 03:00"),
        ("2023-06-01 10:00", "2023-06-01 14:00"),
        ("2022-12-31 23:59", None),
    ],
)
def test_a_record_is_judged_by_the_version_in_force_when_it_was_submitted(submitted, due):
    history = story(f"{submitted} submit priority=P1")
    found = ledger(history, RULES, parsed(VERSIONS), CALENDARS, T("2024-12-01 00:00"))
    entry = found.entry("resolution")
    assert (clock(entry.due) if entry else None) == due
    if due is None:
        assert "2022-12-31" in str(found.notes[0])


def test_the_policy_may_say_that_its_latest_version_judges_everything():
    made = parsed({**VERSIONS, "judged_by": "latest"})
    found = judged(story("2022-12-31 10:00 submit priority=P1"), made, "2024-12-01 00:00")
    assert clock(found.entry("resolution").due) == "2022-12-31 12:00"
    assert found.since == date(2024, 10, 1)


def test_a_record_that_no_rule_matches_says_so():
    found = judged(story(SUBMIT), policy([("priority:P2", {"resolution": "2h"})]),
                   "2024-10-10 12:00")  # fmt: skip
    assert found.entries == ()
    assert "no rule" in str(found.notes[0])


def test_a_clock_that_the_desk_does_not_have_is_named():
    made = policy(resolution={"duration": "2h", "clock": "offce"})
    with pytest.raises(Invalid) as refusal:
        judged(story(SUBMIT), made, "2024-10-10 12:00")
    assert "offce" in str(refusal.value) and "office" in str(refusal.value.hint)


@pytest.mark.parametrize("terms", [{"duration": "1000000h"}, {"duration": "999999wd"}, {}])
def test_a_target_that_cannot_be_reckoned_is_named(terms):
    with pytest.raises(Invalid) as refusal:
        judged(story(SUBMIT), policy(resolution=terms), "2024-10-10 12:00")
    assert "target resolution" in str(refusal.value) and refusal.value.hint
    assert refusal.value.field == "targets.resolution"


def test_a_year_without_public_holidays_is_a_note_in_the_answer():
    from sla_builders import office

    made = policy(resolution={"duration": "4h", "clock": "office"})
    calendars = {**CALENDARS, "office": office()}
    history = story("2026-12-31 17:00 submit priority=P1")
    found = judged(history, made, "2026-12-31 17:30", calendars)
    assert "2027" in str(found.notes[0]) and "office" in str(found.notes[0])
    near = judged(story("2026-12-30 10:00 submit"), made, "2026-12-30 10:30", calendars)
    assert near.notes == ()


def refused(data, field):
    with pytest.raises(Invalid) as refusal:
        parsed(data)
    assert refusal.value.field == field
    assert "test" in str(refusal.value)
    return f"{refusal.value} {refusal.value.hint}"


@pytest.mark.parametrize(
    ("terms", "field", "words"),
    [
        ({"duration": "3 days"}, "duration", "3wd"),
        ({"duration": 4}, "duration", "text"),
        ({"clock": None}, "clock", "text"),
        ({"clok": "office"}, "clok", "clock"),
        ({"boundary": "loose"}, "boundary", "tight, snap"),
        ({"end_of_day": True}, "end_of_day", "working days"),
        ({"end_of_day": "yes"}, "end_of_day", "true or false"),
        ({"pauses": [1]}, "pauses", "texts"),
        ({"on_reopen": "again"}, "on_reopen", "new_cycle"),
        ({"on_priority_change": "x"}, "on_priority_change", "forward"),
        ({"levels": "80%"}, "levels", "list"),
        ({"levels": [{"at": "soon"}]}, "levels.0.at", "-30m"),
        ({"levels": [{"at": "-3 days"}]}, "levels.0.at", "3d"),
        ({"levels": [{"at": False}]}, "levels.0.at", "text"),
        ({"levels": [{"at": "0", "tell": []}]}, "levels.0.tell", "belongs"),
    ],
)
def test_terms_that_are_wrong_are_refused_by_field(terms, field, words):
    data = {"targets": {"resolution": {"duration": "4h", "clock": "24x7", **terms}}}
    assert words in refused(data, f"targets.resolution.{field}")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "rules"),
        ({"rules": []}, "rules"),
        ({"rules": {}}, "rules"),
        ({"rules": ["priority:P1"]}, "rules.0"),
        ({"rules": [{"if": "x"}]}, "rules.0.if"),
        ({"rules": [{"when": 1}]}, "rules.0.when"),
        ({"targets": TWO_HOURS, "from": "soon"}, "from"),
        ({"targets": TWO_HOURS, "judged_by": "mood"}, "judged_by"),
        ({"targets": TWO_HOURS, "earlier": [{"targets": FOUR_HOURS}]}, "earlier"),
        ({"targets": TWO_HOURS, "earlier": [{"rules": []}]}, "earlier.0.rules"),
        ({"targets": TWO_HOURS, "label": 3}, "label"),
    ],
)
def test_a_policy_of_another_shape_is_refused_by_field(data, field):
    refused(data, field)


def test_a_condition_that_is_no_query_is_refused_where_it_stands():
    def compile_badly(text):
        raise UsageError(Sentence("no such field: {name}", name=text), hint=Sentence("try again"))

    with pytest.raises(Invalid) as refusal:
        parse_policy({"rules": [{"when": "prio:P1", "targets": {}}]}, "test", compile_badly)
    assert refusal.value.field == "rules.0.when"
    assert "prio:P1" in str(refusal.value) and str(refusal.value.hint) == "try again"
