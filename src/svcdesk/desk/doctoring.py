"""`doctor`: how this installation, this repository and this desk are, and what broke off."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk import __version__
from svcdesk.desk.history_signs import Sign, clock, deletions, losses
from svcdesk.desk.indexing import index_size
from svcdesk.desk.initialising import Created, init_desk, missing_attributes
from svcdesk.desk.merge_signs import complaints
from svcdesk.errors import Busy, SvcdeskError, placed
from svcdesk.i18n import T
from svcdesk.model.facts import FORMAT
from svcdesk.model.finding import Severity
from svcdesk.plugins.loader import STATES
from svcdesk.store import lock, merge_setup, recovery
from svcdesk.store.git_state import refuse_state
from svcdesk.store.recovery import Report

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.merge_repair import Mended
    from svcdesk.desk.redating import Redated

_FIX = T("`svcdesk doctor --fix` adds what is missing")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was seen, in the order of the examination. `pending`: a write broke off and is not
    ended, so nothing can be written until it is."""

    signs: tuple[Sign, ...]
    pending: bool = False

    @property
    def healthy(self) -> bool:
        """Whether nothing weighs more than a note."""
        return all(one.weight in (None, Severity.NOTE) for one in self.signs)


def examine(desk: Desk) -> Diagnosis:
    """Look at everything without changing anything; one thing that fails hides no other."""
    signs: list[Sign] = []
    failed: set[str] = set()
    for name, look in _EXAMINATIONS:
        try:
            signs += look(desk)
        except SvcdeskError as error:
            if str(error) not in failed:  # a broken desk.yaml stops more than one
                signs.append(sign_of(name, error))
            failed.add(str(error))
    return Diagnosis(tuple(signs), _pending(desk))


def sign_of(name: str, error: SvcdeskError) -> Sign:
    """What failed, as a sign that names file and line."""
    return Sign(name, placed(error), Severity.ERROR, error.hint)


def finish(desk: Desk) -> Report:
    """Write what an unfinished write meant to: see `svcdesk.store.recovery.finish`."""
    return recovery.finish(desk.repository)


def undo(desk: Desk) -> Report:
    """Take an unfinished write back: see `svcdesk.store.recovery.undo`."""
    return recovery.undo(desk.repository)


def fix(desk: Desk) -> Created:
    """Put back what is missing in the desk – files, lines of .gitattributes – in one commit, and
    set up this clone's merge driver."""
    created = init_desk(desk.root, clock=desk.now)
    if merge_setup.status(desk.repository).installed is not merge_setup.Installed.YES:
        merge_setup.install(desk.repository)
    return created


def mend(desk: Desk) -> Mended:
    """Put right what merges without the driver did: see `svcdesk.desk.merge_repair.mend_merges`."""
    from svcdesk.desk.merge_repair import mend_merges

    return mend_merges(desk)


def redate(desk: Desk) -> Redated:
    """Date anew what a wrong clock recorded: see `svcdesk.desk.redating.redate`."""
    from svcdesk.desk.redating import redate

    return redate(desk)


def _pending(desk: Desk) -> bool:
    try:
        return recovery.inspect(desk.repository).pending
    except SvcdeskError:
        return False  # an examination of its own has said so


_ACCELERATORS = (
    (
        "jsonschema_rs",
        "engine",
        T("the fast schema engine is not installed: large desks are checked more slowly"),
    ),
    (
        "ryaml",
        "reader",
        T("the fast YAML reader is not installed: large desks are read more slowly"),
    ),
)


def _installation(desk: Desk) -> Iterator[Sign]:
    yield Sign(
        "svcdesk",
        T("svcdesk {version}, Python {python} on {system}",
          version=__version__, python=platform.python_version(), system=platform.system()),
    )  # fmt: skip
    for module, name, lack in _ACCELERATORS:
        if find_spec(module) is None:
            yield Sign(name, lack, Severity.NOTE, T("pip install 'svcdesk[fast]'"))
    kept = index_size(desk)
    if kept is not None:
        size, folder = kept
        yield Sign("index", T("index: {size} MB in {folder}; it may be deleted at any time",
                              size=f"{size / 1e6:.1f}", folder=folder))  # fmt: skip
    yield Sign("settings", T("your own settings: {path}", path=desk.config.path))


def _git(desk: Desk) -> Iterator[Sign]:
    words = desk.repository.git("version").decode("utf-8", "replace").split()
    yield Sign("git", T("git {version}", version=words[2] if len(words) > 2 else "?"))
    identity = desk.repository.identity()
    person = desk.people.by_email(identity.email)
    if person is None:
        yield Sign(
            "identity",
            T("git says you are {name} <{email}>, whom records/people.yaml does not list",
              name=identity.name, email=identity.email),
            Severity.WARNING,
            T("let somebody add you: svcdesk people add ID --email {email}", email=identity.email),
        )  # fmt: skip
    else:
        yield Sign(
            "identity",
            T("you are {person}, with the roles {roles}",
              person=person.id, roles=", ".join(person.roles) or "–"),
        )  # fmt: skip


def _desk(desk: Desk) -> Iterator[Sign]:
    facts = desk.facts
    yield Sign(
        "desk",
        T("{name}, format {format} (this svcdesk writes {ours}), zone {zone}, at {root}",
          name=facts.name, format=facts.format, ours=FORMAT, zone=facts.zone.key, root=desk.root),
    )  # fmt: skip
    lines = missing_attributes(desk.root)
    if lines:
        yield Sign(
            "attributes",
            T(".gitattributes lacks {lines}: git may change line ends of records, or attachments",
              lines=", ".join(f"“{line}”" for line in lines)),
            Severity.WARNING,
            _FIX,
        )  # fmt: skip
    yield from _conversion(desk)


def _conversion(desk: Desk) -> Iterator[Sign]:
    """Attributes that make git's objects something else than the files (threat case 38)."""
    path = "records/requests/2024/10/SR-20241001-001.yaml"
    raw = desk.repository.git(
        "check-attr", "-z", "filter", "eol", "working-tree-encoding", "ident", "--", path
    )
    words = raw.decode("utf-8", "replace").split("\0")
    found = dict(zip(words[1::3], words[2::3], strict=False))
    harmless = {"filter": "unspecified", "working-tree-encoding": "unspecified"}
    wrong = [
        f"{name}={value}"
        for name, value in found.items()
        if value not in ("unset", harmless.get(name, value))
        or (name == "eol" and value == "crlf")
        or (name == "ident" and value == "set")
    ]
    if wrong:
        yield Sign(
            "attributes",
            T("git's attributes change records on their way: {attributes}",
              attributes=", ".join(wrong)),
            Severity.ERROR,
            T("take them off records in .gitattributes, or in git's own attributes file"),
        )  # fmt: skip


def _repository(desk: Desk) -> Iterator[Sign]:
    repository = desk.repository
    refuse_state(repository)
    yield Sign(
        "repository",
        T("branch {branch}, nothing under way", branch=repository.branch)
        if repository.head is not None
        else T("branch {branch}, no commit yet", branch=repository.branch),
    )
    if repository.shallow:
        yield Sign(
            "shallow",
            T("a shallow clone: who edited something long ago cannot be told"),
            Severity.NOTE,
            T("`git fetch --unshallow` brings the whole history"),
        )
    remotes = repository.remotes()
    yield Sign(
        "remotes",
        T("remotes: {names}", names=", ".join(sorted(remotes)))
        if remotes
        else T("no remote: channels are told after the commit"),
    )


def _merging(desk: Desk) -> Iterator[Sign]:
    """How git merges records in this clone; the lines of .gitattributes have a sign of their own.

    A clone without a driver merges wrongly but visibly, and many never merge: a note will do.
    """
    found = merge_setup.status(desk.repository)
    wanted = replace(found, attribute=True) if missing_attributes(desk.root) else found
    if found.good:
        yield Sign("merging", T("git merges records by their events and fields"))
    missing = found.installed is merge_setup.Installed.NO
    for message, hint in complaints(wanted):
        yield Sign("merging", message, Severity.NOTE if missing else Severity.WARNING, hint)


def _writes(desk: Desk) -> Iterator[Sign]:
    report = recovery.inspect(desk.repository)
    for line in report.lines:
        yield Sign(
            "unfinished" if report.pending else "leftovers",
            line,
            Severity.ERROR if report.pending else Severity.WARNING,
            T("`svcdesk doctor --finish` writes it after all, `--undo` takes it back")
            if report.pending
            else T("if no git is running here, look at that file and delete it"),
        )
    if not report.lines:
        yield Sign("unfinished", T("no unfinished write, no lock of git left behind"))
    try:
        lock.acquire(desk.repository.common_dir, 0).release()
    except Busy as busy:
        yield Sign("lock", busy.message, Severity.NOTE, busy.hint)
    else:
        yield Sign("lock", T("nobody else is writing"))


def _disk(desk: Desk) -> Iterator[Sign]:
    if sys.platform == "win32":
        yield Sign(
            "system",
            T("Windows: a write is not forced to the disk with its folder, and the lock is another "
              "one; after a power cut the last command may be missing"),
            Severity.NOTE,
        )  # fmt: skip
    if _folds_case(desk.root):
        yield Sign(
            "file system",
            T("this file system takes A and a for one: `svcdesk check` names records that would "
              "become one file"),
            Severity.NOTE,
        )  # fmt: skip
    if not os.access(desk.root / "records", os.W_OK):
        yield Sign(
            "disk", T("{path} is yours only to read", path=desk.root / "records"), Severity.WARNING
        )


def _plugins(desk: Desk) -> Iterator[Sign]:
    """Every plugin that is not ours, with where it comes from (threat case 92)."""
    for one in desk.plugins.listing():
        if one.name.startswith("svcdesk."):
            continue
        origin = f"{one.distribution} {one.version}".strip()
        message = T("plugin {name}: {state}, from {origin} at {location}",
                    name=one.name, state=STATES[one.state], origin=origin or "–",
                    location=one.location or "–")  # fmt: skip
        weight = Severity.WARNING if one.state in ("failed", "not installed") else None
        weight = Severity.NOTE if one.state in ("not trusted", "not named", "off") else weight
        yield Sign("plugin", message, weight, one.why)
    for problem in desk.plugins.problems:
        yield Sign("plugin", problem.message, Severity.WARNING, problem.hint)


def _folds_case(root: Path) -> bool:
    """Whether `RECORDS` is the folder that was made as `records`."""
    try:
        return (root / "RECORDS").samefile(root / "records")
    except OSError:
        return False


_EXAMINATIONS: tuple[tuple[str, Callable[[Desk], Iterator[Sign]]], ...] = (
    ("svcdesk", _installation),
    ("git", _git),
    ("desk", _desk),
    ("repository", _repository),
    ("deleted", deletions),
    ("merging", _merging),
    ("merged", losses),
    ("clock", clock),
    ("unfinished", _writes),
    ("disk", _disk),
    ("plugin", _plugins),
)
