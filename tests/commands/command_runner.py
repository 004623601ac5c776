"""Runs the installed command as a user would, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONSOLE_SCRIPT = Path(sys.executable).with_name("svcdesk")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


def environment(
    who: str = "engineer-1", at: str = "2024-10-01T09:30:00+08:00", lang: str = "en"
) -> dict[str, str]:
    """The environment of a call by `who` at a moment."""
    identity = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", who), ("EMAIL", f"{who}@example.org"), ("DATE", at))
    }
    return {**os.environ, **identity, "SVCDESK_NOW": at, "SVCDESK_LANG": lang}


def svcdesk(
    root: Path,
    *argv: str,
    who: str = "engineer-1",
    at: str = "2024-10-01T09:30:00+08:00",
    lang: str = "en",
    stdin: str | None = None,
    env: dict[str, str] | None = None,
) -> Outcome:
    """Call the console script as `who` (an id of people.yaml) at a moment."""
    done = subprocess.run(
        [str(CONSOLE_SCRIPT), *argv],
        cwd=root,
        env={**environment(who, at, lang), **(env or {})},
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Outcome(done.returncode, done.stdout, done.stderr)
