"""Where history still holds a redacted value, and the commands that erase it there.

Nothing here rewrites history: that changes the id of every later commit, for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from svcdesk.i18n import T, Text
from svcdesk.lifecycle.redaction import findable, texts_of
from svcdesk.model.record import Value
from svcdesk.store.git_objects import read_objects

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class Erasure:
    """`blobs` are the versions of files that hold the value, blob id → path; `messages` the
    commits whose message does. `published`: there is a remote, which may have them too."""

    blobs: Mapping[str, str]
    messages: tuple[str, ...]
    published: bool

    def plan(self) -> list[Text]:
        """What to do, step by step, in sentences; never the value itself."""
        if not self.blobs and not self.messages:
            return [T("no commit in this clone holds the value any more")]
        steps = [
            T("{blobs} version(s) of files and {messages} commit message(s) in history still "
              "hold the value", blobs=len(self.blobs), messages=len(self.messages)),
            T("to erase it there, agree with everybody that they push, and clone anew afterwards; "
              "then, with git-filter-repo (https://github.com/newren/git-filter-repo), in a "
              "fresh clone:"),
        ]  # fmt: skip
        if self.blobs:
            ids = "\\n".join(self.blobs)
            steps += [
                T("  printf '{ids}\\n' > ../erase-blobs", ids=ids),
                T("  git filter-repo --strip-blobs-with-ids ../erase-blobs"),
            ]
        if self.messages:
            steps += [
                T("  write the value, as it stands in the message, into ../erase-words"),
                T("  git filter-repo --replace-message ../erase-words"),
            ]
        if self.published:
            steps += [
                T("  git push --force --all, then git push --force --tags"),
                T(
                    "ask the forge to drop what it keeps besides (pull requests, caches): a commit "
                    "can be fetched by its id until the forge's own clean-up"
                ),
            ]
        steps.append(
            T(
                "all commit ids after the oldest of these change, and with them tags and links to "
                "commits; a clone made before brings everything back when it is pushed"
            )
        )
        return steps


def plan_erasure(desk: Desk, paths: Sequence[str], secrets: Sequence[Value]) -> Erasure:
    """Look through every version of these files, on all branches, for the values."""
    words = [lines for secret in secrets for lines in _lines(secret)]
    if not words:
        return Erasure({}, (), False)
    repository = desk.repository.refreshed()
    if repository.head is None:
        return Erasure({}, (), False)
    raw = repository.git("rev-list", "--all", "--objects", "--", *paths)
    named = [line.split(" ", 1) for line in raw.decode("utf-8", "replace").splitlines()]
    candidates = {one[0]: one[1] for one in named if len(one) == 2 and one[1] in paths}
    blobs = {}
    for blob, data in read_objects(repository.root, candidates):
        if data is not None and _holds(data.decode("utf-8", "replace"), words):
            blobs[blob] = candidates[blob]
    commits = [one[0] for one in named if len(one) == 1]
    messages = [
        commit
        for commit, data in read_objects(repository.root, commits)
        if data is not None and _holds(data.decode("utf-8", "replace"), words)
    ]
    return Erasure(blobs, tuple(messages), bool(repository.remotes()))


def _lines(secret: Value) -> list[list[str]]:
    """For each text in a value: its lines, as they stand in a file however that is laid out."""
    texts = [[line.strip() for line in text.splitlines()] for text in texts_of(secret)]
    return [found for lines in texts if (found := [line for line in lines if findable(line)])]


def _holds(text: str, words: Sequence[Sequence[str]]) -> bool:
    return any(all(line in text for line in lines) for lines in words)
