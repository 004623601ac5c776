"""`svcdesk schema`: the kinds of a desk, and their schemas for other tools."""

from __future__ import annotations

import json
from pathlib import Path

import click

from svcdesk.cli.app import App
from svcdesk.cli.help import Group
from svcdesk.cli.options import anywhere, command, some_file
from svcdesk.errors import NotADesk
from svcdesk.i18n import T, pick
from svcdesk.model.table import Column, Table
from svcdesk.store.schema import Kinds, load_kinds, shipped_kinds


def _kinds(app: App) -> Kinds:
    """The desk's kinds; the shipped ones where there is no desk."""
    try:
        return app.desk.kinds
    except NotADesk:
        return load_kinds({}, shipped_kinds(), ())


@command("list", help="List the kinds of records.")
def _list(app: App) -> None:
    kinds = _kinds(app)
    app.show(
        Table(
            schema="svcdesk/schema-list/1",
            title=T("kinds"),
            columns=[
                Column("kind", T("kind")),
                Column("label", T("label")),
                Column("prefix", T("prefix")),
                Column("version", T("version"), right=True),
                Column("folder", T("folder")),
                Column("origin", T("from")),
                Column("moves", T("moves")),
            ],
            rows=[
                [
                    name,
                    pick(kind.workflow.labels, name),
                    kind.workflow.prefix,
                    kind.workflow.version,
                    f"records/{kind.workflow.folder}",
                    kind.origin,
                    ", ".join(kind.workflow.moves),
                ]
                for name, kind in kinds.items()
            ],
            total=len(kinds),
        )
    )


@command(
    "show", help="Show the fields, states and moves of a kind.\n\n--format json prints its schema."
)
@click.argument("kind", metavar="KIND")
def _show(app: App, kind: str) -> None:
    found = _kinds(app)[kind]
    if app.format_name() == "json":
        app.out.out(json.dumps(found.schema, ensure_ascii=False, indent=2), raw=True)
        return
    fields = _kinds(app).fields(kind)
    app.show(
        Table(
            schema="svcdesk/schema-show/1",
            title=T("fields of {kind}", kind=kind),
            columns=[
                Column("field", T("field")),
                Column("label", T("label")),
                Column("type", T("type")),
                Column("tracked", T("tracked")),
                Column("choices", T("choices")),
                Column("norm", T("norm")),
            ],
            rows=[
                [
                    one.path,
                    pick(one.labels, one.path),
                    one.type,
                    "✓" if one.tracked else "",
                    ", ".join(choice.value for choice in one.choices),
                    one.norm,
                ]
                for one in fields.values()
            ],
            total=len(fields),
            notes=[
                T("moves: {moves}", moves=", ".join(found.workflow.moves)),
                T("states: {states}", states=", ".join(found.workflow.states)),
            ],
        )
    )


@command(
    "export",
    help="Write the composed schemas to DIR, for editors and validators, and the workflows.\n\n"
    "Each schema is usable as it is by any JSON Schema validator. To change a workflow, copy its "
    "file into the desk's schemas/ and edit it there.",
)
@click.argument("folder", metavar="DIR", callback=some_file)
def _export(app: App, folder: str) -> None:
    from svcdesk.store.schema_export import exported

    place = Path(folder)
    for name, text in exported(_kinds(app), folder=place.as_posix()).items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        app.out.out(T("wrote {path}", path=path))


@click.group("schema", cls=Group, help="List, show or export the schemas of records.")
@anywhere
def _schema() -> None:
    pass


for _one in (_list, _show, _export):
    _schema.add_command(_one)


def commands() -> dict[str, click.Command]:
    return {"schema": _schema}
