"""Errors of a query, with a caret under the place that they speak of."""

from __future__ import annotations

from typing import Final

from svcdesk.errors import UsageError
from svcdesk.i18n import T, Text

_BEFORE: Final = 44
_AFTER: Final = 28


def pointed(
    text: str, at: int, message: Text, hint: Text | None = None, *, code: str = "E_QUERY"
) -> UsageError:
    """The error that shows the query, or the part of a long one around `at`, and a caret below."""
    from svcdesk.terminal import escape, width

    start = max(0, at - _BEFORE) if len(text) > _BEFORE + _AFTER else 0
    end = min(len(text), at + _AFTER)
    before = ("…" if start else "") + escape(text[start:at])
    after = escape(text[at:end]) + ("…" if end < len(text) else "")
    return UsageError(
        T(
            "{problem}\n  {query}\n  {caret}",
            problem=message,
            query=before + after,
            caret=" " * width(before) + "^",
        ),
        hint=hint,
        code=code,
    )
