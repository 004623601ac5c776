"""A change put into a text where it stands, without laying out what stays.

That is what a move mostly is: a value at the top is another one, an item comes behind a list. It is
done only where what changes stands in our own layout, and nothing else on its lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from svcdesk.model.record import Value, Values
from svcdesk.store.yaml_emit import CANONICAL, canonical_item, entry_lines
from svcdesk.store.yaml_order import in_place


def spliced(text: str, old: Values, new: Values) -> str | None:
    """`text`, which holds `old`, changed so that it holds `new`; None for any other change than
    values at the top and items behind lists.

    What is the same in both has to be the same object. The caller reads the text back.
    """
    if not old.keys() >= new.keys() or len(old) != len(new):
        return None
    for key, value in new.items():
        before = old[key]
        if before is value:
            continue
        if isinstance(before, list) and isinstance(value, list):
            found = _appended(text, before, value)
        else:
            if isinstance(before, Mapping) and isinstance(value, Mapping):
                value = in_place(before, value, top=False)
            was, now = (entry_lines(key, one, 0, CANONICAL) for one in (before, value))
            found = _put(text, _lines(was), _lines(now))
        if found is None:
            return None
        text = found
    return text


def _appended(text: str, before: list[Value], after: list[Value]) -> str | None:
    if not before or len(after) <= len(before):
        return None
    if any(one is not other for one, other in zip(before, after, strict=False)):
        return None
    last = _lines(canonical_item(before[-1]))
    more = (_lines(canonical_item(one)) for one in after[len(before) :])
    return _put(text, last, last + "".join(more))


def _put(text: str, before: str, after: str) -> str | None:
    """`after` in the place of `before`, where that stands once, and a key at the top (or nothing)
    follows: so a comment, or a line that belongs to it, is never parted from it."""
    start = 0 if text.startswith(before) else text.find(f"\n{before}") + 1
    end = start + len(before)
    if start == 0 and not text.startswith(before):
        return None
    if text[end : end + 1] in (" ", "-", "#", "\n") or text.find(f"\n{before}", end - 1) >= 0:
        return None
    return f"{text[:start]}{after}{text[end:]}"


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
