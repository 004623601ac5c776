"""Other programs that keep tasks or tickets: the same records, the same questions."""

from __future__ import annotations

from benchmarks.peers.fossil import FOSSIL
from benchmarks.peers.peer import Peer, Store
from benchmarks.peers.taskwarrior import TASKWARRIOR
from benchmarks.peers.todoman import TODOMAN

__all__ = ["PEERS", "Peer", "Store"]

PEERS: tuple[Peer, ...] = (TASKWARRIOR, FOSSIL, TODOMAN)
