"""Whether git and the working tree agree about the paths that are to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svcdesk.errors import RepositoryState
from svcdesk.i18n import T, Text
from svcdesk.store.git import Repository


def refuse_dirty(
    repo: Repository,
    found: Mapping[str, bytes | None],
    git: Mapping[str, tuple[str | None, str | None]],
) -> None:
    """Raise RepositoryState for the first path where file, index and HEAD are not the same.

    `found` are the files as they are, `git` HEAD's and the index's blob of each. Ids are compared,
    not times: an edit within the same second is seen.
    """
    for path, data in found.items():
        mine = None if data is None else repo.blob_id(data)
        head, staged = git[path]
        if not (mine == head == staged):
            raise explain(repo, path)


def index_of(repo: Repository, paths: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Mode and blob of these paths in the index.

    Raises RepositoryState for an entry with a conflict, and for one that git was told to overlook
    (sparse checkout, assume-unchanged): a commit would silently leave it out.
    """
    found = {}
    for entry in repo.index_entries(paths):
        if entry.stage:
            raise _state(entry.path, T("{path} has an unsettled merge conflict", path=entry.path))
        if entry.tag != "H":
            raise _overlooked(entry.path, entry.tag)
        found[entry.path] = (entry.mode, entry.id)
    return found


def explain(repo: Repository, path: str) -> RepositoryState:
    """Why file, index and HEAD differ at a path: asked of git only when they do."""
    for entry in repo.index_entries([path]):
        if entry.tag not in ("H", "M"):
            return _overlooked(path, entry.tag)
    status = next(iter(repo.status([path], ignored=True)), None)
    if status is None:
        return _state(
            path,
            T("git converts {path} between its files and its objects", path=path),
            T("let .gitattributes say `-text -filter -ident` for it (or `text eol=lf`)"),
            "E_CONVERTED",
        )
    if status.staged == "U":
        return _state(path, T("{path} has an unsettled merge conflict", path=path))
    if status.staged in "?!":
        return _state(path, T("{path} is there, but git does not know it", path=path))
    if "D" in (status.staged, status.unstaged) and not (repo.root / path).exists():
        return _state(
            path,
            T("{path} was deleted, and that is not committed", path=path),
            T("bring it back: git restore --staged --worktree {path}", path=path),
        )
    if status.unstaged != ".":
        return _state(path, T("{path} has edits that are not committed", path=path))
    return _state(path, T("{path} has staged edits that are not committed", path=path))


def _overlooked(path: str, tag: str) -> RepositoryState:
    if tag in "Ss":
        return _state(
            path,
            T("{path} is excluded by the sparse checkout", path=path),
            T("take it in (git sparse-checkout add …), then try again"),
            "E_SPARSE",
        )
    return _state(
        path,
        T("git was told to assume that {path} never changes", path=path),
        T("run: git update-index --no-assume-unchanged {path}", path=path),
        "E_ASSUMED",
    )


def _state(
    path: str, message: Text, hint: Text | None = None, code: str = "E_DIRTY"
) -> RepositoryState:
    advice = T("commit it, take it back (git restore), record it with `svcdesk adopt`, "
               "or take it in with --include-dirty")  # fmt: skip
    return RepositoryState(message, hint=hint or advice, code=code, path=path)
