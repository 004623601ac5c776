"""The two engines that judge a value by a schema: a fast verdict, and errors one by one.

`jsonschema_rs` answers where it is installed; `jsonschema` says what is wrong, and answers where
the other is missing. A test holds both to the same verdict. Neither may fetch anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from svcdesk.errors import Invalid
from svcdesk.i18n import T
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Value, Values

Verdict = Callable[[object], bool]


def is_instant(text: object) -> bool:
    """Whether a text is a time that exists; what is no text is not this one's to judge."""
    if not isinstance(text, str):
        return True
    try:
        strict_instant(text)
    except Invalid:
        return False
    return True


def is_date(text: object) -> bool:
    """Whether a text is a day that exists; what is no text is not this one's to judge."""
    if not isinstance(text, str):
        return True
    try:
        return len(text) == 10 and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


FORMATS: dict[str, Verdict] = {"date-time": is_instant, "date": is_date}


def fast_verdict(schema: Values) -> Verdict | None:
    """The fast engine's verdict for a composed schema; None where it is not installed.

    Raises Invalid for a schema that is none.
    """
    try:
        import jsonschema_rs as engine
    except ImportError:
        return None
    try:
        validator = engine.Draft202012Validator(
            dict(schema),
            validate_formats=True,
            formats=FORMATS,
            pattern_options=engine.RegexOptions(),  # linear time, whatever the pattern
            offline=True,
        )
    except (ValueError, engine.ReferencingError) as error:
        raise _no_schema(error) from error
    verdict: Verdict = validator.is_valid
    return verdict


def thorough(schema: Values) -> Any:
    """The thorough engine for a composed schema, as a `jsonschema` validator.

    The schema is not held against the metaschema, which takes longer than all else: what a desk
    brings is inspected when it is composed.
    """
    from jsonschema import Draft202012Validator, FormatChecker, validators
    from referencing import Registry

    checker = FormatChecker(formats=())
    for name, judge in FORMATS.items():
        checker.checks(name)(judge)
    own = {"pattern": _pattern, "uniqueItems": _unique_items}
    ours = validators.extend(Draft202012Validator, own)  # type: ignore[no-untyped-call]
    return ours(schema, format_checker=checker, registry=Registry())


def _no_schema(error: Exception) -> Invalid:
    lines = str(error).strip().splitlines()
    return Invalid(
        T("this is not a JSON Schema: {why}", why=lines[0] if lines else type(error).__name__),
        hint=T("see docs/kinds.md for what a desk's schema may hold"),
        code="E_SCHEMA",
    )


def _pattern(_: Any, pattern: str, value: Value, schema: Values) -> Iterator[Any]:
    """As everywhere but in Python: `$` is the very end, not before a line break that ends the text.

    A text over its maxLength is refused for that, and not tried.
    """
    from jsonschema import ValidationError

    if not isinstance(value, str):
        return
    longest = schema.get("maxLength")
    if isinstance(longest, int) and len(value) > longest:
        return
    if not matches(pattern, value):
        yield ValidationError("pattern")


def matches(pattern: str, text: str) -> bool:
    """Whether a schema's pattern is found in a text."""
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts, escaped, in_class = [], False, False
    for char in pattern:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        elif char == "$" and not in_class:
            char = r"\Z"
        parts.append(char)
    return re.compile("".join(parts))


def _unique_items(_: Any, wanted: bool, value: Value, schema: Values) -> Iterator[Any]:
    """In one pass instead of comparing every pair; a list over its maxItems is not tried."""
    from jsonschema import ValidationError

    if not wanted or not isinstance(value, list):
        return
    most = schema.get("maxItems")
    if isinstance(most, int) and len(value) > most:
        return
    if len({_canonical(one) for one in value}) < len(value):
        yield ValidationError("uniqueItems")


def _canonical(value: Value) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON Schema counts 1 and 1.0 as one
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
