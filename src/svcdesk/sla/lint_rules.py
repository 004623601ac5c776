"""What `sla lint` can find in a policy, one rule a trap."""

from __future__ import annotations

from typing import Final

from svcdesk.i18n import T
from svcdesk.model.finding import Rule, Severity

PRIORITY_ORDER: Final = Rule(
    "DESK601",
    "priority-order",
    Severity.WARNING,
    T("a higher priority is due later than a lower one"),
    T("durations on different clocks, or hours against working days, compare otherwise than they"
      " look: 24 hours on a day of 7.5 hours are more than three working days"),
    T("shorten the higher priority's duration, or put it on another clock"),
    "C 2.2",
)  # fmt: skip
UNREACHABLE: Final = Rule(
    "DESK602",
    "unreachable-rule",
    Severity.WARNING,
    T("no record can ever come to this rule"),
    T("the first rule that matches wins, and one without a condition only matches as the last"),
    T("move it up, narrow the rules before it, or remove it"),
)
RESPONSE_LATE: Final = Rule(
    "DESK603",
    "response-after-resolution",
    Severity.WARNING,
    T("the response is due later than the resolution"),
    T("a response that may come after the solution asks for nothing"),
    T("shorten the response, or let working days end at closing (`end_of_day: true`)"),
)
NO_HOURS: Final = Rule(
    "DESK604",
    "no-hours",
    Severity.ERROR,
    T("a target runs on a clock that never runs"),
    T("on a calendar that is missing, or has no hours in the coming year, nothing falls due"),
    T("name a calendar of this desk, or `24x7`"),
)
MIXED_UNITS: Final = Rule(
    "DESK605",
    "mixed-units",
    Severity.WARNING,
    T("units on one working calendar compare oddly"),
    T("an hour of a working calendar is an open hour, `1d` is 24 of them, and a working day is a"
      " date: none converts into another"),
    T("use hours, or working days such as 3wd, for all rules on one calendar"),
)  # fmt: skip
MATCHES_NOTHING: Final = Rule(
    "DESK606",
    "matches-nothing",
    Severity.WARNING,
    T("no record can match any rule of this policy"),
    T("records would have no service levels at all"),
    T("give it a last rule without `when`"),
)
LEVEL_ORDER: Final = Rule(
    "DESK607",
    "level-order",
    Severity.WARNING,
    T("escalation levels are not in the order in which they come"),
    T("levels fire in the order of their times, whatever order the file has"),
    T("put them in order"),
    "C 4.1 (K4)",
)
UNTRACKED: Final = Rule(
    "DESK608",
    "untracked-field",
    Severity.ERROR,
    T("a rule looks at a field that no event records"),
    T("the ledger reads what the events say, so that no hand edit moves a deadline; such a field"
      " is empty there"),
    T("use a tracked field, or mark this one `x-svcdesk-tracked: true` in the desk's schema"),
)  # fmt: skip
CIRCLE: Final = Rule(
    "DESK609",
    "escalation-circle",
    Severity.WARNING,
    T("escalation levels set a record's fields round in a circle"),
    T("what one level raises another lowers again, and every turn changes the due times"),
    T("let levels change a field in one direction only"),
    "C 4.1 (K4)",
)
ILL_FORMED: Final = Rule(
    "DESK610",
    "target-ill-formed",
    Severity.ERROR,
    T("a target cannot be reckoned as it stands"),
    T("a target is one of the kind's, starts at one of its moments, and has a duration unless a"
      " field holds its due time"),
    T("see the kind's table of targets"),
)  # fmt: skip
LEVEL_ILL_FORMED: Final = Rule(
    "DESK611",
    "level-ill-formed",
    Severity.ERROR,
    T("an escalation level tells nobody, or sets what it cannot"),
    T("when it comes, nobody hears of it, or `svcdesk sla escalate` refuses"),
    T("name people of people.yaml, roles such as role:supervisor, `assignee` or `supervisor`; set "
      "tracked fields to values that they can have"),
    "C 4.1 (K4)",
)  # fmt: skip
LEVEL_EARLY: Final = Rule(
    "DESK612",
    "level-before-start",
    Severity.WARNING,
    T("an escalation level comes before its target starts"),
    T("a level that lies further before the due time than the whole duration comes at once, with "
      "the start, and warns of nothing"),
    T("put it nearer to the due time, or write it as a share of the time, such as 50%; a share "
      "above 100% comes after the due time"),
    "C 4.1 (K4)",
)  # fmt: skip
NO_TIME: Final = Rule(
    "DESK613",
    "no-time",
    Severity.WARNING,
    T("a target is due at the moment at which it starts"),
    T("a duration of nothing leaves no time to meet it, so every record breaches it"),
    T("give it a duration, or take the target out"),
)
GAP: Final = Rule(
    "DESK614",
    "records-without-a-rule",
    Severity.WARNING,
    T("some records come to no rule, and owe nothing"),
    T("rules are tried in order, and one without a condition matches as the last one; where there"
      " is none, whatever matches no condition has no time limits, and nobody is told"),
    T("end with a rule without `when`; where nothing is owed on purpose, with empty `targets:`"),
)  # fmt: skip

RULES: Final = (
    PRIORITY_ORDER, UNREACHABLE, RESPONSE_LATE, NO_HOURS, MIXED_UNITS, MATCHES_NOTHING,
    LEVEL_ORDER, UNTRACKED, CIRCLE, ILL_FORMED, LEVEL_ILL_FORMED, LEVEL_EARLY, NO_TIME, GAP,
)  # fmt: skip
