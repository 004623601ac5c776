"""The merge driver in a clone's git configuration: put there, taken out, looked at.

Which files it is for stands in `.gitattributes`, which every clone has; which program it is can
only stand in each clone's own configuration.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from enum import Enum

from svcdesk.store.git import Repository
from svcdesk.store.git_listing import text
from svcdesk.store.git_process import failure, run_writing
from svcdesk.store.merge_files import CONFLICT, MARKER_SIZE

DRIVER = "svcdesk"
ATTRIBUTE = f"/records/**/*.yaml merge={DRIVER}"
_SECTION = f"merge.{DRIVER}"
_NAME = "svcdesk: records by their events and fields"


class Installed(Enum):
    """How a clone is set up."""

    YES = "yes"
    NO = "no"
    OTHER = "other"
    """A driver of our name that is not this svcdesk: moved, older, or somebody's own."""


@dataclass(frozen=True, slots=True)
class Status:
    """`command` is what the configuration has (None: nothing). `attribute` says whether git takes
    the driver for records; `marker_size` is what attributes ask for, if it is not git's own."""

    installed: Installed
    command: str | None
    attribute: bool
    marker_size: str | None

    @property
    def good(self) -> bool:
        return self.installed is Installed.YES and self.attribute and self.marker_size is None


def driver_command() -> str:
    """The line for git: this very Python with our driver, by its absolute path.

    What ends with 3 has written markers around the fields in question; for whatever else went
    wrong, even where the program is gone, git's text merge makes markers. So nothing ever looks
    merged that is not.
    """
    python = shlex.quote(sys.executable)
    return (
        f"{python} -P -m svcdesk.cli.driver %O %A %B %L %P || "
        f"{{ r=$?; [ $r -eq {CONFLICT} ] && exit {CONFLICT}; "
        "git merge-file --marker-size=%L %A %O %B; }"
    )


def settings() -> tuple[str, ...]:
    """The configuration as `NAME=VALUE`, for a single git by `-c`."""
    return (f"{_SECTION}.name={_NAME}", f"{_SECTION}.driver={driver_command()}")


def install(repo: Repository) -> None:
    """Configure the driver in this clone, for all its worktrees. Raises GitFailed."""
    for setting in settings():
        key, _, value = setting.partition("=")
        _config(repo, "--replace-all", key, value)


def uninstall(repo: Repository) -> bool:
    """Take the driver out of this clone's configuration; False where it was not there."""
    if not repo.git("config", "--local", "--get-regexp", rf"^merge\.{DRIVER}\.", check=False):
        return False
    _config(repo, "--remove-section", _SECTION)
    return True


def status(repo: Repository) -> Status:
    """How this clone is set up."""
    raw = repo.git("config", "-z", "--get", f"{_SECTION}.driver", check=False)
    command = text(raw).rstrip("\0") or None
    found = Installed.YES if command == driver_command() else Installed.OTHER
    attributes = _attributes(repo)
    size = attributes.get("conflict-marker-size", "unspecified")
    return Status(
        installed=found if command is not None else Installed.NO,
        command=command,
        attribute=attributes.get("merge") == DRIVER,
        marker_size=None if size in ("unspecified", str(MARKER_SIZE)) else size,
    )


def _attributes(repo: Repository) -> dict[str, str]:
    path = "records/requests/2024/10/SR-20241001-001.yaml"
    raw = repo.git("check-attr", "-z", "merge", "conflict-marker-size", "--", path)
    words = text(raw).split("\0")
    return dict(zip(words[1::3], words[2::3], strict=False))


def _config(repo: Repository, *words: str) -> None:
    args = ["config", "--local", *words]
    answer = run_writing(args, repo.root)
    if answer.code != 0:
        raise failure(args, answer)
