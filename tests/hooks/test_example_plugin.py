"""The example plugin at work in a desk, installed, named and trusted – or not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from svcdesk.errors import Invalid, SvcdeskError
from svcdesk.hookspecs import Rendering
from svcdesk.model.table import Column, Table
from svcdesk.testing import Sandbox

REQUEST = {
    "description": "生产系统无法登录",
    "requester.name": "李*",
    "type": "fault",
    "priority": "P1",
}


@pytest.fixture
def desk(make_desk: Callable[..., Sandbox], installed: Path) -> Sandbox:
    """A desk that names the example and numbers by year."""
    made = make_desk()
    text = made.read("records/desk.yaml")
    lines = [one for one in text.splitlines() if not one.startswith(("numbering:", "plugins:"))]
    made.write(
        "records/desk.yaml", "\n".join([*lines, "numbering: yearly", "plugins:", "  - example", ""])
    )
    made.commit("use the example plugin")
    return made


def new(desk: Sandbox, **fields: Any) -> str:
    done = desk.open(plugins__trust=["example"]).new("request", {**REQUEST, **fields})
    return done.ids[0]


def test_records_are_numbered_by_year_and_lie_by_uid(desk: Sandbox) -> None:
    assert [new(desk), new(desk)] == ["SR-2024-0001", "SR-2024-0002"]
    opened = desk.open(plugins__trust=["example"])
    uid = opened.load("SR-2024-0002").record.uid
    assert desk.touched() == [f"records/requests/{uid[:2]}/SR-2024-0002.yaml"]
    assert desk.status() == ""


def test_a_serial_of_another_branch_is_not_given_again(desk: Sandbox) -> None:
    """Nor without this clone's own memory of it: as in a fresh clone."""
    desk.git("branch", "start")
    assert [new(desk) for _ in range(3)][-1] == "SR-2024-0003"
    desk.git("checkout", "--quiet", "start")
    for marks in (desk.root / ".git").glob("svcdesk-numbers*"):
        marks.unlink()
    assert new(desk) == "SR-2024-0004"


def test_its_field_is_judged_by_its_schema(desk: Sandbox) -> None:
    record = new(desk, **{"x-example-room": "A-301"})
    assert "x-example-room: A-301" in desk.read(record)
    with pytest.raises(Invalid, match="x-example-room"):
        new(desk, **{"x-example-room": "the third on the left"})


def test_its_channel_hears_of_a_move_and_a_failure_leaves_the_record(
    desk: Sandbox, tmp_path: Path
) -> None:
    desk.write(
        "records/desk.yaml", desk.read("records/desk.yaml") + "routes:\n  '*':\n    - outbox\n"
    )
    desk.commit("tell the outbox")
    outbox = tmp_path / "outbox"
    settings = {"plugins__trust": ["example"], "channels__outbox": {"folder": str(outbox)}}
    done = desk.open(**settings).new("request", REQUEST)
    (written,) = outbox.iterdir()
    assert done.ids[0] in written.read_text()
    failed = desk.open(plugins__trust=["example"]).new("request", REQUEST)
    assert failed.ids == ("SR-2024-0002",)
    assert any("outbox" in str(one) for one in failed.untold)
    assert desk.status() == ""


def test_its_format_renders(desk: Sandbox) -> None:
    table = Table("t/1", "", [Column("id", "id")], [["SR-1"]])
    plugins = desk.open(plugins__trust=["example"]).plugins
    assert plugins.format("tsv").render(table, Rendering()) == "id\nSR-1\n"


def test_untrusted_it_does_not_run_and_the_desk_says_what_it_lacks(desk: Sandbox) -> None:
    with pytest.raises(SvcdeskError, match="yearly") as caught:
        desk.open().new("request", REQUEST)
    assert "example" in str(caught.value.hint)
    assert "svcdesk_example" not in sys.modules


def svcdesk(desk: Sandbox, site: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "svcdesk", *args],
        cwd=desk.root,
        env={**os.environ, "PYTHONPATH": str(site), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_line_lists_it_with_its_package_and_its_command(
    desk: Sandbox, installed: Path
) -> None:
    trusted = svcdesk(desk, installed, "plugins", "--format", "csv", SVCDESK_TRUST="example")
    (line,) = [one for one in trusted.stdout.splitlines() if one.startswith("example,")]
    assert line.startswith("example,loaded,")
    assert "svcdesk-example 0.1.0" in line
    assert str(installed) in line
    untrusted = svcdesk(desk, installed, "plugins", "--format", "csv")
    assert "example,not trusted," in untrusted.stdout
    command = svcdesk(desk, installed, "outbox", str(desk.root), SVCDESK_TRUST="example")
    assert (command.returncode, command.stdout) == (0, "")
    without = svcdesk(
        desk, installed, "--no-plugins", "outbox", str(desk.root), SVCDESK_TRUST="example"
    )
    assert without.returncode == 2
    assert "outbox" in without.stderr


def test_a_command_says_which_plugin_of_the_desk_it_had_to_do_without(
    desk: Sandbox, installed: Path
) -> None:
    without = svcdesk(desk, installed, "list")
    assert without.returncode == 0
    assert "the plugin example is not loaded: you have not trusted it" in without.stderr
    assert "SVCDESK_TRUST=example" in without.stderr
    for quiet in (("--no-plugins", "list"), ("list", "--format", "json")):
        assert svcdesk(desk, installed, *quiet).stderr == ""
    assert svcdesk(desk, installed, "list", SVCDESK_TRUST="example").stderr == ""


def test_its_own_tests_pass_where_it_is_installed(installed: Path) -> None:
    tests = Path(__file__).parents[2] / "plugins" / "svcdesk-example" / "tests"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests)],
        cwd=installed,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
