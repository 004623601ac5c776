"""What people type for fields, as the values to store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from svcdesk.cli.app import App
from svcdesk.errors import NotFound, UsageError
from svcdesk.i18n import T
from svcdesk.model.record import Value

Texts = Mapping[str, "str | list[str]"]


def field_values(
    app: App, texts: Texts, assignments: Sequence[str], known: Mapping[str, Value] | None = None
) -> dict[str, Value]:
    """Field values by dotted path, from options' texts and `FIELD=VALUE` assignments.

    Labels in either language, times as people say them and `FIELD=@FILE` are understood; an empty
    value means that the field is to be removed. `known` are values that need no understanding.
    Raises UsageError for an unknown field or a value it cannot have.
    """
    values = dict(known or {})
    for path, text in texts.items():
        values[path] = _list(app, path, text) if isinstance(text, list) else _one(app, path, text)
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.strip():
            raise UsageError(
                T("“{text}” is not FIELD=VALUE", text=assignment),
                hint=T("for example: --field requester.department=财务"),
            )
        field = app.desk.fields.find(name.strip())
        values[field.path] = _one(app, field.path, _from_file(text))
    return values


def _one(app: App, path: str, text: str) -> Value:
    from svcdesk.model.instants import format_instant
    from svcdesk.store.guard import normalise

    field = app.desk.fields.get(path)
    if field is None:
        return normalise(text)
    if field.type == "instant" and text.strip():
        return format_instant(app.understand(text), app.desk.facts.zone)
    if field.type == "date" and text.strip():
        return _date(app, text)
    return app.desk.fields.coerce(path, normalise(text))


def _list(app: App, path: str, texts: list[str]) -> Value:
    """The texts of an option that was given several times: each is one item, commas and all."""
    from svcdesk.model.invisible import without_invisible
    from svcdesk.store.guard import normalise

    if path == "due":
        return [_date(app, text) for text in texts]
    return [without_invisible(normalise(text)) for text in texts]


def _date(app: App, text: str) -> str:
    from svcdesk.humantime import understand

    zone = app.desk.facts.zone
    moment: datetime = understand(text, now=app.now, zone=zone).instant
    return moment.astimezone(zone).date().isoformat()


def _from_file(text: str) -> str:
    """`@FILE` is the file's text; a leading `@@` stands for an @."""
    if text.startswith("@@"):
        return text[1:]
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(T("cannot read {path}: {why}", path=text[1:], why=error)) from None
