"""What people and programs get to read: formats, redacted titles, attachments, errors as data."""

from __future__ import annotations

import csv
import io
import json

import click
import pytest
from command_runner import svcdesk

from svcdesk.cli.app import App
from svcdesk.cli.boundary import guarded
from svcdesk.testing import Sandbox

ID = "SR-20241001-001"


@pytest.fixture
def used(desk: Sandbox) -> Sandbox:
    new = ("new", "--description", "打印机", "--requester", "李*", "--channel", "phone")
    assert svcdesk(desk.root, *new).code == 0
    assert svcdesk(desk.root, "assign", "001", "engineer-1").code == 0
    return desk


@pytest.mark.parametrize(
    ("name", "said"),
    [("xml", "there is: table, "), ("jsn", "did you mean json? there is: json, ")],
)
def test_an_unknown_format(used: Sandbox, name: str, said: str) -> None:
    refused = svcdesk(used.root, "list", "--format", name)
    assert refused.code == 2
    assert said in refused.err
    assert "csv" in refused.err


def test_an_attachment_says_what_its_parts_are(used: Sandbox) -> None:
    (used.root.parent / "screen.txt").write_text("x" * 10, encoding="utf-8")
    file = str(used.root.parent / "screen.txt")
    assert svcdesk(used.root, "attach", "001", file, "-m", "屏幕").code == 0
    shown = svcdesk(used.root, "show", "001").out
    assert "name: screen.txt" in shown
    assert "note: 屏幕" in shown
    assert "records/attachments" not in shown
    listed = svcdesk(used.root, "show", "001", "--format", "json").json()["items"][0]["record"]
    assert len(listed["attachments"][0]["sha256"]) == 64


def test_show_says_what_a_record_is_linked_with(used: Sandbox) -> None:
    asked = svcdesk(used.root, "new", "--title", "登录失败", "--description", "x",
                    "--requester", "李*")  # fmt: skip
    assert asked.code == 0, asked.err
    assert svcdesk(used.root, "link", "001", "duplicate", "002").code == 0
    assert "duplicate of SR-20241001-002  new  登录失败" in svcdesk(used.root, "show", "001").out
    assert "关联记录          重复于 SR-20241001-002  待分配  登录失败" in (
        svcdesk(used.root, "show", "001", lang="zh").out
    )
    [item] = svcdesk(used.root, "show", "001", "--format", "json").json()["items"]
    assert item["links"] == [
        {"rel": "duplicate", "id": "SR-20241001-002", "kind": "request", "title": "登录失败",
         "status": "new"}
    ]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_redacted_title_says_so(used: Sandbox, lang: str) -> None:
    assert svcdesk(used.root, "redact", "001", "description", "--reason", "隐私").code == 0
    assert "[redacted]" in svcdesk(used.root, "list", lang=lang).out
    assert svcdesk(used.root, "show", "001", lang=lang).out.splitlines()[0].endswith("[redacted]")


def test_programs_read_the_same_in_every_language(used: Sandbox) -> None:
    assert svcdesk(used.root, "message", "001", "-m", "还是不行", "--via", "phone").code == 0
    read = {
        lang: svcdesk(used.root, "log", "001", "--format", "csv", lang=lang).out
        for lang in ("en", "zh")
    }
    assert read["en"] == read["zh"]
    rows = list(csv.DictReader(io.StringIO(read["zh"])))
    assert [row["do"] for row in rows] == ["submit", "assign", "message"]
    assert [row["after"] for row in rows] == ["new", "assigned", ""]
    assert rows[1]["said"] == "assignee=engineer-1"
    assert rows[2]["by"] == "engineer-1 (requester)"
    assert rows[0]["happened"].endswith("+08:00")
    assert "分配" in svcdesk(used.root, "log", "001", lang="zh").out  # people read words


@pytest.mark.parametrize("typed", [("list",), ("show", "001"), ("people",), ("calendar", "show")])
def test_data_knows_no_language(used: Sandbox, typed: tuple[str, ...]) -> None:
    read = [svcdesk(used.root, *typed, "--format", "csv", lang=lang).out for lang in ("en", "zh")]
    assert read[0] == read[1] != ""


ERRORS = [
    (2, ("lst", "--format", "json")),
    (2, ("list", "--bogus", "--format=json")),
    (2, ("note", "--format", "json")),
    (2, ("list", "--limit", "0", "--format", "jsonl")),
    (2, ("list", "--limit", "many", "--format", "json")),
    (2, ("--format", "json", "show", "--nope")),
    (2, ("sla", "--format", "json")),
    (2, ("list", "--format", "json", "nofield:x")),
    (3, ("show", "404", "--format", "json")),
]


@pytest.mark.parametrize(("code", "typed"), ERRORS)
def test_an_error_is_data_where_data_is_asked_for(
    used: Sandbox, code: int, typed: tuple[str, ...]
) -> None:
    refused = svcdesk(used.root, *typed)
    assert refused.code == code
    error = json.loads(refused.err)["error"]
    assert error["code"].startswith("E_")
    assert error["message"]
    assert refused.out == ""


def test_a_bug_of_ours_is_data_too(capfd: pytest.CaptureFixture[str], desk: Sandbox) -> None:
    @click.command()
    @click.option("--format")
    def broken(format: str) -> None:
        raise ZeroDivisionError(format)

    assert guarded(broken, App(), ["--format", "json"]) == 4
    error = json.loads(capfd.readouterr().err)["error"]
    assert (error["code"], "ZeroDivisionError" in error["message"]) == ("E_BUG", True)
    assert "--debug" in error["hint"]


def test_an_error_is_a_sentence_elsewhere(used: Sandbox) -> None:
    assert svcdesk(used.root, "lst", "--format", "csv").err.startswith("svcdesk: ")
    assert svcdesk(used.root, "show", "404").err.startswith("svcdesk: ")


@pytest.mark.parametrize("value", ["0", "-1", "many"])
def test_bounds_are_said_in_chinese(used: Sandbox, value: str) -> None:
    refused = svcdesk(used.root, "list", "--limit", value, lang="zh")
    assert refused.code == 2
    assert "x>=" not in refused.err
    assert "--limit" in refused.err


# ── sums of working time ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("span", "instant"),
    [
        ("4h", "2024-10-08T13:00:00+08:00"),
        ("4小时", "2024-10-08T13:00:00+08:00"),
        ("两小时", "2024-10-08T11:00:00+08:00"),
        ("９０分钟", "2024-10-08T10:30:00+08:00"),
    ],
)
def test_calc_understands_chinese_and_says_what_it_counts(
    used: Sandbox, span: str, instant: str
) -> None:
    done = svcdesk(used.root, "sla", "calc", "--from", "2024-10-08 09:00", "--add", span)
    assert (done.code, done.out.strip()) == (0, instant)
    assert "round the clock" in done.err
    named = svcdesk(
        used.root, "sla", "calc", "--calendar", "24x7", "--from", "2024-10-08 09:00", "--add", span
    )
    assert named.out == done.out
    assert "round the clock" not in named.err


def test_calc_counts_working_days_in_chinese(used: Sandbox) -> None:
    typed = ("sla", "calc", "--calendar", "office", "--from", "2024-10-08 09:00", "--add")
    assert (
        svcdesk(used.root, *typed, "3个工作日").out == svcdesk(used.root, *typed, "3wd").out != ""
    )
    assert svcdesk(used.root, *typed, "一会儿").code == 2


def test_simulate_takes_a_policy_of_the_desk_by_name(used: Sandbox) -> None:
    assert svcdesk(used.root, "sla", "simulate", "--policy", "after-sales").code == 0
    refused = svcdesk(used.root, "sla", "simulate", "--policy", "after-sale")
    assert refused.code == 3
    assert "did you mean after-sales" in refused.err
