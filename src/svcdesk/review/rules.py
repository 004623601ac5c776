"""What only a look at two versions of a desk can find: the rules of `review`, with their reasons.

What one version shows by itself is found by `check`'s rules, in the version that a branch brings.
"""

from __future__ import annotations

from svcdesk.i18n import T, Text
from svcdesk.model.finding import Rule, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


def _rule(number: int, name: str, severity: Severity, title: Text, why: Text, remedy: Text) -> Rule:
    return Rule(f"DESK{number}", name, severity, title, why, remedy)


EVENT_CHANGED = _rule(
    901, "event-changed", _ERROR,
    T("an event that was recorded before says something else now"),
    T("what happened does not change; state, clocks and approvals follow from events"),
    T("put the event back as it was; what was wrong is corrected by a later event, and what must "
      "go goes by `svcdesk redact ID`"),
)  # fmt: skip
EVENT_REMOVED = _rule(
    902, "event-removed", _ERROR,
    T("an event that was recorded before is gone"),
    T("the list of events only grows: whoever takes one out rewrites what happened"),
    T("put the event back; one's own last operation is taken back by `svcdesk undo`"),
)  # fmt: skip
IDENTITY = _rule(
    903, "identity-changed", _ERROR,
    T("a record's uid, or its id, is another than before"),
    T("links, approvals and merges know a record by its uid, and people by its id; only "
      "`svcdesk renumber` changes an id, and says so in an event"),
    T("put the uid and the id back, and the file where it lay; a new number comes by "
      "`svcdesk renumber ID`"),
)  # fmt: skip
DELETED = _rule(
    904, "record-deleted", _ERROR,
    T("a record is not there any more"),
    T("what was asked of the desk, and what became of it, is kept"),
    T("bring the file back; what is not wanted any more is cancelled: "
      "`svcdesk cancel ID --reason WHY`"),
)  # fmt: skip
ILLEGAL = _rule(
    905, "illegal-move", _ERROR,
    T("a move was not possible in the state that the record was in when it was made"),
    T("it has no effect, although its author's file says that it has"),
    T("make the move by command, which names what is possible; take the event out of the branch"),
)  # fmt: skip
UNAUTHORISED = _rule(
    906, "unauthorised", _ERROR,
    T("somebody did what they may not do"),
    T("who may do what is decided by the people and the workflow of the branch that is merged "
      "into: nobody gives themselves a right in the same branch"),
    T("let somebody do it who may; a right that is missing comes in first, in a branch of its own"),
)  # fmt: skip
FORGED = _rule(
    907, "forged-author", _ERROR,
    T("what a commit records is not its author's, or its author is nobody here"),
    T("`by` says who recorded an event; it is the author of the commit that brings it, or else "
      "nobody can be held to it"),
    T("let the person record it, or record it for them: `--for PERSON`; `svcdesk people set ID "
      "--email ADDRESS` lists an address that git knows somebody by"),
)  # fmt: skip
FUTURE = _rule(
    908, "future-event", _ERROR,
    T("an event is dated more than a day ahead of the clock and of what its record had"),
    T("events stand in the order of their ids: whatever is recorded later would stand before it or "
      "be pushed into the future as well"),
    T("put the clock right, and record it anew"),
)  # fmt: skip
BACK_DATED = _rule(
    909, "back-dated", _WARNING,
    T("a time that was dated back decides whether a target was met"),
    T("late entries are ordinary, and most change nothing; one that turns a breach into none, or "
      "the other way round, is worth a look by somebody else"),
    T("see whether it happened then; `svcdesk sla explain ID` has the reckoning"),
)  # fmt: skip
NUMBER_TAKEN = _rule(
    910, "number-taken", _ERROR,
    T("a number is given to another record already"),
    T("two records of one number cannot both be merged, and whoever is told the number on the "
      "phone can mean either"),
    T("`svcdesk sync` or `svcdesk merge` gives the newer one another number"),
)  # fmt: skip
OWN_RULES = _rule(
    911, "rules-changed", _NOTE,
    T("what the desk judges by is changed: people, policies, calendars, workflows, schemas, facts"),
    T("this branch is judged by the rules of the branch that it is merged into; what comes after "
      "it will be judged by the new ones, so their owners should have seen them"),
    T("have it approved by whoever owns the desk's rules"),
)  # fmt: skip
PAST_CHANGED = _rule(
    912, "past-changed", _WARNING,
    T("a policy or calendar is changed for times that are over"),
    T("deadlines that people worked by become others; what was closed keeps its verdict, what is "
      "open does not"),
    T("let a new version of the policy begin at a later day (`from:`), or have the records that "
      "are listed looked at"),
)  # fmt: skip
AHEAD_CHANGED = _rule(
    916, "deadlines-moved", _NOTE,
    T("a policy or calendar moves deadlines of open records that are still to come"),
    T("a policy that is edited in place judges what is open already; what is closed keeps its "
      "verdict"),
    T("where only new records are meant, let a new version of the policy begin on a day to come "
      "(`from:`), with the one of today under `earlier:`"),
)  # fmt: skip
GIT_SETTINGS = _rule(
    913, "git-settings", _ERROR,
    T("a file that tells git how to treat others is changed"),
    T("attributes can turn off merging of records, change what a checkout shows, or run filters; "
      "submodules bring other repositories into a checkout"),
    T("take it out of the branch, or have whoever owns the desk make the change by itself"),
)  # fmt: skip
SNAPSHOT = _rule(
    914, "snapshot-untrue", _ERROR,
    T("what a closing event keeps of the service level is not what came to pass"),
    T("a closed record is judged by what was kept when it closed"),
    T("close it by command, which reckons it"),
)  # fmt: skip
ATTACHMENT_REMOVED = _rule(
    915, "attachment-removed", _WARNING,
    T("a record does not list an attachment any more"),
    T("what was attached is evidence: who decided by it saw it, and whoever looks later does not"),
    T("put the entry and its file back; what must not be read any more is for `svcdesk redact`"),
)  # fmt: skip

RULES = (
    EVENT_CHANGED, EVENT_REMOVED, IDENTITY, DELETED, ILLEGAL, UNAUTHORISED, FORGED, FUTURE,
    BACK_DATED, NUMBER_TAKEN, OWN_RULES, PAST_CHANGED, AHEAD_CHANGED, GIT_SETTINGS, SNAPSHOT,
    ATTACHMENT_REMOVED,
)  # fmt: skip
