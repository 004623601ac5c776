"""What svcdesk brings itself, at work in a desk: refusals, channels, contacts, imports."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from svcdesk.errors import Invalid
from svcdesk.testing import Sandbox

REQUEST = {"description": "生产系统无法登录", "requester.name": "李*", "type": "consultation"}
MAPPING = """
source: their-system
kind: request
key: number
time:
  column: at
  format: '%Y-%m-%d %H:%M'
  zone: Asia/Shanghai
opened: at
state:
  column: state
  values:
    New: new
  moves: []
fields:
  description: text
constant:
  requester.name: 李*
"""


def new(desk: Sandbox, **settings: object) -> str:
    record_id: str = desk.open(**settings).new("request", REQUEST).ids[0]
    desk.clock.forward(minutes=5)
    return record_id


def route(desk: Sandbox, channel: str) -> None:
    text = desk.read("records/desk.yaml")
    desk.write("records/desk.yaml", f"{text}routes:\n  '*':\n    - {channel}\n")
    desk.commit("routes")


def test_a_result_that_says_nothing_is_refused_before_anything_changes(desk: Sandbox) -> None:
    record = new(desk)
    before = desk.git("rev-parse", "HEAD")
    with pytest.raises(Invalid) as caught:
        desk.open().move([record], "resolve", {"result": "已处理"})
    assert "DESK101" in (caught.value.code, *str(caught.value).split())
    assert desk.git("rev-parse", "HEAD") == before
    assert desk.status() == ""
    text = "已处理：更换 2 号交换机电源，恢复后连续 ping 30 分钟无丢包"
    desk.open().move([record], "resolve", {"result": text})
    assert text in desk.read(record)


def test_a_program_of_the_users_is_told_after_the_commit(desk: Sandbox, tmp_path: Path) -> None:
    route(desk, "command")
    out = tmp_path / "told"
    code = f"import sys; open({str(out)!r}, 'ab').write(sys.stdin.buffer.read())"
    record = new(desk, channels__command={"argv": [sys.executable, "-c", code]})
    (line,) = out.read_bytes().splitlines()
    told = json.loads(line)
    assert (told["schema"], told["move"], told["record"]["id"]) == (
        "svcdesk/notice/1",
        "submit",
        record,
    )
    assert told["commit"] == desk.git("rev-parse", "HEAD").strip()


def test_a_channel_that_fails_is_named_and_the_record_stands(desk: Sandbox) -> None:
    route(desk, "command")
    code = "import sys; sys.exit('no paper')"
    done = desk.open(channels__command={"argv": [sys.executable, "-c", code]}).new(
        "request", REQUEST
    )
    (sentence,) = map(str, done.untold)
    assert "command" in sentence
    assert sentence.endswith("ended with code 1: no paper")
    assert desk.status() == ""
    assert desk.open().load(done.ids[0]).record.id == done.ids[0]


def test_rows_that_cannot_be_made_out_are_listed_by_number_and_the_others_come(
    desk: Sandbox, tmp_path: Path
) -> None:
    from svcdesk.desk.importing import import_file
    from svcdesk.desk.writing import Options

    source, mapping = tmp_path / "theirs.csv", tmp_path / "map.yaml"
    mapping.write_text(MAPPING.lstrip(), encoding="utf-8")
    source.write_bytes(
        "number;at;state;text\n"
        "1;2024-09-30 09:00;New;打印机卡纸\n"
        "2;2024-09-30 09:10;New\n"
        "3;2024-09-30 09:20;New;网络断开;多了一格\n".encode("gbk")
    )
    result = import_file(desk.open(), source, mapping, Options())
    assert (result.rows, result.created) == (3, 1)
    assert [(one.number, one.key) for one in result.refusals] == [(3, "2"), (4, "3")]
    assert "3 cells, where the heading has 4" in str(result.refusals[0].why)
    assert "打印机卡纸" in desk.read(result.done.ids[0])


def test_the_full_contact_comes_from_a_book_outside_git(desk: Sandbox, tmp_path: Path) -> None:
    from svcdesk.desk.showing import contact_of

    record = desk.open().new("request", {**REQUEST, "requester.ref": "li-1"}).ids[0]
    book = tmp_path / "book.csv"
    book.write_text("ref,phone\nli-1,01066665555\n", encoding="utf-8")
    opened = desk.open(contacts__book=str(book))
    assert contact_of(opened, opened.load(record).record) == {"phone": "01066665555"}
    assert "66665555" not in desk.git("log", "-p")
