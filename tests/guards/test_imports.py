"""Imports point one way, pure parts do no I/O and never read the clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import svcdesk

SOURCE = Path(svcdesk.__file__).parent

# From the ground up. A part imports from those below it, and from its own row as long as no circle
# comes of it (reports stand on the sla, the sla on the lifecycle).
LAYERS = (
    {"errors", "hashes", "i18n", "values"},
    {"model"},
    {
        "lifecycle", "sla", "merging", "review", "reports", "query", "humantime", "terminal",
        "importing",
    },
    {"store", "index"},
    {"config", "hookspecs"},
    {"plugins", "defaults"},
    {"desk"},
    {"cli", "testing"},
)  # fmt: skip
RANK = {part: rank for rank, parts in enumerate(LAYERS) for part in parts}
PURE = LAYERS[1] | LAYERS[2]

# What a default may use is what a stranger's plugin may use: hooks, values and pure functions.
FOR_DEFAULTS = PURE | {"errors", "hashes", "i18n", "values", "hookspecs", "defaults"}

NOT_PURE = {
    "os", "subprocess", "pathlib", "io", "shutil", "tempfile", "glob", "fileinput", "socket",
    "urllib", "http", "ssl", "sqlite3", "time", "random", "secrets", "uuid", "threading",
    "multiprocessing", "signal", "logging", "click", "git", "importlib",
}  # fmt: skip
PATHS_AS_TEXT = {"PurePath", "PurePosixPath", "PureWindowsPath"}
CLOCKS = {"now", "utcnow", "today"}
BUILT_IN_DOORS = {"open", "input", "print"}

# git is run from `store/git…` alone; these run the editor, the pager, ourselves, a user's program.
ALSO_RUN_PROGRAMS = {
    "store/ssh_keygen.py",
    "cli/demo_cmd.py",
    "cli/edit_cmd.py",
    "cli/output.py",
    "defaults/channels/command.py",
    "testing.py",
}


@dataclass(frozen=True)
class Import:
    """`names` are those taken from `module`; an import for type checkers counts like any other."""

    file: str
    line: int
    module: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"

    def parts(self) -> Iterator[str]:
        """The parts of svcdesk that it reaches; `svcdesk` alone is only its version and doors."""
        first, _, rest = self.module.partition(".")
        if first == "svcdesk" and rest:
            yield rest.partition(".")[0]
        elif first == "svcdesk":
            doors = {name: home.split(".")[1] for name, home in svcdesk._HOMES.items()}
            yield from (doors.get(name, name) for name in self.names if name != "__version__")


def files(part: str | None = None) -> list[Path]:
    found = sorted(SOURCE.rglob("*.py"))
    return [one for one in found if part is None or part_of(one) == part]


def part_of(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports_of(file: Path) -> Iterator[Import]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        place = (file.relative_to(SOURCE).as_posix(), getattr(node, "lineno", 0))
        if isinstance(node, ast.Import):
            for one in node.names:
                yield Import(*place, one.name, ())
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place}: imports are absolute here, so that they can be read"
            yield Import(*place, node.module or "", tuple(one.name for one in node.names))


PARTS = sorted({part_of(file) for file in files()} - {"__init__", "__main__"})


def test_every_part_has_a_layer() -> None:
    assert [part for part in PARTS if part not in RANK] == []


@pytest.mark.parametrize("part", PARTS)
def test_no_import_points_upwards(part: str) -> None:
    upward = [
        str(one)
        for file in files(part)
        for one in imports_of(file)
        for other in one.parts()
        if RANK.get(other, -1) > RANK[part]
    ]
    assert upward == []


def test_parts_of_one_layer_form_no_circle() -> None:
    graph = {
        part: {other for file in files(part) for one in imports_of(file) for other in one.parts()}
        - {part}
        for part in PARTS
    }
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_the_package_itself_imports_nothing_of_its_own_but_for_checkers() -> None:
    """`import svcdesk` stays cheap: its doors are loaded on first use."""
    tree = ast.parse((SOURCE / "__init__.py").read_bytes())
    at_import = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert [one.module for one in at_import] == ["__future__", "typing"]


def test_defaults_use_only_what_a_plugin_may_use() -> None:
    foreign = [
        str(one)
        for file in files("defaults")
        for one in imports_of(file)
        for other in one.parts()
        if other not in FOR_DEFAULTS
    ]
    assert foreign == []


@pytest.mark.parametrize("part", sorted(PURE & set(PARTS)))
def test_pure_parts_import_nothing_that_does_input_or_output(part: str) -> None:
    wrong = [
        str(one)
        for file in files(part)
        for one in imports_of(file)
        if one.module.partition(".")[0] in NOT_PURE
        and not (one.module == "pathlib" and set(one.names) <= PATHS_AS_TEXT)
    ]
    assert wrong == []


@pytest.mark.parametrize("part", sorted(PURE & set(PARTS)))
def test_pure_parts_never_read_the_clock_and_open_no_file(part: str) -> None:
    wrong = [
        f"{file.relative_to(SOURCE)}:{node.lineno}: {ast.unparse(node.func)}()"
        for file in files(part)
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.Call) and _is_door(node.func)
    ]
    assert wrong == []


def _is_door(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in BUILT_IN_DOORS
    return (
        isinstance(called, ast.Attribute)
        and called.attr in CLOCKS
        and isinstance(called.value, ast.Name | ast.Attribute)
        and ast.unparse(called.value).split(".")[-1] in {"datetime", "date"}
    )


def test_only_the_git_modules_run_programs() -> None:
    runners = {
        file.relative_to(SOURCE).as_posix()
        for file in files()
        for one in imports_of(file)
        if one.module.partition(".")[0] == "subprocess"
    }
    assert {one for one in runners if not one.startswith("store/git")} <= ALSO_RUN_PROGRAMS
