"""`svcdesk explain`: what a code means."""

from __future__ import annotations

import json

import click

from svcdesk.cli.app import App
from svcdesk.cli.options import command
from svcdesk.errors import NotADesk
from svcdesk.i18n import T


@command(
    "explain",
    help="Say what a finding's or an error's code means, and what to do.\n\n"
    "CODE is what `check` prints, such as DESK101, a rule's short name, or an error's code.",
)
@click.argument("code", metavar="CODE")
def _explain(app: App, code: str) -> None:
    from svcdesk.desk.rules import explain

    try:
        desk = app.desk
    except NotADesk:
        desk = None
    rule = explain(desk, code)
    if app.format_name() == "json":
        said = {
            "schema": "svcdesk/explain/1",
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity.name.lower(),
            "title": str(rule.title),
            "why": str(rule.why),
            "remedy": str(rule.remedy),
            "norm": rule.norm or None,
        }
        app.out.out(json.dumps(said, ensure_ascii=False, indent=2), raw=True)
        return
    app.out.out(T("{code} ({name}): {title}", code=rule.code, name=rule.name, title=rule.title))
    app.out.out(T("Why: {why}", why=rule.why))
    app.out.out(T("What to do: {remedy}", remedy=rule.remedy))
    if rule.norm:
        app.out.out(T("Source: norm {norm}", norm=rule.norm))


def commands() -> dict[str, click.Command]:
    return {"explain": _explain}
