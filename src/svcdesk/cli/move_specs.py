"""The table of moves and words: the last argument and the options of each command.

Only what the command line adds stands here; what a move needs, sets and writes is the workflow's.
"""

from __future__ import annotations

from collections.abc import Callable

from svcdesk.model.record import Value
from svcdesk.values import NamedTuple


class Given(NamedTuple):
    """An option that stands for a field. A mark goes on the event instead of into a field."""

    flag: str
    field: str
    help: str
    metavar: str = "TEXT"
    many: bool = False
    mark: bool = False
    switch: bool = False


class Spec(NamedTuple):
    name: str
    help: str
    last: tuple[str, str] | None = None
    """The argument after the ids: (its name in the usage line, the field it stands for)."""
    options: tuple[Given, ...] = ()
    reason: bool = False
    message_field: str | None = None
    """The field that `-m` fills, where what is said is not the event's text."""
    finish: Callable[[dict[str, Value]], dict[str, Value]] | None = None


_ETA = Given("--eta", "promise", "When it will be done.", "TIME")
_SIGNED = (
    Given("--signed-by", "signature.customer.name", "Who signed for the customer (masked)."),
    Given("--signed-at", "signature.customer.at", "When it was signed.", "TIME"),
)
_FORM = (
    Given("--service-item", "service_item", "What was delivered, in a line."),
    Given("--deliverable", "deliverables", "Something delivered; can be repeated.", many=True),
    Given("--criterion", "criteria", "A criterion of acceptance; can be repeated.", many=True),
)


def _improvements(given: dict[str, Value]) -> dict[str, Value]:
    """`--improvement`, `--owner` and `--due`, given in the same order, are one list of items."""
    actions = given.pop("improvement", None)
    owners, dues = given.pop("owner", None), given.pop("due", None)
    if isinstance(actions, list):
        items: list[Value] = []
        for index, action in enumerate(actions):
            item: dict[str, Value] = {"action": action}
            for key, column in (("owner", owners), ("due", dues)):
                if isinstance(column, list) and index < len(column):
                    item[key] = column[index]
            items.append(item)
        given["improvements"] = items
    return given


SPECS = (
    Spec(
        "message",
        "Record a message from the customer.\n\n"
        "The first unanswered one starts the clock for the next reply.",
    ),
    Spec(
        "reply",
        "Record a reply to the customer.\n\nThe first one should name an expected time: --eta.",
        options=(
            _ETA,
            Given(
                "--auto", "auto", "An automatic reply: it meets no target.", mark=True, switch=True
            ),
        ),
    ),
    Spec(
        "note",
        "Add an internal note, which the customer does not see.\n\n"
        "With --about a supervisor explains an escalation or a breach, or says what was moved to "
        "help.",
        options=(
            Given(
                "--about",
                "about",
                "What it explains: a breached target (response …), an escalation by the ending of "
                "its event's id, or all.",
                "TARGET|EVENT|all",
                many=True,
                mark=True,
            ),
        ),
    ),
    Spec(
        "step",
        "Record a handling step.\n\n"
        "It goes into the request's handling record, which the first step begins.",
        message_field="action",
        options=(
            Given("--root-cause", "root_cause", "The root cause, once known."),
            Given("--workaround", "workaround", "The workaround in use."),
            Given(
                "--effort",
                "effort_hours",
                "Hours of work so far, such as 1.5; or 1h30m, 90m.",
                "HOURS",
            ),
        ),
    ),
    Spec(
        "assess",
        "Record the first assessment.\n\nWith --plan it meets the assessment target.",
        options=(
            Given("--plan", "plan", "It holds a plan.", mark=True, switch=True),
            Given("--complexity", "complexity", "general or complex."),
        ),
    ),
    Spec(
        "promise",
        "Promise the customer a time: the next feedback, or the solution.",
        last=("TIME", "promise"),
    ),
    Spec("call", "Record the check-back call after a resolution."),
    Spec(
        "classify",
        "Classify a request: type, category, priority and what it follows from.",
        options=(
            Given("--type", "type", "fault, consultation, improvement, delivery or periodic."),
            Given(
                "--category", "category", "hardware, software, network … with / for the finer one."
            ),
            Given("--priority", "priority", "P1, P2 or P3."),
            Given("--impact", "impact", "How much is hit."),
            Given("--urgency", "urgency", "How soon it matters."),
            Given("--importance", "importance", "How important what is hit is."),
            Given("--complexity", "complexity", "general or complex."),
            Given(
                "--service-mode",
                "service_mode",
                "remote_guidance, remote_control, onsite, specialist.",
            ),
            Given("--audience", "requester.audience", "internal or external."),
        ),
    ),
    Spec(
        "assign",
        "Assign to a person.",
        last=("PERSON", "assignee"),
        options=(Given("--team", "team", "And to a team."),),
    ),
    Spec("take", "Accept the job and say when it will be done.", options=(_ETA,)),
    Spec("start", "Start working."),
    Spec(
        "wait",
        "Wait for somebody or something.\n\n"
        "Which targets pause meanwhile stands in the SLA policy.",
        options=(
            Given("--for", "waiting.reason", "customer, vendor, approval, problem or window."),
            Given("--until", "waiting.until", "Until when.", "TIME"),
        ),
    ),
    Spec("resume", "Go on after waiting, in the state before it."),
    Spec(
        "resolve",
        "Resolve, with a concrete result.\n\n"
        "Say what was done and how it was verified; “fixed” alone is refused.",
        options=(
            Given("--result", "result", "What was done, and how it stands now."),
            Given("--step", "action", "A last handling step, if none was recorded."),
            Given("--root-cause", "root_cause", "The root cause."),
            Given("--workaround", "workaround", "The workaround, if it is one."),
            Given(
                "--effort", "effort_hours", "Hours of work, such as 1.5; or 1h30m, 90m.", "HOURS"
            ),
            Given("--difficulties", "difficulties", "Difficulties, and how they were met."),
            Given("--verification", "verification", "How you verified it."),
            Given("--advice", "advice", "Advice to the user."),
        ),
    ),
    Spec(
        "confirm",
        "Record that the user confirms the solution.\n\n"
        "Recorded for the requester; whoever resolved it cannot.",
    ),
    Spec(
        "accept",
        "Record that the customer accepts the delivery.\n\n"
        "The delivery's form is filled in the same commit.",
        options=(*_FORM, *_SIGNED),
    ),
    Spec(
        "reject",
        "Record that the customer rejects it.\n\nThe request goes back to work, a round later.",
        reason=True,
        options=(
            Given("--unmet", "unmet", "What is not met; can be repeated.", many=True),
            Given(
                "--correction", "corrections", "What will be corrected; can be repeated.", many=True
            ),
            *_FORM,
            *_SIGNED,
        ),
    ),
    Spec(
        "rate",
        "Record the customer's ratings, from 1 to 5.\n\nSatisfaction is computed from them.",
        options=(
            Given("--timeliness", "ratings.timeliness", "How quick the answer was.", "1-5"),
            Given("--effect", "ratings.effect", "How well it was solved.", "1-5"),
            Given("--attitude", "ratings.attitude", "How the people were.", "1-5"),
            Given("--comments", "comments", "In the customer's words."),
            Given(
                "--improvement", "improvement", "What will be improved; can be repeated.", many=True
            ),
            Given(
                "--owner",
                "owner",
                "Who sees to that improvement; can be repeated.",
                "PERSON",
                many=True,
            ),
            Given("--due", "due", "By which day; can be repeated.", "DATE", many=True),
        ),
        finish=_improvements,
    ),
    Spec(
        "close",
        "Close.\n\nWithout the user's confirmation it is a finding, unless the desk allows it.",
    ),
    Spec("reopen", "Open again, a round later.", reason=True),
    Spec("cancel", "Cancel: the way to take back a request.", reason=True),
    Spec(
        "handover",
        "Hand over to another team.",
        last=("TEAM", "team"),
        options=(Given("--assignee", "assignee", "To whom there.", "PERSON"),),
    ),
    Spec(
        "escalate",
        "Escalate.",
        reason=True,
        options=(
            Given("--to", "to", "The role that is told.", "ROLE", mark=True),
            Given("--priority", "priority", "And raise the priority."),
        ),
    ),
)
