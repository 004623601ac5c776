"""Scalars as text that every reader takes for the same: YAML 1.1 and 1.2, in block and in flow.

A plain scalar where no reader can see a number, date, boolean or null in it, else single quotes,
else double quotes; `|` for lines. No scalar is ever wrapped.
"""

from __future__ import annotations

import re
from functools import lru_cache

from svcdesk.store.guard import find_marker
from svcdesk.store.yaml_core import is_date, is_text

# What YAML 1.1, and readers that mix the two versions, take for something else than a text.
_WORDS = frozenset(
    [
        "y",
        "Y",
        "n",
        "N",
        "yes",
        "Yes",
        "YES",
        "no",
        "No",
        "NO",
        "on",
        "On",
        "ON",
        "off",
        "Off",
        "OFF",
        "=",
        "<<",
    ]
)
_NUMBERS = (
    r"[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?0x[0-9a-fA-F_]+|[-+]?[0-9_]+"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.[0-9_]+(?:[eE][-+]?[0-9]+)?"
)
_IN_NUMBERS = frozenset("-+.:_0123456789abcdefABCDEFox")
"""What numbers are made of; ids and times hold more, so that the rule above seldom is needed."""
# Times stay plain for the eye; the resolvers that know them give the same instant back.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})"
)
_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@` ")
_IN_FLOW = frozenset(",[]{}:?#&*!|>'\"%@`")

LITERAL_INDENT_LIMIT = 9


def scalar(value: str | int | float | bool | None, *, flow: bool = False, style: str = "") -> str:
    """A scalar on one line. `style` is the quote that stood there before and is kept for a text.

    `value` holds no forbidden character and no number out of range.
    """
    if isinstance(value, str):  # most are
        if "\n" in value or style == '"':
            return _double(value)
        if style == "'" or not is_plain(value, flow=flow):
            return "'" + value.replace("'", "''") + "'"
        return str(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    # YAML 1.1 reads 1e+16 as a text; both read 1.0e+16 as a number.
    return re.sub(r"^(-?[0-9]+)e", r"\1.0e", repr(float(value)))


@lru_cache(maxsize=16_384)  # keys, people and states are the same in every record and event
def is_plain(text: str, *, flow: bool = False) -> bool:
    """Whether a text of one line can stand without quotes."""
    if not text or text[0] in _FIRST or text[-1] in " :" or text.startswith("..."):
        return False
    if ": " in text or " #" in text or not is_text(text) or _is_other(text):
        return False
    if is_date(text) and not _TIME.fullmatch(text):
        return False
    return not flow or _IN_FLOW.isdisjoint(text)


def _is_other(text: str) -> bool:
    if text in _WORDS:
        return True
    return _IN_NUMBERS.issuperset(text) and re.fullmatch(_NUMBERS, text) is not None


def literal(text: str, step: int, *, keep: bool = True) -> tuple[str, list[str]] | None:
    """A text of several lines as the header of a literal block and its lines, not yet indented.

    `step` is how far the lines will stand right of their parent. None where a literal cannot hold
    the text, or would not be safe next to what follows it (`keep` says that nothing blank does).
    """
    body = text.rstrip("\n")
    if not body or "\n" not in text or find_marker(body) is not None:
        return None
    lines = body.split("\n")
    if any(line and not line.strip(" ") for line in lines):
        return None
    header = "|"
    if next(line for line in lines if line).startswith(" "):
        if step > LITERAL_INDENT_LIMIT:
            return None
        header += str(step)
    ends = len(text) - len(body)
    if ends > 1 and not keep:
        return None
    lines += [""] * (ends - 1)
    return header + ("-" if ends == 0 else "+" if ends > 1 else ""), lines


def _double(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
