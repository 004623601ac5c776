"""`svcdesk config`: your own settings, and where each comes from."""

from __future__ import annotations

import click

from svcdesk.cli.app import App
from svcdesk.cli.options import command
from svcdesk.config import SETTINGS
from svcdesk.i18n import T
from svcdesk.model.record import Value
from svcdesk.model.table import Cell, Column, Table


@command(
    "config",
    help="Show your own settings and where each comes from.\n\n"
    "They belong to you and this machine; what belongs to a desk stands in its desk.yaml.",
)
def _config(app: App) -> None:
    rows: list[list[Cell | Value]] = []
    for setting in SETTINGS:
        value = app.config.get(setting.name)
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        rows.append(
            [
                setting.name,
                shown,
                _source(app.config.source(setting.name)),
                setting.variable or "",
                str(setting.help),
            ]
        )
    app.show(
        Table(
            schema="svcdesk/config/1",
            title=T("settings"),
            columns=[
                Column("name", T("setting")),
                Column("value", T("value")),
                Column("source", T("from")),
                Column("variable", T("variable")),
                Column("help", T("what it is")),
            ],
            rows=rows,
            total=len(rows),
            notes=[T("your file: {path}", path=app.config.path)],
        )
    )


def _source(word: str) -> Cell:
    words = {"environment": T("environment"), "file": T("file"), "default": T("default")}
    return Cell(word, words[word])


def commands() -> dict[str, click.Command]:
    return {"config": _config}
