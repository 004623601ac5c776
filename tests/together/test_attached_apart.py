"""Files of one name that two clones attach to one record without seeing each other."""

from __future__ import annotations

from pathlib import Path

from clones import Hub, new, sync

from svcdesk.testing import Sandbox


def test_two_files_of_one_name_come_together(
    hub: Hub, one: Sandbox, two: Sandbox, tmp_path: Path
) -> None:
    record_id = new(one)
    sync(one)
    sync(two)
    for desk, text in ((one, "甲"), (two, "乙乙")):
        (tmp_path / "截图.txt").write_text(text)
        desk.open().attach(record_id, [tmp_path / "截图.txt"])
        desk.clock.forward(minutes=1)
    sync(one)
    assert sync(two).pushed
    sync(one)
    entries = one.open().load(record_id).record.get("attachments")
    assert isinstance(entries, list)
    held = {(one.root / "records/attachments" / str(entry["path"])).read_text("utf-8")
            for entry in entries if isinstance(entry, dict)}  # fmt: skip
    assert held == {"甲", "乙乙"}
    assert [str(entry["name"]) for entry in entries if isinstance(entry, dict)] == ["截图.txt"] * 2
    assert not [one for one in two.open().check().findings if one.weight > 1]
