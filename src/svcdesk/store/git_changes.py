"""What two trees differ in, and what each commit between them brought: entries, not contents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from svcdesk.hashes import OBJECT_FORMATS
from svcdesk.store.git import Repository
from svcdesk.store.git_listing import text
from svcdesk.store.git_refs import check_ref
from svcdesk.values import NamedTuple

ABSENT = "000000"
_RAW = ("-r", "-z", "--raw", "--no-renames", "--no-abbrev")
_TIMEOUT = 600.0


class Entry(NamedTuple):
    """A path in two trees: modes as git prints them (ABSENT where it is not), ids of blobs."""

    path: str
    old_mode: str
    new_mode: str
    old: str
    new: str

    @property
    def was(self) -> bool:
        return self.old_mode != ABSENT

    @property
    def is_there(self) -> bool:
        return self.new_mode != ABSENT


class Made(NamedTuple):
    """A commit with what it changed against each parent."""

    id: str
    email: str
    at: float
    """The author's date, in epoch seconds."""
    changes: tuple[tuple[Entry, ...], ...]


def between_trees(repo: Repository, one: str, other: str) -> list[Entry]:
    """What differs between two revisions."""
    return list(_entries(repo.git("diff-tree", *_RAW, check_ref(one), check_ref(other))))


def staged_tree(repo: Repository, index: str | None = None) -> str:
    """The tree of what is staged; `index` is another file to take for the index, as git hands one
    to its hooks. Raises GitFailed where conflicts are not settled."""
    env = {"GIT_INDEX_FILE": index} if index else None
    return text(repo.git("write-tree", env=env)).strip()


def commits_between(repo: Repository, base: str, head: str) -> list[Made]:
    """The commits that `head` has and `base` has not, parents first, with their changes."""
    form = "--format=%x01%H%x00%T%x00%P%x00%ae%x00%aI"
    args = ("log", "--topo-order", "--reverse", "--no-color", "--no-show-signature", form)
    raw = text(repo.git(*args, check_ref(head), f"^{check_ref(base)}", "--"))
    rows = [row.rstrip("\n").split("\0") for row in raw.split("\x01")[1:]]
    trees = {row[0]: row[1] for row in rows}
    wanted = {parent for row in rows for parent in row[2].split()} - set(trees)
    trees |= _trees(repo, sorted(wanted))
    pairs = {
        (trees[parent] if parent else _empty(repo), row[1])
        for row in rows
        for parent in row[2].split() or [""]
    }
    changes = _between_pairs(repo, pairs)
    return [
        Made(
            row[0],
            row[3],
            datetime.fromisoformat(row[4]).timestamp(),
            tuple(
                changes.get((trees[parent] if parent else _empty(repo), row[1]), ())
                for parent in row[2].split() or [""]
            ),
        )
        for row in rows
    ]


def sizes(repo: Repository, ids: Iterable[str]) -> dict[str, int]:
    """The size of each blob that is here, in bytes; nothing of it is read."""
    wanted = "".join(f"{one}\n" for one in ids).encode("ascii")
    form = "--batch-check=%(objectname) %(objectsize)"
    raw = text(repo.git("cat-file", form, input=wanted, timeout=_TIMEOUT)) if wanted else ""
    words = [line.split(" ") for line in raw.splitlines()]
    return {one[0]: int(one[1]) for one in words if len(one) == 2 and one[1].isdigit()}


def uids_at(repo: Repository, revision: str, folder: str) -> dict[str, str]:
    """The uid that stands in each file below a folder of a revision, by path; by one git."""
    found = {}
    args = ("grep", "-z", "-I", "-E", "-e", "^uid: ", check_ref(revision), "--", folder)
    answer = repo.run(*args, timeout=_TIMEOUT)
    for line in text(answer.out).splitlines():
        name, _, said = line.partition("\0")
        found[name.partition(":")[2]] = said.partition(": ")[2].strip(" '\"")
    return found


def _trees(repo: Repository, commits: list[str]) -> dict[str, str]:
    names = "".join(f"{one}^{{tree}}\n" for one in commits).encode("ascii")
    form = "--batch-check=%(objectname)"
    raw = text(repo.git("cat-file", form, input=names)) if commits else ""
    return dict(zip(commits, raw.split(), strict=True))


def _empty(repo: Repository) -> str:
    return OBJECT_FORMATS[repo.object_format](b"tree 0\0").hexdigest()


def _between_pairs(
    repo: Repository, pairs: set[tuple[str, str]]
) -> Mapping[tuple[str, str], tuple[Entry, ...]]:
    """The entries of each pair of trees; a pair without a difference may be left out."""
    if not pairs:
        return {}
    asked = "".join(f"{one} {other}\n" for one, other in sorted(pairs)).encode("ascii")
    raw = text(repo.git("diff-tree", "--stdin", *_RAW, input=asked, timeout=_TIMEOUT))
    found: dict[tuple[str, str], list[Entry]] = {}
    words = iter(raw.split("\0"))
    here: list[Entry] = []
    for word in words:
        *headers, facts = word.split("\n")
        if headers:
            one, _, other = headers[-1].partition(" ")
            here = found.setdefault((one, other), [])
        if facts.startswith(":"):
            here.append(_entry(facts, next(words)))
    return {pair: tuple(entries) for pair, entries in found.items()}


def _entries(raw: bytes) -> Iterator[Entry]:
    words = text(raw).split("\0")
    for facts, path in zip(words[::2], words[1::2], strict=False):
        yield _entry(facts, path)


def _entry(facts: str, path: str) -> Entry:
    old_mode, new_mode, old, new, _ = facts.lstrip(":").split(" ")
    return Entry(path, old_mode, new_mode, old, new)
