"""What somebody new to the desk gets wrong: each slip is told in words, with the way out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command_runner import svcdesk

import svcdesk as svcdesk_package
from svcdesk.testing import Sandbox

PEOPLE = "records/people.yaml"
NEW = ("new", "--description", "打印机", "--requester", "李*", "--channel", "phone")
LANGUAGES = ("en", "zh")


@pytest.fixture
def opened(desk: Sandbox) -> Sandbox:
    """A desk with one request."""
    assert svcdesk(desk.root, *NEW).code == 0
    return desk


# ── people ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("said", ["nobody", "requester"])
def test_a_supervisor_is_somebody_of_the_desk(desk: Sandbox, said: str) -> None:
    before = desk.read(PEOPLE)
    for typed in (("add", "li"), ("set", "engineer-1")):
        refused = svcdesk(desk.root, "people", *typed, "--supervisor", said)
        assert (refused.code, f"“{said}”" in refused.err) == (3, True)
    assert desk.read(PEOPLE) == before
    near = svcdesk(desk.root, "people", "add", "li", "--supervisor", "enginer-1")
    assert "engineer-1" in near.err
    assert svcdesk(desk.root, "people", "add", "li", "--supervisor", "engineer-1").code == 0


def test_a_supervisor_whom_nobody_lists_is_found(desk: Sandbox) -> None:
    desk.edit(PEOPLE, "people:\n", "people:\n  - id: li\n    supervisor: enginer-1\n")
    found = svcdesk(desk.root, "check", "--format", "json").json()["items"]
    [item] = [one for one in found if one["code"] == "DESK011"]
    line = desk.read(PEOPLE).splitlines().index("    supervisor: enginer-1") + 1
    assert (item["path"], item["line"]) == (PEOPLE, line)
    assert "engineer-1" in item["hint"]


# ── forms ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("path", "old", "new", "example"),
    [
        (PEOPLE, "people:\n", "people:\n  - id: a b\n", "<"),
        (PEOPLE, "people:\n", "people:\n  - id: li\n    emails: [li]\n", "li@example.com"),
        ("records/desk.yaml", "zone:", 'plugins: ["a b"]\nzone:', "svcdesk-ci"),
        ("records/desk.yaml", "zone:", 'routes: {"A B": []}\nzone:', "assign"),
        ("records/policies/after-sales.yaml", "duration: 24h", "duration: 3 days", "3wd"),
        ("records/policies/after-sales.yaml", "at: 80%", "at: early", "-30m"),
    ],
)
def test_a_form_is_said_in_words(
    desk: Sandbox, lang: str, path: str, old: str, new: str, example: str
) -> None:
    desk.edit(path, old, new)
    found = svcdesk(desk.root, "check", "--format", "json", lang=lang)
    said = [f"{one['message']} {one['hint']}" for one in found.json()["items"]]
    assert any(example in one for one in said)
    assert not [one for one in said if re.search(r"\^|\[[^]]*-", one)]


# ── work, and options that take what begins with a hyphen ─────────────────────────────────────


@pytest.mark.parametrize("typed", [("--effort", "-3"), ("--effort=-3",), ("--effort", "3 days")])
def test_a_time_worked_that_is_none(opened: Sandbox, typed: tuple[str, ...]) -> None:
    refused = svcdesk(opened.root, "step", "001", "-m", "更换定影组件", *typed)
    assert refused.code == 2
    assert "no time worked" in refused.err
    assert "1h30m" in refused.err


def test_a_time_worked_in_minutes(opened: Sandbox) -> None:
    assert svcdesk(opened.root, "step", "001", "-m", "更换定影组件", "--effort", "90分钟").code == 0
    kept = svcdesk(opened.root, "show", "IR-20241001-001", "--format", "json").json()["items"]
    assert kept[0]["record"]["effort_hours"] == 1.5


def test_what_an_option_takes_may_begin_with_a_hyphen(opened: Sandbox) -> None:
    done = svcdesk(
        opened.root, "step", "001", "-m", "更换定影组件", "--root-cause", "- 定影组件老化"
    )
    assert done.code == 0, done.err


# ── one way to speak to people ────────────────────────────────────────────────────────────────


def test_chinese_sentences_say_you_in_one_way() -> None:
    catalogue = Path(svcdesk_package.__file__).parent / "locale/zh/LC_MESSAGES/svcdesk.po"
    assert "您" not in catalogue.read_text(encoding="utf-8")
