"""Between commands and the shell: errors become a sentence and an exit code, never a traceback.

0 done · 1 findings · 2 usage · 3 refused · 4 a bug of ours · 5 some records could not be read ·
130 interrupted.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, translate

if TYPE_CHECKING:
    from svcdesk.cli.app import App

FINDINGS = 1
USAGE = 2
REFUSED = 3
BUG = 4
PARTIAL = 5
INTERRUPTED = 130


def guarded(command: click.Command, app: App, arguments: list[str] | None) -> int:
    """Run a command; its exit code. Whatever goes wrong is told on stderr."""
    code = _run(command, app, arguments)
    _tell_of_plugins(app)
    return code


def _run(command: click.Command, app: App, arguments: list[str] | None) -> int:
    try:
        result: Any = command.main(
            args=arguments, prog_name="svcdesk", standalone_mode=False, obj=app
        )
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except SvcdeskError as error:
        _tell(app, error)
        return error.exit_code
    except click.exceptions.Exit as done:
        return int(done.exit_code)
    except (click.Abort, KeyboardInterrupt):
        print(translate("interrupted; nothing was changed"), file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    except click.ClickException as error:
        _tell(app, _from_click(error))
        return USAGE
    except BrokenPipeError:
        # whoever read us has enough: no complaint, and none from the interpreter at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _bug(app, error)


def _tell(app: App, error: SvcdeskError) -> None:
    out = app.out
    if app.said.format in ("json", "jsonl"):
        import json

        out.err(json.dumps({"error": as_json(error)}, ensure_ascii=False), raw=True)
        return
    place = f"{error.path}:{error.line}: " if error.path and error.line else ""
    message = error.message
    if place not in str(message):
        message = T("{place}{message}", place=place, message=message)
    out.err(T("svcdesk: {message}", message=message))  # a Text: only its own line breaks break
    if error.hint is not None:
        out.err(T("  → {hint}", hint=error.hint))


def _tell_of_plugins(app: App) -> None:
    """What the call asked of plugins and did not get; a program that wants JSON asks `plugins`."""
    if app.said.format in ("json", "jsonl"):
        return
    for problem in app.plugin_problems():
        app.out.err(T("svcdesk: {message}", message=problem.message))
        if problem.hint is not None:
            app.out.err(T("  → {hint}", hint=problem.hint))


def as_json(error: SvcdeskError) -> dict[str, str | int | None]:
    """The promised shape of an error under `--format json`."""
    return {
        "code": error.code,
        "message": str(error.message),
        "hint": str(error.hint) if error.hint is not None else None,
        "record": error.record,
        "path": error.path,
        "line": error.line,
        "field": error.field,
    }


def _from_click(error: click.ClickException) -> SvcdeskError:
    from svcdesk.errors import UsageError

    hint = None
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = T("`{command} --help` shows what it takes", command=error.ctx.command_path)
    return UsageError(T("{message}", message=error.format_message()), hint=hint)


def _bug(app: App, error: Exception) -> int:
    if app.said.debug:
        import traceback

        traceback.print_exception(error)
    else:
        print(  # noqa: T201
            T(
                "svcdesk: a bug of ours: {name}: {error}",
                name=type(error).__name__,
                error=repr(str(error)),
            ),
            T("  → run it again with --debug and report what it prints"),
            sep="\n",
            file=sys.stderr,
        )
    return BUG
