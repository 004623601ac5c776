"""Progress is shown on a terminal once work takes long, and every item comes through."""

from __future__ import annotations

import io
import shutil

import pytest

from svcdesk.cli import progress
from svcdesk.testing import Sandbox


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 1000])
def test_every_item_comes_through_once_and_in_order(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    monkeypatch.setattr("sys.stderr", Terminal())
    items = [str(number) for number in range(count)]
    assert list(progress.watched(items)) == items


def test_slow_work_draws_a_bar_and_quick_work_none(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [str(number) for number in range(500)]
    quick = Terminal()
    monkeypatch.setattr("sys.stderr", quick)
    list(progress.watched(items))
    assert quick.getvalue() == ""
    slow = Terminal()
    monkeypatch.setattr("sys.stderr", slow)
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    list(progress.watched(items))
    assert "100%" in slow.getvalue()


def test_a_pipe_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    assert len(list(progress.watched([str(number) for number in range(500)]))) == 500
    assert pipe.getvalue() == ""


def test_the_first_use_of_an_index_is_watched_and_the_next_is_not(
    monkeypatch: pytest.MonkeyPatch, desk: Sandbox
) -> None:
    for number in range(5):
        desk.open().new("request", {"description": f"打印机 {number}", "requester.name": "李*"})
    shutil.rmtree(desk.root / ".git" / "svcdesk" / "index", ignore_errors=True)
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    monkeypatch.setattr(progress, "_EVERY", 1)
    for bar in ("100%", ""):
        terminal = Terminal()
        monkeypatch.setattr("sys.stderr", terminal)
        asked = desk.open()
        asked.watch = progress.watched
        assert asked.find("").total == 5
        assert bar in terminal.getvalue()
        assert bool(terminal.getvalue()) == bool(bar)
