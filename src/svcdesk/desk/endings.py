"""Which record somebody means by the end of an id, and what to say where it was deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from svcdesk.errors import NotFound

if TYPE_CHECKING:
    from svcdesk.desk.parts import Parts


def find_meant(desk: Parts, ending: str, likely: Callable[[], Iterable[str]]) -> str:
    """The path of the record that is meant by an ending.

    `likely` are the kinds of which it is, if records of several end like that. Raises NotFound
    (with what brings it back, where it was deleted), Ambiguous.
    """
    prefixes = desk.kinds.prefixes
    try:
        return desk.tickets.find(ending, lambda: [prefixes.get(one, "") for one in likely()])
    except NotFound:
        if desk.fixed:  # what was deleted since is there, and what was before is not asked for
            raise
        from svcdesk.desk.deleted import refuse_deleted

        refuse_deleted(desk, ending)
        raise
