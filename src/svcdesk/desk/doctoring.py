"""`doctor`: how this installation, this repository and this desk are, and what broke off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from svcdesk.desk import computer_signs, repository_signs
from svcdesk.desk.history_signs import clock, deletions, losses
from svcdesk.desk.initialising import Created, init_desk
from svcdesk.desk.sign import Sign, sign_of
from svcdesk.errors import SvcdeskError
from svcdesk.model.finding import Severity
from svcdesk.store import merge_setup, recovery
from svcdesk.store.recovery import Report

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.merge_repair import Mended
    from svcdesk.desk.redating import Redated


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


_EXAMINATIONS: tuple[tuple[str, Callable[[Desk], Iterator[Sign]]], ...] = (
    ("svcdesk", computer_signs.installation),
    ("git", repository_signs.identity),
    ("desk", repository_signs.facts),
    ("repository", repository_signs.state),
    ("deleted", deletions),
    ("merging", repository_signs.merging),
    ("merged", losses),
    ("clock", clock),
    ("unfinished", repository_signs.writes),
    ("disk", computer_signs.disk),
    ("plugin", computer_signs.plugins),
)
