"""After a crash: ending what an unfinished write left, by itself or as somebody decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from svcdesk.errors import RepositoryState
from svcdesk.i18n import T, Text
from svcdesk.store import git_commit, lock, replacing
from svcdesk.store import journal as journals
from svcdesk.store.git import Repository
from svcdesk.store.git_state import git_locks, refuse_state
from svcdesk.store.journal import Journal
from svcdesk.store.settling import (
    Holds,
    Place,
    look,
    put_aside,
    restore_index,
    settle,
)
from svcdesk.values import NamedTuple

_SHOWN = 5
"""More files than these are counted, not named."""


class Report(NamedTuple):
    """What was found or done, in sentences; `pending` while a write is still unfinished."""

    pending: bool
    lines: tuple[Text, ...]


def recover(repo: Repository) -> list[Text]:
    """End what an earlier write left, and say what was done. The caller holds the lock.

    Without a journal nothing is touched. Raises RepositoryState (E_UNFINISHED) where a person has
    to decide: files or history went on since, and nothing of that is overwritten.
    """
    journal = journals.read(repo.git_dir)
    if journal is None:
        return []
    settled = settle(repo, journal)
    if settled.stuck:
        raise RepositoryState(
            T("an svcdesk was stopped in the middle of “{subject}”, and since then {path} changed",
              subject=_subject(journal), path=settled.stuck[0]),
            hint=T("`svcdesk doctor` shows it; `svcdesk doctor --finish` writes it after all, "
                   "`svcdesk doctor --undo` takes it back"),
            code="E_UNFINISHED",
            path=settled.stuck[0],
        )  # fmt: skip
    if settled.undone:
        done = T("an svcdesk was stopped in the middle of “{subject}”: taken back",
                 subject=_subject(journal))  # fmt: skip
    else:
        done = T("an svcdesk was stopped at the end of “{subject}”: it is done",
                 subject=_subject(journal))  # fmt: skip
    return [*settled.notes, done]


def inspect(repo: Repository) -> Report:
    """How things stand, without touching anything; a write under way right now looks unfinished."""
    journal = journals.read(repo.git_dir)
    lines = [T("git's lock {path} is there", path=path) for path in git_locks(repo)]
    if journal is None:
        aside = repo.git_dir / "svcdesk" / "aside"
        if aside.is_dir():
            lines += [T("kept from an earlier mishap: {path}", path=one) for one in aside.iterdir()]
        return Report(False, tuple(lines))
    lines.append(T("“{subject}” is not finished", subject=_subject(journal)))
    now = repo.refreshed()
    lines += _standings(look(now, now.head, journal))
    return Report(True, tuple(lines))


def finish(repo: Repository, wait: float = 30.0) -> Report:
    """Write what an unfinished write meant to, after all. What stands in the way is kept aside."""
    return _decided(repo, wait, _finish)


def undo(repo: Repository, wait: float = 30.0) -> Report:
    """Take an unfinished write back. What stands in the way is kept aside; what somebody has
    committed of it stays committed, and is named."""
    return _decided(repo, wait, _undo)


def _decided(
    repo: Repository,
    wait: float,
    act: Callable[[Repository, Journal, lock.Lock], list[Text]],
) -> Report:
    with lock.acquire(repo.common_dir, wait) as held:
        refuse_state(repo)
        journal = journals.read(repo.git_dir)
        if journal is None:
            return Report(False, (T("there is no unfinished write"),))
        settled = settle(repo, journal)
        notes = list(settled.notes)
        if settled.stuck:
            notes += act(repo.refreshed(), journal, held)
            journals.remove(repo.git_dir)
        elif settled.undone:
            notes.append(T("“{subject}” is taken back", subject=_subject(journal)))
        else:
            notes.append(T("“{subject}” is done", subject=_subject(journal)))
        return Report(False, tuple(notes))


def _finish(repo: Repository, journal: Journal, held: lock.Lock) -> list[Text]:
    notes = []
    for place in look(repo, repo.head, journal):
        if place.holds is Holds.OTHER:
            notes.append(put_aside(repo, place.entry.path))
        replacing.put(repo.root, journal, place.entry.path, place.entry.after)
    if journal.commits:
        new = [entry.after for entry in journal.entries if entry.after is not None]
        git_commit.store_many(repo, new, held.inherited)
        git_commit.record(repo, journal, held.inherited, lambda _step: None)
    return [*notes, T("“{subject}” is done", subject=_subject(journal))]


def _undo(repo: Repository, journal: Journal, _held: lock.Lock) -> list[Text]:
    notes, back = [], []
    for place in look(repo, repo.head, journal):
        path = place.entry.path
        if not place.untouched:
            notes.append(T("{path} was committed since, and is left so", path=path))
            continue
        if place.holds is Holds.OTHER:
            notes.append(put_aside(repo, path))
        replacing.put(repo.root, journal, path, place.entry.before)
        back.append(place)
    restore_index(repo, back, forward=False)
    replacing.remove_folders(repo.root, journal)
    return [*notes, T("“{subject}” is taken back", subject=_subject(journal))]


def _standings(places: Sequence[Place]) -> list[Text]:
    """How each file stands; of many that stand alike, how many they are."""
    if len(places) <= _SHOWN:
        return [_how_it_stands(place) for place in places]
    alike = [one.holds for one in places if one.untouched]
    found: list[Text] = []
    if count := alike.count(Holds.OLD):
        found.append(T("{count} files are as they were before", count=count))
    if count := alike.count(Holds.NEW):
        found.append(T("{count} files hold the new text, which is not committed", count=count))
    other = [one for one in places if not one.untouched or one.holds is Holds.OTHER]
    found += [_how_it_stands(place) for place in other[:_SHOWN]]
    if len(other) > _SHOWN:
        found.append(T("and {count} more", count=len(other) - _SHOWN))
    return found


def _how_it_stands(place: Place) -> Text:
    path = place.entry.path
    if not place.untouched:
        return T("{path} was committed since", path=path)
    if place.holds is Holds.OLD:
        return T("{path} is as it was before", path=path)
    if place.holds is Holds.NEW:
        return T("{path} holds the new text, which is not committed", path=path)
    return T("{path} holds something else", path=path)


def _subject(journal: Journal) -> str:
    return journal.message.partition("\n")[0]
