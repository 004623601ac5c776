"""The one way out: results to stdout, the rest to stderr, nothing hidden or obeyed in either."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Mapping
from typing import Final, TextIO

import click

from svcdesk.errors import Refused, UsageError, reason_of
from svcdesk.i18n import T, Text
from svcdesk.terminal import escape, escape_controls, escape_styled, style

_GONE: Final = frozenset({errno.EPIPE, errno.EINVAL})
"""What writing to a reader that has left raises (EINVAL on Windows)."""
_FALLBACK_SIZE: Final = os.terminal_size((80, 24))


class Output:
    """Prints for one call of svcdesk.

    `pager` is the command for long output on a terminal; None asks the environment (PAGER, else
    `less`), False is none. Streams are looked up at each use, so that a test can replace them.
    """

    def __init__(
        self, *, pager: str | bool | None = None, environ: Mapping[str, str] | None = None
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._pager = pager

    @property
    def colour(self) -> bool:
        """Whether results may be coloured: on a terminal or with FORCE_COLOR, never with NO_COLOR.

        See https://no-color.org and https://force-color.org.
        """
        return self._coloured(sys.stdout)

    @property
    def width(self) -> int | None:
        """The terminal's columns; None where results go to a pipe or file, which has no limit."""
        return self._size().columns if _is_terminal(sys.stdout) else None

    def out(
        self,
        text: Text | str,
        *,
        multiline: bool = False,
        styled: bool = False,
        raw: bool = False,
        page: bool = False,
        style: str = "",
        commands: bool = False,
    ) -> None:
        """Print a result, ending in a line feed; what is hidden in it is shown by its code.

        Plain text is one line, of which only a Text's own template may break; `multiline` lets
        all of it. `styled` text comes from a format: several lines, in which our styles count.
        `raw` is data for programs (JSON): exact in a pipe. `style` names a style for the whole.
        `page` may show it in the pager. `commands`: a CI runner is to obey what is in it; nothing
        else that is printed into a runner's log is obeyed. A reader who has left is no error.
        """
        shown = self._shown(sys.stdout, text, multiline, styled, raw, style)
        if not (page and self._paged(shown)):
            _write(sys.stdout, shown if commands else self._harmless(sys.stdout, shown))

    def refuse_terminal(self, format_name: str) -> None:
        """Raise UsageError where results would go to a terminal, which bytes would upset."""
        if _is_terminal(sys.stdout):
            raise UsageError(
                T("{format} is no text, and nothing for a terminal", format=format_name),
                hint=T("send it to a file: `> FILE`, or `svcdesk export -o FILE`"),
            )

    def binary(self, data: bytes) -> None:
        """Hand over a file's content as it is. A reader who has left is no error."""
        stream = sys.stdout
        try:
            stream.flush()
            stream.buffer.write(data)
            stream.buffer.flush()
        except OSError as error:
            _discard(stream)
            if error.errno not in _GONE:
                raise _not_written(error) from error

    def err(
        self, text: Text | str, *, multiline: bool = False, raw: bool = False, style: str = ""
    ) -> None:
        """Print what is not a result (errors, warnings, questions) to stderr, as `out` does."""
        shown = self._shown(sys.stderr, text, multiline, False, raw, style)
        _write(sys.stderr, self._harmless(sys.stderr, shown))

    def _harmless(self, stream: TextIO | None, text: str) -> str:
        """The text as a CI runner may read it; in a file, which none reads, it is exact."""
        if "GITHUB_ACTIONS" not in self._environ or _is_file(stream):
            return text
        from svcdesk.terminal.runners import disarm, is_obeyed

        return disarm(text) if is_obeyed(self._environ) else text

    def _shown(
        self,
        stream: TextIO,
        text: Text | str,
        multiline: bool,
        styled: bool,
        raw: bool,
        style_name: str,
    ) -> str:
        piped = not _is_terminal(stream)
        if raw:
            shown = str(text) if piped else escape(str(text), multiline=True)
        elif styled:
            show: Callable[[str], str] | None = escape_controls if piped else None
            shown = escape_styled(str(text), colour=self._coloured(stream), show=show)
        else:
            shown = _escaped(text, multiline)
            shown = style(shown, style_name, colour=self._coloured(stream))
        if (raw or styled) and (not shown or shown.endswith("\n")):
            return shown
        return shown + "\n"

    def _coloured(self, stream: TextIO) -> bool:
        if self._environ.get("NO_COLOR"):
            return False
        forced = self._environ.get("FORCE_COLOR")
        if forced:
            return forced != "0"
        return _is_terminal(stream) and self._environ.get("TERM") != "dumb"

    def _size(self) -> os.terminal_size:
        """Columns and lines of the terminal on stdout (shutil's costs 8 ms of imports)."""
        try:
            size = os.get_terminal_size(sys.stdout.fileno())
        except (OSError, ValueError):
            size = _FALLBACK_SIZE
        columns, lines = self._environ.get("COLUMNS", ""), self._environ.get("LINES", "")
        return os.terminal_size(
            (
                int(columns) if columns.isdecimal() and int(columns) else size.columns,
                int(lines) if lines.isdecimal() and int(lines) else size.lines,
            )
        )

    def _paged(self, text: str) -> bool:
        """Show the text in the pager if it is long and there is one; whether that was done."""
        if self._pager is False or not _is_terminal(sys.stdout):
            return False
        if self._environ.get("TERM") == "dumb" or text.count("\n") < self._size().lines:
            return False
        given = self._pager if isinstance(self._pager, str) and self._pager else None
        return _page(given or self._environ.get("PAGER", "less"), text, self._environ)


def _escaped(text: Text | str, multiline: bool) -> str:
    """The text with its parts escaped each for itself: only a template's line breaks break."""
    if isinstance(text, str):
        return escape(text, multiline=multiline)
    parts = {name: _Part(part, multiline) for name, part in text.parts.items()}
    return escape(str(Text(text.template, parts)), multiline=True)


class _Part:
    """A part of a sentence, escaped at the moment at which the sentence is put together."""

    def __init__(self, part: object, multiline: bool) -> None:
        self._part = part
        self._multiline = multiline

    def __format__(self, spec: str) -> str:
        if isinstance(self._part, Text):
            return format(_escaped(self._part, self._multiline), spec)
        return escape(format(self._part, spec), multiline=self._multiline)


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _is_file(stream: TextIO | None) -> bool:
    import stat

    try:
        return stream is not None and stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # closed, or no file at all
        return False


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None or not text:
        return
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        click.echo(text, file=stream, nl=False, color=True)
    except OSError as error:
        if error.errno in _GONE or stream is sys.stderr:  # where else should it be said?
            _discard(stream)
            return
        _discard(stream)
        raise _not_written(error) from error


def _not_written(error: OSError) -> Refused:
    return Refused(
        T("the output could not be written: {reason}", reason=reason_of(error)),
        hint=T("what the command did to the desk stands: see `git log -1`"),
        code="E_OUTPUT",
    )


def discard_unwritten() -> None:
    """Give up what standard output cannot take, so that the interpreter does not try again."""
    try:
        sys.stdout.flush()
    except OSError:
        _discard(sys.stdout)


def _discard(stream: TextIO) -> None:
    """Let everything written from now on vanish, so that nothing complains at exit either."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except (OSError, ValueError):
        pass
    finally:
        os.close(nowhere)


def _page(command: str, text: str, environ: Mapping[str, str]) -> bool:
    import shlex
    import subprocess

    try:
        words = shlex.split(command, posix=os.name != "nt")
    except ValueError:
        return False
    if not words or words == ["cat"]:
        return False
    try:
        pager = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            env={"LESS": "FRX", "LESSCHARSET": "utf-8", **environ},
        )
    except OSError:
        return False
    interrupted = False
    while True:
        try:
            if interrupted:
                pager.wait()
            else:
                pager.communicate(text.encode("utf-8", "backslashreplace"))
            return True
        except KeyboardInterrupt:  # the pager's to answer: it has the terminal
            interrupted = True
