"""A record whole, for people to read: its fields by their labels, its documents, its links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from svcdesk.cli.app import App
from svcdesk.i18n import T, Text, pick
from svcdesk.lifecycle.fold import Effect
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Value, Values
from svcdesk.store import codec
from svcdesk.terminal import pad

if TYPE_CHECKING:
    from svcdesk.desk.showing import Linked, Part, View
    from svcdesk.model.field_info import FieldInfo
    from svcdesk.model.fields import FieldTable

_TECHNICAL = {"uid", "kind", "links", "id", "title"}
EFFECTS = {
    Effect.COUNTED: T(""),
    Effect.CONCURRENT: T("crossed another change"),
    Effect.DEAD: T("without effect"),
    Effect.VOIDED: T("taken back"),
    Effect.DUPLICATE: T("said already"),
}
_OF_PROGRAMS = frozenset({"id", "uid", "path", "sha256"})
_LABEL_WIDTH = 18


def view_lines(app: App, view: View, contact: Mapping[str, str] | None) -> Iterator[Text | str]:
    """A view as lines: head, fields, documents, what is left to do about it."""
    yield from _part_lines(app, view.main)
    if contact:
        for key, value in contact.items():
            yield _line(key, value)
    yield from _link_lines(app, view)
    if view.request is not None:
        yield ""
        yield T("of {id}: {title}", id=view.request.record.id, title=view.request.record.title)
    for part in view.documents:
        yield ""
        yield from _part_lines(app, part)
    for step in view.unsettled():
        yield ""
        yield T(
            "unsettled: {do} by {by} ({id}): {effect}",
            do=step.event.do,
            by=step.event.by,
            id=step.event.id,
            effect=EFFECTS[step.effect],
        )
    for record_id in view.dead:
        yield T("its link to {id} leads to no record", id=record_id)


def view_item(app: App, view: View, contact: Mapping[str, str] | None) -> dict[str, Value]:
    """A view as the promised JSON shape has it."""
    return {
        **_part_item(app, view.main),
        "request": view.request.record.id if view.request else None,
        "documents": [_part_item(app, part) for part in view.documents],
        "links": [_link_item(one) for one in view.links],
        "unsettled": [step.event.id for step in view.unsettled()],
        "dead_links": list(view.dead),
        "contact": dict(contact) if contact else None,
    }


def _part_lines(app: App, part: Part) -> Iterator[Text | str]:
    record, workflow = part.record, part.workflow
    state = workflow.states.get(record.status)
    label = pick(state.labels, record.status) if state else record.status
    yield T(
        "{id}  {kind}  {state}  {title}",
        id=app.shown_id(record.id),
        kind=pick(workflow.labels, record.kind),
        state=label,
        title=record.title,
    )
    header = {key: value for key, value in record.header.items() if key not in _TECHNICAL}
    fields = app.desk.kinds.fields(record.kind)
    for path, value in [*_shown_leaves(header, list(fields)), *part.computed.items()]:
        field = fields.get(path)
        name = pick(field.labels, path) if field else path
        if path == (workflow.request_link or "") or path.startswith(f"{workflow.request_link}."):
            continue
        yield from _value_lines(app, name, value, field, fields)
    if part.consent is not None:
        from svcdesk.cli.approval_view import consent_lines

        yield from consent_lines(part.consent, lambda text: local_time(app, text))


def _link_lines(app: App, view: View) -> Iterator[str]:
    """The record's links to others than those of its chain, with what each of them is now."""
    fields = app.desk.kinds.fields(view.record.kind)
    field, word = fields.get("links"), fields.get("links.rel")
    name = pick(field.labels, "links") if field else "links"
    for index, one in enumerate(view.links):
        relation = pick(word.labels_of(one.relation), one.relation) if word else one.relation
        told = [f"{relation} {app.shown_id(one.id)}"]
        if one.record is not None and one.workflow is not None:
            told += [str(one.workflow.state_label(one.record.status)), one.record.title]
        yield _line(name if index == 0 else "", "  ".join(told))


def _link_item(link: Linked) -> dict[str, Value]:
    record = link.record
    return {
        "rel": link.relation,
        "id": link.id,
        "kind": record.kind if record else None,
        "title": record.title if record else None,
        "status": record.status if record else None,
    }


def _shown_leaves(
    values: Values, order: Sequence[str], prefix: str = ""
) -> Iterator[tuple[str, Value]]:
    """The header's leaves, the parts of a field in the schema's order, in whichever they were set;
    a value that was redacted is one, and says by whom and why."""
    paths = {f"{prefix}{key}": value for key, value in values.items()}
    known = [path for path in order if path in paths] if prefix else []
    for path in dict.fromkeys((*known, *paths)):
        value = paths[path]
        if isinstance(value, Mapping) and isinstance(stone := value.get("redacted"), Mapping):
            yield (
                path,
                str(
                    T(
                        "redacted {at} by {by}: {why}",
                        **{k: stone.get(k) for k in ("at", "by", "why")},
                    )
                ),
            )
        elif isinstance(value, Mapping):
            yield from _shown_leaves(value, order, f"{path}.")
        else:
            yield path, value


def _value_lines(
    app: App, name: str, value: Value, field: FieldInfo | None, fields: FieldTable
) -> Iterator[str]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            shown = (
                _item_words(app, item, field, fields)
                if isinstance(item, dict)
                else worded(app, item, None)
            )
            yield _line(name if index == 0 else "", shown)
        return
    for index, line in enumerate(worded(app, value, field).splitlines() or [""]):
        yield _line(name if index == 0 else "", line)


def _item_words(
    app: App, item: Mapping[str, Value], field: FieldInfo | None, fields: FieldTable
) -> str:
    """An entry of a list, its parts by their labels; what only programs need is left out."""
    said = []
    for key, value in item.items():
        if key not in _OF_PROGRAMS:
            part = fields.get(f"{field.path}.{key}") if field else None
            label = pick(part.labels, key) if part else key
            said.append(f"{label}: {worded(app, value, part)}")
    return ", ".join(said)


def _line(name: str, text: str) -> str:
    return f"  {pad(name, _LABEL_WIDTH)}{text}"


def worded(app: App, value: Value, field: FieldInfo | None) -> str:
    """A value as people say it: a word of a vocabulary by its label, yes or no, a local time."""
    if isinstance(value, bool):
        return str(T("yes") if value else T("no"))
    if isinstance(value, list):
        return ", ".join(worded(app, one, field) for one in value)
    labels = field.labels_of(value) if field and isinstance(value, str) else {}
    return pick(labels, str(value)) if labels else _short(app, value)


def _short(app: App, value: Value) -> str:
    if value is None:
        return "–"
    if isinstance(value, str) and len(value) == 25 and value[10] == "T":
        return local_time(app, value)
    return str(value)


def local_time(app: App, text: str) -> str:
    """An instant as the desk's clocks show it, to the minute; another text as it is."""
    from svcdesk.errors import SvcdeskError

    try:
        return strict_instant(text).astimezone(app.zone).strftime("%Y-%m-%d %H:%M")
    except SvcdeskError:
        return text


def _consent_item(part: Part) -> Value:
    if part.consent is None:
        return None
    from svcdesk.cli.approval_view import consent_item

    return consent_item(part.consent)


def _part_item(app: App, part: Part) -> dict[str, Value]:
    return {
        "id": part.record.id,
        "path": part.path,
        "provisional": part.record.id in app.provisional,
        "record": codec.encode(part.record),
        "computed": dict(part.computed),
        "approval": _consent_item(part),
    }
