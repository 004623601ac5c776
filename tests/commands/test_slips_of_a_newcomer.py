"""What somebody new to the desk gets wrong: each slip is told in words, with the way out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command_runner import svcdesk

import svcdesk as svcdesk_package
from svcdesk.testing import Sandbox

PEOPLE = "records/people.yaml"
NEW = ("new", "--description", "打印机", "--requester", "李*", "--channel", "phone")
LANGUAGES = ("en", "zh")


@pytest.fixture
def opened(desk: Sandbox) -> Sandbox:
    """A desk with one request."""
    assert svcdesk(desk.root, *NEW).code == 0
    return desk


# ── people ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("said", ["nobody", "requester"])
def test_a_supervisor_is_somebody_of_the_desk(desk: Sandbox, said: str) -> None:
    before = desk.read(PEOPLE)
    for typed in (("add", "li"), ("set", "engineer-1")):
        refused = svcdesk(desk.root, "people", *typed, "--supervisor", said)
        assert (refused.code, f"“{said}”" in refused.err) == (3, True)
    assert desk.read(PEOPLE) == before
    near = svcdesk(desk.root, "people", "add", "li", "--supervisor", "enginer-1")
    assert "engineer-1" in near.err
    assert svcdesk(desk.root, "people", "add", "li", "--supervisor", "engineer-1").code == 0


def test_a_supervisor_whom_nobody_lists_is_found(desk: Sandbox) -> None:
    desk.edit(PEOPLE, "people:\n", "people:\n  - id: li\n    supervisor: enginer-1\n")
    found = svcdesk(desk.root, "check", "--format", "json").json()["items"]
    [item] = [one for one in found if one["code"] == "DESK011"]
    line = desk.read(PEOPLE).splitlines().index("    supervisor: enginer-1") + 1
    assert (item["path"], item["line"]) == (PEOPLE, line)
    assert "engineer-1" in item["hint"]


# ── forms ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("path", "old", "new", "example"),
    [
        (PEOPLE, "people:\n", "people:\n  - id: a b\n", "<"),
        (PEOPLE, "people:\n", "people:\n  - id: li\n    emails: [li]\n", "li@example.com"),
        ("records/desk.yaml", "zone:", 'plugins: ["a b"]\nzone:', "svcdesk-ci"),
        ("records/desk.yaml", "zone:", 'routes: {"A B": []}\nzone:', "assign"),
        ("records/policies/after-sales.yaml", "duration: 24h", "duration: 3 days", "3wd"),
        ("records/policies/after-sales.yaml", "at: 80%", "at: early", "-30m"),
    ],
)
def test_a_form_is_said_in_words(
    desk: Sandbox, lang: str, path: str, old: str, new: str, example: str
) -> None:
    desk.edit(path, old, new)
    found = svcdesk(desk.root, "check", "--format", "json", lang=lang)
    said = [f"{one['message']} {one['hint']}" for one in found.json()["items"]]
    assert any(example in one for one in said)
    assert not [one for one in said if re.search(r"\^|\[[^]]*-", one)]


# ── work, and options that take what begins with a hyphen ─────────────────────────────────────


@pytest.mark.parametrize("typed", [("--effort", "-3"), ("--effort=-3",), ("--effort", "3 days")])
def test_a_time_worked_that_is_none(opened: Sandbox, typed: tuple[str, ...]) -> None:
    refused = svcdesk(opened.root, "step", "001", "-m", "更换定影组件", *typed)
    assert refused.code == 2
    assert "no time worked" in refused.err
    assert "1h30m" in refused.err


def test_a_time_worked_in_minutes(opened: Sandbox) -> None:
    assert svcdesk(opened.root, "step", "001", "-m", "更换定影组件", "--effort", "90分钟").code == 0
    kept = svcdesk(opened.root, "show", "IR-20241001-001", "--format", "json").json()["items"]
    assert kept[0]["record"]["effort_hours"] == 1.5


def test_what_an_option_takes_may_begin_with_a_hyphen(opened: Sandbox) -> None:
    done = svcdesk(
        opened.root, "step", "001", "-m", "更换定影组件", "--root-cause", "- 定影组件老化"
    )
    assert done.code == 0, done.err


# ── one way to speak to people ────────────────────────────────────────────────────────────────


def test_chinese_sentences_say_you_in_one_way() -> None:
    catalogue = Path(svcdesk_package.__file__).parent / "locale/zh/LC_MESSAGES/svcdesk.po"
    assert "您" not in catalogue.read_text(encoding="utf-8")


# ── words in the language in use ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "labelled"),
    [
        (("resume", "001"), ("resume (恢复处理)", "assign (分配)")),
        (("do", "001", "nosuch"), ("request (服务请求)", "take (接单)")),
        (("escalate", "001", "--reason", "x", "--to", "xyz"), ("supervisor (技术支持主管)",)),
        (("classify", "001", "--priority", "P9"), ("priority (优先级)",)),
        (("set", "001", "status=closed"), ("take (接单)",)),
        (("people", "add", "li", "--role", "xyz"), ("engineer (服务执行工程师)",)),
    ],
)
def test_a_refusal_in_chinese_says_what_its_words_mean(
    opened: Sandbox, typed: tuple[str, ...], labelled: tuple[str, ...]
) -> None:
    refused = svcdesk(opened.root, *typed, lang="zh").err
    assert [one for one in labelled if one not in refused] == []
    assert not re.search("[\u4e00-\u9fff]", svcdesk(opened.root, *typed, lang="en").err)


def test_whoever_may_not_is_told_the_roles_by_their_labels(opened: Sandbox) -> None:
    listed = ("people", "add", "li", "--role", "auditor", "--email", "li@example.org")
    assert svcdesk(opened.root, *listed).code == 0
    for typed in (("assign", "001", "engineer-1"), ("set", "001", "title=x")):
        refused = svcdesk(opened.root, *typed, who="li", lang="zh")
        assert refused.code == 3
        assert "auditor (审计员)" in refused.err
        assert "dispatcher (调度专员)" in refused.err


def test_a_move_is_made_by_its_label(opened: Sandbox) -> None:
    assert svcdesk(opened.root, "do", "001", "分配", "--field", "assignee=engineer-1").code == 0
    shown = svcdesk(opened.root, "log", "001", "--format", "json").json()["items"]
    assert shown[-1]["do"] == "assign"


# ── what changes nothing ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "typed", [("classify", "001", "--type", "fault"), ("set", "001", "type=fault")]
)
def test_what_stands_already_is_not_written_again(opened: Sandbox, typed: tuple[str, ...]) -> None:
    assert svcdesk(opened.root, *typed).code == 0
    head = opened.git("rev-parse", "HEAD")
    again = svcdesk(opened.root, *typed)
    assert (again.code, again.out) == (0, "nothing to change\n")
    assert opened.git("rev-parse", "HEAD") == head
    said = svcdesk(opened.root, *typed, "-m", "复核过")
    assert said.code == 0
    assert opened.git("rev-parse", "HEAD") != head


# ── codes, choices, formats, means ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["desk8", "DESK-8", "8", "Hand-Edit"])
def test_a_code_is_understood_without_its_zeros(desk: Sandbox, typed: str) -> None:
    assert svcdesk(desk.root, "explain", typed).out.startswith("DESK008 ")


def test_a_code_that_is_none_is_told_with_near_ones(desk: Sandbox) -> None:
    refused = svcdesk(desk.root, "explain", "hand-edti")
    assert refused.code == 3
    assert "DESK008" in refused.err


def test_choices_are_named_once(desk: Sandbox) -> None:
    refused = svcdesk(desk.root, "list", "状态:乱写")
    assert refused.code == 2
    assert "new (待分配)" in refused.err
    words = re.findall("[\u4e00-\u9fff]+", refused.err.partition("→")[2])
    assert len(words) == len(set(words))


@pytest.mark.parametrize("name", ["gitlab", "junit", "rdjsonl"])
def test_a_format_of_a_plugin_of_ours_names_the_package(desk: Sandbox, name: str) -> None:
    refused = svcdesk(desk.root, "check", "--format", name)
    assert refused.code == 2
    assert "svcdesk-ci" in refused.err
    assert "plugins: [ci]" in refused.err


@pytest.mark.parametrize("means", ["import", "commit", "导入"])
def test_what_svcdesk_alone_writes_is_no_means_to_type(opened: Sandbox, means: str) -> None:
    refused = svcdesk(opened.root, "note", "001", "-m", "看过", "--via", means)
    assert refused.code == 2
    plan = f'{{"id": "001", "do": "note", "text": "看过", "via": "{means}"}}\n'
    assert svcdesk(opened.root, "apply", "-", stdin=plan).code == 2


def test_an_import_typed_by_hand_is_no_excuse(opened: Sandbox) -> None:
    svcdesk(opened.root, "people", "add", "li", "--role", "engineer", "--email", "li@example.org")
    path = "records/requests/2024/10/SR-20241001-001.yaml"
    mild = weight_of_read_back(opened)
    opened.edit(path, "    do: submit\n", "    via: import\n    do: submit\n")
    assert mild == "warning"
    assert weight_of_read_back(opened) == "note"  # engineer-1 may import
    opened.write(path, opened.read(path).replace("by: engineer-1", "by: li", 1))
    assert weight_of_read_back(opened) == "warning"


def weight_of_read_back(desk: Sandbox) -> str:
    found = svcdesk(desk.root, "check", "--format", "json").json()["items"]
    [weight] = [one["severity"] for one in found if one["code"] == "DESK401"]
    return str(weight)


# ── help ──────────────────────────────────────────────────────────────────────────────────────


def test_help_is_a_word_too(desk: Sandbox) -> None:
    assert svcdesk(desk.root, "help").out == svcdesk(desk.root, "--help").out
    assert svcdesk(desk.root, "help", "new").out == svcdesk(desk.root, "new", "--help").out
    calc = svcdesk(desk.root, "help", "sla", "calc")
    assert calc.out == svcdesk(desk.root, "sla", "calc", "--help").out
    assert "nwe" in svcdesk(desk.root, "help", "nwe").err


def test_help_of_new_begins_with_what_a_request_is(desk: Sandbox) -> None:
    page = svcdesk(desk.root, "new", "--help").out
    places = [page.index(f"  {one} ") for one in ("--title", "--requester", "--type", "--force")]
    assert places == sorted(places)


def test_help_names_every_format_of_ours(desk: Sandbox) -> None:
    page = svcdesk(desk.root, "list", "--help").out
    refused = svcdesk(desk.root, "list", "--format", "none").err
    known = refused.partition("there is: ")[2].split(", ")
    assert [one for one in map(str.strip, known) if one not in page] == []
