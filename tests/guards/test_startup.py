"""What a call of the command may import: start-up time is a promise, and imports are its price."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

# Measured at 30 to 1,500 ms each: never on the way to an answer that does not need them.
SLOW = {"jsonschema", "jsonschema_rs", "ruamel", "git", "tabulate", "holidays", "babel"}
# What makes pages and answers also stays away from help.
NOT_FOR_HELP = SLOW | {"yaml", "sqlite3", "asyncio", "http", "ssl", "urllib.request", "zoneinfo"}
# What writes, runs git or asks plugins has no part in showing one record.
NOT_FOR_SHOW = SLOW | {
    "pluggy", "subprocess", "svcdesk.plugins", "svcdesk.hookspecs", "svcdesk.store.git",
    "svcdesk.store.transaction", "svcdesk.store.yaml_edit", "svcdesk.desk.records",
}  # fmt: skip
# A valid change of a file in our own layout needs no engine, and no parser that keeps places.
NOT_FOR_A_MOVE = SLOW | {"yaml", "svcdesk.store.yaml_careful"}
# What a list that the index answers has no use for: kinds put together, hooks, the table of targets.
NOT_FOR_A_LIST = SLOW | {
    "pluggy", "_hashlib", "dataclasses", "difflib", "svcdesk.model.workflow_file",
    "svcdesk.sla.targets", "svcdesk.sla.ledger",
}  # fmt: skip
ENTRY_POINTS = "importlib.metadata"
_IMPORTED = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s*(\S+)$", re.MULTILINE)


def imported(
    arguments: Sequence[str], desk: Path, environment: dict[str, str], **more: str
) -> set[str]:
    """The modules, with the packages above them, that a call in the desk imports."""
    call = "import sys; from svcdesk.cli.main import run; sys.argv[0] = 'svcdesk'; run()"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", call, *arguments],
        cwd=desk,
        env={**environment, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return set(_IMPORTED.findall(done.stderr))


def slow(modules: set[str], unwanted: set[str]) -> set[str]:
    return {
        one
        for one in modules
        if any(one == name or one.startswith(f"{name}.") for name in unwanted)
    }


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["assign", "--help"]], ids=" ".join
)
def test_help_and_version_load_click_and_little_else(
    arguments: list[str], language: str, small_desk: Path, clean_environment: dict[str, str]
) -> None:
    modules = imported(arguments, small_desk, clean_environment, SVCDESK_LANG=language)
    assert slow(modules, NOT_FOR_HELP | {ENTRY_POINTS}) == set()


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]], ids=" ".join)
def test_the_list_of_commands_loads_no_command(
    arguments: list[str], tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    modules = imported(arguments, tmp_path, clean_environment)
    commands = {one for one in modules if re.fullmatch(r"svcdesk\.cli\.\w+_cmd", one)}
    assert commands == set()
    assert slow(modules, {"svcdesk.desk", "svcdesk.store", "svcdesk.plugins"}) == set()


@pytest.mark.parametrize("words", ["svcdesk ", "svcdesk sh", "svcdesk show "])
def test_completion_stays_light(
    words: str, small_desk: Path, clean_environment: dict[str, str]
) -> None:
    asked = {"_SVCDESK_COMPLETE": "bash_complete", "COMP_WORDS": words}
    modules = imported([], small_desk, clean_environment, **asked, COMP_CWORD=_word(words))
    assert slow(modules, SLOW | {ENTRY_POINTS}) == set()


def _word(words: str) -> str:
    """The number of the word that the cursor stands in."""
    return str(len(words.split()) - (not words.endswith(" ")))


def test_show_of_a_full_id_loads_only_what_reads_one_record(
    small_desk: Path, clean_environment: dict[str, str]
) -> None:
    record = next((small_desk / "records" / "requests").rglob("*.yaml")).stem
    modules = imported(["show", record], small_desk, clean_environment)
    assert slow(modules, NOT_FOR_SHOW | {ENTRY_POINTS}) == set()


def test_a_move_loads_no_schema_engine_and_no_second_reader(
    small_desk: Path, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    pytest.importorskip("ryaml")
    desk = tmp_path / "desk"
    shutil.copytree(small_desk, desk)
    record = next((desk / "records" / "requests").rglob("*.yaml")).stem
    modules = imported(["note", record, "-m", "核对了机房记录"], desk, clean_environment)
    assert slow(modules, NOT_FOR_A_MOVE | {ENTRY_POINTS}) == set()
    assert "svcdesk.store.transaction" in modules


@pytest.mark.parametrize("arguments", [["list"], ["list", "--format", "json"]], ids=" ".join)
def test_list_loads_no_validator_and_no_slow_writer(
    arguments: list[str], small_desk: Path, clean_environment: dict[str, str]
) -> None:
    imported(["list"], small_desk, clean_environment)
    modules = imported(arguments, small_desk, clean_environment)
    assert "svcdesk.index.database" in modules
    assert slow(modules, NOT_FOR_A_LIST | {ENTRY_POINTS}) == set()


def test_importing_the_package_loads_nothing_else(clean_environment: dict[str, str]) -> None:
    call = "import sys; before = set(sys.modules); import svcdesk; print(set(sys.modules) - before)"
    done = subprocess.run(
        [sys.executable, "-c", call],
        env=clean_environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "svcdesk." not in done.stdout
    assert "click" not in done.stdout


def test_the_measure_sees_a_slow_import(clean_environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import jsonschema.validators"],
        env={**os.environ, **clean_environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "jsonschema" in slow(set(_IMPORTED.findall(done.stderr)), SLOW)
