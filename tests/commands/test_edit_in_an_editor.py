"""`edit`: what the editor saved is recorded, or kept out of the desk's way and edited again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.commands.command_runner import Outcome, svcdesk
from tests.threats.pseudo_terminal import on_terminal

from svcdesk.testing import Sandbox

ID = "SR-20241001-001"


@pytest.fixture
def used(desk: Sandbox) -> Sandbox:
    new = ("new", "--description", "打印机", "--requester", "李*", "--channel", "phone")
    assert svcdesk(desk.root, *new).code == 0
    return desk


def editor(folder: Path, script: str) -> dict[str, str]:
    """An editor that does what the shell script says to the file `$1`."""
    program = folder / "editor.sh"
    program.write_text(f"#!/bin/sh\nsleep 0.05\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return {"EDITOR": str(program), "VISUAL": ""}


def edited(desk: Sandbox, script: str) -> Outcome:
    return svcdesk(desk.root, "edit", "001", env=editor(desk.root.parent, script))


def kept(desk: Sandbox) -> Path:
    return desk.root / ".git" / "svcdesk" / "edits" / f"{ID}.yaml"


def test_a_text_that_can_stand_is_recorded(used: Sandbox) -> None:
    assert edited(used, "sed -i 's/打印机/打印机卡纸/' \"$1\"").code == 0
    assert "打印机卡纸" in used.read(ID)
    assert not kept(used).exists()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'title: [' >> \"$1\"", f"{ID}.yaml:"),
        ("sed -i 's/^kind: request/kind: riddle/' \"$1\"", "kind"),
        ("printf 'description: \\261\\n' > \"$1\"", "UTF-8"),
    ],
)
def test_a_text_that_cannot_stand_is_kept_outside_the_desk(
    used: Sandbox, script: str, said: str
) -> None:
    before = used.read(ID)
    refused = edited(used, script)
    assert refused.code == 3
    assert said in refused.err
    assert str(kept(used)) in refused.err
    assert kept(used).read_bytes() != before.encode()
    assert kept(used).stat().st_mode & 0o077 == 0
    assert used.read(ID) == before
    assert used.status() == ""
    assert "DESK005" not in svcdesk(used.root, "check").out


@pytest.mark.parametrize("program", ["no-such-editor", "false", "'unclosed"])
def test_an_editor_that_does_not_work(used: Sandbox, program: str) -> None:
    refused = svcdesk(used.root, "edit", "001", env={"EDITOR": program, "VISUAL": ""})
    assert refused.code == 3
    assert program in refused.err
    assert "SVCDESK_EDITOR" in refused.err
    assert "Editing failed" not in refused.err


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_it_is_edited_again_on_a_terminal(used: Sandbox) -> None:
    once = 'grep -q "x_" "$1" && sed -i "/x_/d; s/打印机/打印机卡纸/" "$1" || echo "x_: [" >> "$1"'
    with on_terminal(used.root, ["edit", "001"], editor(used.root.parent, once)) as call:
        call.until("edit it again?")
        call.type("y\n")
        assert call.end() == 0, call.shown
    assert "打印机卡纸" in used.read(ID)
    assert not kept(used).exists()


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_it_is_gone_on_with_another_time(used: Sandbox) -> None:
    assert edited(used, "echo 'x_: [' >> \"$1\"").code == 3
    mended = editor(used.root.parent, 'sed -i "/x_/d; s/打印机/打印机卡纸/" "$1"')
    with on_terminal(used.root, ["edit", "001"], mended) as call:
        call.until("go on with your text")
        call.type("\n")
        assert call.end() == 0, call.shown
    assert "打印机卡纸" in used.read(ID)
