"""What holds for every command: a wrong option, an unknown record, no desk, JSON errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_runner import svcdesk

from svcdesk.cli.main import COMMANDS
from svcdesk.testing import MakeDesk, Sandbox

ALL = [name for group in COMMANDS.values() for name, _, _ in group]
UNKNOWN = "SR-20240101-999"

# what each command needs beside an id, so that nothing but the id can be wrong
WITH_ID: dict[str, tuple[str, ...]] = {
    "check": (UNKNOWN,),
    "adopt": (UNKNOWN,),
    "settle": (UNKNOWN,),
    "show": (UNKNOWN,),
    "log": (UNKNOWN,),
    "edit": (UNKNOWN,),
    "set": (UNKNOWN, "priority=P1"),
    "link": (UNKNOWN, "related", UNKNOWN),
    "attach": (UNKNOWN, "records/desk.yaml"),
    "renumber": (UNKNOWN,),
    "redact": (UNKNOWN, "description", "--reason", "x"),
    "message": (UNKNOWN, "-m", "x"),
    "reply": (UNKNOWN, "-m", "x"),
    "note": (UNKNOWN, "-m", "x"),
    "step": (UNKNOWN, "-m", "x"),
    "assess": (UNKNOWN, "-m", "x"),
    "promise": (UNKNOWN, "2024-10-02 09:00"),
    "call": (UNKNOWN, "-m", "x"),
    "classify": (UNKNOWN, "--priority", "P1"),
    "assign": (UNKNOWN, "engineer-1"),
    "take": (UNKNOWN,),
    "start": (UNKNOWN,),
    "wait": (UNKNOWN, "--for", "customer"),
    "resume": (UNKNOWN,),
    "resolve": (UNKNOWN, "--result", "换网线后复测正常"),
    "confirm": (UNKNOWN, "--via", "phone"),
    "accept": (UNKNOWN, "--via", "phone"),
    "reject": (UNKNOWN, "--reason", "x"),
    "rate": (UNKNOWN, "--via", "phone"),
    "close": (UNKNOWN,),
    "reopen": (UNKNOWN, "--reason", "x"),
    "cancel": (UNKNOWN, "--reason", "x"),
    "handover": (UNKNOWN, "support"),
    "escalate": (UNKNOWN, "--reason", "x"),
    "approve": (UNKNOWN,),
    "do": (UNKNOWN, "start"),
    "sla": ("show", UNKNOWN),
}
WITHOUT_ID = {"init", "explain", "doctor", "people", "schema", "plugins", "config", "demo", "new",
              "list", "search", "board", "import", "export", "events", "apply", "undo", "report", "completion", "calendar", "merge", "review", "sync",
              "merge-driver", "diff"}  # fmt: skip


def test_this_table_knows_every_command() -> None:
    assert set(ALL) == set(WITH_ID) | WITHOUT_ID


@pytest.mark.parametrize("name", ALL)
def test_a_wrong_option_ends_with_2(desk: Sandbox, name: str) -> None:
    done = svcdesk(desk.root, name, "--no-such-option")
    assert done.code == 2, done.err
    assert "--no-such-option" in done.err
    assert desk.status() == ""


@pytest.mark.parametrize("name", sorted(WITH_ID))
def test_an_unknown_record_ends_with_3(desk: Sandbox, name: str) -> None:
    done = svcdesk(desk.root, name, *WITH_ID[name])
    assert done.code == 3, (done.out, done.err)
    assert UNKNOWN in done.err
    assert desk.status() == ""


@pytest.mark.parametrize("name", ["show", "assign", "check", "list", "new"])
def test_without_a_desk_the_error_says_how_to_make_one(tmp_path: Path, name: str) -> None:
    done = svcdesk(tmp_path, name, *WITH_ID.get(name, ()))
    assert done.code == 3
    assert "svcdesk init" in done.err


@pytest.mark.parametrize(
    ("argv", "code", "exit_code"),
    [
        (("show", UNKNOWN), "E_NOT_FOUND", 3),
        (("assign", "../../x", "engineer-1"), "E_NOT_FOUND", 3),
        (("set", UNKNOWN, "priorty=P1"), "E_FIELD", 2),
        (("lst",), "E_USAGE", 2),
        (("list", "--format", "nonsense"), "E_USAGE", 2),
    ],
)
def test_errors_are_json_where_json_is_asked_for(
    desk: Sandbox, argv: tuple[str, ...], code: str, exit_code: int
) -> None:
    given = argv if "--format" in argv else ("--format", "json", *argv)
    done = svcdesk(desk.root, *given)
    assert done.code == exit_code, done.err
    if "nonsense" in argv:
        assert "table" in done.err
        return
    error = json.loads(done.err)["error"]
    assert error["code"] == code
    assert set(error) == {"code", "message", "hint", "record", "path", "line", "field"}


@pytest.mark.parametrize(
    "identity", ["../../x", "/etc/passwd", "-rf", "x.", "SR-20241001-001\n", "a/b"]
)
def test_an_id_that_is_none_is_refused_before_any_file_is_looked_at(
    desk: Sandbox, identity: str
) -> None:
    done = svcdesk(desk.root, "show", "--", identity)
    assert done.code in (2, 3)
    assert desk.status() == ""


def test_another_desk_is_named_with_capital_c(
    desk: Sandbox, make_desk: MakeDesk, tmp_path: Path
) -> None:
    other = make_desk(name="other")
    other.open().new("request", {"description": "另一个服务台", "requester.name": "李*"})
    at = ("-C", str(other.root))
    for here in (desk.root, tmp_path):
        done = svcdesk(here, *at, "list", "--format", "ids")
        assert (done.code, done.out) == (0, "SR-20241001-001\n"), done.err
    written = svcdesk(desk.root, *at, "start", "001")
    assert written.code == 0, written.err
    assert desk.subjects() == ["desk: set up the service desk"]


@pytest.mark.parametrize("name", ["sla", "calendar", "schema"])
def test_a_group_alone_shows_its_page(desk: Sandbox, name: str) -> None:
    done = svcdesk(desk.root, name)
    assert done.code == 2
    assert len(done.err.splitlines()) > 5
    assert "\\n" not in done.err
