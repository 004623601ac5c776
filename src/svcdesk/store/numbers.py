"""Which ids are taken: in the working tree, on every branch known here, and ever in this clone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from svcdesk.store.git import Repository
from svcdesk.values import NamedTuple

_MARKS = "svcdesk-numbers.json"
"""The high-water mark: the newest id that each series gave in this clone, branches or not."""


class TakenIds(NamedTuple):
    """Looks for ids in use."""

    repository: Repository

    def below(self, folder: str) -> set[str]:
        """The ids in use whose files lie below `folder` (from the root), and the newest that any
        series of this clone gave.

        Looks in the folder itself, in that folder on every local and remote branch, and in the
        marks of this clone.
        """
        here = self.repository.root / folder
        found = {stem for _, _, names in os.walk(here) for stem in _stems(names)}
        for tree in self._trees(folder):
            names = self.repository.git("ls-tree", "-r", "--name-only", "-z", tree).decode()
            found |= set(_stems(path.rpartition("/")[2] for path in names.split("\0")))
        return found | {mark for mark in self._marks().values() if isinstance(mark, str)}

    def remember(self, record_ids: Iterable[str]) -> None:
        """Move the marks up to ids just given, so that no branch switch gives them again."""
        marks = self._marks()
        for record_id in record_ids:
            series = record_id.rpartition("-")[0]
            marks[series] = max(marks.get(series, ""), record_id, key=lambda one: (len(one), one))
        newest = dict(sorted(marks.items())[-400:])
        path = self._path
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_text(json.dumps(newest, indent=0), encoding="utf-8")
        draft.replace(path)

    @property
    def _path(self) -> Path:
        return self.repository.common_dir / _MARKS

    def _marks(self) -> dict[str, str]:
        try:
            marks = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # lost marks only make a number from a deleted branch possible again
        return marks if isinstance(marks, dict) else {}

    def _trees(self, folder: str) -> set[str]:
        """The different states of that folder among all branch tips, HEAD's own aside."""
        refs = self.repository.git(
            "for-each-ref", "--format=%(objectname)", "refs/heads", "refs/remotes"
        ).decode()
        tips = sorted(set(refs.split()))
        if not tips:
            return set()
        asked = "".join(f"{tip}:{folder}\n" for tip in tips)
        answers = self.repository.git(
            "cat-file", "--batch-check=%(objectname) %(objecttype)", input=asked.encode()
        ).decode()
        return {line.split()[0] for line in answers.splitlines() if line.endswith(" tree")}


def _stems(names: Iterable[str]) -> Iterable[str]:
    return (name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))
