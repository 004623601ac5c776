"""What shells are told at a key press."""

from __future__ import annotations

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox


def complete(desk: Sandbox, line: str) -> list[str]:
    """The words that bash is offered for the last word of `line`."""
    words = line.split(" ")
    env = {
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_SVCDESK_COMPLETE": "bash_complete",
    }
    done = svcdesk(desk.root, env=env)
    assert done.err == ""
    return [one.partition(",")[2] for one in done.out.split()]


@pytest.fixture
def busy(desk: Sandbox) -> Sandbox:
    opened = desk.open()
    for description in ("登录失败", "打印机缺纸"):
        opened.new("request", {"description": description, "requester.name": "李*"})
    return desk


def test_ids_are_completed_from_any_part(busy: Sandbox) -> None:
    both = {"SR-20241001-001", "SR-20241001-002"}
    assert set(complete(busy, "svcdesk show SR-2024")) == both
    assert set(complete(busy, "svcdesk assign 00")) == both
    assert complete(busy, "svcdesk assign 002") == ["SR-20241001-002"]


def test_titles_come_with_ids_where_a_shell_shows_them(busy: Sandbox) -> None:
    env = {
        "COMP_WORDS": "svcdesk show 002",
        "COMP_CWORD": "002",
        "_SVCDESK_COMPLETE": "fish_complete",
    }
    assert svcdesk(busy.root, env=env).out == "plain,SR-20241001-002\t打印机缺纸\n"


def test_people_moves_fields_and_values_are_completed(busy: Sandbox) -> None:
    assert complete(busy, "svcdesk assign 001 eng") == ["engineer-1"]
    assert "resolve" in complete(busy, "svcdesk do 001 res")
    assert complete(busy, "svcdesk set 001 requester.aud") == ["requester.audience="]
    assert complete(busy, "svcdesk set 001 priority=") == [
        "priority=P1",
        "priority=P2",
        "priority=P3",
    ]


def test_outside_a_desk_nothing_is_offered_and_nothing_fails(
    tmp_path: object, desk: Sandbox
) -> None:
    assert complete(Sandbox(desk.root.parent), "svcdesk show SR") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_every_shell_has_its_script(desk: Sandbox, shell: str) -> None:
    done = svcdesk(desk.root, "completion", shell)
    assert done.code == 0
    assert "_SVCDESK_COMPLETE" in done.out
