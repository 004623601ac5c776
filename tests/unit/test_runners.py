"""What is printed into the log of a CI runner is shown there, and never obeyed.

The runner's reading is told in our own words from actions/runner, ActionCommand.cs: a command at
the beginning of a line, white space aside; else the older form anywhere in it.
"""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.cli.output import Output
from svcdesk.defaults.formats.json import dumps
from svcdesk.i18n import T
from svcdesk.terminal.runners import disarm

NAMES = ("error", "warning", "add-mask", "set-output", "stop-commands", "group", "debug")
_NEW = re.compile(r"::(\S+)(?: .*?)?::")
_OLD = re.compile(r"##\[([^\] ]+)(?: [^\]]*)?\]")
_NOTHING = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


def obeyed(log: str) -> list[str]:
    """The commands that a runner finds in a log, reading a carriage return as a line's end."""
    found = []
    for raw in re.split(r"[\r\n]", log):
        line = _NOTHING.sub("", raw).lstrip()
        command = _NEW.match(line) or _OLD.search(line)
        if command and command[1] in NAMES:
            found.append(command[1])
    return found


@pytest.mark.parametrize(
    "text",
    [
        "::add-mask::secret", "  ::error file=a::b", "ok\n::stop-commands::t\n", "a\r::error::b",
        "a ##[add-mask]b", "##[error file=a;line=1]b", "\u3000::error::b", "\ufeff::error::b",
        "#\u200b#[error]b", ":\u200d:error::b", "a\n\n \t::group::b", "\x85::error::x",
    ],
)  # fmt: skip
@pytest.mark.case(73)
def test_a_command_is_disarmed(text: str) -> None:
    assert obeyed(text)
    assert obeyed(disarm(text)) == []


def test_what_is_no_command_stays_as_it_is() -> None:
    for text in (
        "a::b",
        "C++ std::string",
        "# 标题",
        "## heading",
        "#1 #[x]",
        "::",
        "工单：：",
        "",
    ):
        assert disarm(text) == text or text == "::"


PIECES = st.sampled_from(
    [
        ":",
        "::",
        "##[",
        "#",
        "[",
        "]",
        "error",
        "add-mask",
        " ",
        "\n",
        "\r",
        "\u200b",
        "工",
        "\x1b[31m",
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_nothing_is_obeyed_in_whatever_is_shown(text: str) -> None:
    assert obeyed(disarm(text)) == []
    assert re.sub(" ", "", disarm(text)) == re.sub(" ", "", text)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_json_is_never_obeyed_and_says_the_same(text: str) -> None:
    made = dumps({"title": text}, indent=2)
    assert json.loads(made) == {"title": text}
    assert obeyed(made) == []
    assert disarm(made) == made


@pytest.mark.parametrize(("running", "shown"), [("true", "# #[error]x\n"), ("", "##[error]x\n")])
def test_all_that_is_printed_in_a_runner_is_disarmed(
    capsys: pytest.CaptureFixture[str], running: str, shown: str
) -> None:
    out = Output(pager=False, environ={"GITHUB_ACTIONS": running} if running else {})
    out.out("##[error]x")
    out.out("##[error]x", raw=True)
    out.out("##[error]x\n", styled=True)
    out.err(T("{said}", said="##[error]x"))
    assert capsys.readouterr() == (shown * 3, shown)


def test_commands_and_files_are_left_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Output(pager=False, environ={"GITHUB_ACTIONS": "true"})
    out.out("::error::x", raw=True, commands=True)
    assert capsys.readouterr().out == "::error::x\n"
    with (tmp_path / "list.csv").open("w") as file:
        monkeypatch.setattr(sys, "stdout", file)
        out.out("::error::x", raw=True)
    assert (tmp_path / "list.csv").read_text() == "::error::x\n"
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    out.out("::error::x", raw=True)
    assert sys.stdout.getvalue() == ": :error::x\n"
