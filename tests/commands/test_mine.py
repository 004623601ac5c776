"""`svcdesk` alone shows what is mine, what matters first."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from command_runner import svcdesk

from svcdesk.testing import Sandbox

LATER = "2024-10-02T09:30:00+08:00"


def test_what_matters_first_comes_first(desk: Sandbox) -> None:
    def new(priority: str, description: str) -> str:
        done = svcdesk(
            desk.root, "new", "--requester", "李*", "--description", description,
            "--type", "consultation", "--priority", priority, "--format", "ids",
        )  # fmt: skip
        assert done.code == 0, done.err
        return done.out.strip()

    calm, late, unowned = new("P3", "桌面图标丢失"), new("P1", "生产停线"), new("P2", "无人认领")
    for one in (calm, late):
        assert svcdesk(desk.root, "take", one, "--eta", "2024-10-20 09:00").code == 0
    shown = svcdesk(desk.root, at=LATER)
    assert shown.code == 0, shown.err
    assert shown.out.index("breached") < shown.out.index(late) < shown.out.index(calm)
    assert shown.out.index("nobody has these") < shown.out.index(unowned)
    data = svcdesk(desk.root, "--format", "json", at=LATER).json()
    assert [item["id"] for item in data["items"]] == [late, calm]


def test_a_stranger_is_told_how_to_be_listed(desk: Sandbox) -> None:
    done = svcdesk(desk.root, who="stranger")
    assert done.code == 3
    assert "svcdesk people add" in done.err


def test_git_is_asked_once_which_files_differ(desk: Sandbox, tmp_path: Path) -> None:
    asked, git = tmp_path / "asked", tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_text(f'#!/bin/sh\necho "$@" >> {asked}\nexec {shutil.which("git")} "$@"\n')
    git.chmod(0o755)
    path = f"{git.parent}{os.pathsep}{os.environ['PATH']}"
    assert svcdesk(desk.root).code == 0  # the index is made
    assert svcdesk(desk.root, env={"PATH": path}).code == 0
    calls = asked.read_text(encoding="utf-8").splitlines()
    assert sum(" ls-files " in call for call in calls) == 1
