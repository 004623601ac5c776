"""What review finds about the desk's own files: what is changed in them, by whom, and whether the
desk can be used afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from svcdesk.desk import rules as desk_rules
from svcdesk.desk.check_files import (
    DESK_FILE,
    PEOPLE_FILE,
    check_desk_files,
    check_kinds,
    check_queries,
    check_references,
    schema_of,
)
from svcdesk.desk.check_files import Entry as Listed
from svcdesk.desk.parts import SCHEMAS
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.moves import shown
from svcdesk.model.finding import Finding, Severity
from svcdesk.model.record import Value
from svcdesk.review import rules
from svcdesk.review.settings import Difference, differences
from svcdesk.store.git_changes import Entry, Made
from svcdesk.store.tickets import Loaded, decode_file
from svcdesk.store.yaml_read import parse

if TYPE_CHECKING:
    from svcdesk.desk.revision import DeskAt

_RIGHT = "people"
_ROLES = "roles"
_WORKFLOW = ".workflow.yaml"
_SCHEMA = ".schema.json"
_SHOWN = 12
_LONG = 60


def is_own(path: str) -> bool:
    """Whether a path is one of the files that the desk judges by."""
    return schema_of(path) is not None or path.startswith(f"{SCHEMAS}/")


def done_to(entry: Entry) -> Text:
    """What became of a file, in a word."""
    if not entry.was:
        return T("added")
    return T("changed") if entry.is_there else T("deleted")


def own_findings(
    base: DeskAt, head: DeskAt, entries: Sequence[Entry], commits: Sequence[Made]
) -> Iterator[Finding]:
    """Each file that the desk judges by and that is changed, with the values; changes by those who
    may not make them; and what `check` will say of these files, and does not say on the base."""
    own = [entry for entry in entries if is_own(entry.path)]
    if not own:
        return
    by = _by_others(base, commits)
    for entry in own:
        yield _changed(base, entry, sorted(by.get(entry.path, ())))
    yield from _roles(base, commits)
    found = list(_checked(head, own))
    if found:
        known = {(one.code, str(one.message)) for one in _checked(base, own)}
        yield from (one for one in found if (one.code, str(one.message)) not in known)


def may_rule(base: DeskAt, email: str) -> bool:
    """Whether whoever has that address may say who is listed, and by what the desk judges."""
    person = base.people.by_email(email)
    if person is None or not person.active:
        return False
    tables = (base.workflow(kind).roles for kind in base.kinds)
    return any(one.allow(person.roles, _RIGHT) for one in tables if one.rights)


def made_invalid(
    head: DeskAt, entries: Sequence[Entry], records: Iterable[Loaded]
) -> Iterator[Finding]:
    """The records of the base, untouched by the branch, that its schemas do not allow any more."""
    changed = [one.path for one in entries if one.path.endswith(_SCHEMA) and is_own(one.path)]
    if not changed:
        return
    touched = {one.path for one in entries}
    wrong = []
    for loaded in records:
        if loaded.path in touched:
            continue
        try:
            validator = head.kinds.validator(loaded.record.kind)
            if not validator.is_valid(loaded.document.value):
                wrong.append(loaded.record.id)
        except SvcdeskError:
            continue  # a schema that cannot be used is a finding of its own
    if wrong:
        shown_ids = ", ".join(wrong[:_SHOWN])
        yield Finding(
            desk_rules.of_refusal("E_SCHEMA"),
            T("{count} records would not be valid any more: {records}", count=len(wrong),
              records=shown_ids if len(wrong) <= _SHOWN else f"{shown_ids} …"),
            path=changed[0],
        )  # fmt: skip


def _changed(base: DeskAt, entry: Entry, by: Sequence[str]) -> Finding:
    """One file: what is changed in it, from what to what. By somebody who may not, a warning."""
    told = [_told(one) for one in _differences(base, entry)]
    more = len(told) - _SHOWN
    if more > 0:
        told[_SHOWN:] = [str(T("and {count} more", count=more))]
    values = "; ".join(told)
    if not by:
        said = T("{path} is {done}", path=entry.path, done=done_to(entry))
        said = T("{what}: {values}", what=said, values=values) if values else said
        return Finding(rules.OWN_RULES, said, path=entry.path)
    said = T("{path} is {done} by {people}, who may not change what the desk judges by",
             path=entry.path, done=done_to(entry), people=", ".join(by))  # fmt: skip
    return Finding(
        rules.OWN_RULES,
        T("{what}: {values}", what=said, values=values) if values else said,
        path=entry.path,
        severity=Severity.WARNING,
    )


def _by_others(base: DeskAt, commits: Sequence[Made]) -> dict[str, set[str]]:
    """Which files were changed by people who may not change them."""
    found: dict[str, set[str]] = {}
    for made in commits:
        paths = [one.path for one in made.changes[0] if is_own(one.path)] if _alone(made) else []
        if paths and not may_rule(base, made.email):
            person = base.people.by_email(made.email)
            for path in paths:
                found.setdefault(path, set()).add(person.id if person else made.email)
    return found


def _roles(base: DeskAt, commits: Sequence[Made]) -> Iterator[Finding]:
    """Changes of what roles may do, by those who may not list people: both give rights."""
    for made in commits:
        for entry in made.changes[0] if _alone(made) else ():
            if not entry.path.startswith(f"{SCHEMAS}/") or not entry.path.endswith(_WORKFLOW):
                continue
            found = _differences(base, entry)
            touched = any(path == _ROLES or path.startswith(f"{_ROLES}.") for path, *_ in found)
            if touched and not may_rule(base, made.email):
                person = base.people.by_email(made.email)
                yield Finding(
                    rules.UNAUTHORISED,
                    T("{path}: what roles may do is changed by {person}, who may not give rights",
                      path=entry.path, person=person.id if person else made.email),
                    path=entry.path,
                )  # fmt: skip


def _alone(made: Made) -> bool:
    return len(made.changes) == 1


def _differences(base: DeskAt, entry: Entry) -> list[Difference]:
    """What differs in a file that was there – a new workflow stands for that of its kind – and
    is; nothing where a version cannot be read."""
    name = entry.path.rpartition("/")[2].removesuffix(_WORKFLOW)
    replaced = not entry.was and entry.path.endswith(_WORKFLOW) and name in base.kinds
    if not (entry.was or replaced) or not entry.is_there or entry.old == entry.new:
        return []
    wanted = [one for one, there in ((entry.old, entry.was), (entry.new, True)) if there]
    blobs = dict(base.repository.cat_blobs(wanted))
    try:
        before = base.kinds.workflow_text(name).encode() if replaced else blobs[entry.old]
        return list(differences(_read(before, entry.path), _read(blobs[entry.new], entry.path)))
    except (SvcdeskError, ValueError):
        return []  # what cannot be read is a finding of its own


def _read(data: bytes, path: str) -> Value:
    if path.endswith(".json"):
        value: Value = json.loads(data)
        return value
    return parse(data.replace(b"\r\n", b"\n"), path=path).value


def _told(one: Difference) -> str:
    path, old, new = one
    return f"{path}: {_short(old)} → {_short(new)}"


def _short(value: Value) -> str:
    text = " ".join(shown(value).split())
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _checked(desk: DeskAt, own: Sequence[Entry]) -> Iterator[Finding]:
    """What `check` says of the desk's own files, as far as these have to do with it."""
    from svcdesk.desk.check_people import check_people
    from svcdesk.desk.check_policies import check_policies

    listed = {one.path for one in own if one.path in desk.tree} | {DESK_FILE, PEOPLE_FILE}
    found = list(check_desk_files(desk, [Listed(one, True) for one in sorted(listed)
                                         if one in desk.tree]))  # fmt: skip
    found += check_kinds(desk)
    yield from found
    if any(one.weight is Severity.ERROR and one.path not in _shelved(own) for one in found):
        return  # by files that cannot be used nothing more can be said
    yield from check_references(desk, [Listed(path, True) for path in desk.tree])
    yield from check_policies(desk, {one.path for one in found})
    yield from check_queries(desk)
    yield from check_people(desk)


def _shelved(own: Sequence[Entry]) -> set[str]:
    """Policies, calendars, customers: a desk can be used without them."""
    return {one.path for one in own if schema_of(one.path)} - {DESK_FILE, PEOPLE_FILE}


def records_of(base: DeskAt) -> Iterator[Loaded]:
    """Every record of a commit that can be read."""
    from svcdesk.desk.reading import many_values

    paths = {base.tree[path].id: path for path in base.tickets.paths()}
    with many_values():
        for blob, data in base.repository.cat_blobs(list(paths)):
            try:
                yield decode_file(data, paths[blob])
            except SvcdeskError:
                continue  # what cannot be read is a finding of `check`
