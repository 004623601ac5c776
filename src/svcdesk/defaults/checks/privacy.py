"""Privacy: contacts are masked, and no telephone or identity number enters git (K8)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from svcdesk.defaults.checks.subject import found
from svcdesk.hookspecs import Check, Subject
from svcdesk.i18n import T, Text
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.values import NamedTuple

UNMASKED = Rule(
    "DESK402",
    "personal-data",
    Severity.WARNING,
    T("personal data that is not masked"),
    T("what is in git stays there: in every clone, for years, readable by everybody who may read"
      " the desk; so records hold masked contacts, and full ones lie in an address book outside"),
    T("mask it (138****5678, l*@example.com) and put the full contact into the address book under"
      " `requester.ref`; what is committed already: `svcdesk redact ID FIELD`"),
    "C 4.4 (K8)",
)  # fmt: skip

_SUSPECT: Final = re.compile(r"[@＠]|[0-9０-９](?:[ －-]?[0-9０-９]){6}")
"""Looked for in every text as it stands; only one that has it is worth a closer look."""
# The closer looks, compiled when there is something to look at.
_MOBILE: Final = (
    r"(?<![0-9A-Za-z.*+-])(?:\+?86[ -]?)?1[3-9][0-9]([ -]?)[0-9]{4}\1[0-9]{4}(?![0-9A-Za-z*])"
)
_LANDLINE: Final = r"(?<![0-9A-Za-z*-])0[1-9][0-9]{1,2}-[0-9]{7,8}(?![0-9A-Za-z*-])"
_ABROAD: Final = r"(?<![0-9A-Za-z*])\+[1-9](?:[ -]?[0-9]){8,14}(?![0-9A-Za-z*])"
_MAIL: Final = (
    r"(?<![\w.%+*/:@-])([A-Za-z0-9][\w.%+-]{0,63})@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}"
    r"(?![\w*:-])"
)
_NO_PERSON: Final = frozenset({"noreply", "no-reply", "donotreply", "git", "postmaster"})
_IDENTITY: Final = r"(?<![0-9A-Za-z*])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z*])"
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ENDS: Final = "10X98765432"
_NOT_TEXT: Final = frozenset(
    {"id", "uid", "kind", "formerly", "request", "links", "attachments", "events"}
)

Place = tuple[str | int, ...]


class Trace(NamedTuple):
    """Something personal in a text: what it is, what it looks like masked, and how sure it is."""

    what: Text
    masked: str
    weight: Severity | None = None


def unmasked(subject: Subject) -> Iterator[Finding]:
    """The first trace in each text of a record and of its events."""
    seen: set[str] = set()
    for place, text in _texts(subject):
        trace = None if text in seen else first_trace(text)
        seen.add(text)
        if trace is not None:
            message = T("{what} that is not masked: {masked}", what=trace.what, masked=trace.masked)
            yield found(subject, UNMASKED, message, *place, weight=trace.weight)


def first_trace(text: str) -> Trace | None:
    """What is personal in a text, the surest first. An identity number is proved by its check
    digit, so it is refused; the others only look like what they are, so they are warned of."""
    if not _SUSPECT.search(text):
        return None
    plain = unicodedata.normalize("NFKC", text)
    for number in re.finditer(_IDENTITY, plain):
        if is_identity_number(number[0]):
            return Trace(T("an identity number"), _masked(number[0], 3, 2), Severity.ERROR)
    for pattern in (_MOBILE, _LANDLINE, _ABROAD):
        if phone := re.search(pattern, plain):
            return Trace(T("a telephone number"), _masked(phone[0], 3, 4))
    for mail in re.finditer(_MAIL, plain, re.ASCII):
        if mail[1].casefold() not in _NO_PERSON:
            domain = mail[0].partition("@")[2]
            return Trace(T("a mail address"), f"{mail[1][0]}*@{domain}")
    return None


def is_identity_number(text: str) -> bool:
    """Whether 18 characters are a Chinese identity number: a day of birth and the right check
    digit (GB 11643-1999)."""
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return _ENDS[total % 11] == text[17].upper()


def _masked(text: str, head: int, tail: int) -> str:
    return f"{text[:head]}{'*' * (len(text) - head - tail)}{text[-tail:]}"


def _texts(subject: Subject) -> Iterator[tuple[Place, str]]:
    for key, value in subject.record.header.items():
        if key not in _NOT_TEXT:
            yield from _strings(value, (key,))
    for index, event in enumerate(subject.record.events):
        for name, text in (("text", event.text), ("reason", event.reason)):
            if isinstance(text, str):
                yield ("events", index, name), text
        yield from _strings(event.set, ("events", index, "set"))


def _strings(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _strings(one, (*place, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _strings(one, (*place, index))


def svcdesk_register_checks() -> Iterable[Check]:
    return [Check(UNMASKED, unmasked)]
