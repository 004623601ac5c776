"""What the example plugin offers, by itself and as svcdesk sees it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import svcdesk_example
from click.testing import CliRunner
from svcdesk_example.command import outbox
from svcdesk_example.numbering import yearly

from svcdesk.hookspecs import Means, Notice, NumberRequest, Rendering
from svcdesk.model.ids import serial_of
from svcdesk.model.table import Column, Table
from svcdesk.plugins import Plugins, build_plugins


@pytest.fixture
def plugins() -> Plugins:
    return build_plugins(extra=[("example", svcdesk_example)])


def request(*used: str) -> NumberRequest:
    def beginning(head: str) -> list[str]:
        return [one for one in used if one.startswith(head)]

    def highest(head: str) -> int:
        return max((serial_of(one, head) for one in used), default=0)

    return NumberRequest("SR", date(2026, 3, 1), bytes(10), beginning, highest)


def notice(subject: str = "SR-2026-0001: resolved") -> Notice:
    return Notice("op/event", "op", "resolve", subject, {}, {}, None, "desk")


@pytest.mark.parametrize(
    ("used", "next_id"),
    [
        ((), "SR-2026-0001"),
        (("SR-2026-0007", "SR-2026-0002", "SR-2025-0100"), "SR-2026-0008"),
        (("SR-2026-9999",), "SR-2026-10000"),
        (("SR-2026-K7QX",), "SR-2026-0001"),
    ],
)
def test_a_year_has_one_serial(used: tuple[str, ...], next_id: str) -> None:
    assert yearly(request(*used)) == next_id


def test_every_hook_is_a_hook(plugins: Plugins) -> None:
    entry = next(one for one in plugins.listing() if one.name == "example")
    assert entry.state == "loaded"
    assert len(entry.hooks) == 5
    assert plugins.problems == ()


def test_a_notice_becomes_a_file_and_a_repeat_replaces_it(plugins: Plugins, tmp_path: Path) -> None:
    means = Means({"folder": str(tmp_path / "out")})
    for _ in range(2):
        plugins.channel("outbox").send(notice(), means)
    (written,) = (tmp_path / "out").iterdir()
    assert written.name == "op-event.txt"
    assert written.read_text().startswith("SR-2026-0001: resolved\n")


def test_the_command_lists_the_folder_and_obeys_nothing_in_it(
    plugins: Plugins, tmp_path: Path
) -> None:
    plugins.channel("outbox").send(notice("\x1b[2Jgone"), Means({"folder": str(tmp_path)}))
    shown = CliRunner().invoke(outbox, [str(tmp_path)])
    assert shown.exit_code == 0
    assert shown.output == "op-event  \\x1b[2Jgone\n"


def test_tabs_inside_values_do_not_make_columns(plugins: Plugins) -> None:
    table = Table("t/1", "", [Column("id", "id"), Column("title", "title")], [["SR-1", "a\tb\nc"]])
    assert plugins.format("tsv").render(table, Rendering()) == "id\ttitle\nSR-1\ta b c\n"
