"""The repository around a directory: found with one git call, then asked questions.

This module and its siblings `git_*` are the only ones that run git. Answers are bytes or values;
nothing here knows what a record is. Revisions from users pass `check_ref`; paths are relative to
the root, with `/`, and literal (GIT_LITERAL_PATHSPECS).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from svcdesk.errors import GitFailed, NotADesk, NotFound
from svcdesk.i18n import T
from svcdesk.store import git_listing, git_objects, git_process
from svcdesk.store.git_identity import Identity, identity
from svcdesk.store.git_listing import Blob, IndexEntry, Status
from svcdesk.store.git_refs import check_ref, is_object_id
from svcdesk.values import NamedTuple

__all__ = ["Identity", "Repository", "Upstream", "current_branch", "discover"]

_QUESTIONS = (
    "--path-format=absolute",
    "--is-bare-repository",
    "--is-inside-work-tree",
    "--git-dir",
    "--git-common-dir",
    "--show-object-format",
    "--is-shallow-repository",
    "--show-toplevel",
)
_ASKED = ("rev-parse", *_QUESTIONS, "HEAD", "--symbolic-full-name", "HEAD")
# Beyond this, listing everything once is quicker than matching each entry against each path.
_MANY_PATHS = 200
BRANCHES = "refs/heads/"


class Upstream(NamedTuple):
    """What a branch follows: `remote` by name, `ref` there, `tracking` here (refs/remotes/…)."""

    remote: str
    ref: str
    tracking: str


class Repository(NamedTuple):
    """A repository with a working tree, as it was when it was looked at.

    `branch` is None on a detached head, `head` (a commit id) is None on an unborn branch.
    `git_dir` is this worktree's own, `common_dir` is shared by all its worktrees.
    """

    root: Path
    git_dir: Path
    common_dir: Path
    branch: str | None
    head: str | None
    object_format: str = "sha1"
    shallow: bool = False

    def run(
        self,
        *args: str,
        input: bytes | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = git_process.READ_TIMEOUT,
    ) -> git_process.Answer:
        """One git call in the root, whatever it answers."""
        return git_process.run(args, self.root, input=input, env=env, timeout=timeout)

    def git(
        self,
        *args: str,
        input: bytes | None = None,
        check: bool = True,
        env: Mapping[str, str] | None = None,
        timeout: float = git_process.READ_TIMEOUT,
    ) -> bytes:
        """What one git call prints. Raises GitFailed, with git's words, unless `check` is off."""
        answer = self.run(*args, input=input, env=env, timeout=timeout)
        if check and answer.code != 0:
            raise git_process.failure(args, answer)
        return answer.out

    def refreshed(self) -> Repository:
        """The same repository with `branch` and `head` as they are now."""
        branch, head = _position(self.root, self.git_dir)
        return self._replace(branch=branch, head=head)

    def identity(self) -> Identity:
        """The author of the next commit. Raises RepositoryState (E_IDENTITY) if git knows none."""
        return identity(self.root)

    def blob_id(self, data: bytes) -> str:
        """The id that this repository gives these bytes, unless attributes convert them."""
        return git_objects.blob_id(data, self.object_format)

    def objects(self) -> git_objects.Objects:
        """A standing conversation about the ids of objects; close it."""
        return git_objects.Objects(self.root)

    def resolve(self, rev: str) -> str:
        """The commit id of a revision that a user gave. Raises UsageError or NotFound."""
        args = (
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            f"{check_ref(rev)}^{{commit}}",
        )
        answer = self.run(*args)
        if answer.code != 0:
            raise NotFound(
                T("this repository has no revision “{rev}”", rev=rev)
                if not self.shallow
                else T("this repository has no revision “{rev}”; it is a shallow clone", rev=rev),
                hint=T("`git fetch --unshallow` brings the whole history")
                if self.shallow
                else None,
                code="E_REVISION",
            )
        return answer.out.decode("ascii").strip()

    def read_blob(self, rev: str, path: str) -> bytes | None:
        """The bytes of a path at a revision; None if it is not there. Raises NotFound, UsageError
        for the revision."""
        name = f"{check_ref(rev)}:{path}"
        [(_, data)] = git_objects.read_objects(self.root, [name])
        if data is None:
            self.resolve(rev)
        return data

    def cat_blobs(self, ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Each id with its bytes, by one git. Raises NotFound for an object that is not here."""
        return git_objects.contents(self.root, ids)

    def ls_tree(self, rev: str, *prefixes: str, sizes: bool = False) -> dict[str, Blob]:
        """Every file of a revision, at or below `prefixes` where some are given, by path; sizes
        only when asked for."""
        options = ["-r", "-z", "--full-tree", *(["-l"] if sizes else [])]
        raw = self.git(
            "ls-tree", *options, check_ref(rev), *(["--", *prefixes] if prefixes else [])
        )
        return git_listing.parse_tree(raw)

    def tree_entries(self, rev: str, paths: Sequence[str]) -> dict[str, Blob]:
        """Those of `paths` that a revision has."""
        found: dict[str, Blob] = {}
        for first in range(0, len(paths), _MANY_PATHS):
            part = paths[first : first + _MANY_PATHS]
            args = ["ls-tree", "-z", "--full-tree", check_ref(rev), "--", *part]
            found |= git_listing.parse_tree(self.git(*args))
        return found

    def ls_files(self, prefix: str = "") -> dict[str, Blob]:
        """Every settled entry of the index at or below `prefix`, by path."""
        entries = self._index([prefix] if prefix else [])
        return {one.path: Blob(one.mode, one.id) for one in entries if one.stage == 0}

    def index_entries(self, paths: Sequence[str]) -> list[IndexEntry]:
        """The index's entries of exactly these paths, conflicts and flags included."""
        wanted = set(paths)
        entries = self._index(paths if len(paths) <= _MANY_PATHS else [])
        return [one for one in entries if one.path in wanted]

    def _index(self, paths: Sequence[str]) -> Iterator[IndexEntry]:
        raw = self.git("ls-files", "-s", "-v", "-z", "--full-name", "--", *paths)
        return git_listing.parse_index(raw)

    def status(self, paths: Sequence[str] = (), *, ignored: bool = False) -> tuple[Status, ...]:
        """What differs between head, index and working tree at or below `paths` (all, if none)."""
        options = ["--porcelain=v2", "-z", "--no-renames", "--untracked-files=all"]
        if ignored:
            options.append("--ignored=matching")
        return git_listing.parse_status(self.git("status", *options, "--", *paths))

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two revisions; None for unrelated histories."""
        args = ("merge-base", self.resolve(one), self.resolve(other))
        answer = self.run(*args)
        if answer.code > 1 or answer.code < 0:
            raise git_process.failure(args, answer)
        return answer.out.decode("ascii").split("\n")[0] or None

    def holds(self, tip: str, commit: str) -> bool:
        """Whether a commit is the tip or in its history; not, where git does not know it."""
        return commit == tip or self.run("merge-base", "--is-ancestor", commit, tip).code == 0

    def diff_names(self, one: str, other: str, prefix: str = "") -> dict[str, str]:
        """The paths that differ between two revisions, each with git's letter (A, D, M, T)."""
        options = ["-r", "-z", "--name-status", "--no-renames", "--no-ext-diff", "--no-textconv"]
        revisions = [check_ref(one), check_ref(other)]
        raw = self.git("diff-tree", *options, *revisions, "--", *([prefix] if prefix else []))
        return git_listing.parse_names(raw)

    def remotes(self) -> dict[str, str]:
        """The remotes by name with their URLs as configured (which may hold secrets)."""
        raw = self.git("config", "-z", "--get-regexp", r"^remote\..*\.url$", check=False)
        found: dict[str, str] = {}
        for entry in raw.split(b"\0"):
            key, _, url = git_listing.text(entry).partition("\n")
            if key:
                found.setdefault(key.removeprefix("remote.").removesuffix(".url"), url)
        return found

    def upstream(self) -> Upstream | None:
        """What the current branch follows, if anything."""
        if self.branch is None:
            return None
        form = "%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)"
        raw = self.git("for-each-ref", f"--format={form}", f"{BRANCHES}{self.branch}")
        words = git_listing.text(raw).rstrip("\n").split("\0")
        return Upstream(*words) if len(words) == 3 and all(words) else None


def ask_repository(start: Path) -> git_process.Asked:
    """Ask git for what `discover` needs; its answer can be handed on to that."""
    return git_process.Asked(_ASKED, start)


def discover(start: Path, asked: git_process.Asked | None = None) -> Repository:
    """The repository whose working tree `start` lies in; it may be a subdirectory of it, a linked
    worktree or a submodule.

    Raises NotADesk: E_NO_GIT, E_NO_REPO (also inside `.git` itself), E_BARE, E_OWNER (somebody
    else's repository: git's advice is passed on, never taken), E_GIT_OLD.
    """
    if not start.is_dir():
        raise NotADesk(T("there is no directory {path}", path=start), code="E_NO_REPO")
    answer = (asked or ask_repository(start)).answer()
    facts = answer.out.decode("utf-8", "surrogateescape").splitlines()
    _refuse_odd(facts, answer, start)
    root, git_dir, common_dir = Path(facts[6]), Path(facts[2]), Path(facts[3])
    whole = answer.code == 0 and len(facts) == 9
    branch, head = (_short(facts[8]), facts[7]) if whole else _position(root, git_dir)
    return Repository(root, git_dir, common_dir, branch, head, facts[4], facts[5] == "true")


def _refuse_odd(facts: list[str], answer: git_process.Answer, start: Path) -> None:
    words = git_process.visible(answer.err)
    if facts and facts[0] == _QUESTIONS[0]:
        raise NotADesk(T("this git is too old: 2.31 or later is needed"), code="E_GIT_OLD")
    if facts and facts[0] == "true":
        raise NotADesk(
            T("{path} is a bare repository: it has no files to work on", path=start),
            hint=T("work in a clone of it: git clone {path}", path=start),
            code="E_BARE",
        )
    if "safe.bareRepository" in words:
        raise NotADesk(T("{path} lies in a bare repository", path=start), code="E_BARE")
    if "safe.directory" in words:
        raise NotADesk(
            T("git does not trust this repository, which belongs to somebody else: {words}",
              words=words),
            hint=T("if you trust its owner, run the command that git names above"),
            code="E_OWNER",
        )  # fmt: skip
    if len(facts) > 1 and facts[1] == "false":
        raise NotADesk(T("{path} lies inside a git directory", path=start), code="E_NO_REPO")
    if "not a git repository" in words or not facts:
        raise NotADesk(
            T("{path} does not lie in a git repository", path=start),
            hint=T("`git init`, then `svcdesk init`; or -C DIR names a desk elsewhere"),
            code="E_NO_REPO",
        )
    if len(facts) < 7:
        raise GitFailed(T("git rev-parse refused: {words}", words=words))


def _position(root: Path, git_dir: Path) -> tuple[str | None, str | None]:
    """The branch (None: detached) and the commit (None: unborn) that HEAD stands on."""
    head = git_process.run(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], root)
    commit = head.out.decode("ascii").strip() or None
    return current_branch(root, git_dir), commit


def current_branch(root: Path, git_dir: Path) -> str | None:
    """The branch that HEAD names, read from its file, as git itself does; None when detached."""
    try:
        line = (git_dir / "HEAD").read_text("utf-8", "surrogateescape").strip()
    except OSError:
        line = ""
    if line.startswith("ref:") and not line.endswith("/.invalid"):
        return _short(line.removeprefix("ref:").strip())
    if is_object_id(line):
        return None
    # A repository of another layout (reftable) keeps a stand-in there: git knows.
    answer = git_process.run(["symbolic-ref", "--quiet", "HEAD"], root)
    return _short(git_listing.text(answer.out).strip())


def _short(ref: str) -> str | None:
    return ref.removeprefix(BRANCHES) if ref.startswith(BRANCHES) else None
