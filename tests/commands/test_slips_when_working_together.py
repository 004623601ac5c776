"""What people who share a desk run into: undone imports, odd numbers, steps and decisions in words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from change_stories import CHANGE, approve, desk_of_five, ok, proposed, start
from command_runner import environment, svcdesk

from svcdesk.testing import MakeDesk, Sandbox

NEW = ("new", "--channel", "email", "--requester", "李*", "--customer", "客户A", "--priority", "P2")
FIRST = "SR-20241001-001"


def test_what_an_undo_took_back_was_not_deleted(desk: Sandbox, tmp_path: Path) -> None:
    table = tmp_path / "y.csv"
    table.write_text("问题描述,客户名称,申请人,受理渠道\n打印机卡纸,客户A,李*,邮件\n", "utf-8")
    ok(svcdesk(desk.root, "import", str(table)))
    ok(svcdesk(desk.root, "undo"))
    assert "was deleted by commit" not in svcdesk(desk.root, "doctor").out
    second = "SR-20241001-002"  # the first number was given once
    ok(svcdesk(desk.root, *NEW, "--description", "网络很慢"))
    desk.git("rm", "--quiet", desk.path_of(second))
    desk.commit("undo: nothing, in truth")
    assert f"{second} was deleted by commit" in svcdesk(desk.root, "doctor").out


def test_a_number_has_a_day_that_there_is(desk: Sandbox) -> None:
    ok(svcdesk(desk.root, *NEW, "--description", "网络很慢"))
    for number in ("SR-20249999-001", "SR-7F", "IR-20241001-001"):
        done = svcdesk(desk.root, "renumber", FIRST, number)
        assert done.code == 3
        assert f"“{number}” cannot be the number of a request" in done.err
    ok(svcdesk(desk.root, "renumber", FIRST, "SR-20241001-007"))


def test_a_log_says_what_was_done_in_a_step(desk: Sandbox) -> None:
    ok(svcdesk(desk.root, *NEW, "--description", "网络很慢", "--type", "fault"))
    ok(svcdesk(desk.root, "assign", FIRST, "engineer-1"))
    ok(svcdesk(desk.root, "start", FIRST))
    ok(svcdesk(desk.root, "step", FIRST, "-m", "查看日志，连接池已满"))
    rows = ok(svcdesk(desk.root, "log", FIRST)).out.splitlines()
    assert any(row.endswith("查看日志，连接池已满") and "IR-20241001-001" in row for row in rows)


def test_a_rejection_is_told_from_an_approval(make_desk: MakeDesk) -> None:
    box = desk_of_five(make_desk)
    assert proposed(box) == CHANGE
    ok(approve(box, CHANGE, "approver-1", "--decision", "reject", "--reason", "缺少回退方案"))
    told = ok(svcdesk(box.root, "diff", "HEAD~1", lang="zh")).out
    assert "：不同意" in told
    reviewed = svcdesk(box.root, "review", "HEAD~1...HEAD", lang="zh").out
    assert "审批意见：不同意" in reviewed
    assert "reject" not in reviewed


def test_init_sets_up_its_own_clone(tmp_path: Path) -> None:
    root = tmp_path / "new"
    root.mkdir()
    made = ok(svcdesk(root, "init", "--name", "台", "--zone", "Asia/Shanghai"))
    assert "in this clone now" in made.out
    assert svcdesk(root, "merge-driver", "--status").code == 0
    assert "in this clone now" not in ok(svcdesk(root, "init")).out
    assert svcdesk(root, "doctor").code == 0


def test_doctor_does_not_promise_what_it_left(make_desk: MakeDesk) -> None:
    desk = make_desk()
    ok(svcdesk(desk.root, *NEW, "--description", "网络很慢"))
    desk.git("branch", "side")
    ok(svcdesk(desk.root, "set", FIRST, "title=登录失败"))
    desk.git("switch", "--quiet", "side")
    ok(svcdesk(desk.root, "set", FIRST, "title=无法登录"))
    desk.git("config", "merge.svcdesk.driver", "git merge-file %A %O %B; true")
    desk.git("merge", "--quiet", "--no-edit", "main")
    before = svcdesk(desk.root, "doctor").out
    assert "`svcdesk doctor --fix` puts it right" in before
    after = svcdesk(desk.root, "doctor", "--fix").out
    assert "left as it is: " in after
    assert "`svcdesk doctor --fix` puts it right" not in after


def test_a_killed_write_of_many_files_is_told_in_few_lines(desk: Sandbox) -> None:
    for number in range(7):
        ok(svcdesk(desk.root, *NEW, "--description", f"网络很慢 {number}"))
    ids = [f"SR-20241001-{number:03}" for number in range(1, 8)]
    code = (
        "import os, sys; from svcdesk.desk import open_desk; from svcdesk.store import git_commit\n"
        "git_commit.record = lambda *a, **k: os._exit(9)\n"
        "open_desk('.').set(sys.argv[1:], {'title': '很慢'})"
    )
    words = [sys.executable, "-c", code, *ids]
    assert subprocess.run(words, cwd=desk.root, env=environment(), check=False).returncode == 9
    desk.write(desk.path_of(ids[0]), "somebody's text\n")
    told = svcdesk(desk.root, "doctor").out
    assert "6 files hold the new text, which is not committed" in told
    assert f"{ids[0]}.yaml holds something else" in told
    assert ids[3] not in told


def test_a_kind_is_meant_by_its_label_and_an_unknown_one_refused_once(
    desk: Sandbox, tmp_path: Path
) -> None:
    table = tmp_path / "changes.csv"
    table.write_text("title\n扩容连接池\n升级驱动\n", "utf-8")
    wrong = svcdesk(desk.root, "import", str(table), "--kind", "nix")
    assert wrong.code == 3
    assert wrong.err.count("nix") == 1
    ok(svcdesk(desk.root, "import", str(table), "--kind", "变更"))
    assert (desk.root / "records/changes/2024/10/CR-20241001-002.yaml").exists()


def test_odd_lines_of_a_plan_are_refused_in_the_readers_words(desk: Sandbox) -> None:
    for line, said in (
        ('{"id": "1", "id": "2"}', "“id” 出现了两次"),
        ("no json", "从第 1 列起不是 JSON"),
        ('{"id": "1", "set": {"x": NaN}}', "NaN 不是数字"),
    ):
        done = svcdesk(desk.root, "apply", "-", stdin=f"{line}\n", lang="zh")
        assert done.code == 3
        assert said in done.err


def test_words_of_git_stay_on_one_line(desk: Sandbox, tmp_path: Path) -> None:
    desk.git("remote", "add", "origin", str(tmp_path / "nowhere.git"))
    done = svcdesk(desk.root, "sync")
    assert "was not reached" in done.err
    assert "\\n" not in done.err
    desk.write("records/desk.yaml", desk.read("records/desk.yaml") + 'queries: {bad: "a:(b OR"}\n')
    checked = svcdesk(desk.root, "check").out
    assert "DESK024" in checked
    assert "\\n" not in checked


def test_whoever_was_refused_is_not_named_as_one_who_may(make_desk: MakeDesk) -> None:
    box = desk_of_five(make_desk)
    assert proposed(box) == CHANGE
    ok(svcdesk(box.root, "assign", CHANGE, "approver-2"))
    own = approve(box, who="approver-2")
    assert own.code == 3
    assert "who may approve: approver-1\n" in own.err


def test_records_that_had_a_number_before_are_said_to(desk: Sandbox) -> None:
    for number in (1, 2):
        ok(svcdesk(desk.root, *NEW, "--description", f"网络很慢 {number}"))
    for number in (1, 2):
        given = f"SR-20241001-{number:03}"
        ok(svcdesk(desk.root, "renumber", given, f"SR-20241001-77{number}"))
        path = desk.path_of(f"SR-20241001-77{number}")
        desk.edit(path, f"- {given}", "- SR-20241001-055")
    done = svcdesk(desk.root, "show", "055")
    assert "2 records had a number before that ends with “055”" in done.err


def test_a_board_calls_a_state_as_its_kind_does(make_desk: MakeDesk) -> None:
    box = desk_of_five(make_desk)
    assert proposed(box) == CHANGE
    ok(approve(box))
    ok(start(box))
    board = ("board", "--group-by", "assignee", "--kind", "change")
    told = ok(svcdesk(box.root, *board, lang="zh")).out
    assert "实施中" in told
    assert "处理中" not in told


def test_a_window_is_shown_from_its_start(desk: Sandbox) -> None:
    ok(svcdesk(desk.root, "new", "change", "--title", "扩容", "--field",
               "window.end=2024-10-12 23:00"))  # fmt: skip
    ok(svcdesk(desk.root, "set", CHANGE, "window.start=2024-10-12 22:00"))
    shown = ok(svcdesk(desk.root, "show", CHANGE, lang="zh")).out
    assert shown.index("窗口开始") < shown.index("窗口结束")


def test_a_value_that_a_schema_refuses_is_named_with_its_line(desk: Sandbox) -> None:
    for number in (1, 2):
        ok(svcdesk(desk.root, *NEW, "--description", f"网络很慢 {number}"))
    good = '{"id": "SR-20241001-001", "set": {"title": "很慢"}}\n'
    bad = '{"id": "SR-20241001-002", "set": {"title": 5}}\n'
    for plan, line in ((bad, 1), (good + bad, 2)):
        done = svcdesk(desk.root, "apply", "-", stdin=plan)
        assert done.code == 3
        assert f"<stdin>:{line}: " in done.err
