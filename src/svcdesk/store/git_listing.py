"""What git lists, as values: trees, the index, the state of the working tree."""

from __future__ import annotations

from collections.abc import Iterator

from svcdesk.errors import GitFailed
from svcdesk.i18n import T
from svcdesk.values import NamedTuple


class Blob(NamedTuple):
    """An entry of a tree or of the index. `mode` is octal as git prints it (100644, 120000 …);
    `size` in bytes is known only where it was asked for (and never for a submodule)."""

    mode: str
    id: str
    size: int | None = None


class IndexEntry(NamedTuple):
    """An entry of the index: `stage` 1 to 3 is an unsettled conflict; `tag` is git's own letter
    (`H` ordinary, `S` excluded by a sparse checkout, small letters: assumed unchanged)."""

    path: str
    mode: str
    id: str
    stage: int
    tag: str


class Status(NamedTuple):
    """How a path differs: `staged` and `unstaged` are git's letters (`.` for no difference);
    `?` in both is an untracked file, `!` an ignored one, `U` stands for a conflict."""

    path: str
    staged: str
    unstaged: str


def text(raw: bytes) -> str:
    """A path as git holds it, in bytes that need not be UTF-8."""
    return raw.decode("utf-8", "surrogateescape")


def parse_tree(raw: bytes) -> dict[str, Blob]:
    """The answer of `git ls-tree -r -z [-l]`, by path."""
    found = {}
    for line in _lines(raw):
        facts, _, path = line.partition(b"\t")
        mode, _, object_id, *size = facts.decode("ascii").split()
        known = size and size[0].isdigit()
        found[text(path)] = Blob(mode, object_id, int(size[0]) if known else None)
    return found


def parse_index(raw: bytes) -> Iterator[IndexEntry]:
    """The answer of `git ls-files -s -v -z`."""
    for line in _lines(raw):
        facts, _, path = line.partition(b"\t")
        tag, mode, object_id, stage = facts.decode("ascii").split()
        yield IndexEntry(text(path), mode, object_id, int(stage), tag)


def parse_status(raw: bytes) -> tuple[Status, ...]:
    """The answer of `git status --porcelain=v2 -z --no-renames` (git-status(1))."""
    found = []
    for line in _lines(raw):
        kind = line[:1]
        if kind == b"1":
            letters, path = line[2:4].decode("ascii"), line.split(b" ", 8)[8]
            found.append(Status(text(path), letters[0], letters[1]))
        elif kind == b"u":
            found.append(Status(text(line.split(b" ", 10)[10]), "U", "U"))
        elif kind in (b"?", b"!"):
            letter = kind.decode("ascii")
            found.append(Status(text(line[2:]), letter, letter))
        elif kind != b"#":
            raise GitFailed(T("git status answered something unknown: {line}", line=repr(line)))
    return tuple(found)


def parse_names(raw: bytes) -> dict[str, str]:
    """The answer of `git diff-tree --name-status -z --no-renames`: path → letter."""
    words = list(_lines(raw))
    return {
        text(path): letter.decode("ascii")
        for letter, path in zip(words[::2], words[1::2], strict=True)
    }


def _lines(raw: bytes) -> list[bytes]:
    return [line for line in raw.split(b"\0") if line]
