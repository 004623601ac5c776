"""The user's editor: opened on a text, and what it saved, kept where it cannot be written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from svcdesk.cli.app import App
from svcdesk.errors import FileRefused, Refused, SvcdeskError, placed
from svcdesk.i18n import T

_Done = TypeVar("_Done")


def edit_until(app: App, record_id: str, base: str, write: Callable[[str], _Done]) -> _Done | None:
    """What `write` makes of the text as it was edited; None where nothing was changed.

    A text that `write` refuses is kept inside the git directory, where no commit and no check
    comes upon it. On a terminal it can be edited again, at once or the next time; elsewhere the
    refusal is raised.
    """
    kept = app.desk.repository.git_dir / "svcdesk" / "edits" / f"{record_id}.yaml"
    start = base
    if kept.exists() and _asks() and _confirmed(T("go on with your text that was refused?")):
        start = kept.read_text(encoding="utf-8", errors="replace")
    while True:
        data = _edited(app, start.encode())
        if data is None:
            return None
        try:
            start = _decoded(data)
            if start == base:
                return None
            done = write(start)
        except SvcdeskError as error:
            _keep(kept, data)
            app.out.err(T("your text is kept in {path}", path=kept))
            if not _asks():
                raise
            app.out.err(placed(error))
            if error.hint is not None:
                app.out.err(T("  → {hint}", hint=error.hint))
            if not _confirmed(T("edit it again?")):
                raise
            continue
        kept.unlink(missing_ok=True)
        return done


def _edited(app: App, data: bytes) -> bytes | None:
    """The bytes that the editor left; None where it saved nothing. Raises Refused."""
    program = app.config.text("editor")
    try:
        return click.edit(data, editor=program, extension=".yaml", require_save=True)
    except (click.ClickException, ValueError) as error:
        named = program or os.environ.get("VISUAL") or os.environ.get("EDITOR")
        raise Refused(
            T("the editor {program} did not start, or ended with an error", program=named)
            if named
            else T("no editor was found"),
            hint=T("name one: `editor` in your own settings, or SVCDESK_EDITOR, VISUAL, EDITOR"),
            code="E_EDITOR",
        ) from error


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise FileRefused(
            T("the editor saved a text that is not UTF-8"),
            hint=T("let the editor save it as UTF-8"),
            code="E_UTF8",
        ) from error


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)


def _asks() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _confirmed(question: object) -> bool:
    return click.confirm(str(question), default=True, err=True)
