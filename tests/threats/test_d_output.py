"""Whatever a text, a name or another program says: a terminal shows it and does not obey it."""

from __future__ import annotations

import os
import re

import pytest
from tests.commands.command_runner import Outcome, svcdesk
from tests.threats.held_calls import hook
from tests.threats.pseudo_terminal import on_terminal
from tests.threats.threat_helpers import FIRST, FOLDER, copy_as, new_request, unchanged

from svcdesk.testing import Sandbox

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")

# What terminals obey: the title, the clipboard, a link, clearing, C1's CSI, overwriting, the bell.
COMMANDS = {
    "title": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;b3duZWQ=\x07",
    "link": "\x1b]8;;http://x.example\x1b\\here\x1b]8;;\x1b\\",
    "clear": "\x1b[2J\x1b[H",
    "C1": "\x9b2J",
    "overwrite": "all is well\rnothing is",
    "bell": "\x07\x08\x7f",
}
TURNING = "付\u202e款\u2066单\u200b号"
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_STYLES = re.compile(r"\x1b\[(?:[0-9;]*)m")
READERS = [
    ["list"], ["show", FIRST], ["log", FIRST], ["check"], ["report", "summary"], [],
    ["explain", "E_CTRL"], ["doctor"], ["people"], ["sla", "check"],
]  # fmt: skip
FORMATS = ["table", "json", "jsonl", "csv", "markdown", "html", "ids"]


def obeyed(text: str) -> list[str]:
    """Characters that a terminal would act on, or that hide or turn what is read."""
    return _OBEYED.findall(text)


def harmless(done: Outcome) -> bool:
    return not obeyed(done.out) and not obeyed(done.err)


@pytest.fixture
def hostile(desk: Sandbox) -> Sandbox:
    """A desk whose texts turn the direction of reading, as a person may write in an e-mail."""
    new_request(desk, title="付款单号", description=f"第一行\n{TURNING}")
    done = svcdesk(desk.root, "message", FIRST, "-m", TURNING)
    assert done.code == 0, done.err
    return desk


@pytest.mark.case(65)
@pytest.mark.parametrize("what", COMMANDS)
def test_a_title_that_commands_never_enters_and_is_told_without_being_obeyed(
    desk: Sandbox, what: str
) -> None:
    with unchanged(desk):
        done = svcdesk(desk.root, "new", "--title", f"打印机{COMMANDS[what]}", "--description", "x",
                       "--requester", "李*")  # fmt: skip
        assert done.code in (0, 3) if what == "overwrite" else done.code == 3, done.err
        assert harmless(done)
        if done.code == 0:  # a carriage return is a line end, and a title has one line
            desk.git("reset", "--quiet", "--hard", "HEAD~1")


@pytest.mark.case(65)
def test_files_that_hold_one_are_named_and_not_shown(desk: Sandbox) -> None:
    new_request(desk, title="付款单号")
    bad = [f"SR-20241001-{number:03}" for number in range(2, 2 + len(COMMANDS))]
    for record_id, command in zip(bad, COMMANDS.values(), strict=True):
        copy_as(desk, FIRST, record_id, "付款单号", f"付款{command}单号")
    desk.commit("from another tool")
    for argv in READERS:
        done = svcdesk(desk.root, *argv)
        assert done.code != 4, done.err
        assert harmless(done), argv
    for record_id in bad:
        done = svcdesk(desk.root, "show", record_id)
        assert done.code == 3
        assert harmless(done)
        assert f"{FOLDER}/{record_id}.yaml:" in done.err


@pytest.mark.case(65)
@pytest.mark.parametrize("format_", FORMATS)
def test_what_turns_or_hides_is_shown_by_its_code_in_every_format(
    hostile: Sandbox, format_: str
) -> None:
    for argv in READERS:
        done = svcdesk(hostile.root, *argv, "--format", format_)
        assert done.code in ((0, 1, 2) if format_ == "ids" else (0, 1)), (argv, done.err)
        data = format_ in ("csv", "json", "jsonl", "html", "markdown")
        found = obeyed(done.out if not data else _STYLES.sub("", done.out))
        assert not found or (data and set(found) <= set(TURNING) | {"\r", "\ufeff"}), (argv, found)
        assert not obeyed(done.err)
        if data and format_ in ("json", "jsonl"):
            assert not found


@pytest.mark.case(65)
@pytest.mark.parametrize("argv", [["list"], ["show", FIRST], ["log", FIRST]], ids=lambda a: a[0])
@pytest.mark.parametrize("format_", ["table", "markdown", "csv", "json", "html"])
def test_on_a_terminal_nothing_but_our_own_styles_is_sent(
    hostile: Sandbox, argv: list[str], format_: str
) -> None:
    call_argv = ["--no-pager", *argv, "--format", format_]
    with on_terminal(hostile.root, call_argv, {"NO_COLOR": ""}) as call:
        assert call.end() == 0, call.shown
    assert not obeyed(_STYLES.sub("", call.shown.replace("\r", "")))
    if argv[0] == "log" or (argv[0] == "show" and format_ in ("table", "json")):
        assert "202e" in call.shown


@pytest.mark.case(66)
def test_words_of_the_call_come_back_by_their_codes(desk: Sandbox) -> None:
    bad = COMMANDS["title"] + COMMANDS["clear"] + "\u202e"
    for argv in (
        ["show", bad], [bad], ["list", bad], ["list", f"--{bad}"], ["-C", bad, "list"],
        ["list", "--format", bad], ["assign", "001", bad], ["new", bad], ["set", "001", f"{bad}=1"],
        ["promise", "001", bad], ["explain", bad], ["report", bad], ["--lang", bad, "list"],
        ["attach", "001", bad], ["schema", "show", bad], ["merge", bad], ["people", "add", bad],
        ["new", "--field", f"description=@{bad}"], ["import", bad, "--mapping", bad],
    ):  # fmt: skip
        for style in ((), ("--format", "json"))[: 2 if argv in (["show", bad], [bad]) else 1]:
            with unchanged(desk):
                done = svcdesk(desk.root, *style, *argv)
            assert done.code in ((0,) if argv[:2] == ["list", bad] else (2, 3)), (argv, done.err)
            assert harmless(done), (argv, done.err)


@pytest.mark.case(66)
def test_what_git_and_hooks_say_comes_by_its_codes(desk: Sandbox) -> None:
    octal = "".join(f"\\{byte:03o}" for byte in (COMMANDS["title"] + COMMANDS["C1"]).encode())
    hook(desk, "pre-commit", f"printf '{octal}no\\n' >&2; exit 1")
    with unchanged(desk):
        done = svcdesk(desk.root, "new", "--description", "x", "--requester", "李*")
    assert done.code == 3
    assert "no" in done.err
    assert harmless(done)


@pytest.mark.case(66)
def test_file_branch_and_author_names_come_by_their_codes(desk: Sandbox) -> None:
    new_request(desk)
    desk.write(f"{FOLDER}/a{COMMANDS['clear']}b.yaml", "id: x\n")
    desk.write(f"{FOLDER}/a\u202eb.yaml", "id: x\n")
    desk.edit(FIRST, "生产系统无法登录", "系统无法登录")
    desk.git("checkout", "--quiet", "-b", "side\u202eside")
    env = {"GIT_AUTHOR_NAME": f"engineer{COMMANDS['title']}1", "GIT_COMMITTER_NAME": "x\u202ey"}
    desk.git("add", "--all")
    desk.git("commit", "--quiet", "--message", f"by hand {COMMANDS['clear']}", env=env)
    for argv in (*READERS, ["adopt", "--dry-run"], ["start", FIRST]):
        done = svcdesk(desk.root, *argv, env=env)
        assert done.code != 4, done.err
        assert harmless(done), (argv, done.out, done.err)


MARKUP = ["[bold]x[/bold]", "[link=http://x.example]x[/link]", "{0.__class__}", "{title}", "%(x)s",
          "%s %d %", "$HOME `id`", "\\x1b[31m", "<b>&lt;", "{{7*7}}", "{", "}"]  # fmt: skip


@pytest.mark.case(67)
def test_markup_and_templates_in_a_title_stay_as_they_are(desk: Sandbox) -> None:
    ids = [new_request(desk, title=title) for title in MARKUP]
    shown = svcdesk(desk.root, "show", *ids).out
    assert all(title in shown for title in MARKUP)
    noted = svcdesk(desk.root, "note", FIRST, "-m", " ".join(MARKUP))
    assert noted.code == 0, noted.err
    assert " ".join(MARKUP) in svcdesk(desk.root, "log", FIRST, "--format", "csv").out.replace(
        '""', '"'
    )
    listed = svcdesk(desk.root, "list").out
    assert all(title in listed for title in MARKUP)
    assert "49" not in listed


@pytest.mark.case(67)
def test_markup_and_templates_in_the_words_of_a_call_are_words(desk: Sandbox) -> None:
    new_request(desk)
    word = " ".join(MARKUP)
    for argv in (["show", "--", word], ["assign", "001", "--", word], ["explain", word], [word]):
        done = svcdesk(desk.root, *argv)
        assert done.code in (2, 3), done.err
        assert word in done.err or word.upper() in done.err, (argv, done.err)
