"""What `doctor` says of the repository: git, the desk in it, and what broke off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from svcdesk.desk.initialising import missing_attributes
from svcdesk.desk.merge_signs import complaints
from svcdesk.desk.sign import Sign
from svcdesk.errors import Busy
from svcdesk.i18n import T
from svcdesk.model.facts import FORMAT
from svcdesk.model.finding import Severity
from svcdesk.store import lock, merge_setup, recovery
from svcdesk.store.git_state import refuse_state

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_FIX = T("`svcdesk doctor --fix` adds what is missing")


def identity(desk: Desk) -> Iterator[Sign]:
    """Git's version, and whom it takes the user for."""
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


def facts(desk: Desk) -> Iterator[Sign]:
    """What the desk is, and what git's attributes make of its files."""
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


def state(desk: Desk) -> Iterator[Sign]:
    """The branch, what is under way, the remotes."""
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


def merging(desk: Desk) -> Iterator[Sign]:
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


def writes(desk: Desk) -> Iterator[Sign]:
    """What a write left that broke off, and whether somebody writes now."""
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
