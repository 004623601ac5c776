"""Others who hold the desk, and disks that are full or may only be read."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.commands.command_runner import CONSOLE_SCRIPT, environment, svcdesk
from tests.threats.held_calls import held, hook, started
from tests.threats.threat_helpers import (
    FIRST,
    error_of,
    litter,
    new_request,
    refusal,
    state_of,
    unchanged,
)

from svcdesk.cli.app import App
from svcdesk.cli.boundary import guarded
from svcdesk.cli.main import svcdesk_command
from svcdesk.store import git_state, transaction
from svcdesk.testing import Sandbox

pytestmark = pytest.mark.skipif(os.name != "posix", reason="hooks and mounts are POSIX")

SECOND = "SR-20241001-002"


@pytest.fixture
def two(desk: Sandbox) -> Sandbox:
    """A desk with two requests."""
    new_request(desk)
    new_request(desk)
    return desk


# ── locks ───────────────────────────────────────────────────────────────────────────────────────


def test_whoever_waits_in_vain_is_told_who_holds_the_desk(
    two: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert transaction.begin.__kwdefaults__["wait"] == 30.0
    monkeypatch.setitem(transaction.begin.__kwdefaults__, "wait", 0.2)
    with held(two, "assign", FIRST, "engineer-1") as call:
        head = two.git("rev-parse", "HEAD")
        assert guarded(svcdesk_command, App(), ["-C", str(two.root), "start", SECOND]) == 3
        told = capsys.readouterr().err
        assert f"svcdesk assign {FIRST} engineer-1" in told
        assert f"process {call.process.pid}" in told
        assert "has held the desk for" in told
        assert two.git("rev-parse", "HEAD") == head
        assert call.go_on()[0] == 0


def test_whoever_waits_goes_on_when_the_holder_has_ended(two: Sandbox) -> None:
    with (
        held(two, "assign", FIRST, "engineer-1") as first,
        started(two, "assign", SECOND, "engineer-1") as second,
    ):
        assert first.go_on()[0] == 0
        assert second.end()[0] == 0
    assert two.subjects()[:2] == [
        f"{SECOND}: assign to engineer-1",
        f"{FIRST}: assign to engineer-1",
    ]
    assert two.status() == ""


def test_a_dead_holder_holds_nothing(two: Sandbox) -> None:
    with held(two, "assign", FIRST, "engineer-1") as call:
        call.signal(signal.SIGKILL)
        call.end()
        assert (two.root / ".git/svcdesk/lock").read_bytes(), "its signature is there still"
        done = svcdesk(two.root, "assign", SECOND, "engineer-1")
    assert done.code == 0, done.err
    assert "was stopped" in done.err
    assert litter(two) == []


@pytest.mark.case(51)
def test_a_lock_that_another_git_left_is_named_and_stays(
    two: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(git_state, "FOREIGN_LOCK_WAIT", 0.2)
    lock = two.root / ".git" / "index.lock"
    before = state_of(two)
    lock.touch()
    assert guarded(svcdesk_command, App(), ["-C", str(two.root), "start", FIRST]) == 3
    told = capsys.readouterr().err
    assert str(lock) in told
    assert "delete that file" in told
    assert lock.exists()
    lock.unlink()
    assert state_of(two) == before


@pytest.mark.case(51)
def test_a_lock_that_another_git_holds_for_a_while_is_waited_for(two: Sandbox) -> None:
    lock = two.root / ".git" / "index.lock"
    lock.touch()
    with subprocess.Popen(["sh", "-c", f"sleep 1; rm {shlex.quote(str(lock))}"]):
        done = svcdesk(two.root, "assign", FIRST, "engineer-1")
    assert done.code == 0, done.err


@pytest.mark.case(54)
def test_eight_writers_on_one_clone_lose_nothing_and_take_nothing_along(two: Sandbox) -> None:
    for name in ("staged", "edited", "untracked"):
        (two.root / name).write_text("mine\n")
    two.git("add", "staged", "edited")
    (two.root / "edited").write_text("mine, and more\n")
    before = two.status()
    script = "for turn in 1 2; do " + "; ".join(
        f"{shlex.quote(str(CONSOLE_SCRIPT))} {command} || exit $?"
        for command in (f'note {FIRST} -m "$0 $turn"', "new --description $0 --requester 李* >/dev/null")
    ) + "; done"  # fmt: skip
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                subprocess.Popen(
                    ["sh", "-c", script, f"writer-{number}"],
                    cwd=two.root, env=environment(), text=True,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                )
            )
            for number in range(8)
        ]  # fmt: skip
        said = [writer.communicate(timeout=300)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 8, said
    assert len(list((two.root / "records/requests").rglob("SR-*.yaml"))) == 2 + 16
    notes = [event.text for event in two.open().load(FIRST).record.events if event.do == "note"]
    assert Counter(notes) == Counter(f"writer-{n} {turn}" for n in range(8) for turn in (1, 2))
    for commit in two.git("rev-list", "--max-count=32", "HEAD").split():
        [path] = two.touched(commit)
        assert path.startswith("records/requests/")
    assert two.status() == before
    assert litter(two) == []
    assert two.git("fsck", "--no-dangling", "--no-progress") == ""


# ── hooks ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.case(63)
def test_a_hooks_child_in_the_background_keeps_nobody_waiting(two: Sandbox) -> None:
    hook(two, "post-commit", "sleep 300 & echo $! >.git/child")
    try:
        for record_id in (FIRST, SECOND):
            done = svcdesk(two.root, "assign", record_id, "engineer-1")
            assert done.code == 0, done.err
    finally:
        os.kill(int((two.root / ".git/child").read_text()), signal.SIGKILL)


@pytest.mark.case(63)
def test_a_hook_that_fails_after_the_commit_undoes_nothing(two: Sandbox) -> None:
    hook(two, "post-commit", "echo the mirror is away >&2; exit 1")
    done = svcdesk(two.root, "assign", FIRST, "engineer-1")
    assert done.code == 0, done.err
    assert two.subjects()[0] == f"{FIRST}: assign to engineer-1"
    assert two.status() == ""


# ── disks ───────────────────────────────────────────────────────────────────────────────────────


def _mount(*args: str) -> None:
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root can mount")
    answer = subprocess.run(["mount", *args], capture_output=True, check=False)
    if answer.returncode:
        pytest.skip(f"cannot mount here: {answer.stderr!r}")


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A place to mount something at."""
    place = tmp_path / "mounted"
    place.mkdir()
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=False, capture_output=True)


@pytest.mark.case(53)
def test_a_disk_that_may_only_be_read_is_read(two: Sandbox, mounted: Path) -> None:
    before = state_of(two)
    _mount("--bind", str(two.root), str(mounted))
    _mount("-o", "remount,ro,bind", str(mounted))
    for argv in (
        ["assign", FIRST, "engineer-1"],
        ["new", "--description", "x", "--requester", "李*"],
    ):
        error = error_of(svcdesk(mounted, "--format", "json", *argv))
        assert error["code"] == "E_DISK"
        assert "read-only" in error["message"]
    for argv in (
        ["list"],
        ["show", FIRST],
        ["check", "--quiet"],
        ["report", "summary"],
        ["log", FIRST],
    ):
        done = svcdesk(mounted, *argv)
        assert done.code == 0, (argv, done.err)
    assert state_of(two) == before


@pytest.mark.case(53)
@pytest.mark.parametrize("room", [0, 8_000, 24_000, 60_000])
def test_on_a_full_disk_a_move_is_refused_or_done_and_nothing_else(
    two: Sandbox, mounted: Path, room: int
) -> None:
    _mount("-t", "tmpfs", "-o", "size=4m", "svcdesk-test", str(mounted))
    root = mounted / "desk"
    shutil.copytree(two.root, root)
    there = Sandbox(root, two.clock)
    before = state_of(there)
    space = os.statvfs(root)
    (mounted / "filler").write_bytes(b"x" * max(0, space.f_bavail * space.f_frsize - room))
    done = svcdesk(root, "--format", "json", "assign", FIRST, SECOND, "engineer-1")
    if done.code == 0:
        assert there.subjects()[0].startswith("2 records")
        assert there.status() == ""
    else:
        assert error_of(done)["code"] in ("E_DISK", "E_GIT", "E_UNFINISHED")
    shown = svcdesk(root, "show", FIRST)
    assert shown.code == 0, shown.err
    (mounted / "filler").unlink()
    if done.code:
        undone = svcdesk(root, "doctor", "--undo")
        assert undone.code == 0, (undone.out, undone.err)
        assert state_of(there) == before
        assert svcdesk(root, "assign", FIRST, SECOND, "engineer-1").code == 0
    assert litter(there) == []
    assert there.git("fsck", "--no-dangling", "--no-progress") == ""


@pytest.mark.case(53)
@pytest.mark.parametrize(("rows", "room"), [(2, 0), (120, 0), (120, 200_000)])
def test_that_the_disk_is_full_is_said_in_words(
    desk: Sandbox, mounted: Path, rows: int, room: int
) -> None:
    _mount("-t", "tmpfs", "-o", "size=12m", "svcdesk-test", str(mounted))
    root = mounted / "desk"
    shutil.copytree(desk.root, root)
    there = Sandbox(root, desk.clock)
    table = "问题描述,申请人,受理渠道\n" + "打印机卡纸,李*,邮件\n" * rows
    there.write("../rows.csv", table)
    assert svcdesk(root, "import", "../rows.csv").code == 0
    before = state_of(there)
    space = os.statvfs(root)
    (mounted / "filler").write_bytes(b"x" * max(0, space.f_bavail * space.f_frsize - room))
    done = svcdesk(root, "note", "-q", "status:open", "-m", "记一笔" * 500, "--yes")
    (mounted / "filler").unlink()
    assert done.code == 3, done.out
    assert done.err.splitlines()[-2:] == [
        "svcdesk: the disk is full",
        "  → nothing was written; make room, then try again",
    ]
    assert state_of(there) == before
    assert litter(there) == []
    assert not list((root / ".git").glob("fast_import_crash*"))


@pytest.mark.case(53)
@pytest.mark.parametrize("blocks", [0, 1])
def test_where_no_file_may_grow_nothing_is_half_written(two: Sandbox, blocks: int) -> None:
    """What a quota does, for whoever cannot mount: every write beyond a limit fails."""
    with unchanged(two):
        done = subprocess.run(
            ["sh", "-c", f'ulimit -f {blocks}; exec "$0" "$@"', str(CONSOLE_SCRIPT),
             "assign", FIRST, SECOND, "engineer-1"],
            cwd=two.root, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 3, (done.returncode, done.stderr)
        assert "bug of ours" not in done.stderr
    assert svcdesk(two.root, "assign", FIRST, SECOND, "engineer-1").code == 0


@pytest.mark.case(53)
def test_a_folder_that_is_not_ours_to_write_is_named(two: Sandbox) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    folder = two.root / "records/requests/2024/10"
    folder.chmod(0o555)
    try:
        error = refusal(two, "assign", FIRST, "engineer-1")
    finally:
        folder.chmod(0o755)
    assert error["code"] == "E_DISK"
