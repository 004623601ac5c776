"""What a change of many records costs: one field of a thousand of them, in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from benchmarks.bench import OURS, SVCDESK, Bench, requests
from benchmarks.measuring import Contender
from benchmarks.table import Medians, Row

MANY = 1_000
BY_HAND = "sed + git add + git commit"
_WORDS = """\
sed -i "s/^channel: .*/channel: $0/" "$@" && git add -- "$@" && git commit --quiet -m "channel: $0"
"""


def _bulk_limit(medians: Medians) -> float:
    return 6 * medians[BY_HAND]


def _bulk(bench: Bench, desk: Path) -> Sequence[Contender]:
    """Both change a line of the header of the same files, ours with its event. By hand it is a
    field that no event decides: another would be refused afterwards as edited by hand."""
    chosen = list(islice(requests(desk, "closed"), MANY))
    ids = [path.stem for path in chosen]
    files = [path.as_posix() for path in chosen]

    def ours(run: int) -> Sequence[str]:
        return (SVCDESK, "set", *ids, f"priority=P{run % 2 + 2}", "--yes")

    def by_hand(run: int) -> Sequence[str]:
        return ("sh", "-c", _WORDS, ("email", "phone")[run % 2], *files)

    return [Contender(OURS, ours, desk), Contender(BY_HAND, by_hand, desk)]


ROWS = (Row("bulk", f"set of {MANY:,} records", f"6 × ({BY_HAND})", _bulk_limit, _bulk),)
