"""One writer at a time, told by whom, and never kept by the dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from svcdesk.errors import Busy, Refused
from svcdesk.store import lock

SRC = str(Path(lock.__file__).parents[2])


def _holder(folder: Path, then: str = "time.sleep(60)") -> subprocess.Popen[bytes]:
    script = (
        "import sys, time, subprocess, os; from pathlib import Path\n"
        "from svcdesk.store import lock\n"
        f"held = lock.acquire(Path({str(folder)!r}))\n"
        "print('held', flush=True)\n"
        f"{then}\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": SRC},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def test_who_waits_in_vain_is_told_who_holds_it(tmp_path: Path) -> None:
    with lock.acquire(tmp_path), pytest.raises(Busy) as caught:
        lock.acquire(tmp_path, wait=0.05)
    assert str(os.getpid()) in str(caught.value)
    lock.acquire(tmp_path, wait=0).release()


def test_a_dead_holder_holds_nothing(tmp_path: Path) -> None:
    holder = _holder(tmp_path)
    with pytest.raises(Busy):
        lock.acquire(tmp_path, wait=0)
    holder.kill()
    holder.wait()
    lock.acquire(tmp_path, wait=0).release()


def test_it_waits_for_one_that_ends_in_time(tmp_path: Path) -> None:
    holder = _holder(tmp_path, "time.sleep(0.3); held.release(); time.sleep(60)")
    held = lock.acquire(tmp_path, wait=20)
    assert held.waited
    held.release()
    holder.kill()
    holder.wait()


def test_releasing_frees_it_from_a_child_that_inherited_it(tmp_path: Path) -> None:
    held = lock.acquire(tmp_path)
    child = subprocess.Popen(["sleep", "60"], pass_fds=held.inherited)
    with pytest.raises(Busy):
        lock.acquire(tmp_path, wait=0)
    held.release()
    lock.acquire(tmp_path, wait=0).release()
    child.kill()
    child.wait()


def test_a_child_keeps_it_when_its_parent_was_killed(tmp_path: Path) -> None:
    holder = _holder(
        tmp_path,
        "child = subprocess.Popen(['sleep', '60'], pass_fds=held.inherited)\n"
        "print(child.pid, flush=True); time.sleep(60)",
    )
    assert holder.stdout is not None
    orphan = int(holder.stdout.readline())
    holder.kill()
    holder.wait()
    with pytest.raises(Busy) as caught:
        lock.acquire(tmp_path, wait=0)
    assert "has ended" in str(caught.value)
    os.kill(orphan, signal.SIGKILL)
    lock.acquire(tmp_path, wait=5).release()


def test_the_file_is_never_unlinked_nor_followed(tmp_path: Path) -> None:
    lock.acquire(tmp_path).release()
    place = tmp_path / "svcdesk" / "lock"
    assert place.exists()
    place.unlink()
    (tmp_path / "victim").write_text("mine")
    place.symlink_to(tmp_path / "victim")
    with pytest.raises(Refused) as caught:
        lock.acquire(tmp_path)
    assert caught.value.code == "E_DISK"
    assert (tmp_path / "victim").read_text() == "mine"


def test_without_flock_another_lock_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "fcntl", None)
    with lock.acquire(tmp_path) as held:
        assert held.inherited == ()
        with pytest.raises(Busy) as caught:
            lock.acquire(tmp_path, wait=0.05)
        assert str(os.getpid()) in str(caught.value)
    lock.acquire(tmp_path, wait=0).release()


def test_the_store_imports_where_there_is_no_fcntl() -> None:
    script = (
        "import sys; sys.modules['fcntl'] = None\n"
        "import svcdesk.store.transaction, svcdesk.store.recovery, svcdesk.store.lock as lock\n"
        "assert lock.fcntl is None\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env=os.environ | {"PYTHONPATH": SRC})


def test_releasing_twice_is_harmless(tmp_path: Path) -> None:
    held = lock.acquire(tmp_path)
    held.release()
    held.release()
    lock.acquire(tmp_path, wait=0).release()
