"""What a query finds in the desk's index, and what has to be read beside it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from svcdesk.desk.describing import describer, fingerprint, terms_of
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T
from svcdesk.index.building import contents
from svcdesk.index.database import Database, Row, open_database
from svcdesk.index.files import Unusable, folder_of
from svcdesk.index.refreshing import Proof, Sources, prove
from svcdesk.store.git_index import tracked
from svcdesk.store.kind_words import words_as_text, words_of_text
from svcdesk.store.tickets import RECORDS
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.index.conditions import Bounds

_TRIES = 4
_OVER = """coalesce(
    terms = ? AND since <= ? AND NOT is_open AND (last IS NULL OR last < ?), 0
)"""
_MANY = 400
"""Records from which on it pays to reckon what they owe on every core."""


class Answer(NamedTuple):
    """Records that the index has, and the paths that have to be read beside them."""

    found: tuple[Row, ...]
    terms: str
    live: frozenset[str]
    database: Database


def recall_kinds(desk: Desk) -> Database | None:
    """The index, open, after the desk was told what it keeps of its kinds; None where that has to
    wait until git has said where it lies."""
    git_dir = desk.root / ".git"
    if not git_dir.is_dir():
        return None
    try:
        database = open_database(git_dir, fingerprint(desk))
        said = database.kinds()
    except (SvcdeskError, Unusable):  # whoever needs them is told
        return None
    if said is not None:
        desk.kinds.recall(words_of_text(said))
    return database


def find(
    desk: Desk,
    bounds: Bounds,
    at: datetime | None,
    over: tuple[int, int] | None,
    index: Database | None,
) -> Answer:
    """The records that may meet a query's bounds. Raises Unusable.

    `over`: only those that may owe something, without those that are not open at the first moment,
    and owed nothing since the second. `index` is what `recall_kinds` gave.
    """
    repo = desk.repository
    database = index or open_database(repo.common_dir, fingerprint(desk))
    terms = terms_of(desk)
    is_place = _is_place(desk)
    describe = describer(desk, closed=over is not None)
    sources = Sources(repo, RECORDS, is_place, describe, terms, desk.watch)
    condition, values = _condition(desk, bounds, at, over, terms)
    asked = desk.asked_differing()
    # While git is looking: its answer mostly is that all is as the index has it.
    ahead = asked and database.select_ahead(str(repo.git_dir), asked.state, condition, values)
    for turn in range(_TRIES):
        proof = prove(database, sources, None if turn else asked)
        if asked and ahead and not turn and (ahead[0], asked.state) == (proof.tree, proof.stands):
            rows = ahead[1]
        else:
            with database.reading():
                if not database.stands(proof.tree, proof.stands):
                    continue  # another process has moved it on
                rows = database.select(proof.tree, condition, values)
        found = _rows(desk, database, proof, rows)
        if over is not None and not turn and _learn(database, sources, found):
            continue
        if not database.knows_kinds():
            _keep_kinds(desk, database)
        return Answer(found, terms, proof.live, database)
    raise Unusable(T("the index changes faster than it can be read"))


def _condition(
    desk: Desk, bounds: Bounds, at: datetime | None, over: tuple[int, int] | None, terms: str
) -> tuple[str, list[object]]:
    """What a row has to meet to be looked at, in SQL, with the values in it."""
    condition, values = bounds.most, list[object](bounds.most_values)
    if at is not None:  # what happened later may have changed every column
        condition = f"({condition} OR newest IS NULL OR newest > ?)"
        values.append(int(at.timestamp()))
    if over is not None:
        owing = [kind for kind in desk.kinds if desk.sla.rules(kind).rules]
        marks = ", ".join("?" * len(owing))
        condition = f"({condition}) AND NOT {_OVER} AND kind IN ({marks})"
        values += [terms, *over, *owing]
    return condition, values


def _keep_kinds(desk: Desk, database: Database) -> None:
    with suppress(SvcdeskError):  # one that is wrong is told to those who ask about it
        database.keep_kinds(words_as_text(map(desk.kinds.words, desk.kinds)))


def _learn(database: Database, sources: Sources, found: tuple[Row, ...]) -> bool:
    """Let the index keep what many of the records owe, where it does not know; whether it did."""
    unknown = {row.path: row for row in found if row.terms != sources.terms}
    if len(unknown) < _MANY:
        return False
    repo = sources.repository
    paths = sorted(unknown)
    read = contents(repo.root, paths, repo.object_format, sources.describe)
    learnt = [
        (unknown[path].number, sources.terms, content.said.owed)
        for _, (path, content) in zip(sources.watch(paths), read, strict=False)
        if content is not None
        and content.said is not None
        and content.said.owed is not None
        and content.id == unknown[path].blob
    ]
    database.note_owed(learnt)
    return bool(learnt)


def _rows(desk: Desk, database: Database, proof: Proof, rows: list[list[Any]]) -> tuple[Row, ...]:
    object_format = desk.repository.object_format
    found = []
    for key, *columns in rows:
        if key in proof.without:
            continue
        entry = tracked(key, object_format)
        row = Row(database, entry.path, columns)
        if entry.id != row.blob or entry.path.rpartition("/")[2] != f"{row.name}.yaml":
            raise database.damaged()
        if entry.path not in proof.live:
            found.append(row)
    return tuple(found)


def _is_place(desk: Desk) -> Callable[[str], bool]:
    """Whether git's path may be a record's, or of something that stands where records stand."""
    folders = tuple(f"{RECORDS}/{folder}" for folder in set(desk.tickets.folders.values()))
    below = tuple(f"{folder}/" for folder in folders)
    return lambda path: path.startswith(below) or path in folders


def index_size(desk: Desk) -> tuple[int, str] | None:
    """How many bytes the desk's index files take, and in which folder; None if there are none."""
    folder = folder_of(desk.repository.common_dir)
    files = list(folder.glob("*.sqlite*"))
    return (sum(one.stat().st_size for one in files), str(folder)) if files else None
