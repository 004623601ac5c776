"""A sample of the fault harness; the long runs are commands (see tests/faults/kills.py, inject.py)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import svcdesk

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes of a POSIX system"),
]
ROOT = Path(__file__).parents[2]
SOURCE = Path(svcdesk.__file__).parents[1]


def harness(name: str, *args: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": f"{SOURCE}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", f"tests.faults.{name}", *args]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.case(52)
def test_killed_at_random_and_at_every_step_the_desk_is_whole() -> None:
    answer = harness("kills", "--runs", "30", "--aimed", "1", "--seed", str(os.getpid()))
    print(answer.stdout)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_without_recovery_the_same_harness_finds_violations() -> None:
    answer = harness("kills", "--runs", "8", "--aimed", "1", "--no-recovery")
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "violations: 0" not in answer.stdout


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.case(53)
def test_with_a_failing_system_call_the_desk_is_whole() -> None:
    answer = harness("inject", "--sample", "10", "--seed", str(os.getpid()))
    print(answer.stdout)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.case(52)
def test_a_bulk_that_is_killed_is_whole_or_not_there() -> None:
    answer = harness("bulk_kills", "--runs", "4", "--records", "150", "--seed", str(os.getpid()))
    print(answer.stdout)
    assert answer.returncode == 0, answer.stdout + answer.stderr
