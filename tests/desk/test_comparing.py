"""`diff`: what became of each record between two commits, in people's words."""

from __future__ import annotations

import pytest
from desk_helpers import REQUEST, new_request

from svcdesk.desk.comparing import Compared, Difference
from svcdesk.desk.records import Circumstances
from svcdesk.errors import NotFound, Refused, UsageError
from svcdesk.lifecycle.act import Words
from svcdesk.testing import Sandbox


def of(compared: Compared, record_id: str) -> Difference:
    [found] = [one for one in compared.differences if one.flow.record_id == record_id]
    return found


def said(compared: Compared, record_id: str) -> str:
    return "\n".join(map(str, of(compared, record_id).said))


def test_moves_words_and_fields_are_said(desk: Sandbox) -> None:
    first = new_request(desk)
    desk.git("tag", "before")
    second = new_request(desk, title="打印机卡纸")
    desk.open().move([first], "assign", {"assignee": "engineer-1"})
    desk.open().move([first], "note", {}, Circumstances(words=Words(text="已联系用户")))
    desk.open().set([first], {"priority": "P1", "labels": ["vip"]})
    compared = desk.open().diff("before")
    assert compared.head == desk.git("rev-parse", "HEAD").strip()
    assert of(compared, second).became == "created"
    assert "打印机卡纸" in said(compared, second)
    text = said(compared, first)
    assert "new → assigned" in text
    assert "by engineer-1" in text
    assert "“已联系用户”" in text
    assert "priority: – → P1" in text
    fields = {one.path: (one.old, one.new) for one in of(compared, first).fields}
    assert fields["priority"] == (None, "P1")
    assert fields["status"] == ("new", "assigned")


def test_what_is_deleted_or_was_not_there_yet(desk: Sandbox) -> None:
    record_id = new_request(desk)
    desk.open().move([record_id], "assign", {"assignee": "engineer-1"})
    desk.git("tag", "there")
    back = of(desk.open().diff("there", "HEAD~1"), record_id)
    assert [event.do for event in back.lost] == ["assign"]
    assert any("not there any more: assign" in str(one) for one in back.said)
    (desk.root / desk.path_of(record_id)).unlink()
    desk.commit("gone")
    assert of(desk.open().diff("there"), record_id).became == "deleted"


def test_a_renumbered_record_is_one_record(desk: Sandbox) -> None:
    record_id = new_request(desk)
    desk.git("tag", "before")
    now = desk.open().renumber(record_id).changes[0].record.id
    compared = desk.open().diff("before")
    assert len(compared.differences) == 1
    assert compared.differences[0].flow.former == record_id
    assert record_id in said(compared, now)
    assert now in said(compared, now)
    again = desk.open().diff("before", ids=[record_id])
    assert [one.flow.record_id for one in again.differences] == [now]


def test_ids_and_queries_leave_others_out(desk: Sandbox) -> None:
    first, second = new_request(desk), new_request(desk)
    desk.git("tag", "before")
    third = new_request(desk)
    desk.open().set([first, second], {"priority": "P1"})
    desk.open().set([second], {"category": "network"})

    def found(**choices: object) -> list[str]:
        return [one.flow.record_id for one in desk.open().diff("before", **choices).differences]

    assert found() == [first, second, third]
    assert found(ids=["002"]) == [second]
    assert found(query="priority:P1 -category:network") == [first]
    with pytest.raises(NotFound):
        found(ids=["009"])
    with pytest.raises(UsageError):
        found(query="nonsense:1")


def test_ranges_and_where_two_parted(desk: Sandbox) -> None:
    first = new_request(desk)
    desk.git("switch", "--quiet", "-c", "topic")
    desk.open().set([first], {"priority": "P1"})
    desk.git("switch", "--quiet", "-")
    second = new_request(desk)

    def found(base: str, head: str | None = None) -> list[str]:
        return [one.flow.record_id for one in desk.open().diff(base, head).differences]

    assert found("HEAD..topic") == found("HEAD", "topic") == [first, second]
    assert found("HEAD...topic") == found("...topic") == [first]
    assert found("HEAD..") == found("HEAD") == []
    for odd in ("HEAD..b..c", "--output=x..HEAD", "HEAD:x", "..@{-1}"):
        with pytest.raises(UsageError):
            found(odd)
    with pytest.raises(UsageError):
        found("HEAD..topic", "HEAD")
    with pytest.raises(NotFound):
        found("HEAD..nowhere")
    desk.git("switch", "--quiet", "--orphan", "apart")
    desk.git("commit", "--quiet", "--allow-empty", "--message", "apart")
    desk.git("switch", "--quiet", "topic")
    with pytest.raises(Refused) as caught:
        found("topic...apart")
    assert caught.value.code == "E_UNRELATED"


def test_what_cannot_be_read_is_named_and_the_rest_is_told(desk: Sandbox) -> None:
    first, second = new_request(desk), new_request(desk)
    desk.git("tag", "before")
    desk.write(desk.path_of(first), "a: [")
    desk.write(desk.path_of(second), (desk.root / desk.path_of(second)).read_text("utf-8") + "\n")
    desk.commit("odd")
    compared = desk.open().diff("before")
    assert of(compared, first).became == "unreadable"
    assert [one.record_id for one in compared.unreadable] == [first]
    assert said(compared, second) == "nothing but the form of its file"


def test_the_working_tree_is_not_looked_at(desk: Sandbox) -> None:
    record_id = new_request(desk)
    desk.edit(record_id, REQUEST["description"], "另一段文字")
    assert desk.open().diff("HEAD").differences == ()
