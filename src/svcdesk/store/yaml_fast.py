"""The quick way to a file's value: ryaml, where it is installed and sure to mean the same.

ryaml (MIT, serde_yaml in Rust on a port of libyaml) takes a quarter of the time and spares the
import of PyYAML, but lets in what we refuse, and says nothing of lines. So it is asked only about
texts that hold none of the signs below; whatever it refuses, or gives in another form than our own
reader would for certain, is read by `yaml_careful`, which also has the words for what is wrong.
A fuzz test holds the two ways equal.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from svcdesk.model.record import Value
from svcdesk.store.yaml_core import LARGEST, SMALLEST

_SAFE_SIZE = 32_000
"""Bytes: in fewer, the limit on lines is not even half reached."""
_SAFE_NODES = 12_000
"""Signs before which nodes begin (an empty one may follow each): half of the limit on nodes."""
_STARTS = (b",", b"\n", b"[", b"{", b":", b"-")
_SAFE_DEPTH = 20

_PROPERTIES = (b"&", b"*", b"!")
"""Where a value may begin, these begin an anchor, an alias or a tag."""
_BEFORE_VALUES = frozenset(b"\n [{,:-")
_OTHERS = (b"<<", b"---", b"...", b"\\")
"""Merge keys, further documents, escapes."""
_BASES = (b"0b", b"0o", b"0x")
"""ryaml reads `0b1` and `-0x1` as integers, which YAML 1.2's core schema does not."""
# Unquoted, these are numbers (or beyond any) for us, and texts for ryaml.
_NUMBERS = re.compile(r"[-+]?0[0-9]+|[-+]?[0-9.]+[eE][-+]?[0-9]{3,}|[-+.0-9eE]{200,}")
_NUMERIC = frozenset("-+.0123456789")


def fast_value(data: bytes, text: str) -> dict[str, Value] | None:
    """The value of a file that the guard let in, by its bytes and their text; None where it has
    to be read the careful way."""
    loads = _loads()
    if loads is None or len(data) > _SAFE_SIZE or _has_signs(data):
        return None
    if len(data) > _SAFE_NODES and sum(map(data.count, _STARTS)) > _SAFE_NODES:
        return None
    try:
        value = loads(text)
    except ValueError:
        return None
    return value if type(value) is dict and _is_sure(value, _SAFE_DEPTH, data) else None


def _has_signs(data: bytes) -> bool:
    for sign in _PROPERTIES:
        at = data.find(sign)
        while at >= 0:
            if at == 0 or data[at - 1] in _BEFORE_VALUES:
                return True
            at = data.find(sign, at + 1)
    return any(sign in data for sign in _OTHERS)


def _is_sure(value: Any, levels: int, data: bytes) -> bool:
    """Whether our own reader would have given just this."""
    kind = type(value)
    if kind is str:
        return not (value and value[0] in _NUMERIC and _NUMBERS.fullmatch(value))
    if kind is dict or kind is list:
        if not levels:
            return False
        if kind is dict:
            for key in value:
                # A key that begins like a number may be a date, which we refuse.
                if type(key) is not str or key[:1] in _NUMERIC:
                    return False
            value = value.values()
        for one in value:
            if type(one) is str:
                if one and one[0] in _NUMERIC and _NUMBERS.fullmatch(one):
                    return False
            elif not _is_sure(one, levels - 1, data):
                return False
        return True
    if kind is int:
        return SMALLEST <= value <= LARGEST and not any(base in data for base in _BASES)
    # An integer of more than 64 bits, which we refuse, is a large float for ryaml.
    return kind is not float or (math.isfinite(value) and abs(value) < LARGEST)


_known: list[Callable[[str], Any] | None] = []


def _loads() -> Callable[[str], Any] | None:
    """ryaml's reader, or None where it is not installed (it is part of the extra `fast`)."""
    if not _known:
        try:
            import ryaml

            _known.append(ryaml.loads)  # type: ignore[attr-defined]
        except ImportError:
            _known.append(None)
    return _known[0]
