"""Writes that are stopped at any moment, and readers who come while one is under way."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from tests.commands.command_runner import CONSOLE_SCRIPT, environment, svcdesk
from tests.threats.held_calls import held, started
from tests.threats.threat_helpers import FIRST, error_of, litter, new_request, state_of, unchanged

from svcdesk.testing import Sandbox

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and hooks are POSIX")

SECOND = "SR-20241001-002"


@pytest.fixture
def two(desk: Sandbox) -> Sandbox:
    """A desk with two requests."""
    new_request(desk)
    new_request(desk)
    return desk


def assignees(desk: Sandbox) -> list[str]:
    """Whose the requests are, as the installed command lists them."""
    done = svcdesk(desk.root, "list", "--format", "json")
    assert done.code == 0, done.err
    return [str(item.get("assignee") or "") for item in done.json()["items"]]


# ── an interruption while the program starts ────────────────────────────────────────────────────

_TOLD = "interrupted: a change is in git as a whole or not at all (`git log -1`)"
_INTERRUPTS = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["INTERRUPT_AT"]:
            os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Finder())
"""


@pytest.mark.case(52)
@pytest.mark.parametrize(
    "module",
    [
        "svcdesk.cli", "svcdesk.cli.main", "click", "click.core", "svcdesk.cli.help",
        "svcdesk.i18n", "svcdesk.desk", "svcdesk.store.transaction",
        "svcdesk.store.recovery", "svcdesk.cli.written",
    ],
)  # fmt: skip
def test_an_interruption_while_modules_are_loaded_shows_no_traceback(
    two: Sandbox, tmp_path: Path, module: str
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(_INTERRUPTS)
    paths = [str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")]
    env = {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "INTERRUPT_AT": module}
    before = state_of(two)
    done = svcdesk(two.root, "assign", "001", "engineer-1", env=env)
    assert done.code == 130, (done.code, done.out, done.err)
    assert done.err.strip() in ("", _TOLD)
    assert state_of(two) == before
    assert litter(two) == []


# ── a signal in the middle of a commit ──────────────────────────────────────────────────────────


@pytest.mark.case(52)
def test_control_c_in_the_middle_of_a_commit_takes_everything_back(two: Sandbox) -> None:
    with unchanged(two), held(two, "assign", FIRST, SECOND, "engineer-1") as call:
        assert two.status() != ""
        call.signal(signal.SIGINT)
        code, _, err = call.end()
        assert code == 130
        assert "interrupted" in err
        for name in ("held", "go"):
            (two.root / ".git" / name).unlink(missing_ok=True)
    assert svcdesk(two.root, "assign", FIRST, "engineer-1").code == 0


@pytest.mark.case(52)
@pytest.mark.parametrize("group", [True, False], ids=["the group", "svcdesk alone"])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_whoever_comes_after_a_stopped_write_ends_it(two: Sandbox, name: str, group: bool) -> None:
    before = state_of(two)
    with held(two, "assign", FIRST, SECOND, "engineer-1") as call:
        call.signal(getattr(signal, name), group=group)
        if group:
            call.end()
        else:  # git goes on without us, and commits
            (two.root / ".git" / "go").touch()
            call.process.wait(60)
            done = svcdesk(two.root, "note", FIRST, "-m", "还在处理")
            assert done.code == 0, done.err
            assert assignees(two) == ["engineer-1", "engineer-1"]
            assert "stopped at the end" in done.err
    if group:
        assert assignees(two) == ["", ""], "a reader sees what was before"
        done = svcdesk(two.root, "doctor", "--undo")
        assert done.code == 0, (done.out, done.err)
        assert state_of(two) == before
        assert svcdesk(two.root, "assign", FIRST, SECOND, "engineer-1").code == 0
    assert litter(two) == []
    assert two.status() == ""
    assert two.git("fsck", "--no-dangling", "--no-progress") == ""


@pytest.mark.case(52)
@pytest.mark.parametrize("argv", [["list"], ["show", FIRST], ["assign", FIRST, "engineer-1"]])
def test_a_reader_who_has_left_is_no_error_and_undoes_nothing(
    two: Sandbox, argv: list[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [str(CONSOLE_SCRIPT), *argv],
        cwd=two.root, env=environment(), stdout=writing, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    os.close(writing)
    assert done.returncode == 0, done.stderr
    assert b"ipe" not in done.stderr
    assert two.status() == ""
    assert assignees(two)[0] == ("engineer-1" if argv[0] == "assign" else "")


# ── readers beside a writer ─────────────────────────────────────────────────────────────────────


@pytest.mark.case(55)
def test_a_list_beside_a_bulk_write_shows_the_old_set_and_then_the_new(two: Sandbox) -> None:
    ids = [FIRST, SECOND, *(new_request(two) for _ in range(4))]
    with held(two, "assign", *ids, "engineer-1") as call:
        assert "engineer-1" in two.read(FIRST), "the files are swapped already"
        assert assignees(two) == [""] * 6
        shown = svcdesk(two.root, "show", FIRST, "--format", "json")
        assert shown.json()["items"][0].get("assignee") is None
        assert svcdesk(two.root, "check", "--quiet").code == 0
        report = svcdesk(two.root, "report", "summary")
        assert report.code == 0, report.err
        code, _, err = call.go_on()
        assert code == 0, err
    assert assignees(two) == ["engineer-1"] * 6


@pytest.mark.case(55)
def test_records_that_are_being_made_are_not_listed_yet(two: Sandbox) -> None:
    with held(two, "new", "--description", "登录失败", "--requester", "李*") as call:
        assert (two.root / "records/requests/2024/10/SR-20241001-003.yaml").exists()
        assert len(assignees(two)) == 2
        assert svcdesk(two.root, "show", "SR-20241001-003").code == 3
        assert call.go_on()[0] == 0
    assert len(assignees(two)) == 3


@pytest.mark.case(55)
def test_readers_hammering_a_writer_never_see_a_mix(two: Sandbox) -> None:
    ids = [FIRST, SECOND, *(new_request(two) for _ in range(10))]
    seen: set[tuple[str, ...]] = set()
    for turn in ("engineer-1", "engineer-2"):
        if turn == "engineer-2":
            people = two.read("records/people.yaml").rstrip("\n")
            two.write(
                "records/people.yaml",
                f"{people}\n  - id: engineer-2\n    roles:\n      - engineer\n",
            )
            two.commit("another engineer")
        with started(two, "assign", *ids, turn) as call:
            while call.process.poll() is None:
                seen.add(tuple(dict.fromkeys(assignees(two))))
            assert call.end()[0] == 0
        seen.add(tuple(dict.fromkeys(assignees(two))))
    assert all(len(one) == 1 for one in seen), seen
    assert {("engineer-1",), ("engineer-2",)} <= seen


# ── people between a crash and the next write ───────────────────────────────────────────────────


@pytest.mark.case(56)
@pytest.mark.parametrize("way", ["--finish", "--undo"])
def test_a_commit_by_hand_after_a_crash_is_left_for_a_person(two: Sandbox, way: str) -> None:
    with held(two, "assign", FIRST, SECOND, "engineer-1") as call:
        call.signal(signal.SIGKILL)
        call.end()
    (two.root / ".git/index.lock").unlink(missing_ok=True)
    two.edit(FIRST, "生产系统无法登录", "生产系统无法登录，三楼")
    two.commit("mended by hand")
    before = state_of(two)
    error = error_of(svcdesk(two.root, "--format", "json", "note", SECOND, "-m", "还在处理"))
    assert error["code"] == "E_UNFINISHED"
    assert "doctor" in error["hint"]
    assert state_of(two) == before
    assert (two.root / ".git/svcdesk/journal").exists()
    assert "三楼" in two.read(FIRST)
    done = svcdesk(two.root, "doctor", way)
    assert done.code == 0, (done.out, done.err)
    assert litter(two) == []
    assert assignees(two) == ["engineer-1", "engineer-1"], "committed is committed"
    assert "三楼" in two.read(FIRST) or way == "--finish"
    assert way == "--finish" or "was committed since, and is left so" in done.out + done.err
    assert svcdesk(two.root, "note", SECOND, "-m", "还在处理").code == 0


@pytest.mark.case(52)
def test_an_edit_by_hand_after_a_crash_is_kept(two: Sandbox) -> None:
    with held(two, "assign", FIRST, SECOND, "engineer-1") as call:
        call.signal(signal.SIGKILL)
        call.end()
    two.edit(SECOND, "生产系统无法登录", "生产系统无法登录，三楼")
    refused = svcdesk(two.root, "--format", "json", "note", FIRST, "-m", "x")
    assert error_of(refused)["code"] == "E_UNFINISHED"
    assert "三楼" in two.read(SECOND)
    told = svcdesk(two.root, "doctor")
    assert SECOND in told.out
    assert "something else" in told.out
