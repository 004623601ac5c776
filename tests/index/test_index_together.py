"""Many processes read and write one desk: no error, no lost write, nothing stale.

More of them: `SVCDESK_PROCESSES=20 pytest tests/index/test_index_together.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from random import Random

from index_helpers import QUERIES, compare, fill

from svcdesk.testing import MakeDesk

PROCESSES = int(os.environ.get("SVCDESK_PROCESSES", "6"))
ROUNDS = 3
WORK = """
import sys
from svcdesk.desk import open_desk
from svcdesk.testing import NOW

root, name, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
for turn in range(rounds):
    said = f"{name}-{turn}"
    fields = {"description": said, "requester.name": "李*", "priority": "P2"}
    [made] = open_desk(root, clock=lambda: NOW).new("request", fields).ids
    seen = open_desk(root, clock=lambda: NOW).find(said)
    assert [row.head.id for row in seen.rows] == [made], (said, seen)
    open_desk(root, clock=lambda: NOW).set([made], {"priority": "P1"})
    seen = open_desk(root, clock=lambda: NOW).find(f"status:open priority:P1 {said}")
    assert [row.head.id for row in seen.rows] == [made], (said, seen)
    assert not seen.unreadable, seen.unreadable
"""


def test_who_has_written_sees_it_at_once(make_desk: MakeDesk) -> None:
    desk = make_desk()
    fill(desk, 3)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WORK, str(desk.root), f"writer{number}x", str(ROUNDS)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    said = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0] * PROCESSES, said
    listing = desk.open().find("writer")
    assert listing.total == PROCESSES * ROUNDS
    assert not listing.notes
    compare(desk, Random(0), ["together"], count=len(QUERIES))
