"""A throw-away repository, with plain git beside svcdesk's own way of running it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from svcdesk.store.git import Repository, discover


@dataclass(frozen=True)
class Clone:
    """A repository on disk."""

    root: Path

    @property
    def repo(self) -> Repository:
        return discover(self.root)

    def git(self, *args: str, check: bool = True, **env: str) -> str:
        answer = subprocess.run(
            ["git", *args], cwd=self.root, env=os.environ | env, capture_output=True, check=False
        )
        if check and answer.returncode:
            raise AssertionError(f"git {args}: {answer.stderr!r}")
        return answer.stdout.decode("utf-8", "surrogateescape").strip("\n")

    def write(self, path: str, text: str | bytes) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)
        return place

    def read(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def commit(self, files: dict[str, str], message: str = "start") -> str:
        for path, text in files.items():
            self.write(path, text)
        self.git("add", "--force", "--", *files)
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def hook(self, name: str, script: str) -> None:
        place = self.root / ".git" / "hooks" / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"#!/bin/sh\n{script}\n")
        place.chmod(0o755)

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def paths_of(self, commit: str = "HEAD") -> list[str]:
        listed = self.git("show", "--format=", "--name-only", "--no-renames", commit)
        return sorted(listed.splitlines())

    def litter(self) -> list[str]:
        """Whatever a write could have left and should not have."""
        git_dir = self.repo.git_dir
        found = [*self.root.rglob(".svcdesk-*"), *git_dir.rglob("*.lock")]
        found = [one for one in found if one.parent.name != "aside"]
        own = git_dir / "svcdesk"
        if own.is_dir():
            found += [one for one in own.iterdir() if one.name not in ("lock", "aside")]
        return [str(one) for one in found]

    def state(self) -> tuple[str, ...]:
        """Everything a refused write must leave as it was."""
        return (
            self.git("rev-parse", "--verify", "--quiet", "HEAD", check=False),
            self.git("ls-files", "-s", "-v"),
            self.git("status", "--porcelain=v2", "--untracked-files=all"),
            self.git("diff"),
        )


def empty(root: Path) -> Clone:
    root.mkdir(parents=True)
    found = Clone(root)
    found.git("init", "--quiet", "--initial-branch=main", "--template=")
    return found
