"""Between commands and the shell: errors become a sentence and an exit code, never a traceback.

0 done · 1 findings · 2 usage · 3 refused · 4 a bug of ours · 5 some records could not be read ·
130 interrupted.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from svcdesk.errors import Refused, SvcdeskError, UsageError, placed, reason_of
from svcdesk.i18n import T

if TYPE_CHECKING:
    from svcdesk.cli.app import App
    from svcdesk.model.record import Value

FINDINGS = 1
USAGE = 2
REFUSED = 3
BUG = 4
PARTIAL = 5
INTERRUPTED = 130
_DATA = ("json", "jsonl")
_TOLD = 20
"""Of many errors so many are told."""

# What the machine refuses whoever asks: no mistake of ours, and nothing that --debug explains.
_SYSTEMS = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
    }
)


def guarded(command: click.Command, app: App, arguments: list[str] | None) -> int:
    """Run a command; its exit code. Whatever goes wrong is told on stderr."""
    _hold_standard_streams()
    code = _run(command, app, arguments)
    _tell_of_plugins(app)
    return code


def leave(code: int) -> NoReturn:
    """End the process now. To free every object first takes a tenth of a short call's time.

    Nothing is lost: files are closed where they are written, and the streams are flushed here.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass  # whoever read us has enough
    except OSError:
        code = code or REFUSED
    os._exit(code)


def _hold_standard_streams() -> None:
    """Put nothing in the place of a standard stream that the caller closed.

    Else the next file to be opened, a record or the lock, would get its number, and whoever
    writes to standard output would write there.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def _run(command: click.Command, app: App, arguments: list[str] | None) -> int:
    app.said.typed = tuple(sys.argv[1:] if arguments is None else arguments)
    try:
        app.use_language()
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
        said = T("interrupted: a change is in git as a whole or not at all (`git log -1`)")
        if _as_data(app):
            _tell(app, SvcdeskError(said, code="E_INTERRUPTED"))
        else:
            print(said, file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as page:
        if _as_data(app):
            _tell(app, UsageError(T("nothing is asked for")))
        else:
            app.out.err(page.format_message(), multiline=True)
        return USAGE
    except click.ClickException as error:
        _tell(app, _from_click(error))
        return USAGE
    except BrokenPipeError:
        # whoever read us has enough: no complaint, and none from the interpreter at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        from svcdesk.cli.output import discard_unwritten

        discard_unwritten()
        if error.errno not in _SYSTEMS or app.said.debug:
            return _bug(app, error)
        refused = _of_the_system(error)
        _tell(app, refused)
        return refused.exit_code
    except Exception as error:
        return _bug(app, error)


def _of_the_system(error: OSError) -> Refused:
    """What the operating system refused, as our error."""
    return Refused(
        T("the system refused {path}: {reason}", path=error.filename, reason=reason_of(error))
        if error.filename is not None
        else T("the system refused to go on: {reason}", reason=reason_of(error)),
        hint=T("mend that, then try again; `svcdesk doctor` says how the desk stands"),
        code="E_DISK",
    )


def _tell(app: App, error: SvcdeskError) -> None:
    out = app.out
    if _as_data(app):
        from svcdesk.defaults.formats.json import dumps, plain

        said: dict[str, Value] = {"error": as_json(error)}
        if error.others:
            said["others"] = [as_json(one) for one in error.others]
        out.err(dumps(plain(said)), raw=True)
        return
    told = (error, *error.others)
    hint = None
    for one in told[:_TOLD]:
        message = placed(one) if one.line else one.message
        out.err(T("svcdesk: {message}", message=message))  # a Text: only its own line breaks break
        if one.hint is not None and str(one.hint) != str(hint):
            out.err(T("  → {hint}", hint=one.hint))
        hint = one.hint
    if len(told) > _TOLD:
        out.err(T("… and {count} more; --format json names them all", count=len(told) - _TOLD))


def _as_data(app: App) -> bool:
    """Whether the caller asked for JSON, on a line that may not have been understood so far."""
    if app.said.format is not None:
        return app.said.format in _DATA
    typed = app.said.typed
    return any(
        one.removeprefix("--format=") in _DATA
        if one.startswith("--format=")
        else one == "--format" and after in _DATA
        for one, after in zip(typed, (*typed[1:], ""), strict=False)
    )


def _tell_of_plugins(app: App) -> None:
    """What the call asked of plugins and did not get; a program that wants JSON asks `plugins`."""
    if _as_data(app):
        return
    for problem in app.plugin_problems():
        app.out.err(T("svcdesk: {message}", message=problem.message))
        if problem.hint is not None:
            app.out.err(T("  → {hint}", hint=problem.hint))


def as_json(error: SvcdeskError) -> dict[str, Value]:
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
    hint = None
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = T("`{command} --help` shows what it takes", command=error.ctx.command_path)
    message = error.format_message().rstrip(".")  # click ends with a full stop, ours do not
    return UsageError(T("{message}", message=message), hint=hint)


def _bug(app: App, error: Exception) -> int:
    if app.said.debug:
        import traceback

        traceback.print_exception(error)
    elif _as_data(app):
        said = T("a bug of ours: {name}: {error}", name=type(error).__name__, error=str(error))
        hint = T("run it again with --debug and report what it prints")
        _tell(app, SvcdeskError(said, hint=hint, code="E_BUG"))
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
