"""Imports another system's file: rows become records and events, in one commit, again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.desk.draft import Draft
from svcdesk.desk.writing import Done, Options, Story, perform
from svcdesk.errors import Invalid, NotFound, UsageError, reason_of
from svcdesk.hookspecs import Row
from svcdesk.i18n import T, Text
from svcdesk.importing.differing import WHO, Difference
from svcdesk.importing.mapping import ImportMapping, parse_mapping
from svcdesk.importing.recognising import uid_name
from svcdesk.importing.rows import Imported, Terms, import_rows
from svcdesk.importing.source import Meant, Refusal, SourceRow, group_rows
from svcdesk.importing.vocabulary import refuse_unknown
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.header import project
from svcdesk.lifecycle.moves import Moved
from svcdesk.lifecycle.rights import authorise
from svcdesk.model.field_info import FieldInfo
from svcdesk.model.ids import chance_of, imported_id
from svcdesk.model.kind import Kind
from svcdesk.model.record import Record, Value
from svcdesk.store.tickets import Loaded
from svcdesk.store.yaml_read import parse
from svcdesk.terminal.spreadsheets import letters

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

IMPORT = "import"
_NEEDED = frozenset({"key", "time.column", "opened", "state.column"})
"""What a mapping cannot do without."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of an import. `rows` were in the source, `events` of them are in records now;
    `forced` state changes fitted no move; `refusals` are the rows that were not understood, one for
    each cell; `differing` ones are in records already, with other words."""

    done: Done
    rows: int
    events: int
    created: int
    updated: int
    unchanged: int
    forced: int
    refusals: tuple[Refusal, ...]
    differing: tuple[Difference, ...] = ()


def import_file(desk: Desk, source: Path, mapping: Path, options: Options) -> ImportResult:
    """Import `source` by the mapping file. Needs the right to import.

    Importing the same file again changes nothing; a longer one adds what is new. Raises Invalid
    for a mapping or a source that cannot be used at all; single rows are refused in the result.
    """
    author = desk.author()
    authorise(IMPORT, desk.workflow("request").roles, author.person)
    plan = parse_mapping(parse(read_source(mapping), path=str(mapping)).value, str(mapping))
    kind = desk.kinds[plan.kind]
    fields = desk.kinds.fields(kind.name)
    refuse_unknown(plan, kind.workflow, fields, str(mapping))
    rows, refusals = _rows(desk, source, plan)
    total = len(rows) + len(refusals)
    act = desk.act(author, via=IMPORT)
    terms = Terms(plan, kind.workflow, act.by, act.at, desk.now(), _meant(desk, fields), fields)
    groups = group_rows(rows, plan.key)
    refusals += [
        Refusal(one.number, "", T("no {column}", column=plan.key)) for one in groups.pop("", ())
    ]
    came: list[tuple[Imported | tuple[Refusal, ...], str]] = []

    def build(draft: Draft) -> Story:
        came.clear()
        existing = _by_name(desk, kind)
        for key, group in groups.items():
            alike = existing.get(chance_of(imported_id(0, None, uid_name(plan, key))), [])
            known = [draft.record(one.record.id) for one in alike]
            outcome = import_rows(key, group, terms, known)
            kept = _keep(draft, kind, outcome) if isinstance(outcome, Imported) else ""
            came.append((outcome, kept))
        count = sum(what in ("created", "updated") for _, what in came)
        return Story(f"import {count} records from {plan.source}", [], IMPORT)

    done = perform(desk, build, options)
    made = [one for one, _ in came if isinstance(one, Imported)]
    for one, _ in came:
        refusals += one.refusals if isinstance(one, Imported) else one
    counts = Counter(what for _, what in came)
    return ImportResult(
        done=done,
        rows=total,
        events=sum(one.taken for one in made),
        created=counts["created"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        forced=sum(one.forced for one in made),
        refusals=tuple(sorted(refusals, key=lambda one: one.number)),
        differing=tuple(
            sorted((it for one in made for it in one.differing), key=lambda it: it.number)
        ),
    )


def _meant(desk: Desk, fields: Mapping[str, FieldInfo]) -> Meant:
    """Values as the desk knows them: whoever alone is called so is meant by a name."""
    people = {path for path, one in fields.items() if one.type == "person"} | {WHO}

    def meant(path: str, text: str) -> str:
        found = desk.people.called(text) if path in people else ()
        return found[0].id if len(found) == 1 else text

    return meant


def _keep(draft: Draft, kind: Kind, one: Imported) -> str:
    """Put a key's record into the draft; says what became of it."""
    known = one.record
    if known is not None:
        if not one.events:
            return "unchanged"
        grown = Record(known.header, (*known.events, *one.events))
    else:
        number = draft.new_number(kind, one.opened.date())
        header: dict[str, Value] = {"id": number, "uid": one.uid, "kind": kind.name}
        grown = Record(header, one.events).with_fields(one.fields)
    folded = fold(grown.events, kind.workflow)
    final = project(grown, folded, kind.workflow)
    draft.keep(Moved(known, final, final.events[-1], folded))
    return "updated" if known else "created"


def _by_name(desk: Desk, kind: Kind) -> dict[str, list[Loaded]]:
    """The records by that part of their uids which follows from a source and a key alone."""
    found: dict[str, list[Loaded]] = {}
    for one in desk.load_all(kind.name):
        if isinstance(one, Loaded):
            found.setdefault(chance_of(one.record.uid), []).append(one)
    return found


def _rows(desk: Desk, source: Path, plan: ImportMapping) -> tuple[list[SourceRow], list[Refusal]]:
    """The rows of the source, and those that the importer could not make out."""
    rows: list[SourceRow] = []
    refusals: list[Refusal] = []
    for row in desk.plugins.importer_for(source.name).read(read_source(source)):
        if row.problem is None and not row.problems:
            rows.append(SourceRow(row.number, row.cells))
        else:
            why = T("{problem}", problem=row.problem or cell_problem(row))
            refusals.append(Refusal(row.number, row.cells.get(plan.key, ""), why))
    if not rows and not refusals:
        raise Invalid(T("{path} has no rows", path=source), path=str(source), code="E_IMPORT")
    if rows and not plan.columns().keys() <= rows[0].cells.keys():
        names = dict.fromkeys(name for one in rows for name in one.cells)
        _refuse_missing_columns(names, plan, source)
    return rows, refusals


def _refuse_missing_columns(cells: Iterable[str], plan: ImportMapping, source: Path) -> None:
    missing = {name: key for name, key in plan.columns().items() if name not in cells}
    if missing:
        column, key = next(iter(missing.items()))
        near = get_close_matches(column, list(cells), n=1, cutoff=0.6)
        has = T("it has: {columns}", columns=", ".join(dict.fromkeys([*near, *cells])))
        raise Invalid(
            T("{path} lacks the column “{column}”, which `{key}` of the mapping names",
              path=source, column=column, key=key),
            hint=T("take `{key}` out of the mapping if the source has nothing of the kind; {has}",
                   key=key, has=has)
            if key not in _NEEDED
            else has,
            code="E_IMPORT",
            path=str(source),
            field=column,
        )  # fmt: skip


def cell_problem(row: Row) -> Text:
    """What is wrong with the first cell of a row that has a problem."""
    column, why = next(iter(row.problems.items()))
    return T("{cell}: {problem}", cell=place_of(row, column), problem=why)


def place_of(row: Row, column: str | None) -> str:
    """Where a cell stands: `Sheet1!D17`, `D17`, or the column's name; the row alone as `17`."""
    sheet = f"{row.sheet}!" if row.sheet else ""
    if column is None or column not in row.cells:
        return f"{sheet}{row.number}"
    if not row.grid:
        return f"{row.number} {column}"
    return f"{sheet}{letters(list(row.cells).index(column))}{row.number}"


def read_source(path: Path) -> bytes:
    """A source's bytes. Raises NotFound, or UsageError for what cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound(T("there is no file {path}", path=path), path=str(path)) from None
    except OSError as error:
        raise UsageError(
            T("cannot read {path}: {why}", path=path, why=reason_of(error)), path=str(path)
        ) from None
