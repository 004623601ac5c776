"""What a review says of records, and that honest work by commands is found wanting in nothing."""

from __future__ import annotations

import json
import re

import pytest
from review_helpers import FIRST, PATH, Branch
from tests.commands.command_runner import svcdesk

from svcdesk.desk import Circumstances
from svcdesk.errors import Refused
from svcdesk.lifecycle.act import Words

RESULT = "重启连接池并调高上限，登录成功率恢复到 100%，连续观察 30 分钟无失败"
NOW = "2024-10-01T12:00:00+08:00"


def test_a_branch_made_by_commands_is_told_and_nothing_is_found(branch: Branch) -> None:
    branch.move("step", {"action": "查看连接池监控", "result": "连接数已满"}, who="engineer-2")
    branch.move("wait", {"waiting.reason": "customer"}, who="engineer-2", text="等用户复测")
    branch.move("resume", who="engineer-2")
    branch.move("resolve", {"result": RESULT}, who="engineer-2")
    said = Circumstances(acting_for="requester", via="phone")
    branch.move("confirm", who="front-desk-1", around=said)
    branch.move("close", who="front-desk-1")
    reviewed = branch.review()
    assert [str(one.message) for one in reviewed.findings] == []
    words = branch.said()
    assert (
        "confirm by front-desk-1 for requester (phone), 2024-10-01T10:10:00+08:00: "
        "resolved → confirmed" in words
    )
    assert "said: “等用户复测”" in words
    assert "resolution: met in time" in words
    assert {one.record.kind for one in reviewed.records} == {"request", "handling"}
    assert [one.is_new for one in reviewed.records] == [True, False]


def test_a_breach_that_is_forgiven_is_named(branch: Branch) -> None:
    branch.box.clock.forward(hours=30)
    branch.open().set([FIRST], {"priority": "P3"}, Circumstances(words=Words(reason="不影响业务")))
    said = branch.said()
    assert "priority: P2 → P3" in said
    assert any(one.startswith("resolution: was due 2024-10-02 09:30, now due") for one in said)
    assert "resolution: a breach is forgiven: it is running now" in said


def test_a_breach_that_comes_is_named(branch: Branch) -> None:
    branch.box.clock.forward(hours=3)
    branch.open().set([FIRST], {"priority": "P1"})
    assert "resolution: was due 2024-10-02 09:30, now due 2024-10-01 13:30" in branch.said()


def test_late_entries_that_decide_nothing_are_notes(branch: Branch) -> None:
    around = Circumstances(
        words=Words(text="已电话告知用户"), when=branch.box.clock.now.replace(minute=42)
    )
    branch.move("note", around=around)
    [finding] = branch.review().findings
    assert (finding.code, finding.weight.name) == ("DESK909", "NOTE")


def test_what_is_on_the_base_already_is_not_said_again(branch: Branch) -> None:
    """A hand edit on main is main's; the branch that begins after it only adds a note."""
    branch.box.git("switch", "--quiet", "main")
    branch.edit("\npriority: P2", "\npriority: P4")
    branch.box.git("switch", "--quiet", "--create", "later")
    branch.edit("description: 生产系统无法登录", "description: 生产系统无法登录，全员受影响")
    assert branch.codes() == set()
    assert branch.said() == ["description: 生产系统无法登录 → 生产系统无法登录，全员受影响"]


def test_a_merge_commit_brings_nothing_of_its_own(branch: Branch) -> None:
    """Events that came by merging main are those of their own commits' authors."""
    branch.move("note", who="engineer-2", text="已联系用户")
    branch.box.git("switch", "--quiet", "main")
    branch.box.clock.forward(minutes=1)
    branch.open("front-desk-1").new(
        "request", {"description": "打印机卡纸", "requester.name": "张*"}
    )
    branch.box.git("switch", "--quiet", "work")
    branch.open("engineer-1").repository.git("merge", "--quiet", "--no-edit", "main")
    assert branch.codes() == set()
    assert [one.record.id for one in branch.review().records] == [FIRST]


def test_a_bot_may_bring_what_others_recorded(branch: Branch) -> None:
    branch.box.git("switch", "--quiet", "main")
    people = branch.box.read("records/people.yaml")
    added = people + "  - id: bot-1\n    roles: [bot]\n    emails: [bot-1@example.org]\n"
    branch.box.write("records/people.yaml", added)
    branch.commit()
    branch.box.git("switch", "--quiet", "--create", "by-bot")
    branch.move("note", text="已联系用户")
    branch.box.git("commit", "--quiet", "--amend", "--no-edit", "--reset-author",
                   env={"GIT_AUTHOR_EMAIL": "bot-1@example.org"})  # fmt: skip
    assert branch.codes() == set()


def test_redaction_is_no_change_of_history(branch: Branch) -> None:
    branch.move("note", text="用户密码是 hunter2，请尽快修改")
    branch.box.git("switch", "--quiet", "main")
    branch.box.git("merge", "--quiet", "work")
    branch.box.git("switch", "--quiet", "work")
    branch.box.clock.forward(minutes=5)
    last = branch.record().newest_event_id()
    branch.open().redact(FIRST, str(last), Circumstances(words=Words(reason="个人信息")))
    assert branch.codes() == set()


def test_what_is_staged_is_reviewed_before_it_is_committed(branch: Branch) -> None:
    branch.box.edit(PATH, "\npriority: P2", "\npriority: P4")
    assert svcdesk(branch.box.root, "review", "--staged", at=NOW).code == 0
    branch.box.git("add", "--all")
    done = svcdesk(branch.box.root, "review", "--staged", at=NOW)
    assert done.code == 1
    assert "DESK008" in done.out
    assert svcdesk(branch.box.root, "review", "--staged", "main", at=NOW).code == 2


def test_the_forms_that_are_shown(branch: Branch) -> None:
    branch.edit("\npriority: P2", "\npriority: P3")
    root = branch.box.root
    data = svcdesk(root, "review", "--format", "json", at=NOW).json()
    assert (data["schema"], data["total"], data["shown"]) == ("svcdesk/review/1", 1, 1)
    assert data["items"][0]["code"] == "DESK008"
    [record] = data["records"]
    assert (record["record"], record["said"]) == (FIRST, ["priority: P2 → P3"])
    table = svcdesk(root, "review", "main", at=NOW)
    assert table.code == 1
    assert table.out.splitlines()[:2] == [f"{FIRST}: 生产系统无法登录", "  priority: P2 → P3"]
    assert svcdesk(root, "review", "main", "--fail-on", "none", at=NOW).code == 0
    assert "::error" in svcdesk(root, "review", "--format", "github", at=NOW).out


@pytest.mark.case(71)
def test_fields_and_their_words_have_the_labels_of_the_reader(branch: Branch) -> None:
    branch.open().set([FIRST], {"channel": "phone"})
    told = svcdesk(branch.box.root, "review", "main...HEAD", lang="zh").out
    assert "渠道" in told
    assert "channel" not in told


def test_a_comment_does_nothing_and_stays_short(branch: Branch) -> None:
    evil = "@everyone [x](javascript:alert(1)) <img src=x> fixes #1 " * 3
    branch.edit("description: 生产系统无法登录", f"description: {json.dumps(evil)}")
    for number in range(2, 260):
        text = branch.box.read(PATH).replace(FIRST, f"SR-20241001-{number:03}")
        uid = branch.record().uid
        path = PATH.replace("-001.yaml", f"-{number:03}.yaml")
        branch.box.write(path, text.replace(uid, f"{uid[:-3]}{number:03}"))
    branch.commit()
    done = svcdesk(branch.box.root, "review", "--format", "markdown", at=NOW)
    assert done.out.startswith("<!-- svcdesk review -->\n")
    assert 40_000 < len(done.out.encode()) < 60_000
    assert done.out.count("`@everyone`") == done.out.count("@everyone") > 1
    assert re.search(r"(?<!\\)\]\(javascript", done.out) is None
    assert "<img" not in done.out
    assert "more are left out here" in done.out


def test_a_merge_with_errors_is_refused_and_changes_nothing(branch: Branch) -> None:
    branch.append(f"id: {branch.record().newest_event_id()[:-1]}Z\nat: {NOW}\nby: engineer-1\n"
                  "do: note\ntext: 同意", who="engineer-2")  # fmt: skip
    branch.box.git("switch", "--quiet", "main")
    before = branch.box.git("rev-parse", "HEAD")
    done = svcdesk(branch.box.root, "merge", "work", at=NOW)
    assert done.code == 3
    assert "DESK907" in done.err
    assert branch.box.git("rev-parse", "HEAD") == before
    assert branch.box.status() == ""


def test_unrelated_histories_have_no_review(branch: Branch) -> None:
    branch.box.git("switch", "--quiet", "--orphan", "other")
    branch.box.write("records/desk.yaml", "name: x\n")
    branch.commit()
    branch.box.git("switch", "--quiet", "work")
    with pytest.raises(Refused) as refused:
        branch.review("other...HEAD")
    assert refused.value.code == "E_UNRELATED"


def test_an_id_that_is_ahead_of_its_event_is_named(branch: Branch) -> None:
    branch.append(
        """\
id: 01JZZZZZZZ0000000000000000
at: 2024-10-01T10:00:00+08:00
by: engineer-1
do: note
text: 已联系用户
"""
    )
    [found] = [one for one in branch.review().findings if one.code == "DESK908"]
    assert "is dated 2024-10-01T10:00:00+08:00, and by its id it is of 2025-" in str(found.message)
