"""The way out: streams, colour, escaping, a pager for long text, readers who leave."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from svcdesk.cli.output import Output
from svcdesk.errors import Refused
from svcdesk.i18n import T

HOSTILE = "\x1b[2J数据\x9b\u202e"
SHOWN = r"\x1b[2J数据\x9b\u202e"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Make stdout a terminal for the rest of the test."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    return stream


def output(pager: str | bool | None = False, **environ: str) -> Output:
    return Output(pager=pager, environ=environ)


def test_results_and_the_rest_go_their_own_ways(capsys: pytest.CaptureFixture[str]) -> None:
    out = output()
    out.out("result")
    out.err("remark")
    assert capsys.readouterr() == ("result\n", "remark\n")


@pytest.mark.case(66)
def test_hostile_text_is_shown_on_both_streams(capsys: pytest.CaptureFixture[str]) -> None:
    out = output()
    out.out(HOSTILE)
    out.err(T("git said: {said}", said=HOSTILE))
    assert capsys.readouterr() == (f"{SHOWN}\n", f"git said: {SHOWN}\n")


def test_only_our_own_sentence_can_begin_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    output().out(T("{one}\n  {two}", one="a\nb", two=T("({inner})", inner="c\nd")))
    assert capsys.readouterr().out == "a\\nb\n  (c\\nd)\n"


def test_several_lines_where_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    out = output()
    out.out("one\ntwo\x1b", multiline=True)
    out.out(T("{both}", both="one\ntwo"), multiline=True)
    assert capsys.readouterr().out == "one\ntwo\\x1b\none\ntwo\n"


@pytest.mark.case(67)
def test_markup_in_texts_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    output().out(T("{title}", title="{0.__class__} %(x)s $x [b]"))
    assert capsys.readouterr().out == "{0.__class__} %(x)s $x [b]\n"


def test_numbers_in_a_sentence_keep_their_format(capsys: pytest.CaptureFixture[str]) -> None:
    output().out(T("{share:.1f} % of {total:,}", share=12.345, total=1204))
    assert capsys.readouterr().out == "12.3 % of 1,204\n"


def test_data_is_exact_in_a_pipe_and_shown_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output().out('{"a": "\u202e"}', raw=True)
    assert capsys.readouterr().out == '{"a": "\u202e"}\n'
    terminal = on_terminal(monkeypatch)
    output().out('{"a": "\u202e"}\n', raw=True)
    assert terminal.getvalue() == '{"a": "\\u202e"}\n'


def test_a_formats_text_keeps_line_ends_in_a_pipe_and_commands_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = output()
    out.out("\ufeffa,b\r\n1,\x1b[2J\r\n", styled=True)
    out.out("", styled=True)
    assert capsys.readouterr().out == "\ufeffa,b\r\n1,\\x1b[2J\r\n"


def test_a_formats_text_on_a_terminal_keeps_only_our_styles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = on_terminal(monkeypatch)
    output().out("\x1b[33mrisk\x1b[0m \x1b[8m\u202e\n", styled=True)
    assert terminal.getvalue() == "\x1b[33mrisk\x1b[0m \\x1b[8m\\u202e\n"


@pytest.mark.parametrize(
    ("environ", "terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_colour_is_for_terminals_unless_the_environment_says_otherwise(
    environ: dict[str, str], terminal: bool, in_pipe: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert output(**environ).colour is in_pipe
    output(**environ).out("late", style="breach")
    assert ("\x1b[" in sys.stdout.getvalue()) is in_pipe  # type: ignore[attr-defined]
    on_terminal(monkeypatch)
    assert output(**environ).colour is terminal


def test_a_pipe_has_no_width(capsys: pytest.CaptureFixture[str]) -> None:
    assert output(COLUMNS="100").width is None


def test_a_terminal_has_the_width_that_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    on_terminal(monkeypatch)
    assert output(COLUMNS="132").width == 132
    assert output(COLUMNS="wide").width == 80


def test_an_encoding_without_chinese_gets_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, encoding="ascii"))
    output().out("数据 ok")
    output().out('"\udc9b"', raw=True)
    assert buffer.getvalue() == b'\\u6570\\u636e ok\n"\\udc9b"\n'


def _pager(folder: Path) -> str:
    """A command that keeps what it is given, and says what it was called with."""
    script = folder / "pager.py"
    script.write_text(
        "import os, sys; "
        "sys.stdout = open(sys.argv[1], 'w', encoding='utf-8'); "
        "print(os.environ['LESS']); print(sys.stdin.buffer.read().decode(), end='')",
        encoding="utf-8",
    )
    return f"'{sys.executable}' '{script}' '{folder / 'paged'}'"


def test_long_text_on_a_terminal_is_paged_escaped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    terminal = on_terminal(monkeypatch)
    environ = {**os.environ, "LINES": "5"}
    Output(pager=_pager(tmp_path), environ=environ).out("行\x1b\n" * 9, styled=True, page=True)
    assert (tmp_path / "paged").read_text(encoding="utf-8") == "FRX\n" + "行\\x1b\n" * 9
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(
    ("pager", "lines", "environ"),
    [
        (None, 3, {"PAGER": "no-such-program-x"}),
        (None, 9, {"PAGER": "no-such-program-x"}),
        (None, 9, {"PAGER": ""}),
        (None, 9, {"PAGER": "cat"}),
        (None, 9, {"PAGER": "'unbalanced"}),
        (False, 9, {}),
        (None, 9, {"TERM": "dumb"}),
    ],
)
def test_without_need_or_means_it_is_printed(
    monkeypatch: pytest.MonkeyPatch, pager: str | bool | None, lines: int, environ: dict[str, str]
) -> None:
    terminal = on_terminal(monkeypatch)
    output(pager, LINES="5", **environ).out("x\n" * lines, multiline=True, page=True)
    assert terminal.getvalue().count("x\n") == lines


def test_nothing_is_paged_in_a_pipe(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    output(_pager(tmp_path), LINES="5").out("x\n" * 9, styled=True, page=True)
    assert capsys.readouterr().out == "x\n" * 9


READER_LEAVES = """
import sys
from svcdesk.cli.output import Output
from svcdesk.errors import Refused
out = Output(pager=False)
for number in range(20_000):
    out.out(f"line {number}")
out.err("went on to the end")
"""


def test_a_reader_who_leaves_stops_nothing() -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    writer = subprocess.Popen(
        [sys.executable, "-c", READER_LEAVES],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=buffered,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"line 0\n"
    writer.stdout.close()
    assert writer.stderr is not None
    assert writer.stderr.read() == b"went on to the end\n"
    assert writer.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_another_failure_of_the_disk_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(Refused, match="the disk is full") as caught:
            output().out("x")
        assert caught.value.code == "E_OUTPUT"
        monkeypatch.undo()
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())


def test_a_real_terminal_gets_colour_and_columns() -> None:
    ours, theirs = pytest.importorskip("pty").openpty()
    code = (
        "from svcdesk.cli.output import Output; out = Output(pager=False); "
        "out.out('late', style='breach'); out.out(str(out.width))"
    )
    environ = {**os.environ, "COLUMNS": "91", "TERM": "xterm"}
    environ.pop("NO_COLOR", None)
    subprocess.run([sys.executable, "-c", code], stdout=theirs, check=True, env=environ)
    os.close(theirs)
    seen = os.read(ours, 4096)
    os.close(ours)
    assert seen.split() == [b"\x1b[1;31mlate\x1b[0m", b"91"]
