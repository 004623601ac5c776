"""`--format html`: one complete page that runs nothing, loads nothing, and prints well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from svcdesk.defaults.formats.cells import remarks, rows
from svcdesk.hookspecs import Format, Rendering
from svcdesk.i18n import T, language
from svcdesk.terminal import escape

if TYPE_CHECKING:
    from svcdesk.model.table import Table

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 2rem; }
table { border-collapse: collapse; }
caption { font-size: 1.25rem; font-weight: bold; text-align: start; padding-bottom: .5rem; }
th, td { border: 1px solid #767676; padding: .25rem .5rem; text-align: start; vertical-align: top; }
td { white-space: pre-wrap; overflow-wrap: anywhere; }
.right { text-align: end; font-variant-numeric: tabular-nums; }
@media print {
  body { margin: 0; font-size: 10pt; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
}
"""
_LANGUAGES = {"zh": "zh-Hans"}


def render(table: Table, rendering: Rendering) -> str:
    """A page of one table. Its policy allows its own style, by digest, and nothing else."""
    import base64
    import hashlib

    title = text(str(table.title) or "svcdesk")
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    sides = [' class="right"' if column.right else "" for column in table.columns]
    heads = "".join(
        f'<th scope="col"{side}>{text(str(column.label))}</th>'
        for column, side in zip(table.columns, sides, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{side}>{text(cell)}</td>" for cell, side in zip(row, sides, strict=True))
        + "</tr>\n"
        for row in rows(table)
    )
    below = "".join(f"<p>{text(one)}</p>\n" for one in remarks(table))
    return (
        "<!doctype html>\n"
        f'<html lang="{_LANGUAGES.get(language(), language())}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{text(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<table>\n<caption>{title}</caption>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{body}</tbody>\n</table>\n{below}</main>\n</body>\n</html>\n"
    )


def text(shown: str) -> str:
    """Text for between tags: markup and hidden characters in it are shown, never obeyed."""
    from html import escape as html_escape

    return html_escape(escape(shown, multiline=True), quote=True)


def svcdesk_register_formats() -> Iterable[Format]:
    return [Format("html", T("a page to print or send"), render, suffix=".html")]
