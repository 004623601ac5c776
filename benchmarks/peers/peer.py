"""What a program that keeps tasks or tickets is asked beside svcdesk."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Contender

LIST, SHOW, WRITE, SEARCH = "list", "show", "write", "search"
"""The open ones of high priority; one whole; one changed; those that have a word somewhere."""

Words = Callable[[int], Sequence[str]]
Questions = Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Store:
    """A folder with a peer's records, and the words that run the peer on them."""

    folder: Path
    records: int
    program: str
    environment: Mapping[str, str]

    def run(self, *words: str) -> str:
        """What the peer prints. Raises CalledProcessError where it fails."""
        done = subprocess.run(
            [self.program, *words], cwd=self.folder, env=self.environment,
            check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        return done.stdout


@dataclass(frozen=True, slots=True)
class Peer:
    """`fill` puts the records of a desk into an empty store; `questions` says how it is asked."""

    name: str
    command: str
    fill: Callable[[Store], None]
    questions: Callable[[Store], Questions]

    @property
    def program(self) -> str | None:
        """Where it is installed: on PATH, or beside this interpreter."""
        beside = str(Path(sys.executable).parent)
        return shutil.which(self.command) or shutil.which(self.command, path=beside)

    def contender(self, store: Store, question: str, fingerprint: str) -> Contender:
        """The peer, asked of a store, which is filled anew where it was filled by other rules."""
        folder, records = store.folder, store.records
        stamp = folder / "filled"
        if not stamp.exists() or stamp.read_text() != fingerprint:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            print(f"filling {self.name} with {records:,} records …", file=sys.stderr)
            self.fill(store)
            stamp.write_text(fingerprint)
        words = self.questions(store)[question]
        return Contender(self.name, lambda run: (store.program, *words(run)), folder)
