"""What people have in their working tree stays theirs, and no text becomes git's."""

from __future__ import annotations

import os
import stat

import pytest
from tests.commands.command_runner import Outcome, svcdesk
from tests.threats.held_calls import held, hook, started
from tests.threats.threat_helpers import FIRST, error_of, litter, new_request, refusal

from svcdesk.testing import Sandbox

pytestmark = pytest.mark.skipif(os.name != "posix", reason="hooks are POSIX")

SECOND = "SR-20241001-002"


@pytest.fixture
def two(desk: Sandbox) -> Sandbox:
    """A desk with two requests."""
    new_request(desk)
    new_request(desk)
    return desk


def _work_of_every_kind(desk: Sandbox) -> None:
    for name in ("staged", "both", "edited", "gone"):
        (desk.root / name).write_text("committed\n")
    desk.commit("start")
    for name in ("staged", "both", "added"):
        (desk.root / name).write_text("staged\n")
    desk.git("add", "staged", "both", "added")
    desk.git("rm", "--quiet", "gone")
    for name in ("both", "edited", "untracked", "meant"):
        (desk.root / name).write_text("edited\n")
    desk.git("add", "--intent-to-add", "meant")
    (desk.root / "edited").chmod(0o755)
    desk.edit(SECOND, "生产系统无法登录", "系统无法登录")


def _mine(desk: Sandbox) -> tuple[object, ...]:
    others = ["--", ".", f":(exclude){desk.path_of(FIRST)}"]
    names = ("staged", "both", "edited", "added", "untracked", "meant", desk.path_of(SECOND))
    return (
        desk.git("ls-files", "--stage", "-v", *others),
        desk.git("diff", *others),
        desk.git("diff", "--cached", *others),
        [((desk.root / name).read_bytes(), stat.S_IMODE((desk.root / name).stat().st_mode))
         for name in names],
    )  # fmt: skip


@pytest.mark.case(49)
@pytest.mark.parametrize(
    "argv",
    [
        ("assign", FIRST, "engineer-1"),
        ("message", FIRST, "-m", "还是登录不了"),
        ("set", FIRST, "priority=P1"),
        ("redact", FIRST, "requester.name", "--reason", "误填"),
        ("note", FIRST, "-m", "x", "--no-commit"),
        ("assign", FIRST, "engineer-1", "--dry-run"),
        ("start", FIRST),
    ],
    ids=lambda argv: f"{argv[0]} {argv[-1]}",
)
@pytest.mark.parametrize("refused", [False, True], ids=["", "refused by a hook"])
def test_whatever_a_command_comes_to_the_users_own_work_is_byte_for_byte_as_it_was(
    two: Sandbox, argv: tuple[str, ...], refused: bool
) -> None:
    _work_of_every_kind(two)
    before = _mine(two)
    if refused:
        hook(two, "pre-commit", "exit 1")
    svcdesk(two.root, *argv)
    assert _mine(two) == before
    assert litter(two) == []


@pytest.mark.case(49)
def test_a_bulk_write_beside_work_commits_exactly_its_paths(two: Sandbox) -> None:
    _work_of_every_kind(two)
    two.git("checkout", "--quiet", "--", two.path_of(SECOND))
    before = two.status()
    done = svcdesk(two.root, "assign", FIRST, SECOND, "engineer-1")
    assert done.code == 0, done.err
    assert two.touched() == [two.path_of(FIRST), two.path_of(SECOND)]
    assert two.status() == before


@pytest.mark.case(40)
def test_what_an_editor_saves_during_a_commit_is_kept(two: Sandbox) -> None:
    path = two.root / two.path_of(FIRST)
    with held(two, "assign", FIRST, "engineer-1") as call:
        path.write_text("saved by an editor\n")
        code, _, err = call.go_on()
    assert code in (0, 3), err
    kept = [path, *(two.root / ".git/svcdesk/aside").glob("*")]
    assert any(one.read_text() == "saved by an editor\n" for one in kept if one.is_file())


@pytest.mark.case(40)
def test_what_an_editor_saves_while_a_command_waits_is_not_overwritten(two: Sandbox) -> None:
    path = two.root / two.path_of(FIRST)
    with (
        held(two, "assign", SECOND, "engineer-1") as first,
        started(two, "--format", "json", "assign", FIRST, "engineer-1") as second,
    ):
        edited = two.read(FIRST).replace("生产系统无法登录", "由编辑器保存")
        path.write_text(edited)
        assert first.go_on()[0] == 0
        code, out, err = second.end()
    assert error_of(Outcome(code, out, err))["code"] in ("E_DIRTY", "E_CHANGED")
    assert path.read_text() == edited


@pytest.mark.case(50)
def test_a_record_with_edits_by_hand_is_refused_until_somebody_says_what_becomes_of_them(
    two: Sandbox,
) -> None:
    two.edit(FIRST, "生产系统无法登录", "生产系统无法登录，三楼")
    for argv in (["assign", FIRST, "engineer-1"], ["assign", FIRST, SECOND, "engineer-1"],
                 ["note", FIRST, "-m", "x"], ["set", FIRST, "priority=P1"]):  # fmt: skip
        error = refusal(two, *argv)
        assert error["code"] == "E_DIRTY"
        assert FIRST in error["message"]
        assert "adopt" in error["hint"] or "--include-dirty" in error["hint"]
    assert svcdesk(two.root, "assign", SECOND, "engineer-1").code == 0
    done = svcdesk(two.root, "assign", FIRST, "engineer-1", "--include-dirty")
    assert done.code == 0, done.err
    assert "三楼" in two.git("show", f"HEAD:{two.path_of(FIRST)}")
    assert two.status() == ""


@pytest.mark.case(50)
def test_a_staged_edit_is_an_edit(two: Sandbox) -> None:
    two.edit(FIRST, "生产系统无法登录", "生产系统无法登录，三楼")
    two.git("add", two.path_of(FIRST))
    assert refusal(two, "assign", FIRST, "engineer-1")["code"] == "E_DIRTY"


# ── what becomes a commit message ───────────────────────────────────────────────────────────────

MESSAGES = {
    "a trailer": "登录失败\n\nApproved-by: engineer-9\nSvcdesk-Op: forged",
    "a comment": "# everything is a comment",
    "scissors": "# ------------------------ >8 ------------------------\ngone",
    "a megabyte of lines": "x" * 200 + "\n" + "长" * 20_000,
    "blank": " \n \n",
    "an option": "--amend",
    "fixup!": "fixup! SR-20241001-001: new request",
}


@pytest.mark.case(61)
@pytest.mark.parametrize("what", MESSAGES)
def test_a_text_forms_no_line_of_git_s(two: Sandbox, what: str) -> None:
    text = MESSAGES[what]
    for argv in (
        ["new", f"--description={text}", "--requester", "李*"],
        ["cancel", SECOND, f"--reason={text}", "--force", text],
    ):
        before = two.git("rev-parse", "HEAD")
        done = svcdesk(two.root, *argv)
        if done.code:
            assert done.code in (2, 3), done.err
            assert two.git("rev-parse", "HEAD") == before
            continue
        message = two.git("log", "-1", "--format=%B")
        trailers = two.git("log", "-1", "--format=%(trailers:only,unfold)").split("\n")
        keys = {line.partition(":")[0] for line in trailers if line}
        assert keys <= {"Svcdesk-Record", "Svcdesk-Op", "Svcdesk-Forced"}, message
        assert sum(line.startswith("Svcdesk-Op:") for line in trailers) == 1
        subject = message.partition("\n")[0]
        assert 0 < len(subject) <= 200
        assert not subject.startswith(("#", "fixup!", "squash!", "-"))
        assert len(message.encode()) < 60_000
        assert two.git("rev-parse", "HEAD~1") == before, "one commit more, none amended"
    assert two.status() == ""


@pytest.mark.case(61)
def test_a_comment_character_of_the_users_own_eats_nothing(two: Sandbox) -> None:
    two.git("config", "core.commentChar", "S")
    assert svcdesk(two.root, "assign", FIRST, "engineer-1").code == 0
    assert two.subjects()[0] == f"{FIRST}: assign to engineer-1"
    assert "Svcdesk-Op" in two.git("log", "-1", "--format=%B")


@pytest.mark.case(62)
def test_the_author_is_git_s_and_never_a_text_s(two: Sandbox) -> None:
    text = "Author: engineer-9 <engineer-9@example.org>"
    assert svcdesk(two.root, "message", FIRST, "-m", text).code == 0
    assert two.git("log", "-1", "--format=%an <%ae>").strip() == (
        "engineer-1 <engineer-1@example.org>"
    )
    [*_, event] = two.open().load(FIRST).record.events
    assert event.by == "engineer-1"
