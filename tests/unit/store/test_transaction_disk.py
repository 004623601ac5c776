"""A disk that is full or may only be read: an old or a new desk, never a mix."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_clone import Clone, empty

from svcdesk.errors import SvcdeskError
from svcdesk.store.transaction import begin

PATHS = [f"records/SR-{n}.yaml" for n in range(1, 4)]


def _mount(*args: str) -> None:
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root can mount")
    answer = subprocess.run(["mount", *args], capture_output=True, check=False)
    if answer.returncode:
        pytest.skip(f"cannot mount here: {answer.stderr!r}")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Clone]:
    """A repository on a disk of 2 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    _mount("-t", "tmpfs", "-o", "size=2m", "svcdesk-test", str(disk))
    try:
        clone = empty(disk / "desk")
        clone.commit({path: f"{path}\n" for path in PATHS[:2]})
        yield clone
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _bulk(clone: Clone) -> str | None:
    incompressible = os.urandom(150_000)
    with begin(clone.repo) as tx:
        tx.read_many(PATHS)
        return tx.commit(dict.fromkeys(PATHS, incompressible), "SR: bulk")


@pytest.mark.parametrize("room", range(0, 1_400_000, 100_000))
def test_a_full_disk(room: int, small: Clone) -> None:
    before = small.state()
    filler = small.root.parent / "filler"
    free = os.statvfs(small.root).f_bavail * os.statvfs(small.root).f_frsize
    filler.write_bytes(b"x" * max(0, free - room))
    try:
        commit = _bulk(small)
    except SvcdeskError as error:
        commit = None
        assert error.exit_code == 3
        assert error.hint
    filler.unlink()
    if commit is None:
        with begin(small.repo):
            pass
        assert small.state() == before
        assert _bulk(small) is not None
    assert small.paths_of() == PATHS
    assert small.litter() == []
    assert small.git("fsck", "--no-dangling") == ""


def test_a_disk_that_may_only_be_read(clone: Clone) -> None:
    before = clone.state()
    _mount("--bind", str(clone.root), str(clone.root))
    try:
        _mount("-o", "remount,ro,bind", str(clone.root))
        with pytest.raises(SvcdeskError) as caught:
            _bulk(clone)
        assert caught.value.code == "E_DISK"
        assert "read-only" in str(caught.value)
        assert clone.repo.read_blob("HEAD", "records/SR-1.yaml") == b"id: SR-1\n"
    finally:
        subprocess.run(["umount", "--lazy", str(clone.root)], check=True)
    assert clone.state() == before


def test_files_that_may_only_be_read_in_a_git_directory_that_may_be_written(clone: Clone) -> None:
    before = clone.state()
    records = clone.root / "records"
    _mount("--bind", str(records), str(records))
    try:
        _mount("-o", "remount,ro,bind", str(records))
        with pytest.raises(SvcdeskError) as caught:
            _bulk(clone)
        assert caught.value.code == "E_DISK"
    finally:
        subprocess.run(["umount", "--lazy", str(records)], check=True)
    with begin(clone.repo):
        pass
    assert clone.state() == before
    assert clone.litter() == []
