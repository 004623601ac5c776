"""Numbering: `daily`, the norm's serial of prefix and day (C), and `date-random`, without a serial.

A serial is short and easy on the telephone, but two clones that cannot reach each other give the
same one. Random letters hardly ever collide, and tell nobody how many requests a day there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from svcdesk.errors import Refused
from svcdesk.hookspecs import Numbering, NumberRequest
from svcdesk.i18n import T

_LAST: Final = 999_999
_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ"
_CROCKFORD: Final = "0123456789" + _LETTERS


def daily(request: NumberRequest) -> str:
    """`PREFIX-YYYYMMDD-NNN`: one more than the highest serial ever used on that day.

    Three digits, growing to six. Raises Refused when a day's serials are used up.
    """
    head = f"{request.prefix}-{request.day:%Y%m%d}-"
    serial = request.highest(head) + 1
    if serial > _LAST:
        raise Refused(
            T("the serials of {head}… are used up", head=head),
            hint=T("`numbering: date-random` in desk.yaml has no end"),
            code="E_ALLOC",
        )
    return f"{head}{serial:03}"


def date_random(request: NumberRequest) -> str:
    """`PREFIX-YYYYMMDD-XXXX`: four letters and digits by chance, none that is easily misread.

    The first is a letter, so no such id is ever taken for a serial.
    """
    first, *rest = request.chance[:4]
    letters = [_LETTERS[first % len(_LETTERS)], *(_CROCKFORD[one & 31] for one in rest)]
    return f"{request.prefix}-{request.day:%Y%m%d}-{''.join(letters)}"


def svcdesk_register_numbering() -> Iterable[Numbering]:
    return [
        Numbering("daily", T("a serial of prefix and day: SR-20241001-001"), daily),
        Numbering("date-random", T("letters by chance: SR-20241001-K7QX"), date_random),
    ]
