"""The traps that lint finds, each with a policy that falls into it; and the shipped ones, clean."""

from dataclasses import replace

import pytest
from sla_builders import DATA, T, calendar, office, shipped
from sla_stories import CALENDARS, RULES, compile_when, policy

from svcdesk.sla.calendar import ALWAYS
from svcdesk.sla.lint import Context, lint
from svcdesk.sla.policy_file import parse_policy

VOCABULARY = {
    "priority": ("P1", "P2", "P3"),
    "requester.audience": ("internal", "external"),
    "complexity": ("general", "complex"),
    "service_mode": ("remote_guidance", "remote_control", "onsite", "specialist"),
}
TRACKED = {*VOCABULARY, "status", "customer", "type"}


def context(**changes):
    return Context(
        rules=RULES,
        calendars={**CALENDARS, "office": office(), **changes},
        around=T("2024-01-01 00:00"),
        vocabulary=VOCABULARY,
        tracked=TRACKED,
        fields_of=lambda text: [part.split(":")[0] for part in text.split()],
    )


def found(made, **changes):
    """(code, field) of each finding, and all sentences."""
    findings = lint(made, context(**changes))
    return [(one.code, one.field) for one in findings], " ".join(str(f.message) for f in findings)


POLICIES = sorted(path.stem for path in (DATA / "policies").glob("*.yaml"))


def test_the_norms_seven_policies_are_shipped():
    assert sorted(
        ["delivery-template", "audience", "complexity", "department-manual", "thirty-minutes",
         "service-mode", "after-sales"]
    ) == POLICIES  # fmt: skip


@pytest.mark.parametrize("name", POLICIES)
def test_a_shipped_policy_has_no_findings_and_cites_its_norm_everywhere(name):
    made = parse_policy(shipped(f"policies/{name}.yaml"), name, compile_when)
    assert found(made) == ([], "")
    assert made.cites in ("B", "C", "D") and set(made.labels) == {"en", "zh"}
    for rule in made.versions[0].rules:
        assert all(
            terms.cites and terms.clock in ("24x7", "office") for terms in rule.terms.values()
        )
        assert "promise" in rule.terms


def test_trap_4_p2_on_the_working_calendar_is_slower_than_p3():
    data = shipped("policies/delivery-template.yaml")
    p2 = data["rules"][1]["targets"]["resolution"]
    assert p2 == {"duration": "24h", "clock": "24x7"}
    p2["clock"] = "office"
    made = parse_policy(data, "delivery-template", compile_when)
    codes, said = found(made)
    assert ("DESK601", "rules.1.targets.resolution") in codes
    assert "24h on office" in said and "3wd on office" in said
    assert ("DESK605", "rules.2.targets.resolution") in codes


def test_on_an_eight_hour_day_24_hours_are_three_working_days_and_only_the_units_are_odd():
    hours = ["09:00-12:00", "13:00-18:00"]
    eight = calendar("eight", hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), hours))
    rules = [
        ("priority:P1,P2", {"resolution": {"duration": "24h", "clock": "eight"}}),
        (None, {"resolution": {"duration": "3wd", "clock": "eight", "end_of_day": True}}),
    ]
    assert found(policy(rules), eight=eight)[0] == [("DESK605", "rules.1.targets.resolution")]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        # a higher priority slower than a lower one, plainly
        ([("priority:P1", {"resolution": "8h"}), (None, {"resolution": "4h"})],
         [("DESK601", "rules.0.targets.resolution")]),
        # only for one audience, behind another rule
        ([("priority:P2 requester.audience:external", {"resolution": "1h"}),
          ("priority:P1", {"resolution": "2h"}), (None, {"resolution": "4h"})],
         [("DESK601", "rules.1.targets.resolution")]),
        # the same rule for all: nothing to compare
        ([(None, {"resolution": "4h"})], []),
        # unreachable: hidden by an earlier one; an impossible value; unconditional but not last
        ([("priority:P1,P2", {"resolution": "1h"}), ("priority:P2", {"resolution": "2h"}),
          (None, {"resolution": "4h"})],
         [("DESK602", "rules.1")]),
        ([("priority:P9", {"resolution": "1h"}), (None, {"resolution": "4h"})],
         [("DESK602", "rules.0")]),
        ([(None, {"resolution": "1h"}), ("priority:P2", {"resolution": "2h"})],
         [("DESK602", "rules.0"), ("DESK614", "rules")]),
        # records without a rule: those of other priorities, and those that nobody has classified
        ([("priority:P1", {"resolution": "1h"}), ("priority:P2,P3", {"resolution": "4h"})],
         [("DESK614", "rules")]),
        ([("priority:P1", {"resolution": "1h"}), (None, {})], []),
        # no time at all
        ([(None, {"resolution": "0h"})], [("DESK613", "rules.0.targets.resolution.duration")]),
        # levels before the start, also only because of closed hours; a late one is none
        ([(None, {"resolution": {"duration": "8h", "levels": [{"at": "-9h"}, {"at": "0"}]}})],
         [("DESK612", "rules.0.targets.resolution.levels.0.at")]),
        ([(None, {"resolution": {"duration": "8h", "clock": "office",
                                 "levels": [{"at": "-2wd"}]}})],
         [("DESK612", "rules.0.targets.resolution.levels.0.at")]),
        ([(None, {"resolution": {"duration": "8h", "levels": [{"at": "-8h"}, {"at": "150%"}]}})],
         []),
        # levels beyond what any calendar reaches
        *(([(None, {"resolution": {"duration": "8h", "levels": [{"at": far}]}})],
           [("DESK610", "rules.0.targets.resolution.levels.0.at")])
          for far in ("+1000000h", "-1000000h")),
        # a customer's name can be anything; said twice it is unreachable
        ([("customer:客户A", {"resolution": "1h"}), ("customer:客户A", {"resolution": "2h"}),
          (None, {"resolution": "4h"})],
         [("DESK602", "rules.1")]),
        # no record can match
        ([("priority:P9", {"resolution": "1h"})], [("DESK602", "rules.0"), ("DESK606", "rules")]),
        # a response after the resolution, also only because of closed hours
        ([(None, {"response": "5h", "resolution": "4h"})],
         [("DESK603", "rules.0.targets.response")]),
        ([(None, {"response": {"duration": "1h", "clock": "office"}, "resolution": "4h"})],
         [("DESK603", "rules.0.targets.response")]),
        # no hours
        ([(None, {"resolution": {"duration": "4h", "clock": "nowhere"}})],
         [("DESK604", "rules.0.targets.resolution.clock")]),
        ([(None, {"resolution": {"duration": "4h", "clock": "past"}})],
         [("DESK604", "rules.0.targets.resolution.clock")]),
        # units
        ([(None, {"resolution": {"duration": "1d", "clock": "office"}})],
         [("DESK605", "rules.0.targets.resolution")]),
        ([("priority:P1", {"resolution": {"duration": "4h", "clock": "office"}}),
          (None, {"resolution": {"duration": "3wd", "clock": "office"}})],
         [("DESK605", "rules.1.targets.resolution")]),
        # levels out of order: always, and only in short cycles
        ([(None, {"resolution": {"duration": "4h", "levels": [{"at": "0"}, {"at": "-1h"}]}})],
         [("DESK607", "rules.0.targets.resolution")]),
        ([(None, {"resolution": {"duration": "1h", "levels": [{"at": "80%"}, {"at": "-30m"}]}})],
         [("DESK607", "rules.0.targets.resolution")]),
        ([(None, {"resolution": {"duration": "4h", "levels": [{"at": "-2h"}, {"at": "80%"},
                                                             {"at": "0"}, {"at": "+2h"}]}})],
         []),
        # untracked
        ([("title:printer", {"resolution": "1h"}), (None, {"resolution": "4h"})],
         [("DESK608", "rules.0")]),
        # levels that raise and lower in turn
        ([("priority:P1", {"resolution": {"duration": "1h",
                                          "levels": [{"at": "0", "set": {"priority": "P2"}}]}}),
          (None, {"resolution": {"duration": "4h",
                                 "levels": [{"at": "0", "set": {"priority": "P1"}}]}})],
         [("DESK609", "rules")]),
        ([("priority:P1", {"resolution": "1h"}),
          (None, {"resolution": {"duration": "4h",
                                 "levels": [{"at": "0", "set": {"priority": "P1"}}]}})],
         []),
        # ill-formed
        ([(None, {"repair": "4h"})], [("DESK610", "rules.0.targets.repair")]),
        ([(None, {"resolution": {}})], [("DESK610", "rules.0.targets.resolution")]),
        ([(None, {"resolution": "1000000h"})],
         [("DESK610", "rules.0.targets.resolution.duration")]),
        ([(None, {"promise": "4h"})], [("DESK610", "rules.0.targets.promise.duration")]),
        ([(None, {"response": {"duration": "1h", "starts": "noon"}})],
         [("DESK610", "rules.0.targets.response.starts")]),
        ([(None, {"promise": {"levels": [{"at": "-30m"}, {"at": "0"}]}, "resolution": "4h"})], []),
    ],
)  # fmt: skip
def test_each_trap(rules, expected):
    past = calendar("past", hours={}, overrides=[{"date": "2020-01-02", "hours": ["09:00-10:00"],
                                                  "reason": "once"}])  # fmt: skip
    codes, said = found(policy(rules), past=past)
    assert codes == expected, said


def test_a_finding_in_an_earlier_version_and_in_common_targets_is_found_at_its_place():
    data = {
        "from": "2024-10-01",
        "targets": {"resolution": {"duration": "1d", "clock": "office"}},
        "rules": [{"when": "priority:P1"}, {"targets": {}}],
        "earlier": [{"targets": {"repair": {"duration": "4h", "clock": ALWAYS}}}],
    }
    codes, _ = found(parse_policy(data, "test", compile_when))
    assert codes == [
        ("DESK610", "earlier.0.targets.repair"),
        ("DESK605", "targets.resolution"),
    ]


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ({"at": "0", "notify": ["assignee", "supervisor", "role:engineer", "engineer-1"]}, None),
        ({"at": "0", "notify": ["supervizor"]}, "supervizor"),
        ({"at": "0", "notify": ["role:boss"]}, "role:boss"),
        ({"at": "0", "notify": ["engineer"]}, "engineer"),  # a role without `role:`
        ({"at": "0", "set": {"priority": "P1"}}, None),
        ({"at": "0", "set": {"priority": "P0"}}, "one of P1, P2, P3"),
        ({"at": "0", "set": {"status": "closed"}}, "other than the state"),
        ({"at": "0", "set": {"colour": "red"}}, "colour"),
    ],
)
def test_a_level_tells_somebody_and_sets_what_can_be_set(level, said):
    made = policy([(None, {"resolution": {"duration": "4h", "levels": [level]}})])
    findings = lint(made, replace(context(), notifiable={"engineer-1", "role:engineer"}))
    if said is None:
        assert findings == []
        return
    ((code, field, message),) = [(one.code, one.field, str(one.message)) for one in findings]
    assert (code, field) == ("DESK611", "rules.0.targets.resolution.levels.0")
    assert said in message


def test_a_level_of_all_targets_is_named_once():
    levels = [{"at": "0", "notify": ["nobody"]}]
    terms = {name: {"duration": span, "levels": levels}
             for name, span in (("response", "1h"), ("resolution", "4h"))}  # fmt: skip
    made = policy([(None, terms)])
    findings = lint(made, replace(context(), notifiable=set()))
    assert [one.code for one in findings] == ["DESK611"]


@pytest.mark.parametrize(
    ("word", "hint"),
    [("customers", "do you mean customer?"), ("客户", "do you mean customer?"),
     ("xyz", "it is one of all, customer, vendor")],
)  # fmt: skip
def test_a_pause_for_which_nobody_waits_is_named_with_the_word_that_is_meant(word, hint):
    made = policy([(None, {"resolution": {"duration": "4h", "pauses": ["vendor", word]}})])
    reasons = {"customer": "customer", "客户": "customer", "vendor": "vendor"}
    (finding,) = lint(made, replace(context(), reasons=reasons))
    assert (finding.code, finding.field) == ("DESK610", "rules.0.targets.resolution.pauses.1")
    assert f"“{word}”" in str(finding.message) and str(finding.hint) == hint
    assert lint(made, context()) == []  # nobody knows the reasons
