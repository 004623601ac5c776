"""What a person sees of time limits: a bar a target, groups by what matters first."""

from __future__ import annotations

import re
import unicodedata

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox

POLICY = """\
from: 2000-01-01
targets:
  response:
    clock: 24x7
    duration: 1h
  resolution:
    clock: 24x7
    duration: 4h
"""
SIGNS = "█░▒·▼│"


def at(clock: str, day: int = 10) -> str:
    return f"2024-10-{day:02}T{clock}:00+08:00"


@pytest.fixture
def desk(desk: Sandbox) -> Sandbox:
    desk.write("records/policies/delivery-template.yaml", POLICY)
    desk.commit("four hours")
    return desk


def new(desk: Sandbox, clock: str) -> str:
    made = svcdesk(
        desk.root, "new", "--requester", "李*", "--description", f"登录失败 {clock}", "--type",
        "consultation", "--priority", "P2", "--channel", "online", at=at(clock),
    )  # fmt: skip
    assert made.code == 0, made.err
    (found,) = re.findall(r"SR-[0-9-]+[0-9]", made.out.splitlines()[0])[:1]
    return str(found)


def bars(text: str) -> dict[str, str]:
    """Target → its bar."""
    found = re.findall(rf"^SR-\S+ (\S+) .*? ([{SIGNS}]{{12,}}) ", text, re.MULTILINE)
    return dict(found)


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def test_the_bar_shows_what_counted_what_waited_now_and_due(desk: Sandbox) -> None:
    new(desk, "09:00")
    assert svcdesk(desk.root, "take", "001", "--eta", "12:00", at=at("09:30")).code == 0
    assert svcdesk(desk.root, "start", "001", at=at("09:31")).code == 0
    assert svcdesk(desk.root, "wait", "001", "--for", "customer", at=at("10:00")).code == 0
    assert svcdesk(desk.root, "resume", "001", at=at("11:00")).code == 0
    shown = svcdesk(desk.root, "sla", "show", "001", at=at("12:00"))
    # 5 hours in 48 signs: 1 h counted, 1 h waiting, 1 h counted, now, 2 h to come, due
    found = bars(shown.out)
    assert found["resolution"] == "█" * 9 + "▒" * 10 + "█" * 9 + "▼" + "·" * 18 + "│"
    assert found["response"] == "█" * 24 + "·" * 23 + "│"  # met after half of its hour
    assert shown.out.splitlines()[-1] == (
        "█ counted  ░ skipped  ▒ waiting  · to come  ▼ now  │ due"
    )
    assert "2024-10-10 09:00 █" in shown.out and "│ 2024-10-10 14:00" in shown.out
    explained = svcdesk(
        desk.root, "sla", "explain", "001", "--target", "resolution", at=at("12:00")
    )
    assert f"  {found['resolution']}\n" in explained.out
    assert "█ counted" in explained.out


def test_hours_that_are_skipped_and_what_is_late_are_seen(desk: Sandbox) -> None:
    desk.write("records/policies/delivery-template.yaml", POLICY.replace("24x7", "office"))
    new(desk, "11:00")  # 1 h to noon, a break of 1 h 30 min, 3 h to 16:30
    shown = bars(svcdesk(desk.root, "sla", "show", "001", at=at("11:30")).out)
    assert shown["resolution"] == "█" * 4 + "▼" + "·" * 42 + "│"
    late = bars(svcdesk(desk.root, "sla", "show", "001", at=at("17:30")).out)["resolution"]
    assert re.fullmatch("█{7}░{11}█{22}│█{6}▼", late), late


def test_bars_stand_below_one_another_beside_chinese_names(desk: Sandbox) -> None:
    new(desk, "09:00")
    shown = svcdesk(desk.root, "sla", "show", "001", at=at("09:30"), lang="zh")
    lines = [line for line in shown.out.splitlines() if re.search(f"[{SIGNS}]{{12}}", line)]
    assert len(lines) == 2
    assert (
        len({columns(line[: re.search(f"[{SIGNS}]{{12}}", line).start()]) for line in lines}) == 1
    )
    assert len({columns(line) for line in lines}) == 1


def test_in_a_terminal_the_bars_keep_to_its_width_and_have_colour(desk: Sandbox) -> None:
    from svcdesk.reports.sla_bar import timeline
    from svcdesk.reports.sla_targets import judged

    new(desk, "09:00")
    opened = desk.open()
    record = opened.load("001").record
    moment = desk.clock.now.replace(year=2024, month=10, day=10, hour=2)
    answer = opened.sla.ledger(record, moment)
    assert answer is not None
    targets = judged(record, answer.entries, answer.at, 0)
    plain = timeline(targets, opened.facts.zone, moment, width=90)
    assert all(columns(line) <= 90 for line in plain)
    coloured = timeline(targets, opened.facts.zone, moment, width=90, colour=True)
    assert [re.sub("\x1b\\[[0-9;]*m", "", line) for line in coloured] == plain
    assert coloured != plain


def test_other_formats_have_no_bars(desk: Sandbox) -> None:
    new(desk, "09:00")
    for name in ("json", "csv", "markdown"):
        shown = svcdesk(desk.root, "sla", "show", "001", "--format", name, at=at("09:30"))
        assert not re.search("[█▼]", shown.out)
    assert "█" not in svcdesk(desk.root, "sla", "show", "001", at=at("08:00")).out


def test_check_groups_by_what_matters_first(desk: Sandbox) -> None:
    for clock in ("06:00", "08:30", "12:00"):
        new(desk, clock)
        # the response is met, so that only the resolutions are left
        svcdesk(desk.root, "take", "00" + str(1 + ("06:00", "08:30", "12:00").index(clock)),
                "--eta", "18:00", at=at(clock))  # fmt: skip
    shown = svcdesk(desk.root, "sla", "check", at=at("12:00")).out
    headings = re.findall(r"^(breached|at risk|next|met) \(\d\)$", shown, re.MULTILINE)
    assert headings == ["breached", "at risk", "next"]
    parts = re.split(r"^(?:breached|at risk|next) \(\d\)$", shown, flags=re.MULTILINE)
    assert [re.findall(r"SR-20241010-(\d+)", part) for part in parts] == [
        [], ["001"], ["002"], ["003"],
    ]  # fmt: skip
    assert "met (" in svcdesk(desk.root, "sla", "check", "--all", at=at("12:00")).out
    assert "已超时 (1)" in svcdesk(desk.root, "sla", "check", at=at("12:00"), lang="zh").out
    data = svcdesk(desk.root, "sla", "check", "--format", "csv", at=at("12:00")).out
    assert "(1)" not in data
