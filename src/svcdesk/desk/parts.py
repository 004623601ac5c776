"""What a desk is made of: root, clock, facts, people, kinds, plugins, records, service levels.

Each part is made when it is first needed. What can be done with them is in the modules beside this
one, and reachable as methods of `Desk`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from svcdesk.config import Config
from svcdesk.desk.settings import parse_facts, parse_people
from svcdesk.errors import NotADesk, SvcdeskError
from svcdesk.i18n import T
from svcdesk.model.facts import Facts
from svcdesk.model.instants import format_instant
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Value
from svcdesk.store.files import read_below, safe_path
from svcdesk.store.tickets import FILE_LIMIT, RECORDS, Loaded, Tickets, Unreadable
from svcdesk.store.yaml_read import Document, parse

if TYPE_CHECKING:
    from svcdesk.desk.author import Author
    from svcdesk.desk.customers import Customers
    from svcdesk.desk.numbering import Numbers
    from svcdesk.desk.sla import ServiceLevels
    from svcdesk.lifecycle.act import Act
    from svcdesk.lifecycle.approval_values import Verify
    from svcdesk.model.fields import FieldTable
    from svcdesk.model.people import People
    from svcdesk.plugins import Plugins
    from svcdesk.store.git import Identity, Repository
    from svcdesk.store.git_index import Differing
    from svcdesk.store.git_process import Asked
    from svcdesk.store.schema import Kinds

_T = TypeVar("_T")
Watch = Callable[[Sequence[str]], Iterable[str]]
"""Hands on what long work goes through, and may show how far it has come."""
DESK_FILE = f"{RECORDS}/desk.yaml"
PEOPLE_FILE = f"{RECORDS}/people.yaml"
SCHEMAS = "schemas"
REQUEST = "request"


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` that holds a desk. Raises NotADesk."""
    here = start.absolute()
    if not here.is_dir():  # else a name with a slip in it would mean the desk above it
        raise NotADesk(
            T("there is no folder {path}", path=here),
            hint=T("-C DIR, or SVCDESK_DIR, names a folder in the desk"),
            path=str(here),
        )
    for folder in (here, *here.parents):
        if os.path.lexists(folder / DESK_FILE):  # reading it is what refuses a link or a pipe
            return folder
        if (folder / RECORDS).is_dir():
            from svcdesk.desk.deleted import missing

            error = missing(folder, DESK_FILE)
            if error.code == "E_DELETED":
                raise error
    raise NotADesk(
        T("there is no desk at {path} or above it", path=here),
        hint=T("make one with `svcdesk init`, or name one with -C DIR"),
        path=str(here),
    )


class Parts:
    """A desk on disk. Making one reads nothing; each part is read when it is first needed."""

    fixed = False
    """Whether it is read from a commit, which no write under way can change."""

    def __init__(
        self, root: Path, clock: Callable[[], datetime], config: Config, plugins: bool = True
    ) -> None:
        self.root = root
        self.config = config
        self.watch: Watch = lambda items: items
        self._clock = clock
        self._foreign_plugins = plugins
        self._asked: dict[str, Asked] = {}
        self._differing: Differing | None = None

    # ── the clock and chance ──────────────────────────────────────────────────────────────────

    def now(self) -> datetime:
        return self._clock()

    def now_ms(self) -> int:
        return int(self.now().timestamp() * 1000)

    def chance(self) -> bytes:
        return os.urandom(10)

    # ── the parts ─────────────────────────────────────────────────────────────────────────────

    @cached_property
    def repository(self) -> Repository:
        """The git repository whose root the desk lies in. Raises NotADesk for any other place.

        Paths in commits, in merges and at forges are then the same as paths in the desk.
        """
        from svcdesk.store.git import discover

        found = discover(self.root, self._asked.pop("repository", None))
        if not self.root.samefile(found.root):
            raise NotADesk(
                T("the desk at {desk} is not at the root of its repository, {root}",
                  desk=self.root, root=found.root),
                hint=T("a desk's records/ lies at the top of a repository of its own"),
                code="E_NOT_ROOT",
            )  # fmt: skip
        return found

    @cached_property
    def facts(self) -> Facts:
        return self.understood(DESK_FILE, parse_facts)

    @cached_property
    def people(self) -> People:
        return self.understood(PEOPLE_FILE, parse_people)

    @cached_property
    def customers(self) -> Customers:
        """Whom customers.yaml lists."""
        from svcdesk.desk.customers import listed_customers

        return listed_customers(self)

    @cached_property
    def kinds(self) -> Kinds:
        from svcdesk.store.schema import load_kinds

        fragments = self.plugins.fragments() if self.facts.plugins else []
        return load_kinds(
            self._own_schemas(),
            self.facts.kinds,
            [(one.kind, one.properties) for one in fragments],
        )

    @cached_property
    def plugins(self) -> Plugins:
        from svcdesk.plugins import build_plugins

        return build_plugins(
            named=self.facts.plugins,
            trusted=self.config.names("plugins.trust"),
            entry_points=self._foreign_plugins,
            root=self.root,
        )

    @cached_property
    def tickets(self) -> Tickets:
        kinds = self.kinds
        documents = frozenset(kinds.prefixes[name] for name in kinds.documents)
        return Tickets(self.root, kinds.folders, documents)

    @cached_property
    def numbers(self) -> Numbers:
        from svcdesk.desk.numbering import Numbers

        return Numbers(self)

    @property
    def document_kinds(self) -> frozenset[str]:
        """The kinds that are documents of a request's chain."""
        return self.kinds.documents

    @cached_property
    def fields(self) -> FieldTable:
        """The fields of all kinds together."""
        return self.kinds.fields()

    @cached_property
    def sla(self) -> ServiceLevels:
        """The desk's policies and calendars, and the ledgers of its records."""
        from svcdesk.desk.sla import ServiceLevels

        return ServiceLevels(self)

    def workflow(self, kind: str) -> Workflow:
        return self.kinds[kind].workflow

    @cached_property
    def verify_approval(self) -> Verify:
        """What verifies signatures of approvals by the keys in people.yaml, each once."""
        from svcdesk.desk.signing import verifier

        return verifier(self.people)

    # ── files ─────────────────────────────────────────────────────────────────────────────────

    def read_file(self, path: str) -> bytes | None:
        """A file below the desk's root, as it lies there; None where there is none."""
        full = safe_path(self.root, path)
        return read_below(self.root, path, FILE_LIMIT) if os.path.lexists(full) else None

    def names_in(self, folder: str) -> list[str]:
        """The names, without `.yaml`, of the YAML files that lie in a folder of the desk."""
        place = self.root / folder
        return sorted(one.stem for one in place.glob("*.yaml")) if place.is_dir() else []

    def read_yaml(self, path: str) -> Mapping[str, Value]:
        """A YAML file of the desk, through the guard. Raises NotADesk where it is missing."""
        return self.document(path).value

    def document(self, path: str) -> Document:
        """A YAML file of the desk with the places of its values. Raises as `read_yaml` does."""
        data = self.read_file(path)
        if data is None:
            from svcdesk.desk.deleted import missing

            raise missing(self.root, path)
        return parse(data, path=path)

    def understood(self, path: str, read: Callable[[Mapping[str, Value], str], _T]) -> _T:
        """What `read` makes of a file of the desk; its errors name the file, and the line that
        they are about."""
        return self.document(path).understood(lambda value: read(value, path))

    def _own_schemas(self) -> dict[str, bytes]:
        folder = self.root / SCHEMAS
        if not os.path.lexists(folder):
            return {}
        safe_path(self.root, f"{SCHEMAS}/-")  # refuses a link, which another's folder is behind
        names = sorted(one.name for one in folder.iterdir() if one.suffix in (".json", ".yaml"))
        found = {}
        for name in names:
            data = self.read_file(f"{SCHEMAS}/{name}")
            if data is not None:
                found[name] = data
        return found

    # ── reading records ───────────────────────────────────────────────────────────────────────

    def load(self, ending: str) -> Loaded:
        """The record whose id is, or uniquely ends with, `ending`; of records of several kinds
        the request. Raises NotFound, Ambiguous, FileRefused, Invalid."""
        from svcdesk.desk.endings import find_meant
        from svcdesk.desk.reading import read_one

        return read_one(self, find_meant(self, ending, lambda: [REQUEST]))

    def load_all(self, kind: str | None = None) -> Iterator[Loaded | Unreadable]:
        """Every record (of a kind), readable or not."""
        prefix = self.workflow(kind).prefix if kind else None
        return self.tickets.load_all(self.watch(list(self.tickets.paths(prefix))))

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def ask_repository(self) -> None:
        """Start asking git for the repository, so that it answers while the rest is loaded."""
        if not self._asked and "repository" not in vars(self):
            from svcdesk.store.git import ask_repository

            self._asked["repository"] = ask_repository(self.root)

    def ask_differing(self) -> None:
        """Start asking git which files of records differ from its index, and for the repository, so
        that it looks while the rest is loaded."""
        git_dir = self.root / ".git"
        if self._differing is None and not self.fixed and git_dir.is_dir():
            from svcdesk.store.git_index import Differing

            with suppress(SvcdeskError):  # told where git's answer is needed
                self._differing = Differing(self.root, git_dir, RECORDS)
                self.ask_repository()

    def asked_differing(self) -> Differing | None:
        """What was asked; once."""
        asked, self._differing = self._differing, None
        return asked

    def repository_now(self) -> Repository:
        """The repository with `branch` and `head` as they are now."""
        known = "repository" in vars(self)
        return self.repository.refreshed() if known else self.repository

    def ask_git(self) -> None:
        """Start asking git what every write has to know, so that it answers while the rest is
        loaded. What is wrong with the answers is told where they are needed."""
        if not self._asked and "repository" not in vars(self):
            from svcdesk.store.git_identity import ask_identity

            self.ask_repository()
            self._asked["identity"] = ask_identity(self.root)

    @cached_property
    def identity(self) -> Identity:
        from svcdesk.store.git_identity import identity

        return identity(self.repository.root, self._asked.pop("identity", None))

    def author(self, acting_for: str | None = None) -> Author:
        """Whoever git says is at the keyboard, as listed; `acting_for` a person or `requester`."""
        from svcdesk.desk.author import find_author

        return find_author(self.people, self.identity.name, self.identity.email, acting_for)

    def act(self, author: Author, *, when: datetime | None = None, via: str | None = None) -> Act:
        """The circumstances of an operation at this moment."""
        from svcdesk.lifecycle.act import Act

        now, zone = self.now(), self.facts.zone
        return Act(
            by=author.person.id,
            now_ms=self.now_ms(),
            at=format_instant(now, zone),
            chance=self.chance,
            when=format_instant(when, zone) if when else None,
            on_behalf=author.principal.id if author.principal else None,
            via=via,
        )
