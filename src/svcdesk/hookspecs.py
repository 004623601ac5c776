"""Every hook that a plugin may implement, and the shapes that it hands over.

A plugin is an installed package with an entry point in the group `svcdesk`, pointing at a module
whose functions carry `@svcdesk.hookimpl`. Each hook returns named objects; two of one name are
refused, naming both plugins. Our own answers (the modules in `svcdesk.defaults`) use the same
hooks. docs/plugins.md shows each with an example.

The shapes are named tuples, and their types are imported for checkers alone: every call of the
command line loads this file, and a frozen dataclass takes seven times as long to make.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path
    from typing import TextIO

    import click
    from pluggy import HookimplMarker

    from svcdesk.i18n import Text
    from svcdesk.lifecycle.fold import Fold
    from svcdesk.model.facts import Facts
    from svcdesk.model.finding import Finding, Rule
    from svcdesk.model.kind import Workflow
    from svcdesk.model.people import People
    from svcdesk.model.record import Record, Value, Values
    from svcdesk.model.table import Table

    hookimpl = HookimplMarker("svcdesk")
    """The mark of a function that implements a hook."""


_NOTHING: Mapping[str, Value] = MappingProxyType({})


class NumberRequest(NamedTuple):
    """What a numbering scheme may look at."""

    prefix: str
    day: date
    """The day of registration in the desk's zone."""
    chance: bytes
    """10 random bytes, others at each try."""
    used: Callable[[str], Iterable[str]]
    """The ids ever in use, on any branch, that begin with this text (at least `PREFIX-…-`)."""
    highest: Callable[[str], int]
    """The highest serial, of three to six digits, that stands behind this text in any of them; 0
    where there is none. To ask for it is quick, however many there are."""


class Numbering(NamedTuple):
    """A numbering scheme. `propose` gives an id of capitals, digits and hyphens that begins with
    the prefix; the core verifies it, and asks again if it is taken."""

    name: str
    title: Text | str
    propose: Callable[[NumberRequest], str]


class Rendering(NamedTuple):
    """How text is to look: colour only on a terminal, `width` in columns or None in a pipe."""

    colour: bool = False
    width: int | None = None
    zone: str = "UTC"
    now: datetime | None = None


class Format(NamedTuple):
    """An output format: a table in, text out, ending in a line break (or empty); or, for a format
    that is `binary`, bytes, which are a file's content and reach no terminal.

    What comes from records is hostile: a format escapes it for the place it stands in. `data` is
    for programs: it reaches a pipe exactly as it is, and the table's notes, and what a limit left
    out, are said on standard error; a format for people says them in its text. `commands`: the
    text is for a CI runner to obey (`::error …::`); from any other nothing in its log is obeyed.
    `suffix` is the ending of files by which `export -o FILE` chooses it (`.xlsx`).
    """

    name: str
    title: Text | str
    render: Callable[[Table, Rendering], str | bytes]
    data: bool = False
    commands: bool = False
    binary: bool = False
    suffix: str = ""


class Notice(NamedTuple):
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


class Means(NamedTuple):
    """What the user's own configuration gives a channel or an address book, never the desk.

    `repository` is the root of the desk's repository: what must lie outside it can see to that.
    """

    settings: Values = _NOTHING
    stderr: TextIO | None = None
    repository: Path | None = None


class Channel(NamedTuple):
    """A way to tell people or programs. `send` raises to report that it could not."""

    name: str
    title: Text | str
    send: Callable[[Notice, Means], None]


class Subject(NamedTuple):
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
    """The line of a place in the file, such as `("improvements", 0, "owner")`."""


class Check(NamedTuple):
    """A rule and the function that looks for it. `kinds`: those it looks at (empty: all)."""

    rule: Rule
    find: Callable[[Subject], Iterable[Finding]]
    kinds: tuple[str, ...] = ()


class ReportRequest(NamedTuple):
    """What a report is made of: the requests asked for, as of `now`.

    `since` (included) and `until` (not) bound a period, for reports that have one.
    """

    records: Sequence[tuple[Record, Fold]]
    workflows: Mapping[str, Workflow]
    facts: Facts
    people: People
    now: datetime
    sla: Callable[[Record], Sequence[Mapping[str, Value]]]
    """A record's SLA targets, as the items of `svcdesk sla show --format json`: at least `target`
    (its name) and `state` (met, breached, at_risk, open; whatever else is neither)."""
    documents: Callable[[Record], Mapping[str, Sequence[Record]]] = lambda _: _NO_DOCUMENTS
    """The documents linked from a record, by kind, oldest first."""
    since: datetime | None = None
    until: datetime | None = None
    label: Callable[[str, Value], str] = lambda path, value: str(value)
    """What people call a field's value: (`priority`, `P1`)."""


_NO_DOCUMENTS: Mapping[str, Sequence[Record]] = MappingProxyType({})


class Report(NamedTuple):
    """A report: what is asked for in, a table out."""

    name: str
    title: Text | str
    build: Callable[[ReportRequest], Table]


class Fragment(NamedTuple):
    """Further properties for a kind's schema: JSON Schemas by field name.

    The names begin with `x-` and the plugin's name (`x-example-room`).
    """

    kind: str
    properties: Mapping[str, Value]


_NO_PROBLEMS: Mapping[str, Text | str] = MappingProxyType({})


class Row(NamedTuple):
    """One row of an import: its place in the source, as an editor or spreadsheet shows it (from 1,
    a heading included), and its cells by column name.

    `problem` says why a row cannot be used; the import lists it and goes on. `problems` does so for
    single cells, by column name. `sheet` names the sheet that the row is of; `grid` says that the
    cells stand in columns A, B, C …, in the order of `cells`.
    """

    number: int
    cells: Mapping[str, str]
    problem: Text | str | None = None
    problems: Mapping[str, Text | str] = _NO_PROBLEMS
    sheet: str = ""
    grid: bool = False


class Importer(NamedTuple):
    """Reads a source's bytes into rows. `suffixes` are the file endings it is chosen by; `guarded`:
    in its files a `'` stands before a text that looks like a formula."""

    name: str
    title: Text | str
    suffixes: tuple[str, ...]
    read: Callable[[bytes], Iterable[Row]]
    guarded: bool = False


class Contacts(NamedTuple):
    """An address book outside git: `find` gives the full contact for a requester's `ref`."""

    name: str
    title: Text | str
    find: Callable[[str, Means], Mapping[str, str] | None]


class Specs:
    """The hooks. A plugin implements those that it needs, as functions of these names, each marked
    `@hookimpl`. (Hooks and our own answers are known by their names alone: pluggy, which makes the
    mark, takes longer to load than a list takes to print.)"""

    def svcdesk_register_numbering(self) -> Iterable[Numbering]:
        """Numbering schemes; `desk.yaml` names the one in use (`numbering: daily`)."""
        raise NotImplementedError

    def svcdesk_register_formats(self) -> Iterable[Format]:
        """Output formats for `--format NAME`."""
        raise NotImplementedError

    def svcdesk_register_channels(self) -> Iterable[Channel]:
        """Ways to tell what happened; `desk.yaml` routes operations to them."""
        raise NotImplementedError

    def svcdesk_register_checks(self) -> Iterable[Check]:
        """Rules that `check`, `review` and every write judge records by."""
        raise NotImplementedError

    def svcdesk_register_reports(self) -> Iterable[Report]:
        """Reports for `svcdesk report NAME`."""
        raise NotImplementedError

    def svcdesk_register_commands(self) -> Iterable[click.Command]:
        """Further commands; one that has the name of a command of ours is refused."""
        raise NotImplementedError

    def svcdesk_register_schemas(self) -> Iterable[Fragment]:
        """Further fields for kinds that are there already."""
        raise NotImplementedError

    def svcdesk_register_importers(self) -> Iterable[Importer]:
        """Readers of source files for `svcdesk import`."""
        raise NotImplementedError

    def svcdesk_register_contacts(self) -> Iterable[Contacts]:
        """Address books outside git, for `show --contact`."""
        raise NotImplementedError


def __getattr__(name: str) -> Any:
    if name == "hookimpl":
        from pluggy import HookimplMarker

        return HookimplMarker("svcdesk")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
