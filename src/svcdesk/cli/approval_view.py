"""The decisions about a change, for people to read and for machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from svcdesk.i18n import T, Text, pick
from svcdesk.lifecycle.approval import Standing
from svcdesk.lifecycle.approval_values import DECISIONS, Approval
from svcdesk.model.record import Value


def consent_lines(now: Standing, local: Callable[[str], str]) -> Iterator[Text | str]:
    """Whether it is approved, and each decision with why it does not count. `local` shows a time
    as the desk's zone has it."""
    yield ""
    if now.granted:
        yield T("  approved: {have} of {quorum} approvals count", have=len(now.agreed),
                quorum=now.quorum)  # fmt: skip
    else:
        yield T("  not approved: {missing}", missing=now.missing())
    for one in now.approvals:
        at, whose = local(one.event.at), one.person
        who = whose if one.event.by == whose else T("{by} for {person}", by=one.event.by,
                                                    person=whose)  # fmt: skip
        line = f"    {at}  {who}  {decided(one)}"
        said = "; ".join(part for part in (one.event.reason, one.event.text) if part)
        line += f"  {said}" if said else ""
        yield f"{line}  [{verdict(one)}]" if one.problem else line


def decided(one: Approval) -> str:
    """What was decided, in the language in use."""
    for choice in DECISIONS:
        if choice.value == one.decision:
            return pick(choice.labels, choice.value)
    return one.decision


def verdict(one: Approval) -> Text | str:
    """Why it does not count; nothing for one that counts."""
    return T("does not count: {why}", why=one.problem.said) if one.problem else ""


def consent_item(now: Standing) -> dict[str, Value]:
    """Where a record stands, as the promised JSON shape has it."""
    return {
        "granted": now.granted,
        "quorum": now.quorum,
        "missing": None if now.granted else str(now.missing()),
        "decisions": [
            {
                "event": one.event.id,
                "at": one.event.at,
                "by": one.event.by,
                "person": one.person,
                "decision": one.decision,
                "reason": one.event.reason,
                "signed": "sig" in one.event.extra,
                "counts": one.counts,
                "why": one.problem.why.value if one.problem else None,
                "why_not": str(one.problem.said) if one.problem else None,
                "fields": list(one.problem.fields) if one.problem else [],
            }
            for one in now.approvals
        ],
    }
