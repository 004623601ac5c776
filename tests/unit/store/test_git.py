"""Finding the repository, asking it, and not being led by what it or the environment says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from git_clone import Clone, empty

from svcdesk.errors import GitFailed, NotADesk, NotFound, UsageError
from svcdesk.store import git_process
from svcdesk.store.git import Upstream, discover
from svcdesk.store.git_listing import Blob, Status
from svcdesk.store.git_objects import blob_id, read_objects
from svcdesk.store.git_refs import check_ref


def _code(start: Path) -> str:
    with pytest.raises(NotADesk) as caught:
        discover(start)
    return caught.value.code


def test_a_repository_is_found_from_below(clone: Clone) -> None:
    repo = discover(clone.root / "records")
    assert repo.root == clone.root
    assert repo.git_dir == repo.common_dir == clone.root / ".git"
    assert (repo.branch, repo.head) == ("main", clone.head())
    assert (repo.object_format, repo.shallow) == ("sha1", False)


def test_an_unborn_branch_has_no_head(unborn: Clone) -> None:
    assert (unborn.repo.branch, unborn.repo.head) == ("main", None)


def test_a_detached_head_has_no_branch(clone: Clone) -> None:
    clone.git("checkout", "--quiet", "--detach")
    assert (clone.repo.branch, clone.repo.head) == (None, clone.head())


def test_a_branch_with_a_name_of_any_script(clone: Clone) -> None:
    clone.git("switch", "--quiet", "--create", "工单/十月")
    assert clone.repo.branch == "工单/十月"
    assert clone.repo.refreshed() == clone.repo


def test_a_linked_worktree_has_its_own_git_dir(clone: Clone, tmp_path: Path) -> None:
    clone.git("worktree", "add", "--quiet", str(tmp_path / "other"))
    repo = discover(tmp_path / "other")
    assert repo.root == tmp_path / "other"
    assert repo.common_dir == clone.root / ".git"
    assert repo.git_dir == clone.root / ".git" / "worktrees" / "other"


def test_a_git_file_is_followed(tmp_path: Path) -> None:
    clone = empty(tmp_path / "desk")
    (clone.root / ".git").rename(tmp_path / "kept")
    clone.write(".git", f"gitdir: {tmp_path / 'kept'}\n")
    assert clone.repo.git_dir == tmp_path / "kept"


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert _code(tmp_path) == "E_NO_REPO"
    assert _code(tmp_path / "nowhere") == "E_NO_REPO"


def test_the_git_directory_itself_is_none(clone: Clone) -> None:
    assert _code(clone.root / ".git") in ("E_NO_REPO", "E_BARE")


@pytest.mark.case(45)
def test_bare_repositories(clone: Clone, tmp_path: Path) -> None:
    clone.git("init", "--quiet", "--bare", str(tmp_path / "bare"))
    assert _code(tmp_path / "bare") == "E_BARE"
    clone.git("init", "--quiet", "--bare", str(clone.root / "attachments" / "01"))
    assert _code(clone.root / "attachments" / "01") == "E_BARE"


def test_no_git(clone: Clone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:.:")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "desk" / "git").write_text("#!/bin/sh\nexit 0\n")
    monkeypatch.chdir(tmp_path / "desk")
    (tmp_path / "desk" / "git").chmod(0o755)
    assert _code(clone.root) == "E_NO_GIT"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
@pytest.mark.case(46)
def test_somebody_elses_repository_shows_gits_advice(clone: Clone) -> None:
    for place in [clone.root, *clone.root.rglob("*")]:
        os.chown(place, 12345, 12345)
    with pytest.raises(NotADesk) as caught:
        discover(clone.root)
    assert caught.value.code == "E_OWNER"
    assert "safe.directory" in str(caught.value)
    assert "safe" not in Path(os.environ["GIT_CONFIG_GLOBAL"]).read_text()


@pytest.mark.case(47)
def test_what_a_hook_inherits_does_not_lead_elsewhere(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = empty(tmp_path / "other")
    other.commit({"x": "y"})
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, str(other.root / ".git"))
    monkeypatch.setenv("GIT_PREFIX", "records/")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare'='true'")
    repo = discover(clone.root)
    assert repo.root == clone.root
    assert set(repo.ls_files()) == {"records/SR-1.yaml", "records/SR-2.yaml"}
    kept = git_process.environment()
    assert kept["GIT_AUTHOR_NAME"] == "engineer-1"
    assert not {"GIT_DIR", "GIT_PREFIX", "GIT_CONFIG_PARAMETERS"} & set(kept)


@pytest.mark.case(44)
def test_programs_that_a_copied_repository_names_are_not_run(clone: Clone, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    clone.write("../program", f"#!/bin/sh\necho ran >>{trap}\n").chmod(0o755)
    program = str(tmp_path / "program")
    for name in ("core.fsmonitor", "diff.external", "core.pager", "core.sshCommand", "gpg.program"):
        clone.git("config", name, program)
    clone.git("config", "log.showSignature", "true")
    clone.git("config", "diff.trap.textconv", program)
    clone.write(".git/info/attributes", "* diff=trap\n")
    clone.write("records/SR-1.yaml", "id: SR-1\nchanged: true\n")
    from svcdesk.store import git_history

    repo = clone.repo
    repo.status()
    repo.diff_names("HEAD", "HEAD")
    git_history.log(repo, "records/SR-1.yaml")
    git_history.blame(repo, "records/SR-1.yaml")
    assert not trap.exists()


@pytest.mark.parametrize(
    "name", ["main", "feature/x-1", "v1.0", "HEAD", "HEAD~2", "main^", "0" * 40, "工单", "a@b"]
)
def test_a_name_that_may_be_a_revision(name: str) -> None:
    assert check_ref(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "--output=FILE", "--upload-pack=x", "-x", "a..b", "a...b", "@{-1}", "main@{1}", "$(id)",
        "`id`", "a b", "", "a\nb", "a:b", ":/x", "^main", "main:records/x", "x.lock", ".x", "a/",
        "/a", "a//b", "a\\b", "a*", "a?", "a[", "a\x1b", "HEAD^{/x}", "a/-b", "x" * 300,
    ],
)  # fmt: skip
@pytest.mark.case(41)
def test_a_word_that_git_would_read_otherwise_is_refused(name: str, clone: Clone) -> None:
    with pytest.raises(UsageError) as caught:
        clone.repo.resolve(name)
    assert caught.value.code == "E_REF"


def test_resolving(clone: Clone) -> None:
    assert clone.repo.resolve("main") == clone.head()
    with pytest.raises(NotFound):
        clone.repo.resolve("nowhere")


def test_a_shallow_clone_says_so(clone: Clone, tmp_path: Path) -> None:
    clone.commit({"x": "1"})
    clone.git("clone", "--quiet", "--depth=1", f"file://{clone.root}", str(tmp_path / "shallow"))
    shallow = discover(tmp_path / "shallow")
    assert shallow.shallow
    with pytest.raises(NotFound) as caught:
        shallow.resolve("HEAD~1")
    assert "shallow" in str(caught.value)


def test_reading_blobs(clone: Clone) -> None:
    repo = clone.repo
    assert repo.read_blob("HEAD", "records/SR-1.yaml") == b"id: SR-1\n"
    assert repo.read_blob("HEAD", "records/SR-9.yaml") is None
    assert repo.read_blob("HEAD", "a\nb") is None
    with pytest.raises(NotFound):
        repo.read_blob("nowhere", "records/SR-1.yaml")
    ids = [blob.id for blob in repo.ls_files().values()]
    assert [data for _, data in repo.cat_blobs(ids)] == [b"id: SR-1\n", b"id: SR-2\n"]
    with pytest.raises(NotFound):
        list(repo.cat_blobs(["1" * 40]))


def test_many_blobs_and_stopping_early(clone: Clone) -> None:
    large = "x" * 300_000
    clone.commit({f"f{n}": f"{n}{large}" for n in range(8)})
    ids = [blob.id for blob in clone.repo.ls_tree("HEAD").values()] * 300
    for count, (_, data) in enumerate(read_objects(clone.root, ids)):
        assert data is not None
        if count == 20:
            break
    assert len(data) in (9, 300_001)


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_ids_are_gits(kind: str, tmp_path: Path) -> None:
    clone = empty(tmp_path / "desk")
    (clone.root / ".git" / "HEAD").unlink()
    clone.git("init", "--quiet", "--initial-branch=main", f"--object-format={kind}", "x")
    clone = Clone(clone.root / "x")
    for data in (b"", b"id: SR-1\n", "工单\n".encode()):
        place = clone.write("f", data)
        assert clone.repo.blob_id(data) == clone.git("hash-object", str(place))
        assert clone.repo.blob_id(data) == blob_id(data, kind)


def test_listing_a_tree(clone: Clone) -> None:
    clone.commit({"工单/一.yaml": "x", "a b": "y"})
    clone.root.joinpath("link").symlink_to("a b")
    clone.git("add", "link")
    clone.git("commit", "--quiet", "-m", "link")
    tree = clone.repo.ls_tree("HEAD", sizes=True)
    assert tree["工单/一.yaml"].size == 1
    assert tree["link"].mode == "120000"
    assert set(clone.repo.ls_tree("HEAD", "records")) == {"records/SR-1.yaml", "records/SR-2.yaml"}
    assert clone.repo.ls_tree("HEAD")["a b"] == Blob("100644", blob_id(b"y"))
    assert set(clone.repo.tree_entries("HEAD", ["a b", "none"])) == {"a b"}


@pytest.mark.case(43)
def test_paths_are_literal(clone: Clone) -> None:
    assert clone.repo.ls_files("*") == {}
    assert clone.repo.ls_files(":(exclude)records") == {}
    assert clone.repo.ls_files("-rf") == {}
    assert clone.repo.status([":!records"]) == ()


def test_status(clone: Clone) -> None:
    clone.commit({"gone": "x", "renamed to be": "y", ".gitignore": "*.log\n"})
    clone.write("records/SR-1.yaml", "changed")
    clone.write("records/SR-2.yaml", "staged")
    clone.git("add", "records/SR-2.yaml")
    clone.git("mv", "renamed to be", "new name")
    (clone.root / "gone").unlink()
    clone.write("新 文件", "x")
    clone.write("a.log", "x")
    expected = {
        Status("records/SR-1.yaml", ".", "M"),
        Status("records/SR-2.yaml", "M", "."),
        Status("renamed to be", "D", "."),
        Status("new name", "A", "."),
        Status("gone", ".", "D"),
        Status("新 文件", "?", "?"),
    }
    assert set(clone.repo.status()) == expected
    assert set(clone.repo.status(ignored=True)) == expected | {Status("a.log", "!", "!")}
    assert clone.repo.status(["records/SR-1.yaml"]) == (Status("records/SR-1.yaml", ".", "M"),)


def test_differences_and_bases(clone: Clone) -> None:
    base = clone.head()
    clone.git("switch", "--quiet", "--create", "side")
    clone.commit({"records/SR-1.yaml": "other", "new": "x"})
    clone.git("rm", "--quiet", "records/SR-2.yaml")
    clone.git("commit", "--quiet", "-m", "rm")
    names = {"records/SR-1.yaml": "M", "records/SR-2.yaml": "D", "new": "A"}
    assert clone.repo.diff_names("main", "side") == names
    assert clone.repo.diff_names("main", "side", "records").keys() == names.keys() - {"new"}
    assert clone.repo.merge_base("main", "side") == base
    clone.git("checkout", "--quiet", "--orphan", "unrelated")
    clone.git("commit", "--quiet", "--allow-empty", "-m", "x")
    assert clone.repo.merge_base("main", "unrelated") is None


def test_remotes_and_upstream(clone: Clone) -> None:
    assert clone.repo.remotes() == {}
    assert clone.repo.upstream() is None
    clone.git("remote", "add", "origin", "https://example.org/desk.git")
    clone.git("config", "branch.main.remote", "origin")
    clone.git("config", "branch.main.merge", "refs/heads/main")
    assert clone.repo.remotes() == {"origin": "https://example.org/desk.git"}
    assert clone.repo.upstream() == Upstream(
        "origin", "refs/heads/main", "refs/remotes/origin/main"
    )


@pytest.mark.case(42)
def test_a_remote_helper_that_runs_programs_is_shut(clone: Clone, tmp_path: Path) -> None:
    for url in (f"ext::sh -c touch% {tmp_path}/ran", f"file://{clone.root}", "fd::0"):
        with pytest.raises(GitFailed):
            clone.repo.git("fetch", "--end-of-options", url)
    assert not (tmp_path / "ran").exists()


def test_a_failure_shows_gits_words_without_control_characters(clone: Clone) -> None:
    with pytest.raises(GitFailed) as caught:
        clone.repo.git("cat-file", "blob", "\x1b]0;x\x07")
    assert "\x1b" not in str(caught.value)
    assert "cat-file" in str(caught.value)
    assert git_process.visible(b"a\x1b[31m\xff\r\nb") == "a\\x1b[31m\\xff\nb"
    assert len(git_process.visible(b"x" * 100_000)) < 5000


def test_a_git_that_takes_too_long_is_stopped(clone: Clone) -> None:
    with pytest.raises(GitFailed) as caught:
        clone.repo.git("-c", "alias.nap=!sleep 60", "nap", timeout=0.2)
    assert caught.value.code == "E_TIMEOUT"
