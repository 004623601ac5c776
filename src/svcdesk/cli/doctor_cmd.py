"""`svcdesk doctor`: how the desk and this installation are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import FINDINGS
from svcdesk.cli.options import command, option
from svcdesk.errors import SvcdeskError, UsageError
from svcdesk.i18n import T, Text
from svcdesk.model.finding import Severity
from svcdesk.model.table import Cell, Column, Table

if TYPE_CHECKING:
    from svcdesk.desk.sign import Sign

_WORDS = {
    None: T("good"),
    Severity.NOTE: T("note"),
    Severity.WARNING: T("warning"),
    Severity.ERROR: T("error"),
}
_STYLES = {None: "ok", Severity.NOTE: "dim", Severity.WARNING: "risk", Severity.ERROR: "breach"}
_NAMES = {
    "engine": T("schema engine"),
    "settings": T("settings"),
    "identity": T("identity"),
    "desk": T("desk"),
    "attributes": T("attributes"),
    "repository": T("repository"),
    "shallow": T("shallow clone"),
    "remotes": T("remotes"),
    "deleted": T("deleted records"),
    "merging": T("merging"),
    "merged": T("records after merges"),
    "unfinished": T("unfinished write"),
    "leftovers": T("leftovers"),
    "clock": T("clock"),
    "lock": T("lock"),
    "system": T("system"),
    "file system": T("file system"),
    "disk": T("disk"),
    "plugin": T("plugin"),
}


@command(
    "doctor",
    help="Examine the installation and the desk; finish or undo what broke off.\n\n"
    "A write that broke off is ended by the next one by itself. Only where files or history went "
    "on since then, it waits for your decision.",
)
@option("--fix", is_flag=True, help="Put back what is missing, and what git lost in text merges.")
@option("--finish", is_flag=True, help="Write what an unfinished write meant to.")
@option("--undo", is_flag=True, help="Take an unfinished write back.")
def _doctor(app: App, fix: bool, finish: bool, undo: bool) -> int:
    from svcdesk.desk import doctoring

    if fix + finish + undo > 1:
        raise UsageError(T("--fix, --finish and --undo go one at a time"))
    if finish or undo:
        report = doctoring.finish(app.desk) if finish else doctoring.undo(app.desk)
        for line in report.lines:
            app.out.out(line)
        return FINDINGS if report.pending else 0
    wrong, left = _own_settings(app), dict[str, Text]()
    if fix:
        for path in doctoring.fix(app.desk).made:
            app.out.out(T("made {path}", path=path))
        mended = doctoring.mend(app.desk)
        for sentence in mended.done:
            app.out.out(sentence)
        redated = doctoring.redate(app.desk)
        for sentence in redated.done:
            app.out.out(sentence)
        for sentence, hint in (*mended.left, *redated.left):
            app.out.out(T("left as it is: {what} – {hint}", what=sentence, hint=hint))
            left[str(sentence)] = hint
    diagnosis = app.desk.examine()
    signs = (*wrong, *diagnosis.signs)
    app.show(
        Table(
            schema="svcdesk/doctor/1",
            title=T("examination"),
            columns=[
                Column("weight", T("weight")),
                Column("name", T("part")),
                Column("message", T("finding")),
                Column("hint", T("what to do")),
            ],
            rows=[
                [
                    Cell(
                        one.weight.name.lower() if one.weight else None,
                        _WORDS[one.weight],
                        _STYLES[one.weight],
                    ),
                    Cell(one.name, _NAMES.get(one.name, one.name)),
                    str(one.message),
                    str(_advice(one, left) or ""),
                ]
                for one in signs
            ],
            total=len(signs),
        )
    )
    return 0 if diagnosis.healthy and not wrong else FINDINGS


def _advice(sign: Sign, left: Mapping[str, Text]) -> Text | None:
    """What to do about it; of what `--fix` has just left as it is, what it said of that."""
    said = str(sign.message)
    return next((hint for what, hint in left.items() if what.startswith(said)), sign.hint)


def _own_settings(app: App) -> list[Sign]:
    """What is wrong with the user's own settings; the examination then goes on without them."""
    from svcdesk.config import without_settings
    from svcdesk.desk.sign import sign_of

    try:
        _ = app.config
    except SvcdeskError as error:
        app.config = without_settings()
        return [sign_of("settings", error)]
    return []


def commands() -> dict[str, click.Command]:
    return {"doctor": _doctor}
