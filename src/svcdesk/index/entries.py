"""What the index keeps of one record: the columns that queries decide by, and what lists show."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from svcdesk.values import NamedTuple

ODD = "\0"
"""Stands in a column for a value that is no text: the whole query has to judge it."""


NO_WORDS = frozenset({"uid", "sha256"})
"""Fields of random letters and digits, in which a short word such as `P2` would stand by chance:
they are not among the texts that are searched."""


class Owed(NamedTuple):
    """What a record's targets come to at any moment from `since` on, until its next event.

    Instants are epoch seconds. `due`: when the next open target falls due (None: none is open).
    `moves`: a paused target is open, whose due time moves with the clock; then `due` is that of
    the others. `state`: `breached` where an ended target was late, else `ok`, None without targets.
    `is_open`: the record is, or a target waits. `last`: after this no target of a record that is
    not open ends late or falls due. `standing`: the targets of an open record themselves, as JSON;
    None where they cannot be kept.
    """

    since: int
    due: int | None
    moves: bool
    state: str | None
    is_open: bool = False
    last: int | None = None
    standing: str | None = None


class Described(NamedTuple):
    """A record as the index keeps it.

    Columns of queries are ODD for what is no text, and empty for what is missing;
    `assignee_plain` is the form in which words are compared. `newest` is the latest moment at which
    one of its events was recorded, in epoch seconds (None: not known), `ended` the one at which it
    ended (None: it is open, or that is not known). `header` is JSON; `text` is folded.
    """

    id: str
    kind: str
    status: str
    priority: str
    assignee: str
    assignee_plain: str
    unsettled: bool
    newest: int | None
    ended: int | None
    header: str
    text: str
    owed: Owed | None


class Content(NamedTuple):
    """A file's bytes by git's id of them, and their number; `said` is None for what is no record
    that can be read."""

    id: bytes
    size: int
    said: Described | None


Describe: TypeAlias = Callable[[bytes, str], Described | None]
"""Bytes and path → what is kept, None for what is no record; raises nothing."""
