"""Repositories in no state to be written to: one sentence, the right code, nothing changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.commands.command_runner import svcdesk
from tests.threats.held_calls import hook
from tests.threats.threat_helpers import (
    FIRST,
    error_of,
    found_by_check,
    litter,
    new_request,
    refusal,
    state_of,
)

from svcdesk.testing import MakeDesk, Sandbox

pytestmark = pytest.mark.skipif(os.name != "posix", reason="hooks and links are POSIX")

WRITES = [
    ("assign", FIRST, "engineer-1"),
    ("new", "--description", "登录失败", "--requester", "李*"),
    ("set", FIRST, "priority=P1"),
    ("adopt",),
    ("redact", FIRST, "description", "--reason", "误填"),
]


@pytest.fixture
def request_id(desk: Sandbox) -> str:
    return new_request(desk)


# ── no git, no repository, no desk ──────────────────────────────────────────────────────────────


def test_without_git_writes_are_refused_and_a_record_is_still_shown(
    desk: Sandbox, request_id: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    env = {"PATH": f"{tmp_path / 'empty'}:."}
    (desk.root / "git").write_text("#!/bin/sh\ntouch ran\n")
    (desk.root / "git").chmod(0o755)
    error = refusal(desk, "assign", FIRST, "engineer-1", env=env)
    assert error["code"] == "E_NO_GIT"
    assert "git-scm.com" in error["hint"]
    assert svcdesk(desk.root, "show", FIRST, env=env).code == 0
    made = svcdesk(tmp_path, "--format", "json", "init", env=env)
    assert error_of(made)["code"] == "E_NO_GIT"
    assert not (desk.root / "ran").exists(), "a program that lies in the desk is never git"


def test_a_desk_outside_any_repository_says_so(desk: Sandbox, request_id: str) -> None:
    (desk.root / ".git").rename(desk.root.parent / "git-away")
    before = desk.read(f"records/requests/2024/10/{FIRST}.yaml")
    for argv in WRITES:
        error = error_of(svcdesk(desk.root, "--format", "json", *argv))
        assert error["code"] == "E_NO_REPO", argv
        assert error["hint"]
    assert svcdesk(desk.root, "show", FIRST).code == 0
    assert desk.read(f"records/requests/2024/10/{FIRST}.yaml") == before
    assert not (desk.root / ".git").exists()


def test_a_bare_repository_is_no_place_for_a_desk(desk: Sandbox) -> None:
    bare = desk.root.parent / "bare.git"
    desk.git("clone", "--quiet", "--bare", ".", str(bare))
    files = sorted(bare.rglob("*"))
    made = error_of(svcdesk(bare, "--format", "json", "init", "--zone", "Asia/Shanghai"))
    assert made["code"] == "E_BARE"
    for argv in (("list",), *WRITES):
        error = error_of(svcdesk(bare, "--format", "json", *argv))
        assert error["code"] in ("E_BARE", "E_NO_DESK"), argv
    assert sorted(bare.rglob("*")) == files


def test_a_desk_of_a_later_format_is_neither_read_nor_written(
    desk: Sandbox, request_id: str
) -> None:
    desk.edit("records/desk.yaml", "format: 1\n", "format: 2\n")
    desk.commit("a later svcdesk was here")
    assert found_by_check(desk)["records/desk.yaml"][0]["code"] == "E_LATER_FORMAT"
    for argv in (("list",), ("show", FIRST), *WRITES):
        error = refusal(desk, *argv)
        assert error["code"] == "E_LATER_FORMAT", argv
        assert "2" in error["message"]
        assert error["path"] == "records/desk.yaml"


# ── states of the head ──────────────────────────────────────────────────────────────────────────


@pytest.mark.case(48)
def test_on_an_unborn_branch_the_first_commit_is_the_records(
    desk: Sandbox, request_id: str
) -> None:
    desk.git("checkout", "--quiet", "--orphan", "fresh")
    done = svcdesk(desk.root, "new", "--description", "登录失败", "--requester", "李*")
    assert done.code == 0, done.err
    assert desk.git("rev-list", "--count", "HEAD").strip() == "1"
    assert desk.touched() == ["records/requests/2024/10/SR-20241001-002.yaml"]
    assert desk.status().count("A  ") > 5, "what was staged is staged still"


@pytest.mark.case(48)
def test_on_a_detached_head_nothing_is_written_and_everything_read(
    desk: Sandbox, request_id: str
) -> None:
    desk.git("checkout", "--quiet", "--detach")
    for argv in WRITES:
        if argv != ("adopt",):
            error = refusal(desk, *argv)
            assert error["code"] == "E_DETACHED", argv
            assert "git switch" in error["hint"]
    assert svcdesk(desk.root, "list", "--format", "ids").out == f"{FIRST}\n"
    assert svcdesk(desk.root, "check", "--quiet").code == 0


def _two_sides(desk: Sandbox) -> None:
    (desk.root / "notes.txt").write_text("start\n")
    desk.commit("start")
    desk.git("checkout", "--quiet", "-b", "side")
    for text in ("side", "side again"):
        (desk.root / "notes.txt").write_text(f"{text}\n")
        desk.commit(text)
    desk.git("checkout", "--quiet", "main")
    (desk.root / "notes.txt").write_text("main\n")
    desk.commit("main")


def _am(desk: Sandbox) -> None:
    _two_sides(desk)
    patch = desk.root.parent / "patch"
    patch.write_text(desk.git("format-patch", "--stdout", "main..side"))
    desk.git("am", "--quiet", str(patch), check=False)


def _after_two_sides(*words: str) -> Callable[[Sandbox], None]:
    def stop(desk: Sandbox) -> None:
        _two_sides(desk)
        desk.git(*words, check=False)

    return stop


UNDER_WAY: dict[str, Callable[[Sandbox], None]] = {
    "merge": _after_two_sides("merge", "side"),
    "rebase": _after_two_sides("rebase", "side"),
    "cherry-pick": _after_two_sides("cherry-pick", "side~1"),
    "revert": _after_two_sides("revert", "--no-edit", "HEAD~1"),
    "bisect": _after_two_sides("bisect", "start"),
    "am": _am,
}


@pytest.mark.case(48)
@pytest.mark.parametrize("what", UNDER_WAY)
def test_while_git_is_in_the_middle_of_something_nothing_is_written(
    desk: Sandbox, request_id: str, what: str
) -> None:
    UNDER_WAY[what](desk)
    for argv in (WRITES[0], WRITES[1]):
        error = refusal(desk, *argv)
        assert error["code"] == "E_UNDER_WAY"
        assert what in error["message"]
        assert "abort" in error["hint"] or "reset" in error["hint"]
    assert svcdesk(desk.root, "list", "--format", "ids").out == f"{FIRST}\n"
    back = ["bisect", "reset"] if what == "bisect" else [what, "--abort"]
    desk.git(*back)
    assert svcdesk(desk.root, *WRITES[0]).code == 0


@pytest.mark.case(48)
@pytest.mark.parametrize(
    ("flag", "code"), [("--assume-unchanged", "E_ASSUMED"), ("--skip-worktree", "E_SPARSE")]
)
def test_edits_that_git_was_told_not_to_see_are_not_committed_unseen(
    desk: Sandbox, request_id: str, flag: str, code: str
) -> None:
    path = desk.path_of(FIRST)
    desk.git("update-index", flag, path)
    desk.edit(path, "生产系统无法登录", "别的")
    assert desk.status() == ""
    assert refusal(desk, *WRITES[0])["code"] == code


# ── who is at the keyboard ──────────────────────────────────────────────────────────────────────

NOBODY = {
    f"GIT_{role}_{part}": "" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")
}


@pytest.mark.case(62)
@pytest.mark.parametrize("argv", WRITES, ids=lambda argv: argv[0])
def test_without_an_identity_the_two_lines_that_give_one_are_shown(
    desk: Sandbox, request_id: str, argv: tuple[str, ...]
) -> None:
    if argv == ("adopt",):
        desk.edit(FIRST, "生产系统无法登录", "系统无法登录")
    error = refusal(desk, *argv, env=NOBODY)
    assert error["code"] == "E_IDENTITY"
    assert "git config --global user.name" in error["hint"]
    assert "user.email" in error["hint"]


@pytest.mark.case(62)
@pytest.mark.parametrize(
    ("name", "email", "code"),
    [
        ("engineer-1\nSvcdesk-Op: x", "engineer-1@example.org", "E_IDENTITY"),
        ("engineer <1>", "engineer-1@example.org", "E_IDENTITY"),
        ("engineer-1", "", "E_IDENTITY"),
        ("engineer-1", "engineer-1@example.org>", "E_IDENTITY"),
        ("engineer-1", "somebody@example.org", "E_PERSON"),
    ],
)
def test_an_author_who_is_none_or_a_stranger_is_refused(
    desk: Sandbox, request_id: str, name: str, email: str, code: str
) -> None:
    env = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email}
    assert refusal(desk, *WRITES[0], env=env)["code"] == code


# ── hooks, inherited variables, programs in a copied configuration ──────────────────────────────


@pytest.mark.case(63)
@pytest.mark.parametrize("argv", [WRITES[0], WRITES[1]], ids=lambda argv: argv[0])
def test_a_pre_commit_hook_that_refuses_is_quoted_and_everything_is_as_it_was(
    desk: Sandbox, request_id: str, argv: tuple[str, ...]
) -> None:
    hook(desk, "pre-commit", "printf 'no \\033[31mcommits\\033[0m on Fridays\\n' >&2; exit 1")
    error = refusal(desk, *argv)
    assert error["code"] == "E_GIT"
    assert "commits" in error["message"]
    assert "\x1b" not in error["message"]
    (desk.root / ".git/hooks/pre-commit").unlink()
    assert svcdesk(desk.root, *argv).code == 0


@pytest.mark.case(47)
def test_inside_another_repositorys_hook_the_desks_own_is_written(
    desk: Sandbox, request_id: str, make_desk: MakeDesk
) -> None:
    other = make_desk(name="other")
    before = state_of(other)
    env = {
        "GIT_DIR": str(other.root / ".git"),
        "GIT_INDEX_FILE": str(other.root / ".git" / "index"),
        "GIT_WORK_TREE": str(other.root),
        "GIT_PREFIX": "records/",
    }
    done = svcdesk(desk.root, *WRITES[0], env=env)
    assert done.code == 0, done.err
    assert state_of(other) == before
    assert desk.touched() == [desk.path_of(FIRST)]
    assert desk.status() == ""


@pytest.mark.case(44)
def test_no_command_runs_a_program_that_a_copied_configuration_names(
    desk: Sandbox, request_id: str
) -> None:
    program = desk.root.parent / "program"
    program.write_text(f"#!/bin/sh\necho ran >>{desk.root.parent / 'trap'}\n")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "diff.external", "core.pager", "core.sshCommand", "gpg.program",
                 "core.editor", "sequence.editor", "credential.helper"):  # fmt: skip
        desk.git("config", name, str(program))
    desk.git("config", "diff.trap.textconv", str(program))
    desk.git("config", "log.showSignature", "true")
    (desk.root / ".git/info").mkdir(exist_ok=True)
    (desk.root / ".git/info/attributes").write_text("* diff=trap\n")
    desk.edit(FIRST, "生产系统无法登录", "系统无法登录")
    for argv in (["list"], ["show", FIRST], ["log", FIRST], ["check"], ["doctor"], ["plugins"],
                 ["report", "summary"], ["sla", "check"], ["adopt", "--dry-run"], ["people"]):  # fmt: skip
        assert svcdesk(desk.root, *argv).code in (0, 1), argv
    assert not (desk.root.parent / "trap").exists()


@pytest.mark.case(45)
def test_from_inside_attachments_an_embedded_repository_is_not_obeyed(
    desk: Sandbox, request_id: str
) -> None:
    inner = desk.root / "records" / "attachments" / "01"
    inner.mkdir(parents=True)
    desk.git("init", "--quiet", "--bare", str(inner))
    program = desk.root.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch {desk.root.parent / 'trap'}\n")
    program.chmod(0o755)
    desk.git("--git-dir", str(inner), "config", "core.fsmonitor", str(program))
    done = svcdesk(inner, "list", "--format", "ids")
    assert done.code in (0, 3), done.err
    svcdesk(inner, *WRITES[0])
    assert not (desk.root.parent / "trap").exists()


@pytest.mark.case(46)
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give away")
def test_somebody_elses_repository_is_refused_with_gits_own_advice(
    desk: Sandbox, request_id: str
) -> None:
    for place in (desk.root, *desk.root.rglob("*")):
        os.chown(place, 12345, 12345, follow_symlinks=False)
    done = svcdesk(desk.root, "--format", "json", *WRITES[0])
    error = error_of(done)
    assert error["code"] == "E_OWNER"
    assert "safe.directory" in f"{error['message']} {error['hint']}"
    assert "safe" not in Path(os.environ["GIT_CONFIG_GLOBAL"]).read_text()


@pytest.mark.case(48)
def test_a_shallow_clone_is_worked_in_and_says_what_it_cannot_see(
    desk: Sandbox, request_id: str
) -> None:
    shallow = desk.root.parent / "shallow"
    desk.git("clone", "--quiet", "--depth=1", f"file://{desk.root}", str(shallow))
    there = Sandbox(shallow, desk.clock)
    assert svcdesk(shallow, *WRITES[0]).code == 0
    assert there.touched() == [there.path_of(FIRST)]
    told = svcdesk(shallow, "doctor")
    assert "shallow" in (told.out + told.err).lower()


@pytest.mark.case(41)
@pytest.mark.parametrize(
    "name", ["--output=FILE", "--upload-pack=touch x", "-x", "a..b", "@{-1}", "$(id)", "HEAD:x"]
)
def test_a_revision_that_is_an_option_or_an_expression_is_refused(
    desk: Sandbox, request_id: str, name: str
) -> None:
    error = refusal(desk, "merge", "--", name, exits=2)
    assert error["code"] == "E_REF"
    assert not (desk.root / "FILE").exists()


@pytest.mark.case(43)
def test_a_record_is_committed_by_its_path_and_not_by_a_pattern(
    desk: Sandbox, request_id: str
) -> None:
    for name in ("[x]", ":(exclude)x", "-rf", "*"):
        (desk.root / name).write_text("mine\n")
    before = desk.status()
    assert svcdesk(desk.root, *WRITES[0]).code == 0
    assert desk.status() == before
    assert desk.touched() == [desk.path_of(FIRST)]
    attached = svcdesk(desk.root, "attach", FIRST, "--", "[x]")
    assert attached.code == 0, attached.err
    assert sorted(path.rpartition("/")[2] for path in desk.touched()) == [f"{FIRST}.yaml", "[x]"]
    assert desk.status() == before
    assert litter(desk) == []


def test_a_folder_that_is_not_there_means_no_desk_and_not_the_one_above(desk: Sandbox) -> None:
    for argv in (["-C", "recrods", "list"], ["-C", "recrods", *WRITES[1]]):
        error = refusal(desk, *argv)
        assert error["code"] == "E_NO_DESK"
        assert "recrods" in error["message"]
    assert refusal(desk, "list", env={"SVCDESK_DIR": "recrods"})["code"] == "E_NO_DESK"
    assert svcdesk(desk.root, "-C", "records", "list").code == 0
