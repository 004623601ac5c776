"""`init`: makes a desk, or puts back what is missing in one; never touches what is there."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from svcdesk.desk.settings import parse_facts, parse_people
from svcdesk.errors import NotADesk, UsageError, reason_of
from svcdesk.i18n import LANGUAGES, T, language
from svcdesk.model.ids import ulid
from svcdesk.model.record import Value
from svcdesk.store.files import read_below, safe_path
from svcdesk.store.git import Repository
from svcdesk.store.git_create import create, discover_or_none
from svcdesk.store.git_identity import Identity, identity
from svcdesk.store.merge_setup import ATTRIBUTE
from svcdesk.store.tickets import FILE_LIMIT, RECORDS
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_text import dump

DESK_FILE = f"{RECORDS}/desk.yaml"
PEOPLE_FILE = f"{RECORDS}/people.yaml"
ATTRIBUTES = ".gitattributes"
ATTRIBUTE_LINES = (
    "/records/**/*.yaml text eol=lf",
    "/schemas/*.yaml text eol=lf",
    "/schemas/*.json text eol=lf",
    "/records/attachments/** -text",
    ATTRIBUTE,
    "/records/attachments/** !merge",
)
"""Records have one form of line end on every system, and are merged by the merge driver where a
clone has it; attachments stay byte for byte."""
FIRST_ROLES = ("front_desk", "dispatcher", "engineer", "supervisor", "approver")
"""Whoever makes a desk may do everything, until there are others."""
FALLBACK_ZONE = "Asia/Shanghai"
_DATA = Path(__file__).parent.parent / "data"
_PERSON = re.compile(r"[^\s<>,;:/\\]{1,100}")


@dataclass(frozen=True, slots=True)
class Created:
    """What `init` did: the files made and those that were there already, and the commit.

    `repository_made` says that there was no git repository before; `person` is the id that the
    caller has in this desk, None where an earlier people.yaml does not list them.
    """

    root: Path
    made: tuple[str, ...]
    present: tuple[str, ...]
    commit: str | None
    repository_made: bool
    person: str | None


def init_desk(
    path: str | os.PathLike[str] = ".",
    *,
    name: str | None = None,
    zone: str | None = None,
    language: str | None = None,
    person: str | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Created:
    """Make a desk in the folder `path`, which becomes a git repository if it lies in none.

    `name` defaults to the folder's, `zone` to this computer's, `language` (en, zh) to the one in
    use, `person` to an id made from git's e-mail address. What is there already stays as it is,
    so it can be run again, and puts back what is missing. One commit holds what was made.

    Raises UsageError for a zone, language or id that is none; NotADesk for a place that cannot
    hold a desk; RepositoryState (E_IDENTITY) where git does not know who commits; and what a
    write raises. Nothing is made then.
    """
    folder = _folder(path)
    wanted = _settings(folder, name, zone, language)
    found = discover_or_none(folder)
    if found is not None and not folder.samefile(found.root):
        raise NotADesk(
            T("{path} is not at the root of its repository, {root}", path=folder, root=found.root),
            hint=T("make the desk there: svcdesk -C {root} init", root=found.root),
            code="E_NOT_ROOT",
        )
    caller = found.identity() if found else identity(folder)
    files = _desk_files(wanted, caller, _person_id(person, caller))
    _refuse_unreadable(folder)
    repository = found or create(folder)
    made, present, commit = _write(repository, files, str(wanted["name"]), clock)
    return Created(folder, made, present, commit, found is None, _listed_as(folder, caller))


def _folder(path: str | os.PathLike[str]) -> Path:
    folder = Path(path).absolute()
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise NotADesk(
            T("{path} cannot become a desk: {reason}", path=folder, reason=reason_of(error)),
            code="E_NO_DIRECTORY",
            path=str(folder),
        ) from error
    return folder.resolve()


def _settings(
    folder: Path, name: str | None, zone: str | None, chosen: str | None
) -> dict[str, Value]:
    """The lines of desk.yaml that the caller decides. Raises UsageError."""
    words = chosen or language()
    if words not in LANGUAGES:
        raise UsageError(
            T("“{name}” is not a language of svcdesk", name=words),
            hint=T("languages: {names}", names=", ".join(LANGUAGES)),
            field="language",
        )
    key = zone or local_zone()
    try:
        ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            T("“{zone}” is not a time zone", zone=key),
            hint=T("zones are named as in Asia/Shanghai, Europe/Berlin or UTC"),
            field="zone",
        ) from None
    return {"name": name or folder.name, "zone": key, "language": words}


def local_zone() -> str:
    """This computer's time zone by name, as far as it can be told; else FALLBACK_ZONE."""
    named = os.environ.get("TZ", "").lstrip(":")
    try:
        _, found, below = str(Path("/etc/localtime").readlink()).partition("zoneinfo/")
    except OSError:
        found, below = "", ""
    for candidate in (named, below if found else ""):
        try:
            if candidate and not candidate.startswith("/"):
                return ZoneInfo(candidate).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return FALLBACK_ZONE


def _person_id(given: str | None, caller: Identity) -> str:
    """The id asked for, else one made of the e-mail's first part. Raises UsageError."""
    if given is None:
        local = caller.email.partition("@")[0].rpartition("+")[2].lower()
        return re.sub(r"[^a-z0-9._-]+", "-", local).strip("-._") or "person-1"
    if not _PERSON.fullmatch(given) or not given.isprintable():
        raise UsageError(
            T("“{person}” cannot be the id of a person", person=given),
            hint=T("an id is one word, such as engineer-1"),
            field="person",
        )
    return given


def _desk_files(wanted: Mapping[str, Value], caller: Identity, person: str) -> dict[str, bytes]:
    """Every file of a new desk with its content, by path."""
    from svcdesk.store.schema import shipped_kinds

    templates = _DATA / "desk" / str(wanted["language"])
    desk = (templates / "desk.yaml").read_text(encoding="utf-8")
    kinds: dict[str, Value] = {**shipped_kinds()}
    for key, value in {**wanted, "kinds": kinds}.items():
        desk = desk.replace(f"@{key}\n", dump({key: value}))
    entry: dict[str, Value] = {
        "id": person,
        "name": caller.name,
        "roles": list(FIRST_ROLES),
        "emails": [caller.email],
    }
    people = (templates / "people.yaml").read_text(encoding="utf-8") + dump({"people": [entry]})
    files = {
        DESK_FILE: desk.encode(),
        PEOPLE_FILE: people.encode(),
        f"{RECORDS}/customers.yaml": (templates / "customers.yaml").read_bytes(),
    }
    for shelf in ("calendars", "policies"):
        for source in sorted((_DATA / shelf).glob("*.yaml")):
            files[f"{RECORDS}/{shelf}/{source.name}"] = source.read_bytes()
    return files


def _refuse_unreadable(folder: Path) -> None:
    """An earlier desk here must be one that this svcdesk can read. Raises NotADesk, Invalid."""
    place = safe_path(folder, DESK_FILE)
    if os.path.lexists(place):
        parse_facts(
            parse(read_below(folder, DESK_FILE, FILE_LIMIT), path=DESK_FILE).value, DESK_FILE
        )


def _write(
    repository: Repository,
    files: Mapping[str, bytes],
    name: str,
    clock: Callable[[], datetime] | None,
) -> tuple[tuple[str, ...], tuple[str, ...], str | None]:
    from svcdesk.store.transaction import begin

    now = (clock or (lambda: datetime.now(UTC)))()
    op = ulid(int(now.timestamp() * 1000), os.urandom(10))
    root = repository.root
    present = tuple(path for path in files if os.path.lexists(safe_path(root, path)))
    missing = {path: data for path, data in files.items() if path not in present}
    with begin(repository, op=op) as tx:
        attributes = _attributes(root)
        if attributes is not None:
            tx.read(ATTRIBUTES)
            missing[ATTRIBUTES] = attributes
        else:
            present = (*present, ATTRIBUTES)
        commit = None
        if missing:
            commit = tx.commit(missing, f"{name}: set up the service desk")
    return tuple(sorted(missing)), present, commit


def missing_attributes(root: Path) -> list[str]:
    """The lines of ATTRIBUTE_LINES that .gitattributes lacks."""
    known = {b" ".join(line.split()) for line in _old_attributes(root).splitlines()}
    return [line for line in ATTRIBUTE_LINES if line.encode() not in known]


def _attributes(root: Path) -> bytes | None:
    """The text of .gitattributes with our lines added; None where it has them all."""
    wanted, old = missing_attributes(root), _old_attributes(root)
    if not wanted:
        return None
    end = b"\r\n" if b"\r\n" in old else b"\n"
    gap = end if old and not old.endswith(b"\n") else b""
    return old + gap + b"".join(line.encode() + end for line in wanted)


def _old_attributes(root: Path) -> bytes:
    place = safe_path(root, ATTRIBUTES)
    return read_below(root, ATTRIBUTES, FILE_LIMIT) if os.path.lexists(place) else b""


def _listed_as(folder: Path, caller: Identity) -> str | None:
    data = read_below(folder, PEOPLE_FILE, FILE_LIMIT)
    people = parse_people(parse(data, path=PEOPLE_FILE).value, PEOPLE_FILE)
    found = people.by_email(caller.email)
    return found.id if found else None
