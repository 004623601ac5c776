"""What every command is given: where the desk is, the language, the moment, the way out.

The clock is read here, once; everything heavy is made when a command first asks for it.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcdesk import i18n
from svcdesk.errors import NotADesk, SvcdeskError, UsageError
from svcdesk.i18n import LANGUAGES, T

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from svcdesk.cli.output import Output
    from svcdesk.config import Config
    from svcdesk.desk import Desk
    from svcdesk.hookspecs import Rendering
    from svcdesk.model.table import Table
    from svcdesk.plugins import Plugins, Problem

_GLANCE = 1 << 20
"""Bytes of a file that may be looked at for one line; the guard lets no larger one in."""
_LANGUAGE_LINE = re.compile(r"^language:[ \t]*['\"]?([a-z]{2})", re.MULTILINE)
_PLUGINS_LINE = re.compile(r"^plugins:", re.MULTILINE)


class Globals:
    """What was said before or after the command's name, as it was said."""

    def __init__(self) -> None:
        self.directory: str | None = None
        self.lang: str | None = None
        self.format: str | None = None
        self.debug = False
        self.no_plugins = False
        self.no_pager = False
        self.typed: tuple[str, ...] = ()


class App:
    """The state of one call."""

    def __init__(self) -> None:
        self.said = Globals()

    @cached_property
    def now(self) -> datetime:
        """The moment of this call: the computer's clock, or SVCDESK_NOW."""
        given = os.environ.get("SVCDESK_NOW")
        if not given:
            from datetime import UTC, datetime

            return datetime.now(UTC)
        from svcdesk.model.instants import strict_instant

        try:
            return strict_instant(given)
        except SvcdeskError as error:
            raise UsageError(T("SVCDESK_NOW: {why}", why=error.message), hint=error.hint) from error

    @property
    def start(self) -> Path:
        """The folder from which a desk is looked for: asked before and after `-C` is read."""
        return Path(self.said.directory or os.environ.get("SVCDESK_DIR") or ".")

    @cached_property
    def config(self) -> Config:
        from svcdesk.config import load_config

        return load_config()

    @cached_property
    def desk(self) -> Desk:
        from svcdesk.cli.progress import watched
        from svcdesk.desk import open_desk

        desk = open_desk(
            self.start,
            clock=lambda: self.now,
            config=self.config,
            plugins=not self.said.no_plugins,
        )
        desk.watch = watched
        return desk

    @cached_property
    def provisional(self) -> frozenset[str]:
        """The ids of records here whose numbers may still change; no git is asked."""
        from svcdesk.store.claims import provisional

        return provisional(self.desk.root)

    def shown_id(self, record_id: str) -> str:
        """An id for people: a provisional one has a question mark."""
        return f"{record_id}?" if record_id in self.provisional else record_id

    @cached_property
    def plugins(self) -> Plugins:
        """The desk's plugins; ours alone where there is no desk."""
        try:
            return self.desk.plugins
        except NotADesk:
            return _own_plugins()

    def plugin_problems(self) -> tuple[Problem, ...]:
        """What is wrong with plugins, as far as this call needed any; nothing is loaded for it."""
        desk = vars(self).get("desk")
        plugins: Plugins | None = vars(desk).get("plugins") if desk is not None else None
        return plugins.problems if plugins is not None else ()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The desk's zone; UTC where there is no desk."""
        try:
            return self.desk.facts.zone
        except NotADesk:
            from zoneinfo import ZoneInfo

            return ZoneInfo("UTC")

    @cached_property
    def out(self) -> Output:
        from svcdesk.cli.output import Output

        pager = None
        with contextlib.suppress(SvcdeskError):  # settings in disorder are told by what needs them
            pager = self.config.text("pager")
        return Output(pager=False if self.said.no_pager else pager)

    def use_language(self) -> None:
        """Settle the language of this call: option, environment, user's file, desk, locale."""
        chosen = self.said.lang or os.environ.get("SVCDESK_LANG") or self._written() or _locale()
        if chosen not in LANGUAGES:
            raise UsageError(
                T("“{name}” is not a language of svcdesk", name=chosen),
                hint=T("languages: {names}", names=", ".join(LANGUAGES)),
            )
        i18n.use(chosen)
        os.environ["LANGUAGE"] = chosen
        i18n.serve_gettext()  # click's own sentences go through the same catalogue

    def names_plugins(self) -> bool:
        """Whether the desk names plugins, read as a line: help must stay quick."""
        return any(_PLUGINS_LINE.search(text) for text in self._desk_texts())

    def _written(self) -> str | None:
        """The language in the user's file or the desk's, read as a line: help must stay quick."""
        from svcdesk.config import user_file

        for text in (*_texts([user_file(os.environ)]), *self._desk_texts()):
            found = _LANGUAGE_LINE.search(text)
            if found:
                return found[1]
        return None

    def _desk_texts(self) -> list[str]:
        here = self.start.absolute()
        places = [folder / "records" / "desk.yaml" for folder in (here, *here.parents)]
        return _texts(places)[:1]

    def format_name(self, fallback: str = "table") -> str:
        return self.said.format or self.config.text("format") or fallback

    def rendering(self) -> Rendering:
        from svcdesk.hookspecs import Rendering

        zone = "UTC"
        with contextlib.suppress(SvcdeskError):  # what is wrong with a desk can be shown, too
            zone = self.zone.key
        return Rendering(colour=self.out.colour, width=self.out.width, zone=zone, now=self.now)

    def show(self, table: Table, *, fallback: str = "table") -> None:
        """Print a table in the format asked for; beside data, what people should know of it."""
        from svcdesk.defaults.formats.cells import remarks

        chosen = self._formats().format(self.format_name(fallback))
        if chosen.binary:
            self.out.refuse_terminal(chosen.name)
        made = chosen.render(table, self.rendering())
        if isinstance(made, bytes):
            self.out.binary(made)
        else:
            self.out.out(
                made, styled=not chosen.data, raw=chosen.data, page=True, commands=chosen.commands
            )
        for remark in remarks(table) if chosen.data else ():
            self.out.err(remark)

    def _formats(self) -> Plugins:
        """Where formats are found: ours alone, where the desk is in too much disorder for more."""
        try:
            return self.plugins
        except SvcdeskError:
            return _own_plugins()

    def understand(self, text: str) -> datetime:
        """A time that somebody typed; what was understood is echoed where it was not exact.

        Raises UsageError for one before 1970: no desk was open then, and ids of events begin there.
        """
        from svcdesk.humantime import understand
        from svcdesk.model.instants import format_instant

        understood = understand(text, now=self.now, zone=self.zone)
        if understood.instant.timestamp() < 0:
            raise UsageError(
                T("“{text}” is before 1970", text=text),
                hint=T("see whether the year is right"),
                code="E_TIME",
            )
        shown = format_instant(understood.instant, self.zone)
        if understood.note is not None or shown != text:
            self.out.err(T("{said}: {understood}", said=text, understood=shown))
        if understood.note is not None:
            self.out.err(understood.note)
        return understood.instant


def _own_plugins() -> Plugins:
    from svcdesk.plugins import build_plugins

    return build_plugins(entry_points=False)


def _texts(places: list[Path]) -> list[str]:
    """What stands in those of the files that can be read; a pipe would keep us waiting."""
    found = []
    for place in places:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            status = place.stat()
            if stat.S_ISREG(status.st_mode) and status.st_size <= _GLANCE:
                found.append(place.read_text(encoding="utf-8"))
    return found


def _locale() -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    if sys.platform == "win32":
        import locale

        return "zh" if (locale.getlocale()[0] or "").lower().startswith("chinese") else "en"
    return "en"


pass_app = click.make_pass_decorator(App, ensure=True)
