"""Wording: a resolution says what was done (K1), and nobody evades the user's question (K12)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from svcdesk.defaults.checks.subject import entries, found, if_imported, is_open, last_event
from svcdesk.hookspecs import Check, Subject
from svcdesk.i18n import T
from svcdesk.model.finding import Finding, Rule, Severity

if TYPE_CHECKING:
    from svcdesk.model.record import Event

VAGUE = Rule(
    "DESK101",
    "vague-result",
    Severity.ERROR,
    T("the result says nothing concrete"),
    T("a resolution without concrete steps and result cannot be checked by the customer, repeated"
      " by a colleague, or learned from; wording such as “已处理” or “fixed” alone is refused"),
    T("say what was done, to what, and how you know that it works: 更换 2 号交换机电源，连续 ping"
      " 30 分钟无丢包"),
    "C 4.3 (K1)",
)  # fmt: skip
EVASIVE = Rule(
    "DESK102",
    "evasive-wording",
    Severity.WARNING,
    T("evasive wording to a user"),
    T("“好像是”, “不太清楚” or “I don't know” leaves the user with the problem; whoever cannot"
      " answer says who will, and when"),
    T("reply once more, with what is known, who looks into it and by when; the last reply counts"),
    "D (K12)",
)  # fmt: skip

_TO_USERS: Final = ("reply", "promise", "call")
# Compiled when there is a reply to judge.
_QUOTED: Final = r"“[^”]*”|「[^」]*」|『[^』]*』|\"[^\"\n]*\"|《[^》]*》"
_CLAUSE: Final = r"[^，。；！？,.;!?\n]+"
_IF: Final = r"如果|如有|如您|如对|如仍|若|要是|倘|有任何|有什么|\bif\b|\bshould you\b"
_EVASIVE: Final = (
    r"好像是|好像吧|好像不是|貌似是|不太清楚|不清楚|不知道|不晓得|不了解情况|说不准|说不好|不好说"
    r"|不确定|拿不准|大概是吧|可能是吧|应该是吧|也许吧|不归我们?管|不是我们?的事|不关我们?的事"
    r"|没办法了|爱莫能助|你自己看|您自己看|过几天再说|到时候再说"
    r"|\b(?:don['’]?t|do\s+not|doesn['’]?t)\s+(?:really\s+)?know\b|\bno\s+idea\b|\bnot\s+(?:really\s+)?sure\b"
    r"|\bno\s+clue\b|\bhard\s+to\s+say\b|\bnot\s+my\s+(?:job|problem|department|business)\b"
    r"|\bi\s+guess\b|\bmaybe\s+later\b|\bsomehow\b|\bwho\s+knows\b"
)


def vague_results(subject: Subject) -> Iterator[Finding]:
    """An empty result; and, on a handling record, steps that say nothing (a warning each)."""
    from svcdesk.defaults.checks.vague import is_vague

    result = subject.record.get("result")
    if isinstance(result, str) and is_vague(result):
        weight = if_imported(subject, last_event(subject, sets="result"))
        message = T("the result “{text}” says nothing concrete", text=_short(result))
        yield found(subject, VAGUE, message, "result", weight=weight)
    for index, step in entries(subject.record.get("steps")):
        action = step.get("action")
        if isinstance(action, str) and is_vague(action):
            message = T("the step “{text}” says nothing concrete", text=_short(action))
            yield found(subject, VAGUE, message, "steps", index, "action", weight=Severity.WARNING)


def evasive_replies(subject: Subject) -> Iterator[Finding]:
    """The last words to the user, if they evade: an earlier reply is mended by a better one."""
    said = [event for event in subject.folded.counted() if event.do in _TO_USERS and event.text]
    words = evasive_words(said[-1].text or "") if said else None
    if words is not None:
        weight = None if is_open(subject) else Severity.NOTE
        message = T("{by} wrote “{words}” to the user", by=said[-1].by, words=words)
        place = _place(subject, said[-1])
        yield found(
            subject, EVASIVE, message, *place, weight=if_imported(subject, said[-1]) or weight
        )


def evasive_words(text: str) -> str | None:
    """The first evasive words of a text, outside quotations and clauses that begin with “if”."""
    for clause in re.findall(_CLAUSE, re.sub(_QUOTED, " ", text)):
        evasion = re.search(_EVASIVE, clause, re.IGNORECASE)
        if evasion and not re.search(_IF, clause[: evasion.start()], re.IGNORECASE):
            return evasion[0]
    return None


def _place(subject: Subject, event: Event) -> tuple[str | int, ...]:
    return ("events", subject.record.events.index(event), "text")


def _short(text: str) -> str:
    return text.strip()[:40]


def svcdesk_register_checks() -> Iterable[Check]:
    return [Check(VAGUE, vague_results), Check(EVASIVE, evasive_replies, ("request",))]
