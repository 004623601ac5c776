"""Every hook is documented, has a real user, and is one of those that the plugins are asked for."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from svcdesk.defaults import DEFAULTS, FORMATS
from svcdesk.hookspecs import Specs
from svcdesk.plugins import build_plugins
from svcdesk.plugins.shapes import HOOKS

NAMES = [name for name in vars(Specs) if name.startswith("svcdesk_")]
GUIDE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")


def section(hook: str) -> str:
    """The guide's text under the heading that names the hook."""
    found = re.search(
        rf"^### [^\n]*`{hook}`[^\n]*$(.*?)(?=^##|\Z)", GUIDE, re.MULTILINE | re.DOTALL
    )
    assert found, f"docs/plugins.md has no heading that names {hook}"
    return found[1]


def test_the_hooks_are_those_that_plugins_are_asked_for() -> None:
    assert [hook.name for hook in HOOKS] == NAMES
    assert set(DEFAULTS) <= set(NAMES)


@pytest.mark.parametrize("hook", NAMES)
def test_each_is_documented_with_an_example_that_is_python(hook: str) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", section(hook), re.DOTALL)
    assert f"def {hook}(" in example
    compile(example, hook, "exec")
    assert inspect.getdoc(getattr(Specs, hook))


@pytest.mark.parametrize("hook", NAMES)
def test_each_guides_example_registers_what_it_says(hook: str) -> None:
    """The examples are run as plugins: none is left behind when a shape changes."""
    (example,) = re.findall(r"```python\n(.*?)```", section(hook), re.DOTALL)
    module = type(pytest)(f"example_of_{hook}")
    exec(compile(example, hook, "exec"), vars(module))
    plugins = build_plugins(extra=[("tally", module)])
    entry = next(one for one in plugins.listing() if one.name == "tally")
    assert plugins.problems == ()
    assert (entry.state, entry.hooks) == ("loaded", (hook,))


@pytest.mark.parametrize("hook", NAMES)
def test_each_has_a_user_among_ours_or_in_the_example(hook: str, installed: Path) -> None:
    plugins = build_plugins(named=["example"], trusted=["example"])
    assert any(hook in one.hooks for one in plugins.listing())


def test_formats_are_found_where_the_table_says() -> None:
    assert list(FORMATS) == [one.name for one in build_plugins().formats()]
