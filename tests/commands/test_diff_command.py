"""`svcdesk diff` and `--rev`, as they are typed."""

from __future__ import annotations

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox

NEW = ("new", "request", "--field", "requester.name=李*", "--channel", "email")


@pytest.fixture
def told(desk: Sandbox) -> Sandbox:
    """001 was assigned and got a priority since the tag `before`; 002 is new since."""
    for text in ("生产系统无法登录", "打印机卡纸"):
        assert svcdesk(desk.root, *NEW, "--field", f"description={text}").code == 0
    desk.git("tag", "before", "HEAD~1")
    assert svcdesk(desk.root, "assign", "001", "engineer-1").code == 0
    assert svcdesk(desk.root, "set", "001", "priority=P1").code == 0
    return desk


def test_sentences_record_by_record(told: Sandbox) -> None:
    done = svcdesk(told.root, "diff", "before")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == "SR-20241001-001: 生产系统无法登录"
    assert "  assign by engineer-1, 2024-10-01T09:30:00+08:00: new → assigned" in lines
    assert "  priority: – → P1" in lines
    assert "SR-20241001-002, new: 打印机卡纸" in lines
    chinese = svcdesk(told.root, "diff", "before", lang="zh").out
    assert any("优先级" in line and "– → P1" in line for line in chinese.splitlines())
    assert "待分配 → 已分配" in chinese
    assert "打印机卡纸" not in svcdesk(told.root, "diff", "before..HEAD", "001").out
    assert svcdesk(told.root, "diff", "HEAD").out == "no record is changed\n"


def test_data_and_tables(told: Sandbox) -> None:
    data = svcdesk(told.root, "diff", "before", "HEAD", "--format", "json").json()
    assert data["schema"] == "svcdesk/diff/1"
    assert (data["total"], data["shown"], data["unreadable"]) == (2, 2, 0)
    changed, created = data["items"]
    assert (changed["became"], created["became"]) == ("changed", "created")
    assert {"path": "priority", "old": None, "new": "P1"} in changed["fields"]
    assert [event["do"] for event in changed["events"]] == ["assign", "set"]
    lines = svcdesk(told.root, "diff", "before", "--format", "jsonl").out.splitlines()
    assert len(lines) == 2
    assert "| SR-20241001-002 |" in svcdesk(told.root, "diff", "before", "--format", "markdown").out
    found = svcdesk(told.root, "diff", "before", "-q", "priority:P1", "--format", "ids").out
    assert found.split() == ["SR-20241001-001"]


def test_lists_searches_and_boards_of_a_commit(told: Sandbox) -> None:
    for words in (("list",), ("board",), ("search", "生产系统")):
        then = svcdesk(told.root, *words, "--rev", "before", "--format", "json")
        assert then.code == 0, then.err
        assert "SR-20241001-002" not in then.out
        moved = '"status": "assigned"'
        assert moved not in then.out
        assert moved in svcdesk(told.root, *words, "--format", "json").out


def test_an_unreadable_version_ends_with_5(told: Sandbox) -> None:
    told.write(told.path_of("001"), "a: [")
    told.commit("odd")
    done = svcdesk(told.root, "diff", "before")
    assert done.code == 5
    assert "打印机卡纸" in done.out


def test_what_names_no_revision_is_refused(told: Sandbox) -> None:
    for argv, code in (
        (("nowhere",), 3),
        (("before", "001"), 3),
        (("before..HEAD", "009"), 3),
        (("HEAD:records",), 2),
        ((), 2),
        (("before", "-q", "nonsense:1"), 2),
    ):
        done = svcdesk(told.root, "diff", *argv)
        assert done.code == code, (argv, done.err)
        assert "Traceback" not in done.err
    assert "HEAD~5..HEAD 001" in svcdesk(told.root, "diff", "before", "001").err


def test_a_shallow_clone_says_so(told: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> None:
    shallow = tmp_path_factory.mktemp("shallow") / "desk"
    told.git("clone", "--quiet", "--depth", "1", told.root.as_uri(), str(shallow))
    for words in (("diff", "HEAD~3"), ("list", "--rev", "HEAD~3")):
        done = svcdesk(shallow, *words)
        assert done.code == 3
        assert "shallow" in done.err
