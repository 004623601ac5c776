"""Our channels: what they tell, and how they fail."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from svcdesk.errors import PluginFailed
from svcdesk.hookspecs import Means, Notice
from svcdesk.plugins import build_plugins

PLUGINS = build_plugins()
POSIX = pytest.mark.skipif(os.name == "nt", reason="a matter of POSIX")


def notice(subject: str = "SR-20241001-001: assign to engineer-2") -> Notice:
    return Notice(
        id="01J92V7KX8S6N8D0ZB5T7R1XWN/1",
        op="01J92V7KX8S6N8D0ZB5T7R1XWN",
        move="assign",
        subject=subject,
        record={"id": "SR-20241001-001", "title": "生产系统无法登录"},
        event={"do": "assign", "by": "dispatcher-1"},
        commit="0" * 40,
        desk="desk",
    )


def send(channel: str, settings: dict[str, object], told: Notice | None = None) -> None:
    PLUGINS.channel(channel).send(told or notice(), Means(settings))


def test_the_channels_are_those_that_are_promised() -> None:
    assert [one.name for one in PLUGINS.channels()] == ["console", "file", "command"]


# ── console ─────────────────────────────────────────────────────────────────────────────────────


def test_the_console_gets_one_line_that_commands_nothing() -> None:
    stream = io.StringIO()
    PLUGINS.channel("console").send(notice("a\x1b[2Jb\nc"), Means({}, stream))
    assert stream.getvalue() == "a\\x1b[2Jb\\nc\n"


def test_without_a_stream_of_its_own_it_is_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    PLUGINS.channel("console").send(notice(), Means())
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "SR-20241001-001: assign to engineer-2\n"


# ── file ────────────────────────────────────────────────────────────────────────────────────────


def test_the_file_grows_by_a_line_of_json_a_notice(tmp_path: Path) -> None:
    path = tmp_path / "notices.jsonl"
    send("file", {"path": str(path)})
    send("file", {"path": str(path)}, notice("two\nlines"))
    first, second = path.read_bytes().splitlines()
    assert json.loads(first) == notice().payload()
    assert json.loads(first)["schema"] == "svcdesk/notice/1"
    assert json.loads(second)["subject"] == "two\nlines"


@POSIX
def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "notices.jsonl"
    before = os.umask(0)
    try:
        send("file", {"path": str(path)})
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_path_may_begin_with_the_home(isolated: Path) -> None:
    send("file", {"path": "~/notices.jsonl"})
    assert (isolated / "notices.jsonl").exists()


@pytest.mark.parametrize("path", [None, "", "notices.jsonl", "./records/x", 7, ["/tmp/x"]])
def test_a_file_without_a_full_path_is_refused(path: object) -> None:
    """A path that depends on where one stands could lie in the repository."""
    with pytest.raises(PluginFailed, match="no path") as caught:
        send("file", {"path": path} if path is not None else {})
    assert caught.value.code == "E_CHANNEL"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone" / "x"):
        with pytest.raises(PluginFailed, match="cannot append to"):
            send("file", {"path": str(path)})


def test_lines_of_several_writers_never_mix(tmp_path: Path) -> None:
    path = tmp_path / "notices.jsonl"
    told = notice("x" * 20_000)

    def write() -> None:
        for _ in range(10):
            send("file", {"path": str(path)}, told)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = path.read_bytes().splitlines()
    assert len(lines) == 40
    assert all(json.loads(line) == told.payload() for line in lines)


# ── command ─────────────────────────────────────────────────────────────────────────────────────


def program(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_the_program_reads_the_notice_as_json(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = f"import sys; open({str(out)!r}, 'wb').write(sys.stdin.buffer.read())"
    send("command", {"argv": program(code)})
    assert json.loads(out.read_bytes()) == notice().payload()


def test_nothing_of_a_record_reaches_the_command_line_or_a_shell(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = f"import sys; open({str(out)!r}, 'w').write(repr(sys.argv[1:]))"
    arguments = ["$HOME", "`id`", "; touch x", "{subject}"]
    send("command", {"argv": [*program(code), *arguments]}, notice("$(touch x)"))
    assert out.read_text() == repr(arguments)


def test_the_program_is_told_nothing_of_our_git_and_stands_outside_the_repository(
    tmp_path: Path, isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise SystemExit('code of the repository ran')")
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "elsewhere")
    monkeypatch.setenv("KEPT", "yes")
    code = (
        "import json, os;"
        f"open({str(out)!r}, 'w').write(json.dumps([os.getcwd(), os.environ.get('KEPT'),"
        " [name for name in os.environ if name.startswith('GIT_')]]))"
    )
    send("command", {"argv": program(code)})
    assert json.loads(out.read_text()) == [str(isolated), "yes", []]


def test_a_program_that_fails_is_told_with_its_last_line() -> None:
    code = "import sys; sys.stderr.write('first\\nno \\x1b[31mpaper\\n\\n'); sys.exit(3)"
    with pytest.raises(PluginFailed) as caught:
        send("command", {"argv": program(code)})
    assert str(caught.value).endswith("ended with code 3: no \\x1b[31mpaper")


def test_a_program_may_leave_its_input_unread_and_say_much() -> None:
    big = notice("x" * 500_000)
    send("command", {"argv": program("pass")}, big)
    with pytest.raises(PluginFailed, match=r"code 1: y+$"):
        code = "import sys; sys.stderr.write('y' * 5_000_000); sys.exit(1)"
        send("command", {"argv": program(code)})


@POSIX
def test_a_program_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    child = f"import time; time.sleep(1); open({str(mark)!r}, 'w')"
    code = (
        "import subprocess, sys, time;"
        f"subprocess.Popen([sys.executable, '-c', {child!r}]);"
        "time.sleep(60)"
    )
    with pytest.raises(PluginFailed, match=r"took longer than 0\.4 s"):
        send("command", {"argv": program(code), "timeout": 0.4})
    time.sleep(1.2)
    assert not mark.exists()


@POSIX
def test_what_a_program_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    """The child keeps our standard error open until it may go, which is after `send`."""
    leave = tmp_path / "leave"
    child = f"import os, time\nwhile not os.path.exists({str(leave)!r}): time.sleep(0.05)"
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}])"
    send("command", {"argv": program(code), "timeout": 10})
    leave.touch()


@pytest.mark.parametrize("argv", [None, [], "notify", [7], {"a": "b"}])
def test_without_a_list_of_texts_there_is_nothing_to_run(argv: object) -> None:
    with pytest.raises(PluginFailed, match="no program"):
        send("command", {"argv": argv} if argv is not None else {})


def test_programs_are_found_on_path_never_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "mark"
    script = tmp_path / "notify"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    for name in ("./notify", "notify", "sub/notify"):
        with pytest.raises(PluginFailed, match="there is no program"):
            send("command", {"argv": [name]})
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    if os.name != "nt":
        send("command", {"argv": ["notify"]})
        assert mark.exists()


def test_a_program_that_cannot_be_started_is_named(tmp_path: Path) -> None:
    with pytest.raises(PluginFailed, match="cannot start"):
        send("command", {"argv": [str(tmp_path / "gone")]})


@pytest.mark.parametrize("timeout", [0, -1, "30", True, 1e9, float("nan")])
def test_a_timeout_is_a_number_of_seconds(timeout: object) -> None:
    with pytest.raises(PluginFailed, match="timeout"):
        send("command", {"argv": program("pass"), "timeout": timeout})


def test_no_channel_of_ours_runs_a_shell() -> None:
    import svcdesk.defaults.channels.command as module

    assert module.subprocess is subprocess
    assert "shell=True" not in Path(module.__file__).read_text()
