"""Where a branch stands among the branches and remotes that this clone knows: one look at all refs
and one at the configuration, at the same time, instead of a git for each question."""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.store.git import BRANCHES, Repository, Upstream
from svcdesk.store.git_listing import text
from svcdesk.store.git_process import Asked, failure
from svcdesk.values import NamedTuple

_FIELDS = (
    "refname",
    "objectname",
    "symref",
    "upstream:remotename",
    "upstream:remoteref",
    "upstream",
)
_FORM = "--format=" + "%00".join(f"%({field})" for field in _FIELDS)
_REMOTES = r"^remote\..*\.(url|pushurl|vcs)$"
SEEN = "refs/svcdesk/seen/"
"""Below it is, by branch, the last state of a remote's branch that this clone shared."""


class Setting(NamedTuple):
    """What the configuration says of a remote: `what` is `url`, `pushurl` or `vcs`."""

    remote: str
    what: str
    value: str


class Bearings(NamedTuple):
    """`objects` by ref: the current branch, all that is known of remotes, and what was seen of
    them; `symbols` has those that stand for another ref. `upstream` is what the branch follows."""

    objects: Mapping[str, str]
    symbols: Mapping[str, str]
    upstream: Upstream | None
    settings: tuple[Setting, ...]


def take_bearings(repo: Repository) -> Bearings:
    """Both by two gits, side by side. Raises GitFailed."""
    own = [f"{BRANCHES}{repo.branch}"] if repo.branch is not None else []
    look = ("for-each-ref", _FORM, *own, "refs/remotes", SEEN)
    refs = Asked(look, repo.root)
    configured = Asked(("config", "-z", "--get-regexp", _REMOTES), repo.root)
    answer, settings = refs.answer(), configured.answer().out
    if answer.code != 0:
        raise failure(look, answer)
    objects, symbols = {}, {}
    upstream = None
    for row in text(answer.out).splitlines():
        ref, objects[ref], symbol, *follows = row.split("\0")
        if symbol:
            symbols[ref] = symbol
        if ref in own and all(follows):
            upstream = Upstream(*follows)
    return Bearings(objects, symbols, upstream, _settings(settings))


def _settings(raw: bytes) -> tuple[Setting, ...]:
    found = []
    for entry in text(raw).split("\0"):
        key, _, value = entry.partition("\n")
        name, _, what = key.removeprefix("remote.").rpartition(".")
        if key:
            found.append(Setting(name, what, value))
    return tuple(found)
