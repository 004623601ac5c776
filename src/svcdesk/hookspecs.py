"""Every hook that a plugin may implement, and the shapes that it hands over.

A plugin is an installed package with an entry point in the group `svcdesk`, pointing at a module
whose functions carry `@svcdesk.hookimpl`. Each hook returns named objects; two of one name are
refused, naming both plugins. Our own answers (the modules in `svcdesk.defaults`) use the same
hooks. docs/plugins.md shows each with an example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, TextIO

import pluggy

from svcdesk.i18n import Text
from svcdesk.lifecycle.fold import Fold
from svcdesk.model.facts import Facts
from svcdesk.model.finding import Finding, Rule
from svcdesk.model.kind import Workflow
from svcdesk.model.people import People
from svcdesk.model.record import Record, Value, Values
from svcdesk.model.table import Table

if TYPE_CHECKING:
    import click

hookspec = pluggy.HookspecMarker("svcdesk")
hookimpl = pluggy.HookimplMarker("svcdesk")


@dataclass(frozen=True, slots=True)
class NumberRequest:
    """What a numbering scheme may look at: the prefix, the day of registration in the desk's
    zone, 10 bytes of chance, the ids in use anywhere (all branches), and the high-water marks."""

    prefix: str
    day: date
    chance: bytes
    used: Callable[[str], Iterable[str]]
    """The ids in use, ever, that begin with this text."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """A numbering scheme. `propose` gives an id; the core verifies it and asks again if taken."""

    name: str
    title: Text | str
    propose: Callable[[NumberRequest], str]


@dataclass(frozen=True, slots=True)
class Format:
    """An output format: a table in, text out. `styled` formats get a terminal's width."""

    name: str
    title: Text | str
    render: Callable[[Table, Rendering], str]


@dataclass(frozen=True, slots=True)
class Rendering:
    """How the text is to look: colour only on a terminal, `width` in columns or None in a pipe."""

    colour: bool = False
    width: int | None = None
    zone: str = "UTC"
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened, told to channels after it is committed (or published).

    `id` is the same at every attempt to tell it, so that a receiver can drop repeats.
    """

    id: str
    op: str
    move: str
    subject: str
    record: Mapping[str, Value]
    event: Mapping[str, Value]
    commit: str | None
    desk: str

    def payload(self) -> dict[str, Value]:
        """The notice as JSON-ready data, in the promised shape `svcdesk/notice/1`."""
        return {
            "schema": "svcdesk/notice/1",
            "id": self.id,
            "op": self.op,
            "move": self.move,
            "subject": self.subject,
            "desk": self.desk,
            "commit": self.commit,
            "record": dict(self.record),
            "event": dict(self.event),
        }


@dataclass(frozen=True, slots=True)
class Means:
    """What the user's own configuration gives a channel: its settings, never the desk's."""

    settings: Values = field(default_factory=dict)
    stderr: TextIO | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to tell people or programs. `send` raises to report that it could not."""

    name: str
    title: Text | str
    send: Callable[[Notice, Means], None]


@dataclass(frozen=True, slots=True)
class Subject:
    """A record under a check: its fold, workflow, linked documents by kind, and where it lies."""

    record: Record
    folded: Fold
    workflow: Workflow
    documents: Mapping[str, Sequence[Record]]
    facts: Facts
    people: People
    now: datetime
    path: str = ""
    line_of: Callable[[Sequence[str | int]], int | None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Check:
    """A rule with the function that looks for it. `kinds` are the kinds it looks at (all: empty)."""

    rule: Rule
    find: Callable[[Subject], Iterable[Finding]]
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a report is made of: the records asked for, as of `now`."""

    records: Sequence[tuple[Record, Fold]]
    workflows: Mapping[str, Workflow]
    facts: Facts
    people: People
    now: datetime
    sla: Callable[[Record], Sequence[Mapping[str, Value]]]
    """A record's SLA targets, as `svcdesk sla show --format json` gives them."""


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    title: Text | str
    build: Callable[[ReportRequest], Table]


@dataclass(frozen=True, slots=True)
class Fragment:
    """Further properties for a kind's schema; their names begin with `x-` and the plugin's name."""

    kind: str
    properties: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an import: its place in the source (from 1) and its cells by column name."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Importer:
    """Reads a source's bytes into rows. `suffixes` are the file endings it is chosen by."""

    name: str
    title: Text | str
    suffixes: tuple[str, ...]
    read: Callable[[bytes], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Contacts:
    """An address book outside git: `find` gives the full contact for a requester's `ref`."""

    name: str
    title: Text | str
    find: Callable[[str, Means], Mapping[str, str] | None]


class Specs:
    """The hooks. A plugin implements those that it needs, as functions of these names."""

    @hookspec
    def svcdesk_register_numbering(self) -> Iterable[Numbering]:
        """Numbering schemes; `desk.yaml` names the one in use (`numbering: daily`)."""
        raise NotImplementedError

    @hookspec
    def svcdesk_register_formats(self) -> Iterable[Format]:
        """Output formats for `--format NAME`."""
        raise NotImplementedError

    @hookspec
    def svcdesk_register_channels(self) -> Iterable[Channel]:
        """Ways to tell what happened; `desk.yaml` routes operations to them."""
        raise NotImplementedError

    @hookspec
    def svcdesk_register_checks(self) -> Iterable[Check]:
        """Rules that `check`, `review` and every write judge records by."""
        raise NotImplementedError

    @hookspec
    def svcdesk_register_reports(self) -> Iterable[Report]:
        """Reports for `svcdesk report NAME`."""
        raise NotImplementedError

    @hookspec
    def svcdesk_register_commands(self) -> Iterable[click.Command]:
        """Further commands; one that has the name of a command of ours is refused."""
        raise NotImplementedError

    @hookspec
    def svcdesk_register_schemas(self) -> Iterable[Fragment]:
        """Further fields for kinds that are there already."""
        raise NotImplementedError

    @hookspec
    def svcdesk_register_importers(self) -> Iterable[Importer]:
        """Readers of source files for `svcdesk import`."""
        raise NotImplementedError

    @hookspec
    def svcdesk_register_contacts(self) -> Iterable[Contacts]:
        """Address books outside git, for `show --contact`."""
        raise NotImplementedError
