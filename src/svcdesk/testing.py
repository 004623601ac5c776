"""Fixtures for tests of svcdesk and of its plugins: throw-away desks in real git repositories.

A plugin's own tests get them by one line in their `conftest.py`:

    pytest_plugins = ["svcdesk.testing"]

    def test_my_numbering(desk):
        done = desk.open().new("request", {"description": "…", "requester.name": "李*"})
        assert done.ids == ("SR-20241001-001",)

Every test that uses them runs with a home and a git configuration of its own, and fails if
anything touched the real ones.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from svcdesk.config import Config
from svcdesk.desk import Desk, open_desk

NOW = datetime(2024, 10, 1, 1, 30, tzinfo=UTC)
"""When tests begin: 2024-10-01 09:30 in Shanghai, as in norm C's sample."""
PERSON = "engineer-1"
EMAIL = "engineer-1@example.org"


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> datetime:
        """Move on by `timedelta(**amount)`."""
        self.now += timedelta(**amount)
        return self.now


@dataclass(slots=True)
class Sandbox:
    """A desk in a repository of its own. `clock` is the clock of every Desk that `open` gives."""

    root: Path
    clock: Clock = field(default_factory=Clock)

    def open(self, **settings: Any) -> Desk:
        """A fresh Desk, as a new process would see it; `settings` are the user's own, by
        dotted name with `__` for the dot (`plugins__trust=[…]`)."""
        values: dict[str, Any] = {}
        for name, value in settings.items():
            group, _, inner = name.partition("__")
            if inner:
                values.setdefault(group, {})[inner] = value
            else:
                values[group] = value
        return open_desk(self.root, clock=self.clock, config=Config(self.root, values, {}))

    def path_of(self, record_id: str) -> str:
        """The record's path relative to the root."""
        return self.open().tickets.find(record_id)

    def read(self, path: str) -> str:
        """A file's text; `path` may be a record's id."""
        return self._place(path).read_text(encoding="utf-8")

    def write(self, path: str, text: str | bytes) -> None:
        """Write a file (its folders too) without committing; `path` may be a record's id."""
        place = self._place(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace `old`, which must be there exactly once, in a file."""
        text = self.read(path)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in:\n{text}"
        self.write(path, text.replace(old, new))

    def commit(self, message: str, who: str = PERSON, when: datetime | None = None) -> str:
        """Commit everything as somebody (an id of people.yaml), at the clock's time."""
        date = (when or self.clock.now).isoformat()
        env = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        for role in ("AUTHOR", "COMMITTER"):
            env |= {f"GIT_{role}_NAME": who, f"GIT_{role}_EMAIL": f"{who}@example.org"}
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message, env=env)
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *args: str, env: Mapping[str, str] | None = None, check: bool = True) -> str:
        """What a git command prints."""
        done = subprocess.run(
            ["git", *args],
            cwd=self.root,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def status(self) -> str:
        """What `git status --porcelain` says: empty where nothing is uncommitted."""
        return self.git("status", "--porcelain")

    def subjects(self) -> list[str]:
        """The subjects of all commits, newest first."""
        return self.git("log", "--format=%s").splitlines()

    def touched(self, revision: str = "HEAD") -> list[str]:
        """The paths that a commit touched."""
        shown = self.git("show", "--format=", "--name-only", "-z", revision)
        return [path for path in shown.split("\0") if path]

    def _place(self, path: str) -> Path:
        return self.root / (path if "/" in path or "." in path else self.path_of(path))


def isolated_environment(home: Path, person: str = PERSON) -> dict[str, str]:
    """The environment of a stranger's machine: a home of its own, and `person` as git's author."""
    home.mkdir(parents=True, exist_ok=True)
    configuration = home / "gitconfig"
    configuration.touch()
    identity = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", person), ("EMAIL", f"{person}@example.org"))
    }
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "APPDATA": str(home / "AppData"),
        "GIT_CONFIG_GLOBAL": str(configuration),
        "GIT_CONFIG_NOSYSTEM": "1",
        **identity,
    }


def act_as(monkeypatch: pytest.MonkeyPatch, person: str) -> None:
    """Let git say from now on that `person` (with the address person@example.org) is here."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", person)
        monkeypatch.setenv(f"GIT_{role}_EMAIL", f"{person}@example.org")


@pytest.fixture
def isolated(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A home and a git configuration of the test's own; the real ones must stay untouched."""
    watched = _real_files()
    before = [_stamp(path) for path in watched]
    for name in list(os.environ):
        if name.startswith(("GIT_", "SVCDESK_")):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    for name, value in isolated_environment(home).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("TZ", raising=False)
    yield home
    touched = [
        str(path) for path, stamp in zip(watched, before, strict=True) if _stamp(path) != stamp
    ]
    assert not touched, f"the test touched the real {', '.join(touched)}"


@pytest.fixture(scope="session")
def desk_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk just made, copied for every test: making one takes a dozen git calls."""
    from svcdesk.desk.initialising import init_desk

    folder = tmp_path_factory.mktemp("template") / "desk"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("GIT_", "SVCDESK_")):
                patch.delenv(name)
        for name, value in isolated_environment(folder.with_name("home")).items():
            patch.setenv(name, value)
        stamp = NOW.isoformat()
        patch.setenv("GIT_AUTHOR_DATE", stamp)
        patch.setenv("GIT_COMMITTER_DATE", stamp)
        init_desk(
            folder,
            name="desk",
            zone="Asia/Shanghai",
            language="en",
            person=PERSON,
            clock=lambda: NOW,
        )
    for sample in (folder / ".git" / "hooks").glob("*.sample"):
        sample.unlink()
    return folder


MakeDesk = Callable[..., Sandbox]


@pytest.fixture
def make_desk(isolated: Path, desk_template: Path, tmp_path: Path) -> MakeDesk:
    """Make desks: `make_desk({path: text}, name="second")` commits the files into a new one."""

    def make(files: Mapping[str, str] | None = None, name: str = "desk") -> Sandbox:
        root = tmp_path / name
        shutil.copytree(desk_template, root)
        made = Sandbox(root)
        if files:
            for path, text in files.items():
                made.write(path, text)
            made.commit("files of the test")
        return made

    return make


@pytest.fixture
def desk(make_desk: MakeDesk) -> Sandbox:
    """A desk with one person, engineer-1, who has every role of the staff."""
    return make_desk()


def _real_files() -> list[Path]:
    """What a test must never change, by the real home (the password file's, not $HOME's)."""
    try:
        import pwd

        homes = {Path(pwd.getpwuid(os.getuid()).pw_dir)}
    except (ImportError, KeyError):
        homes = set()
    homes.add(Path(os.path.expanduser("~")))  # noqa: PTH111 – $HOME as it is before the test
    names = (".gitconfig", ".config/git/config", ".config/svcdesk/config.yaml")
    given = os.environ.get("GIT_CONFIG_GLOBAL")
    return [home / name for home in homes for name in names] + ([Path(given)] if given else [])


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
