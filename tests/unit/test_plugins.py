"""Plugins: which run, which do not and why, and what a bad one cannot do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner
from plugin_packages import Packages, packages

import svcdesk
from svcdesk.errors import NotFound, PluginFailed, Refused, UsageError
from svcdesk.hookspecs import (
    Channel,
    Check,
    Contacts,
    Format,
    Fragment,
    Importer,
    Means,
    Notice,
    Numbering,
    NumberRequest,
    Rendering,
    Report,
    Row,
    Subject,
    hookimpl,
)
from svcdesk.i18n import T
from svcdesk.lifecycle.fold import fold
from svcdesk.model.facts import Facts
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.model.people import People
from svcdesk.model.record import Event, Record
from svcdesk.model.table import Column, Table
from svcdesk.plugins import Plugins, build_plugins
from svcdesk.store.schema import load_kinds

__all__ = ["packages"]

FORMAT = """
    from svcdesk.hookspecs import Format, hookimpl

    @hookimpl
    def svcdesk_register_formats():
        return [Format("loud", "in capitals", lambda table, rendering: "LOUD\\n", data=True)]
"""
TABLE = Table("t/1", "", [Column("id", "id")], [["SR-1"]])
SOURCES = str(Path(svcdesk.__file__).parents[1])
KINDS = {"request": 1, "handling": 1, "delivery": 1, "feedback": 1}
RULE = Rule("TEST100", "test", Severity.WARNING, T("t"), T("w"), T("r"))


def of(**hooks: object) -> SimpleNamespace:
    """A plugin called bad, of hooks by their short names: what `formats` gives, or how."""
    made = SimpleNamespace(__name__="bad")
    for name, given in hooks.items():
        setattr(made, f"svcdesk_register_{name}", hookimpl(_answering(given)))
    return made


def _answering(given: object) -> Callable[[], object]:
    return lambda: given() if callable(given) else given


def plugin(**hooks: object) -> Plugins:
    return build_plugins(extra=[of(**hooks)])


def state_of(plugins: Plugins, name: str) -> str:
    return [one.state for one in plugins.listing() if one.name == name][-1]


def messages(plugins: Plugins) -> str:
    return "\n".join(str(one.message) for one in plugins.problems)


# ── installed, named, trusted ───────────────────────────────────────────────────────────────────


def test_a_plugin_runs_if_it_is_installed_named_and_trusted(packages: Packages) -> None:
    packages.add("loud", FORMAT, version="2.5")
    plugins = build_plugins(named=["loud"], trusted=["loud"])
    assert plugins.format("loud").render(TABLE, Rendering()) == "LOUD\n"
    entry = next(one for one in plugins.listing() if one.name == "loud")
    assert (entry.state, entry.version, entry.distribution) == ("loaded", "2.5", "package-loud")
    assert Path(entry.location) == packages.folder
    assert entry.hooks == ("svcdesk_register_formats",)
    assert plugins.problems == ()


@pytest.mark.parametrize(
    ("named", "trusted", "state"),
    [
        ([], ["loud"], "not named"),
        (["loud"], [], "not trusted"),
        (["loud"], ["other"], "not trusted"),
        (["loud"], ["LOUD"], "not trusted"),
    ],
)
def test_without_one_of_the_three_no_code_of_it_runs(
    packages: Packages, named: list[str], trusted: list[str], state: str
) -> None:
    module = packages.add("loud", "raise SystemExit('it ran')")
    plugins = build_plugins(named=named, trusted=trusted)
    with pytest.raises(UsageError, match="loud"):
        plugins.format("loud")
    assert state_of(plugins, "loud") == state
    assert module not in sys.modules


def test_a_plugin_that_the_desk_asks_for_and_does_not_get_is_a_problem(packages: Packages) -> None:
    packages.add("loud", FORMAT)
    plugins = build_plugins(named=["loud", "gone"], trusted=["gone"])
    with pytest.raises(UsageError) as caught:
        plugins.format("loud")
    assert "loud, gone" in str(caught.value.hint)
    assert "not trusted it" in messages(plugins)
    assert "no package here brings it" in messages(plugins)
    assert "SVCDESK_TRUST=loud" in str(plugins.problems[0].hint)


def test_a_package_named_in_place_of_its_plugin_is_told_the_plugins_name(
    packages: Packages,
) -> None:
    packages.add("loud", FORMAT, package="svcdesk-loud")
    plugins = build_plugins(named=["svcdesk-loud"], trusted=[])
    with pytest.raises(UsageError):
        plugins.format("loud")
    assert "the plugin that it brings is called loud" in messages(plugins)
    assert "write that name" in str(plugins.problems[0].hint)


def test_no_plugins_leaves_all_but_ours_out(packages: Packages) -> None:
    module = packages.add("loud", FORMAT)
    plugins = build_plugins(named=["loud"], trusted=["loud"], entry_points=False)
    assert plugins.format("json").name == "json"
    assert state_of(plugins, "loud") == "off"
    assert plugins.problems == ()
    assert module not in sys.modules


def test_packages_are_not_looked_through_where_the_desk_names_no_plugin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> None:
        raise AssertionError("looked through")

    monkeypatch.setattr("svcdesk.plugins.installed.find_installed", refuse)
    assert build_plugins(trusted=["loud"]).format("ids").name == "ids"


def test_two_packages_of_one_plugin_name_are_both_left_out(packages: Packages) -> None:
    packages.add("loud", FORMAT, package="first")
    packages.add("loud", FORMAT, package="second", version="3.0")
    plugins = build_plugins(named=["loud"], trusted=["loud"])
    assert state_of(plugins, "loud") == "failed"
    assert "first 1.0, second 3.0" in messages(plugins)


@pytest.mark.parametrize("name", ["svcdesk.defaults.formats.json", "../x", "-rf", "LOUD", ""])
def test_a_name_that_no_plugin_can_have_is_refused(packages: Packages, name: str) -> None:
    packages.add(name or "x", FORMAT, package="odd")
    plugins = build_plugins(named=[name], trusted=[name])
    assert plugins.format("json").render(TABLE, Rendering()).startswith("{")
    assert state_of(plugins, name) == "failed"


def test_files_inside_the_repository_are_said_to_lie_there(packages: Packages) -> None:
    packages.add("loud", FORMAT)
    plugins = build_plugins(named=["loud"], trusted=["loud"], root=packages.folder.parent)
    (entry,) = (one for one in plugins.listing() if one.name == "loud")
    assert entry.state == "loaded"
    assert "in this repository" in str(entry.why)


def test_nothing_that_lies_in_the_current_directory_is_run(tmp_path: Path) -> None:
    """Neither found as installed, nor imported in place of what is installed (case 86)."""
    site = tmp_path / "site"
    site.mkdir()
    here = tmp_path / "desk"
    here.mkdir()
    Packages(site).add("loud", FORMAT, package="loud")
    Packages(here).add("evil", "print('it ran')", package="evil")
    (here / "loud.py").write_text("print('it ran')")
    code = (
        "from svcdesk.plugins import build_plugins\n"
        "p = build_plugins(named=['loud', 'evil'], trusted=['loud', 'evil'])\n"
        "print([(one.name, one.state) for one in p.listing() if one.name in ('loud', 'evil')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=here,
        env={"PYTHONPATH": os.pathsep.join([str(site), SOURCES]), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[('loud', 'loaded'), ('evil', 'not installed')]\n"


# ── a bad one is named, and the rest goes on ────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError"),
        ("raise SystemExit(0)", "tried to end the program"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def broken(:", "SyntaxError"),
        ("x = 1", "it implements no hook"),
        (
            "from svcdesk import hookimpl\n@hookimpl\ndef svcdesk_register_format(): return []",
            "svcdesk_register_format is not a hook (there is svcdesk_register_formats)",
        ),
        (
            "from svcdesk import hookimpl\n@hookimpl\ndef svcdesk_register_formats(a): return []",
            "PluginValidationError",
        ),
    ],
)
def test_one_that_cannot_be_loaded_is_named_with_its_package(
    packages: Packages, code: str, why: str
) -> None:
    packages.add("bad", code)
    packages.add("loud", FORMAT)
    plugins = build_plugins(named=["bad", "loud"], trusted=["bad", "loud"])
    assert plugins.format("loud").name == "loud"
    assert why in messages(plugins)
    assert [one.plugin for one in plugins.problems] == ["bad"]


def test_ctrl_c_is_not_swallowed(packages: Packages) -> None:
    packages.add("bad", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        build_plugins(named=["bad"], trusted=["bad"]).formats()


def crash() -> object:
    raise RuntimeError("out of paper")


@pytest.mark.parametrize(
    "answer",
    [
        crash,
        lambda: sys.exit(3),
        lambda: None,
        lambda: ["json"],
        lambda: [("loud", "t", print)],
        lambda: [Numbering("x", "t", lambda _: "")],
        lambda: [Format("no spaces allowed", "t", lambda *_: "")],
        lambda: [Format(None, "t", lambda *_: "")],
        lambda: (crash() for _ in range(2)),
    ],
)
def test_a_hook_that_answers_nonsense_is_named_and_ours_go_on(answer: object) -> None:
    plugins = plugin(formats=answer)
    assert plugins.format("json").name == "json"
    assert [one.plugin for one in plugins.problems] == ["bad"]
    assert "the plugin bad failed" in messages(plugins)


@pytest.mark.parametrize(
    ("hooks", "get"),
    [
        ({"formats": [Format("json", "t", lambda *_: "")]}, "formats"),
        ({"channels": [Channel("file", "t", lambda *_: None)]}, "channels"),
        ({"numbering": [Numbering("daily", "t", lambda _: "")]}, "numbering"),
        ({"importers": [Importer("csv", "t", (".x",), lambda _: [])]}, "importers"),
        ({"contacts": [Contacts("file", "t", lambda *_: None)]}, "contacts"),
        ({"reports": [Report("sla", "t", lambda _: TABLE)]}, "reports"),
    ],
)
def test_two_of_one_name_are_an_error_that_names_both(hooks: dict[str, object], get: str) -> None:
    plugins = plugin(**hooks)
    with pytest.raises(PluginFailed, match=r"svcdesk\.defaults\..* and bad"):
        plugins.numbering("daily") if get == "numbering" else getattr(plugins, get)()
    assert state_of(plugins, "bad") == "loaded"


def test_one_that_is_unknown_names_near_ones() -> None:
    with pytest.raises(UsageError) as caught:
        build_plugins().format("jsn")
    assert "json" in str(caught.value.hint)
    with pytest.raises(NotFound, match="yearly"):
        build_plugins().numbering("yearly")


# ── what its functions cannot do ────────────────────────────────────────────────────────────────


def notice() -> Notice:
    return Notice("n", "op", "resolve", "s", {"title": "t", "links": [{"id": "x"}]}, {}, None, "d")


def test_what_is_handed_over_may_be_scribbled_on() -> None:
    def send(given: Notice, means: Means) -> None:
        given.record["links"].append(1)
        given.record["links"][0]["id"] = "y"
        means.settings["to"] = "z"

    told, means = notice(), Means({"to": "a"})
    plugin(channels=[Channel("scribble", "t", send)]).channel("scribble").send(told, means)
    assert told == notice()
    assert means.settings == {"to": "a"}


def test_what_it_prints_stays_out_of_results(capsys: pytest.CaptureFixture[str]) -> None:
    def render(table: Table, rendering: Rendering) -> str:
        print("hello \x1b[31m")
        return "text\n"

    plugins = plugin(formats=[Format("chatty", "t", render)])
    assert plugins.format("chatty").render(TABLE, Rendering()) == "text\n"
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "hello \\x1b[31m\n"


@pytest.mark.parametrize("answer", [crash, lambda: sys.exit(0), lambda: None, lambda: b"bytes"])
def test_a_format_that_fails_is_an_error_that_names_it(answer: object) -> None:
    plugins = plugin(formats=[Format("bad-one", "t", lambda *_: answer())])
    with pytest.raises(PluginFailed, match="the plugin bad failed") as caught:
        plugins.format("bad-one").render(TABLE, Rendering())
    assert "--no-plugins" in str(caught.value.hint)


def test_an_error_of_ours_that_it_raises_keeps_its_place_and_gets_its_name() -> None:
    def read(data: bytes) -> list[Row]:
        raise Refused(T("row {n} is odd", n=7), line=7, hint=T("look there"))

    importer = plugin(importers=[Importer("odd", "t", (".odd",), read)]).importer_for("a.ODD")
    with pytest.raises(PluginFailed, match="the plugin bad says: row 7 is odd") as caught:
        importer.read(b"")
    assert caught.value.line == 7
    assert str(caught.value.hint) == "look there"


def test_rows_that_fail_half_way_fail_inside_the_guard() -> None:
    def read(data: bytes) -> object:
        yield Row(1, {})
        raise RuntimeError("torn")

    importer = plugin(importers=[Importer("odd", "t", (".odd",), read)]).importer("odd")
    with pytest.raises(PluginFailed, match="torn"):
        importer.read(b"")


@pytest.mark.parametrize("given", [7, None, crash])
def test_a_numbering_that_gives_no_text_is_an_error(given: object) -> None:
    def propose(request: NumberRequest) -> object:
        return given() if callable(given) else given

    scheme = plugin(numbering=[Numbering("odd", "t", propose)]).numbering("odd")
    with pytest.raises(PluginFailed, match="bad"):
        scheme.propose(NumberRequest("SR", date(2026, 1, 1), bytes(10), lambda _: [], lambda _: 0))


def test_a_report_must_be_a_table_with_even_rows() -> None:
    ragged = Table("t/1", "", [Column("a", "a")], [[1], [1, 2]])
    reports = plugin(
        reports=[Report("no", "t", lambda _: "x"), Report("ragged", "t", lambda _: ragged)]
    )
    for name in ("no", "ragged"):
        with pytest.raises(PluginFailed, match=name):
            reports.report(name).build(None)


def test_a_contact_is_text_by_text_or_nothing() -> None:
    books = plugin(
        contacts=[
            Contacts("good", "t", lambda ref, _: {"phone": 5678} if ref == "l" else None),
            Contacts("odd", "t", lambda *_: ["5678"]),
        ]
    ).contacts()
    _, good, odd = books
    assert good.find("l", Means()) == {"phone": "5678"}
    assert good.find("x", Means()) is None
    with pytest.raises(PluginFailed, match="list"):
        odd.find("l", Means())


# ── rules ───────────────────────────────────────────────────────────────────────────────────────


def subject() -> Subject:
    workflow = load_kinds({}, KINDS, ())["request"].workflow
    event = Event(
        id="01J92V7KX8S6N8D0ZB5T7R1XWN",
        at="2024-10-01T09:30:00+08:00",
        by="engineer-1",
        do="submit",
        set={"status": "new"},
    )
    record = Record({"id": "SR-1", "kind": "request", "requester": {"name": "李*"}}, (event,))
    return Subject(
        record=record,
        folded=fold(record.events, workflow),
        workflow=workflow,
        documents={},
        facts=Facts(name="desk", zone=ZoneInfo("Asia/Shanghai")),
        people=People({}),
        now=datetime(2024, 10, 1, tzinfo=UTC),
    )


def test_a_rule_works_on_copies_and_what_all_records_share_is_copied_once() -> None:
    seen = []

    def find(given: Subject) -> list[Finding]:
        seen.append(given.workflow)
        given.record.header["requester"]["name"] = "x"
        given.folded.values["status"] = "closed"
        given.workflow.states.clear()
        return [Finding(RULE, T("found"))]

    given = subject()
    (check,) = (
        one for one in plugin(checks=[Check(RULE, find)]).checks() if one.rule.code == "TEST100"
    )
    assert [str(one.message) for one in check.find(given)] == ["found"]
    check.find(given)
    fresh = subject()
    assert (given.record, given.folded.values) == (fresh.record, fresh.folded.values)
    assert given.workflow == fresh.workflow
    assert seen[0] is seen[1] is not given.workflow


@pytest.mark.parametrize("answer", [crash, lambda: [7], lambda: None])
def test_a_rule_that_fails_is_an_error_that_names_its_plugin(answer: object) -> None:
    plugins = plugin(checks=[Check(RULE, lambda _: answer())])
    check = plugins.checks()[-1]
    with pytest.raises(PluginFailed, match="the plugin bad failed"):
        check.find(subject())


def test_a_rule_without_a_rule_or_with_an_odd_code_is_left_out() -> None:
    odd = Rule("odd", "odd", Severity.NOTE, T("t"), T("w"), T("r"))
    for rule in (odd, "DESK999", None):
        plugins = plugin(checks=[Check(rule, lambda _: [])])
        assert all(one.rule.code.startswith("DESK") for one in plugins.checks())
        assert len(plugins.problems) == 1


# ── fields and commands ─────────────────────────────────────────────────────────────────────────


def test_fields_that_cannot_be_had_stop_everything_that_judges_records() -> None:
    with pytest.raises(PluginFailed, match="out of paper"):
        plugin(schemas=crash).fragments()


@pytest.mark.parametrize("field", ["title", "x-", "x-badly", "x-other-room", "custom", 7])
def test_a_field_bears_its_plugins_name(field: str) -> None:
    with pytest.raises(PluginFailed, match="must begin with x-bad"):
        plugin(schemas=[Fragment("request", {field: {"type": "string"}})]).fragments()


def test_fields_of_ones_own_are_given() -> None:
    fragment = Fragment("request", {"x-bad-room": {"type": "string"}, "x-bad": {}})
    assert plugin(schemas=[fragment]).fragments() == [fragment]


def test_two_plugins_cannot_define_one_field() -> None:
    fragment = Fragment("request", {"x-a-b": {"type": "string"}})
    plugins = build_plugins(extra=[("a", of(schemas=[fragment])), ("a-b", of(schemas=[fragment]))])
    with pytest.raises(PluginFailed, match="“x-a-b”: a and a-b"):
        plugins.fragments()


def test_a_command_with_a_name_of_ours_is_left_out_and_named() -> None:
    plugins = plugin(commands=[click.Command("list"), click.Command("tally")])
    assert [one.name for one in plugins.commands(taken=["list", "show"])] == ["tally"]
    assert "“list”: svcdesk and bad" in messages(plugins)


def test_two_plugins_with_one_command_lose_it_both() -> None:
    tally = of(commands=[click.Command("tally")])
    plugins = build_plugins(extra=[("a", tally), ("b", of(commands=[click.Command("tally")]))])
    assert plugins.commands() == []
    assert "“tally”: a and b" in messages(plugins)


def test_a_command_that_crashes_is_its_plugins_fault_not_ours() -> None:
    def fail() -> None:
        raise RuntimeError("out of paper")

    def leave() -> None:
        raise click.exceptions.Exit(7)

    (tally, away) = plugin(
        commands=[click.Command("tally", callback=fail), click.Command("away", callback=leave)]
    ).commands()
    done = CliRunner().invoke(tally)
    assert isinstance(done.exception, PluginFailed)
    assert "out of paper" in str(done.exception)
    assert CliRunner().invoke(away).exit_code == 7


# ── ours ────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_modules_that_are_needed_are_imported() -> None:
    code = (
        "import sys\n"
        "from svcdesk.plugins import build_plugins\n"
        "build_plugins().format('ids')\n"
        "print(*sorted(m for m in sys.modules if m.startswith('svcdesk.defaults.')\n"
        "  and not m.startswith('svcdesk.defaults.formats')))\n"
        "print(*sorted({'tabulate', 'wcwidth', 'jsonschema', 'git', 'yaml', 'ruamel', 'click',\n"
        "  'importlib.metadata', 'csv', 'html'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n\n"


def test_ours_are_listed_with_what_they_implement() -> None:
    listed = {one.name: one for one in build_plugins().listing()}
    entry = listed["svcdesk.defaults.formats.json"]
    assert entry.state == "loaded"
    assert entry.distribution == "svcdesk"
    assert entry.hooks == ("svcdesk_register_formats",)
    assert entry.location.endswith("json.py")
