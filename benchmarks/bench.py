"""What rows measure with: the interpreter, the command, the environment, and the desks by size."""

from __future__ import annotations

import compileall
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import svcdesk
from benchmarks import generate
from benchmarks.life import SUPERVISOR
from benchmarks.measuring import Contender
from benchmarks.peers import PEERS, Peer, Store

PYTHON = sys.executable
SVCDESK = str(Path(sys.executable).with_name("svcdesk"))
FLOOR, STATUS, OURS = "floor", "git status", "svcdesk"
_STAMP = "svcdesk-benchmark"
_MADE_BY = ("draft.py", "generate.py", "layout.py", "life.py", "stories.py", "texts.py")


@dataclass(slots=True)
class Bench:
    """`folder` keeps the generated desks from one call to the next."""

    folder: Path
    peers: Sequence[Peer] = PEERS
    _made: dict[int, Path] = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        """A supervisor at work, in an empty home, without anything that colours the figures."""
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        clean = generate.environment(HOME=str(home), USER=SUPERVISOR, SVCDESK_LANG="en")
        return {key: value for key, value in clean.items() if not key.startswith("PYTHON")}

    def desk(self, records: int) -> Path:
        """The desk of that many records, as generated: what earlier rows wrote is taken back."""
        if records not in self._made:
            directory = self.folder / f"desk-{records}"
            stamp = directory / ".git" / _STAMP
            if not stamp.exists() or stamp.read_text() != _fingerprint():
                _remove(directory)
                print(f"making a desk of {records:,} records …", file=sys.stderr)
                generate.generate(directory, records)
                self._git(directory, "tag", "generated")
                stamp.write_text(_fingerprint())
            self._made[records] = directory
        directory = self._made[records]
        self._git(directory, "reset", "--quiet", "--hard", "generated")
        self._git(directory, "clean", "--quiet", "-d", "--force")
        self._git(directory, "update-index", "-q", "--refresh")
        return directory

    def floor(self, directory: Path) -> Contender:
        """The interpreter of this environment, importing click: no command can be quicker."""
        return Contender(FLOOR, lambda _: (PYTHON, "-c", "import click"), directory)

    def status(self, directory: Path) -> Contender:
        return Contender(STATUS, lambda _: ("git", "status", "--short"), directory)

    def ours(self, directory: Path, *words: str) -> Contender:
        return Contender(OURS, lambda _: (SVCDESK, *words), directory)

    def others(self, question: str, records: int) -> list[Contender]:
        """Each peer that is installed, asked the same of as many records."""
        return [
            peer.contender(self._store(peer, program, records), question, _fingerprint())
            for peer in self.peers
            if (program := peer.program) is not None
        ]

    def _store(self, peer: Peer, program: str, records: int) -> Store:
        return Store(self.folder / f"{peer.name}-{records}", records, program, self.environment)

    def _git(self, directory: Path, *words: str) -> None:
        subprocess.run(["git", *words], cwd=directory, env=self.environment, check=True)


def requests(desk: Path, status: str) -> Iterator[Path]:
    """The requests in a state, newest first, as paths from the desk's root."""
    line = f"\nstatus: {status}\n".encode()
    for path in sorted((desk / "records" / "requests").rglob("*.yaml"), reverse=True):
        if line in path.read_bytes():
            yield path.relative_to(desk)


def compile_bytecode() -> None:
    """What an installer does once: the first call after an edit would pay for it."""
    compileall.compile_dir(str(Path(svcdesk.__file__).parent), quiet=1)


def _fingerprint() -> str:
    """Changes with whatever makes the desks."""
    here = Path(__file__).parent
    sources = [here / name for name in _MADE_BY] + sorted((here / "peers").glob("*.py"))
    sources += sorted((generate.ROOT / "schemas").iterdir())
    made = b"".join(one.read_bytes() for one in sources)
    return hashlib.sha256(made).hexdigest()


def _remove(directory: Path) -> None:
    if directory.exists():
        import shutil

        shutil.rmtree(directory)


def usual_folder() -> Path:
    """Where desks are kept when nobody says: below the user's folder for caches."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "svcdesk-benchmarks"
