"""The desk's own rules: what `check` looks for beside the norms' rules, and why.

Codes are stable. `explain` covers these, every plugin's rules, and the codes of refusals.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from svcdesk.errors import NotFound
from svcdesk.i18n import T, Text
from svcdesk.model.finding import Rule, Severity

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


def _rule(number: int, name: str, severity: Severity, title: Text, why: Text, remedy: Text) -> Rule:
    return Rule(f"DESK{number:03}", name, severity, title, why, remedy)


MISPLACED = _rule(
    1, "misplaced", _ERROR,
    T("the record's file does not lie where its id says"),
    T("a record's path follows from its id alone: so git itself refuses two records with one "
      "number, and commands find a record without searching"),
    T("move the file to the path that is named (`git mv`)"),
)  # fmt: skip
TWIN_UID = _rule(
    2, "twin-uid", _ERROR,
    T("two records have one uid"),
    T("the uid is what links and merges know a record by; with two of one uid, one of them is a "
      "copy made by hand"),
    T("delete the copy, or make it anew with `svcdesk new`"),
)  # fmt: skip
TWIN_NAME = _rule(
    3, "twin-name", _ERROR,
    T("two file names differ only in letter case or in the way of writing one character"),
    T("on macOS and Windows the two are one file, and one of them vanishes"),
    T("rename or delete one of them"),
)  # fmt: skip
TWIN_ID = _rule(
    4, "twin-id", _ERROR,
    T("two records have one id"),
    T("whoever is told the id on the phone can mean either"),
    T("keep the one that lies where its id says, and make the other anew with `svcdesk new`"),
)  # fmt: skip
STRAY = _rule(
    5, "stray-file", _WARNING,
    T("a file below records/ is no part of the desk"),
    T("nothing reads it, so whoever put it there believes in something that does not happen"),
    T("move it out of records/; a file that belongs to a record comes in with `svcdesk attach`"),
)  # fmt: skip
ODD_MODE = _rule(
    6, "odd-mode", _ERROR,
    T("git holds it as something else than a plain file"),
    T("links, submodules and programs do not belong among records: a checkout would follow or "
      "run them"),
    T("take it out with `git rm`, and put a plain file there"),
)  # fmt: skip
NEAR_LIMIT = _rule(
    7, "near-limit", _NOTE,
    T("the file has grown to half of what a file may measure"),
    T("a file over the limits is read by nobody, and a command that would make it so is refused"),
    T("open a new record and link it; large texts and logs come in with `svcdesk attach`"),
)  # fmt: skip
HAND_EDIT = _rule(
    8, "hand-edit", _ERROR,
    T("a tracked field was edited by hand"),
    T("the state, the priority and every field that a clock depends on follow from events, which "
      "say who did it and when; an edit of the field alone has neither"),
    T("record the edit with `svcdesk adopt ID`, or put the old value back with "
      "`svcdesk adopt ID --discard`"),
)  # fmt: skip
EVENT_FORM = _rule(
    9, "event-form", _ERROR,
    T("an event is not in the form that the fold stands on"),
    T("the order of events comes from their ids alone, and the clocks from their times"),
    T("put the event back as it was (`git log -p FILE`); events are never edited"),
)  # fmt: skip
UNKNOWN_MOVE = _rule(
    10, "unknown-move", _WARNING,
    T("an event does something that its kind does not know"),
    T("it counts as a plain change of the fields that it sets; perhaps the workflow lost a move "
      "that records still use"),
    T("put the move back into the kind's workflow, or correct the record"),
)  # fmt: skip
UNKNOWN_PERSON = _rule(
    11, "unknown-person", _WARNING,
    T("somebody is named whom people.yaml does not list"),
    T("what that person may do cannot be told, and nobody can be asked or told"),
    T("list them with `svcdesk people add`; somebody who left stays listed, with `active: false`"),
)  # fmt: skip
DEAD_LINK = _rule(
    12, "dead-link", _WARNING,
    T("a link leads to no record"),
    T("the chain of a request's documents is what the norms ask to be complete"),
    T("mend the id, or take the link out with `svcdesk link ID REL OTHER --remove`"),
)  # fmt: skip
BARE_LINK = _rule(
    13, "bare-link", _NOTE,
    T("a link has only an id, no uid"),
    T("an id may change once, when a provisional number was given twice; the uid never does"),
    T("`svcdesk adopt ID` (or `svcdesk check --fix`) fills it in"),
)  # fmt: skip
UNSETTLED = _rule(
    14, "unsettled", _NOTE,
    T("two people acted without seeing each other's act"),
    T("an event landed on other values than its author saw, or on a state where its move was not "
      "possible; nothing is lost, and somebody should say which of the two is meant"),
    T("look with `svcdesk log ID`, act if need be, then `svcdesk settle ID`"),
)  # fmt: skip
LAYOUT = _rule(
    15, "layout", _NOTE,
    T("the file is not laid out as svcdesk writes it"),
    T("a command that changes it may have to lay out more lines anew than it changes"),
    T("`svcdesk check --fix` lays it out"),
)  # fmt: skip
UNKNOWN_KIND = _rule(
    16, "unknown-kind", _ERROR,
    T("the record is of a kind that this desk does not have, or lies in another kind's folder"),
    T("without its kind nobody can say what may happen to it"),
    T("mend `kind:`, or bring the kind's schema and workflow into schemas/"),
)  # fmt: skip
ATTACHMENT_GONE = _rule(
    17, "attachment-gone", _WARNING,
    T("an attachment that a record lists is not there"),
    T("what the record refers to as evidence cannot be looked at"),
    T("bring the file back (`git log -- FILE`), or take the entry out of the record"),
)  # fmt: skip
ATTACHMENT_CHANGED = _rule(
    18, "attachment-changed", _ERROR,
    T("an attachment is not the file that was attached"),
    T("the record holds the SHA-256 of what was attached, so that evidence cannot be exchanged"),
    T("bring the file back (`git log -- FILE`), or attach the new one under a new name"),
)  # fmt: skip
RULE_FAILED = _rule(
    19, "rule-failed", _ERROR,
    T("a plugin's rule failed, so the record was not judged by it"),
    T("a check that could not be made is not a check that was passed"),
    T("tell the plugin's author; `svcdesk plugins` says where it comes from"),
)  # fmt: skip
UNKNOWN_NAME = _rule(
    20, "unknown-name", _ERROR,
    T("a file of the desk names something that is not there"),
    T("a policy, calendar, kind or numbering scheme that is not there decides nothing"),
    T("mend the name, or add what it names"),
)  # fmt: skip
HIDDEN = _rule(
    21, "hidden-character", _WARNING,
    T("a text of one line holds a character that shows nothing or turns the direction of reading"),
    T("two titles or names that look alike would not be alike, and what is read would not be what "
      "stands there"),
    T("type the text anew: commands leave such characters out"),
)  # fmt: skip

DELETED = _rule(
    22, "deleted", _ERROR,
    T("a record was deleted"),
    T("what was asked of the desk, and what became of it, is kept; a link to the record would lead "
      "nowhere, and its number would seem never to have been given"),
    T("bring the file back with the command that is named; what is not wanted any more is "
      "cancelled: `svcdesk cancel ID --reason WHY`"),
)  # fmt: skip
UNKNOWN_ROLE = _rule(
    23, "unknown-role", _WARNING,
    T("people.yaml gives somebody a role that no workflow has"),
    T("roles decide what somebody may do; a role that is none lets them do nothing, and nobody "
      "notices until they are refused"),
    T("mend the name: `svcdesk people set ID --role ROLE` names those that there are"),
)  # fmt: skip
SAVED_QUERY = _rule(
    24, "saved-query", _ERROR,
    T("a saved query of desk.yaml is not understood"),
    T("whoever uses it by its name, alone or in another query, is refused"),
    T("mend its text: docs/queries.md has the language"),
)  # fmt: skip
UNKNOWN_CUSTOMER = _rule(
    25, "unknown-customer", _WARNING,
    T("a record names a customer whom customers.yaml does not list"),
    T("a customer's policy is found by the name: under another name the desk's own time limits "
      "hold, and nobody notices"),
    T("mend the name with `svcdesk set ID customer=NAME`, or list the customer in customers.yaml"),
)  # fmt: skip
AUDIENCE = _rule(
    26, "audience-differs", _WARNING,
    T("a record's audience is not its customer's"),
    T("time limits may differ between inside and outside; a record of a customer from outside "
      "that says otherwise is judged by the wrong ones"),
    T("mend the record with `svcdesk set ID requester.audience=…`, or customers.yaml"),
)  # fmt: skip
TWIN_CUSTOMER = _rule(
    27, "twin-customer", _ERROR,
    T("customers.yaml lists a customer twice"),
    T("two entries can name two policies, and only the later one counts"),
    T("put the two together into one"),
)  # fmt: skip
EVENT_AHEAD = _rule(
    28, "event-ahead", _WARNING,
    T("an event is dated more than a day ahead"),
    T("events count in the order of their ids: one of a clock that ran far ahead outranks all that "
      "others do until then, and nothing is owed from it yet"),
    T("see whether this computer's clock is right; what is not published yet is dated anew by "
      "`svcdesk doctor --fix`"),
)  # fmt: skip
LINK_CIRCLE = _rule(
    29, "link-circle", _WARNING,
    T("a record is a duplicate, or a part, of itself by way of others"),
    T("whoever follows the links to the record that is worked on comes back to where they began, "
      "and each of them is closed with a reference to another"),
    T("take the link that is wrong out: `svcdesk link ID duplicate OTHER --remove`, or with "
      "`parent`"),
)  # fmt: skip

CORE = (
    MISPLACED, TWIN_UID, TWIN_NAME, TWIN_ID, STRAY, ODD_MODE, NEAR_LIMIT, HAND_EDIT,
    EVENT_FORM, UNKNOWN_MOVE, UNKNOWN_PERSON, DEAD_LINK, BARE_LINK, UNSETTLED, LAYOUT,
    UNKNOWN_KIND, ATTACHMENT_GONE, ATTACHMENT_CHANGED, RULE_FAILED, UNKNOWN_NAME,
    HIDDEN, DELETED, UNKNOWN_ROLE, SAVED_QUERY, UNKNOWN_CUSTOMER, AUDIENCE, TWIN_CUSTOMER,
    EVENT_AHEAD, LINK_CIRCLE,
)  # fmt: skip


def explain(desk: Desk | None, code: str) -> Rule:
    """The rule or refusal of that code (or short name): title, reason and remedy.

    Without a desk only our own rules and refusals are known. Raises NotFound naming near codes.
    """
    from svcdesk.desk.approval_findings import RULES as APPROVAL
    from svcdesk.desk.refusals import REFUSALS
    from svcdesk.reports.sla_findings import RULES as SLA
    from svcdesk.review.rules import RULES as REVIEW
    from svcdesk.sla.lint_rules import RULES as TRAPS

    ours = (*CORE, *REFUSALS.values(), *TRAPS, *SLA, *APPROVAL, *REVIEW)
    rules = {rule.code: rule for rule in ours}
    if desk is not None:
        rules |= {check.rule.code: check.rule for check in desk.plugins.checks()}
    names = {rule.name: rule for rule in reversed(rules.values())}  # a finding before a refusal
    wanted = code.strip().upper()
    found = rules.get(wanted) or names.get(wanted.lower()) or rules.get(_padded(wanted))
    if found is None:
        near = _near(wanted, rules)
        raise NotFound(
            T("there is no rule “{code}”", code=code),
            hint=T("did you mean {names}?", names=", ".join(near))
            if near
            else T("findings and errors name their code, such as {code}", code=HAND_EDIT.code),
            code="E_RULE",
        )
    return found


def _padded(code: str) -> str:
    """A finding's code with the zeros that were left out: DESK8, desk-8 and 8 are DESK008."""
    number = code.removeprefix("DESK").lstrip("-_ ")
    return f"DESK{number:0>3}" if number.isascii() and number.isdigit() else code


def _near(wanted: str, rules: Mapping[str, Rule]) -> list[str]:
    """The codes that are like it, by themselves or by their short names."""
    words = {rule.name.upper(): code for code, rule in reversed([*rules.items()])}
    words |= {code: code for code in rules}
    close = get_close_matches(wanted, list(words), n=3, cutoff=0.6)
    return list(dict.fromkeys(words[one] for one in close))


def of_refusal(code: str) -> Rule:
    """The rule that stands for a refusal's code, known or not."""
    from svcdesk.desk.refusals import REFUSALS

    return REFUSALS.get(code) or Rule(code, code.lower(), _ERROR, T("refused"), T(""), T(""))
