"""The READMEs: every command in them is run as it stands there, and the two say the same."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from svcdesk.cli.main import COMMANDS
from svcdesk.testing import isolated_environment

ROOT = Path(__file__).resolve().parents[2]
README = {
    language: (ROOT / name).read_text(encoding="utf-8")
    for language, name in (("en", "README.md"), ("zh", "README.zh-CN.md"))
}
TOUR = "../svcdesk-tour"
NOW = "2024-10-10T09:30:00+08:00"
_CODE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"  # exit ([0-9]+)$")


def blocks(language: str, sort: str) -> list[list[str]]:
    """The lines of the code blocks of a sort (`console`, `sh`)."""
    return [body.splitlines() for one, body in _CODE.findall(README[language]) if one == sort]


def headings(language: str) -> list[str]:
    return re.findall(r"^(#+ .+)$", _CODE.sub("", README[language]), re.MULTILINE)


def test_code_and_headings_are_the_same_in_both_languages() -> None:
    assert _CODE.findall(README["en"]) == _CODE.findall(README["zh"])
    english, chinese = headings("en"), headings("zh")
    assert [one.partition(" ")[0] for one in english] == [one.partition(" ")[0] for one in chinese]
    alike = {one for one in english if one in chinese}
    assert alike == {"# svcdesk"}, "the others are translated, one to one"


def test_both_link_to_the_same_pages() -> None:
    def targets(language: str) -> list[str]:
        found = re.findall(r"\]\(([^)]+)\)", README[language])
        return sorted({re.sub(r"\.(zh-CN|zh|en)(?=\.)", "", one) for one in found})

    assert targets("en") == targets("zh")


def test_the_first_commands_are_tasks_that_there_are() -> None:
    tasks = runpy.run_path(str(ROOT / "dev.py"))["TASKS"]
    (typed,) = blocks("en", "sh")
    assert typed == ["python3 dev.py demo", "python3 dev.py test"]
    assert all(line.split()[-1] in tasks for line in typed)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_has_every_command_in_its_group(language: str) -> None:
    rows = re.findall(r"^\| [^|`]+ \| (`init`.*|`new`.*|`message`.*|`classify`.*|`sync`.*|`sla`.*) \|$",
                      README[language], re.MULTILINE)  # fmt: skip
    shown = [re.findall(r"`([a-z-]+)`", row) for row in rows]
    assert shown == [[name for name, _, _ in group] for group in COMMANDS.values()]


@pytest.mark.skipif(shutil.which("bash") is None, reason="the tour is typed in bash")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_runs_as_it_stands_there(language: str, tmp_path: Path) -> None:
    """All in one shell, one after the other, each with the exit code that it announces.

    The moment is fixed, so that midnight cannot fall between two commands.
    """
    typed = [line for block in blocks(language, "console") for line in block]
    assert len(typed) >= 40
    assert all(line.startswith("$ ") for line in typed)
    (tmp_path / "checkout").mkdir()
    script = [f'cd "{tmp_path / "checkout"}"']
    for line in typed:
        announced = _EXIT.search(line)
        command = _EXIT.sub("", line).removeprefix("$ ").replace(TOUR, str(tmp_path / "tour"))
        if " import " in command:
            script.append(f'cd "{ROOT}"')
        script.append(f"{command} || code=$?")
        wanted = announced[1] if announced else "0"
        script.append(
            f'[ "${{code:-0}}" = {wanted} ] || {{ echo "ended with $code: {_quoted(command)}";'
            " exit 99; }; unset code"
        )
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        env=environment(tmp_path / "home", language),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert "Traceback" not in done.stderr
    ended = subprocess.run(
        ["git", "log", "--format=%s"],
        cwd=tmp_path / "tour", env=environment(tmp_path / "home", language),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    subjects = ended.stdout.splitlines()
    assert subjects[0] == "import 600 records from incident-event-log"
    assert "SR-20241010-001: closed" in subjects
    assert "SR-20241010-002: adopt priority" in subjects


def environment(home: Path, language: str) -> dict[str, str]:
    """A stranger's machine whose git knows nobody yet, with svcdesk on its path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    mine = isolated_environment(home)
    return {
        **kept,
        **{name: value for name, value in mine.items() if "AUTHOR" not in name and "COMMITTER" not in name},
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "SVCDESK_NOW": NOW,
        "SVCDESK_LANG": language,
        "GIT_AUTHOR_DATE": NOW,
        "GIT_COMMITTER_DATE": NOW,
        "GIT_PAGER": "cat",
    }  # fmt: skip


def _quoted(command: str) -> str:
    return re.sub(r"[\"$`\\]", "", command)
