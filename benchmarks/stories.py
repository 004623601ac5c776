"""Which acts a generated request's life is made of, and how often each life is lived."""

from __future__ import annotations

from random import Random

from benchmarks.draft import Draft
from benchmarks.life import Life, Serials

TYPES = {"consultation": 82, "fault": 10, "improvement": 3, "delivery": 2, "periodic": 3}
HANDLED = ("fault", "improvement", "delivery", "periodic")
"""The types that the desk asks a handling record for; those below a delivery too."""
DELIVERED = ("improvement", "delivery")
MOST_DOCUMENTS = 3

OPEN_SHARE, OPEN_SHARE_OF_OLD, RECENT = 0.52, 0.02, 0.8
"""How many requests are open among those submitted after RECENT of the span, and before."""
_RATED, _CANCELLED, _REJECTED = 0.08, 0.03, 0.06

_BEGINNINGS = (
    ("submit_classified", "take"),
    ("submit_classified", "assign"),
    ("submit_classified", "assign", "start"),
    ("submit_classified", "assign", "take", "start"),
    ("submit", "classify", "assign", "start"),
    ("submit", "classify", "assign", "take", "start"),
)
_MIDDLES = ((), (), ("reply",), ("wait", "resume"), ("reply", "wait", "message", "resume"))
_OPEN = (
    ("submit",),
    ("submit", "classify"),
    ("submit", "classify", "assign"),
    ("submit", "classify", "assign", "take"),
    ("submit", "classify", "assign", "take", "start", "reply"),
    ("submit", "classify", "assign", "take", "start", "wait"),
    ("submit", "classify", "assign", "take", "start", "wait", "message", "resume", "note"),
)


def tell(
    chance: Random, serials: Serials, submitted: int, recency: float, room: int
) -> tuple[Draft, ...]:
    """A request with its documents, `room` records at most.

    `recency` is the place of `submitted` in the desk's span, from 0 to 1.
    """
    kinds = TYPES if room > MOST_DOCUMENTS else {"consultation": 1}
    kind_of = chance.choices(tuple(kinds), tuple(kinds.values()))[0]
    life = Life(chance, serials, submitted, kind_of)
    for act in _acts(chance, kind_of, recency, room):
        getattr(life, act)()
    return (life.request, *life.documents.values())


def _acts(chance: Random, kind_of: str, recency: float, room: int) -> tuple[str, ...]:
    if chance.random() < (OPEN_SHARE if recency > RECENT else OPEN_SHARE_OF_OLD):
        return chance.choice(_OPEN)
    if chance.random() < _CANCELLED:
        return ("submit", "classify", "cancel")
    acts = [*chance.choice(_BEGINNINGS), *chance.choice(_MIDDLES)]
    if kind_of in HANDLED:
        acts += ["step"] * chance.randrange(1, 4)
    acts.append("resolve")
    if kind_of not in DELIVERED and chance.random() < _REJECTED:
        acts += ["reject", "step", "resolve"] if kind_of in HANDLED else ["reject", "resolve"]
    acts.append("accept" if kind_of in DELIVERED else "confirm")
    if room > MOST_DOCUMENTS and chance.random() < _RATED:
        acts.append("rate")
    return (*acts, "close")
