"""Two records with one number in a merge: the one that is not on main gets another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from svcdesk.desk.renumbering import act_by_rule, with_number
from svcdesk.desk.traffic import UID
from svcdesk.errors import Refused
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.act import Words
from svcdesk.lifecycle.links import relinked
from svcdesk.model.ids import date_of
from svcdesk.model.record import Record
from svcdesk.store import codec, remotes
from svcdesk.store.git import Repository
from svcdesk.store.tickets import decode_file
from svcdesk.store.yaml_text import rewrite

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.merge_records import MergedRecords, Twins

_MAINS = ("main", "master")


def part(
    desk: Desk,
    repo: Repository,
    twins: Sequence[Twins],
    found: MergedRecords,
    data_of: Callable[[str], bytes],
) -> list[Text]:
    """Renumber one of each two records and put it, and links to it, into `found`; sentences.

    The one with the number on a remote's main branch keeps it; where there is no remote, main is
    the current branch, if it is called so. Raises Refused (E_TWINS) where neither tells.
    """
    mains = remotes.main_of(repo)
    notes: list[Text] = []
    given: set[str] = set()
    for one in twins:
        keeper, loser, where = _order(repo, one, mains)
        found.changes[one.path] = keeper[1]
        data = data_of(loser[1])
        record = _record(data, one.path)
        workflow = desk.workflow(record.kind)
        number = desk.numbers.allocate(workflow, frozenset(given), date_of(record.id))
        given.add(number)
        why = T("{id} is another record on {where}", id=record.id, where=where)
        moved = with_number(record, workflow, number, act_by_rule(desk), Words(reason=str(why)))
        path = desk.tickets.path_for(number, record.uid)
        _put(repo, found, path, _text(data, moved.record))
        _relink(desk, repo, found, moved.record, data_of)
        notes.append(
            T("{old} is {new} now: the old number is another record on {branch}",
              old=record.id, new=number, branch=where)
        )  # fmt: skip
    desk.numbers.remember(frozenset(given))
    return notes


def _order(
    repo: Repository, twins: Twins, mains: Sequence[str]
) -> tuple[tuple[str, str], tuple[str, str], str]:
    """Who keeps the number, who does not, and where it is taken."""
    first, second = twins.first, twins.second
    for tracking in mains:
        match = UID.search(repo.read_blob(tracking, twins.path) or b"")
        uid = match[1].decode("ascii") if match else None
        name = tracking.removeprefix("refs/remotes/")
        if uid == first[0]:
            return first, second, name
        if uid == second[0]:
            return second, first, name
    if not repo.remotes() and repo.branch in _MAINS and repo.head is not None:
        match = UID.search(repo.read_blob(repo.head, twins.path) or b"")
        if match and match[1].decode("ascii") == second[0]:
            return second, first, repo.branch
        return first, second, repo.branch
    raise Refused(
        T("{path} would be two records, with the uids {first} and {second}",
          path=twins.path, first=first[0], second=second[0]),
        hint=T("give the one that is not published another number, then merge again"),
        code="E_TWINS",
        path=twins.path,
    )  # fmt: skip


def _relink(
    desk: Desk,
    repo: Repository,
    found: MergedRecords,
    record: Record,
    data_of: Callable[[str], bytes],
) -> None:
    """Let the links of what comes along say the new number. What links to a record by its uid
    came with it, for the record was nowhere else."""
    for path, blob in list(found.changes.items()):
        data = data_of(blob) if blob is not None else b""
        if record.uid.encode() in data and path.endswith(".yaml"):
            other = _record(data, path)
            changed = relinked(other, desk.workflow(other.kind), record)
            if changed != other:
                _put(repo, found, path, _text(data, changed))


def _put(repo: Repository, found: MergedRecords, path: str, data: bytes) -> None:
    found.contents.append(data)
    found.decided.add(path)
    found.changes[path] = repo.blob_id(data)


def _record(data: bytes, path: str) -> Record:
    return decode_file(data.replace(b"\r\n", b"\n"), path).record


def _text(data: bytes, record: Record) -> bytes:
    return rewrite(data.decode("utf-8").replace("\r\n", "\n"), codec.encode(record)).encode()
