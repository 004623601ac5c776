"""Other repositories: which one a branch goes with, fetching from it and pushing to it.

A remote may be slow, refuse or vanish, so every call has a limit, asks nobody for a password, and
takes its helpers with it when it is stopped. Which transports are used is decided here, not by
what stands in a URL: a remote that is a program (`ext::…`) or an option is refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from svcdesk.errors import GitFailed, Refused, SvcdeskError
from svcdesk.i18n import T
from svcdesk.store.bearings import Bearings, Setting, take_bearings
from svcdesk.store.git import Repository
from svcdesk.store.git_process import Answer, run_writing, visible
from svcdesk.store.git_refs import check_ref
from svcdesk.values import NamedTuple

TIMEOUT = 60.0
"""Seconds that one fetch or push may take, unless the user's settings say otherwise."""
_TRANSPORTS = "file:http:https:ssh"
_FETCH = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]*::")
_OPTION_HOST = re.compile(r"(?:[^/@]*@)?-")
_NO_SUCH_REF = re.compile(r"couldn't find remote ref")
# All of them say that somebody else was quicker.
_AGAIN = re.compile(
    r"fetch first|non-fast-forward|cannot lock ref|stale info|failed to update ref"
    r"|incorrect old value|reference already exists|failed to lock"
)
_REFUSAL = re.compile(r"^!\t[^\t\n]*?:([^\t\n]*)\t(.*)$", re.MULTILINE)


class Line(NamedTuple):
    """The branch of a remote that the current branch goes with: `ref` there, `tracking` here.

    `follows`: git's configuration says so already.
    """

    remote: str
    ref: str
    tracking: str
    follows: bool = True

    @property
    def name(self) -> str:
        """As people call it: `origin/main`."""
        return self.tracking.removeprefix("refs/remotes/")


class Pushed(NamedTuple):
    """How a push ended. `again`: somebody else was quicker, so fetch and try once more; `refused`
    gives the remote's reason for each ref that it did not take."""

    done: bool
    again: bool
    refused: Mapping[str, str]
    words: str


def line_of(repo: Repository, remote: str | None = None, bearings: Bearings | None = None) -> Line:
    """Where the current branch goes: what it follows, else the same name at the only remote (or
    at `origin`); `remote` chooses. Raises Refused (E_NO_REMOTE, E_NO_UPSTREAM, E_REMOTE_URL)."""
    known = bearings or take_bearings(repo)
    settings, upstream = known.settings, known.upstream
    urls = {name: url for name, what, url in reversed(settings) if what == "url"}
    if not urls:
        raise Refused(
            T("this repository has no remote"),
            hint=T("git remote add origin URL"),
            code="E_NO_REMOTE",
        )
    if upstream is not None and upstream.remote in urls and remote in (None, upstream.remote):
        _refuse_odd(settings, upstream.remote)
        return Line(upstream.remote, upstream.ref, upstream.tracking)
    chosen = remote or _only(urls)
    if chosen not in urls:
        raise Refused(
            T("there is no remote “{name}”", name=chosen),
            hint=T("remotes: {names}", names=", ".join(sorted(urls))),
            code="E_NO_REMOTE",
        )
    _refuse_odd(settings, chosen)
    ref = f"refs/heads/{repo.branch}"
    return Line(chosen, ref, f"refs/remotes/{chosen}/{repo.branch}", follows=False)


def _only(urls: Mapping[str, str]) -> str:
    if len(urls) == 1:
        return next(iter(urls))
    if "origin" in urls:
        return "origin"
    raise Refused(
        T("this branch follows none, and there are several remotes: {names}",
          names=", ".join(sorted(urls))),
        hint=T("choose one with --remote NAME"),
        code="E_NO_UPSTREAM",
    )  # fmt: skip


def _refuse_odd(settings: Sequence[Setting], remote: str) -> None:
    """Raises Refused for a remote that is a program, an option, or no name (threat case 42)."""
    check_ref(remote)
    for name, what, url in settings:
        if name == remote and (what == "vcs" or not is_plain_url(url)):
            raise Refused(
                T("the remote “{name}” is not fetched from: its URL could run a program",
                  name=remote),
                hint=T("URLs of https, http, ssh and file, and paths, are fine: git remote -v"),
                code="E_REMOTE_URL",
            )  # fmt: skip


def is_plain_url(url: str) -> bool:
    """Whether a URL is of a transport that is let in, with a host that is no option."""
    if url.startswith("-") or not url.isprintable() or not url:
        return False
    scheme = _SCHEME.fullmatch(url)
    if scheme is None:
        return _HELPER.match(url) is None and _OPTION_HOST.match(url) is None
    known = {"file", "http", "https", "ssh", "git+ssh", "ssh+git"}
    return scheme[1].lower() in known and _OPTION_HOST.match(scheme[2]) is None


def main_of(
    repo: Repository, remote: str | None = None, bearings: Bearings | None = None
) -> list[str]:
    """The tracking refs of the main branches of all remotes (or of one), as far as known here.

    A remote's main branch is what its HEAD was when it was cloned, else `main` or `master`.
    """
    known = bearings or take_bearings(repo)
    names = (
        [remote] if remote else sorted({one.remote for one in known.settings if one.what == "url"})
    )
    found = []
    for name in names:
        head = known.symbols.get(f"refs/remotes/{name}/HEAD")
        candidates = [head, *(f"refs/remotes/{name}/{one}" for one in ("main", "master"))]
        found += [one for one in candidates if one and one in known.objects][:1]
    return found


def main_beside(repo: Repository, line: Line) -> str | None:
    """The tracking ref of the remote's main branch, where that is known and another branch."""
    return next((one for one in main_of(repo, line.remote) if one != line.tracking), None)


def to_fetch(repo: Repository, line: Line, bearings: Bearings) -> dict[str, str]:
    """What to bring up to date (there → here): our own branch, and the main branch, if that is
    another one."""
    refs = {line.ref: line.tracking}
    for main in main_of(repo, line.remote, bearings):
        refs["refs/heads/" + main.removeprefix(f"refs/remotes/{line.remote}/")] = main
    return refs


def fetch(repo: Repository, remote: str, refs: Mapping[str, str], timeout: float) -> bool:
    """Bring the remote's refs (there → here) up to date; False where it lacks one of them.

    Raises GitFailed (E_REMOTE) where it cannot be reached or does not answer in time.
    """
    specs = [f"+{there}:{here}" for there, here in refs.items()]
    answer = _call(repo, remote, ["fetch", *_FETCH, "--", remote, *specs], timeout)
    if answer.code == 0:
        return True
    if _NO_SUCH_REF.search(visible(answer.err)):
        return False
    raise unreachable(remote, visible(answer.err))


def fetch_object(repo: Repository, remote: str, ref: str, timeout: float) -> None:
    """Bring what a single ref of the remote stands for, without keeping the ref."""
    answer = _call(repo, remote, ["fetch", *_FETCH, "--", remote, ref], timeout)
    if answer.code != 0 and not _NO_SUCH_REF.search(visible(answer.err)):
        raise unreachable(remote, visible(answer.err))


def list_refs(repo: Repository, remote: str, pattern: str, timeout: float) -> dict[str, str]:
    """The remote's refs that match a pattern, each with its object's id."""
    answer = _call(repo, remote, ["ls-remote", "--quiet", "--", remote, pattern], timeout)
    if answer.code != 0:
        raise unreachable(remote, visible(answer.err))
    rows = (line.split("\t") for line in answer.err.decode("utf-8", "replace").splitlines())
    return {row[1]: row[0] for row in rows if len(row) == 2}


def push(
    repo: Repository,
    remote: str,
    refs: Mapping[str, str],
    timeout: float,
    *,
    expected: Mapping[str, str] | None = None,
    hooks: bool = True,
) -> Pushed:
    """Push objects to refs (ref there → object here; "" deletes), all of them or none; never by
    force. `expected` gives, for some of the refs, the object that they must stand at now ("": the
    ref must not exist). Raises GitFailed (E_REMOTE) where the remote cannot be reached.
    """
    leases = [f"--force-with-lease={ref}:{old}" for ref, old in (expected or {}).items()]
    atomic = ["--atomic"] if len(refs) > 1 else []
    options = ["--porcelain", "--no-follow-tags", "--recurse-submodules=no", *atomic, *leases]
    if not hooks:
        options.append("--no-verify")
    specs = [f"{new}:{ref}" for ref, new in refs.items()]
    answer = _call(repo, remote, ["push", *options, "--", remote, *specs], timeout)
    said, words = answer.err.decode("utf-8", "replace"), visible(answer.err)
    if answer.code == 0:
        return Pushed(True, False, {}, words)
    refused = {found[1]: found[2] for found in _REFUSAL.finditer(said)}
    again = _AGAIN.search(said) is not None
    if not refused and not again:
        raise unreachable(remote, words)
    return Pushed(False, again, refused, words)


def unreachable(remote: str, words: str) -> GitFailed:
    return GitFailed(
        T(
            "the remote “{name}” was not reached: {words}",
            name=remote,
            words=" ".join(words.split()) or "–",
        ),
        hint=T("what is committed stays here; `svcdesk sync` publishes it when the remote answers"),
        code="E_REMOTE",
    )


def _call(repo: Repository, remote: str, args: Sequence[str], timeout: float) -> Answer:
    env = {"GIT_ALLOW_PROTOCOL": os.environ.get("GIT_ALLOW_PROTOCOL", _TRANSPORTS)}
    settings = ("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "protocol.version=2")
    try:
        return run_writing([*settings, *args], repo.root, env=env, timeout=timeout, alone=True)
    except SvcdeskError as error:
        if error.code != "E_TIMEOUT":
            raise
        raise unreachable(
            remote, str(T("no answer within {seconds} s", seconds=round(timeout)))
        ) from None
