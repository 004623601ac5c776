"""What people type for fields, as the values to store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.cli.app import App
from svcdesk.errors import NotFound, UsageError, reason_of
from svcdesk.i18n import T
from svcdesk.model.record import Value

if TYPE_CHECKING:
    from svcdesk.model.fields import FieldTable

Texts = Mapping[str, "str | list[str]"]


def field_values(
    app: App, texts: Texts, assignments: Sequence[str], kind: str | None = None
) -> dict[str, Value]:
    """Field values by dotted path, from options' texts and `FIELD=VALUE` assignments.

    Labels in either language, times as people say them and `FIELD=@FILE` are understood; an empty
    value means that the field is to be removed. `kind` is the records', where it is known at once.
    Raises UsageError for an unknown field or a value it cannot have.
    """
    values: dict[str, Value] = {}
    for path, text in texts.items():
        values[path] = (
            _list(app, path, text) if isinstance(text, list) else _one(app, path, text, kind)
        )
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.strip():
            raise UsageError(
                T("“{text}” is not FIELD=VALUE", text=assignment),
                hint=T("for example: --field requester.department=财务"),
            )
        field = _fields(app, kind, name.strip()).find(name.strip())
        values[field.path] = _one(app, field.path, _from_file(text), kind)
    return values


def kind_of(app: App, ids: Sequence[str]) -> str | None:
    """The kind of records that are named by their full ids; None where that takes a look at the
    records, or they are of several kinds."""
    from svcdesk.model.ids import is_record_id, prefix_of

    kinds = {
        app.desk.kinds.by_prefix.get(prefix_of(one)) if is_record_id(one) else None
        for one in map(str.upper, ids)
    }
    return kinds.pop() if len(kinds) == 1 else None


def _fields(app: App, kind: str | None, path: str) -> FieldTable:
    """The fields among which this one is. Those of the one kind where it is there: to put all
    kinds together takes as long as all else."""
    if kind is not None:
        fields = app.desk.kinds.fields(kind)
        if path in fields:
            return fields
    return app.desk.fields


def _one(app: App, path: str, text: str, kind: str | None) -> Value:
    from svcdesk.model.instants import format_instant
    from svcdesk.store.guard import normalise

    fields = _fields(app, kind, path)
    field = fields.get(path)
    if field is None:
        return normalise(text)
    if field.type == "instant" and text.strip():
        return format_instant(app.understand(text), app.desk.facts.zone)
    if field.type == "date" and text.strip():
        return _date(app, text)
    return fields.coerce(path, normalise(text))


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
    except OSError as error:
        raise NotFound(
            T("cannot read {path}: {why}", path=text[1:], why=reason_of(error))
        ) from None
    except UnicodeDecodeError:
        raise NotFound(T("cannot read {path}: {why}", path=text[1:], why=T("not UTF-8"))) from None
