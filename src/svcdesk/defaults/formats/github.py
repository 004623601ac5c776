"""`--format github`: findings as annotations of GitHub Actions, with a summary of the job.

Each is a workflow command on standard output: `::error file=…,line=…,title=…::message`. The same
table in Markdown is added to the file that `GITHUB_STEP_SUMMARY` names, where the runner sets it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.defaults.formats.cells import count, finding_items
from svcdesk.errors import UsageError, reason_of
from svcdesk.hookspecs import Format, Rendering
from svcdesk.i18n import T
from svcdesk.terminal import escape

if TYPE_CHECKING:
    from svcdesk.model.record import Value
    from svcdesk.model.table import Table

LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
"""Severity → the runner's level, the most severe first."""
MOST = 10
"""Annotations of one level that the runner shows for a step."""
SUMMARY_LIMIT = 1 << 20
"""Bytes of a step's summary; a larger one is dropped whole."""
SUMMARY = "GITHUB_STEP_SUMMARY"


def render(table: Table, rendering: Rendering) -> str:
    """A line an annotation, the most severe first. Raises UsageError for what has no findings."""
    found = finding_items(table)
    summary = os.environ.get(SUMMARY)
    if summary:
        _add_summary(Path(summary), table, rendering)
    return "".join(
        line
        for severity, level in LEVELS.items()
        for line in _level(level, [one for one in found if one["severity"] == severity])
    )


def _level(level: str, found: Sequence[Mapping[str, Value]]) -> Iterable[str]:
    """One level's annotations; where there are more than are shown, the last says how many."""
    shown = found if len(found) <= MOST else found[: MOST - 1]
    for one in shown:
        yield _annotation(level, one)
    if len(found) > len(shown):
        more = T("and {count} more: see the job's summary", count=len(found) - len(shown))
        yield f"::{level}::{_message(str(more))}\n"


def _annotation(level: str, finding: Mapping[str, Value]) -> str:
    place = {"file": finding.get("path"), "line": finding.get("line")}
    said = {**place, "title": f"{finding.get('code')} {finding.get('name')}"}
    if not said["file"]:
        said["line"] = None
    given = ",".join(
        f"{name}={_property(str(value))}" for name, value in said.items() if value is not None
    )
    hint = finding.get("hint")
    message = f"{finding['message']}\n→ {hint}" if hint else str(finding["message"])
    return f"::{level} {given}::{_message(message)}\n"


def _message(text: str) -> str:
    """A command's message: what the runner would take for the end of the line is coded."""
    shown = escape(text, multiline=True)
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A command's property: the marks between properties are coded too."""
    return _message(escape(text)).replace(":", "%3A").replace(",", "%2C")


def _add_summary(file: Path, table: Table, rendering: Rendering) -> None:
    """Append the table in Markdown, as many rows of it as the limit leaves room for."""
    from svcdesk.defaults.formats.markdown import render as markdown

    try:
        room = SUMMARY_LIMIT - (file.stat().st_size if file.exists() else 0) - 2
        total = count(table) if table.total is None else table.total
        rows = len(table.rows)
        while True:
            part = table._replace(rows=table.rows[:rows], items=None, total=total)
            text = ("\n" + markdown(part, rendering)).encode()
            if len(text) <= room:
                break
            if rows == 0:
                return
            rows = rows * max(room, 0) // len(text) * 9 // 10
        with file.open("ab") as summary:
            summary.write(text)
    except OSError as error:
        raise UsageError(
            T("the summary of the job cannot be written to {path}: {why}",
              path=file, why=reason_of(error)),
            hint=T("unset {name} to go without", name=SUMMARY),
        ) from None  # fmt: skip


def svcdesk_register_formats() -> Iterable[Format]:
    return [Format("github", T("annotations of GitHub Actions"), render, data=True, commands=True)]
