"""A redaction meets what somebody else wrote without seeing it, or in full knowledge of it."""

from __future__ import annotations

from clones import Hub, new, sync

from svcdesk.desk import Circumstances
from svcdesk.lifecycle.act import Words
from svcdesk.testing import Sandbox

FIELD = "description"
WHY = Circumstances(words=Words(reason="隐私"))


def test_a_newer_text_that_gives_way_to_a_redaction_is_named(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    record_id = new(one)
    sync(one)
    sync(two)
    two.open().set([record_id], {FIELD: "登录时提示密码过期"})
    one.open().redact(record_id, FIELD, WHY)
    sync(one)
    own = two.git("rev-parse", "HEAD").strip()
    done = sync(two)
    assert isinstance(two.open().load(record_id).record.get(FIELD), dict)
    [note] = [str(one) for one in done.notes]
    assert f"{record_id}: {FIELD} was redacted" in note
    assert f"git show {own[:12]}:" in note
    assert "密码过期" not in note
    where = note.rpartition("git show ")[2]
    assert "密码过期" in two.git("show", where)


def test_an_old_text_that_is_redacted_needs_no_word(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    record_id = new(one)
    sync(one)
    sync(two)
    two.open().set([record_id], {"title": "登录失败"})
    one.open().redact(record_id, FIELD, WHY)
    sync(one)
    assert not sync(two).notes


def test_what_is_written_after_a_redaction_stays(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    record_id = new(one)
    one.open().redact(record_id, FIELD, WHY)
    sync(one)
    sync(two)
    two.open().set([record_id], {FIELD: "登录时提示密码过期"})
    one.open().set([record_id], {"title": "登录失败"})
    sync(one)
    assert not sync(two).notes
    record = two.open().load(record_id).record
    assert (record.get(FIELD), record.get("title")) == ("登录时提示密码过期", "登录失败")
