"""docs/kinds.md, done to the letter: two files, and the desk has a kind of its own."""

from __future__ import annotations

from command_runner import svcdesk
from tests.kinds_page import documented_commands, documented_files

from svcdesk.testing import Sandbox

AT = "2024-10-08T09:00:00+08:00"


def test_the_documented_kind_is_there_with_its_two_files(desk: Sandbox) -> None:
    for name, data in documented_files().items():
        desk.write(f"schemas/{name}", data)
    desk.commit("schemas: loans, a floor and a fourth priority")
    commands = documented_commands()
    assert len(commands) == 4
    for arguments in commands:
        done = svcdesk(desk.root, *arguments, at=AT)
        assert done.code == 0, done.err
        assert desk.status() == ""
        assert desk.touched() == ["records/loans/2024/10/LN-20241008-001.yaml"]
    assert desk.subjects()[:4] == [
        "LN-20241008-001: returned, damaged",
        "LN-20241008-001: extended to 2024-11-15",
        "LN-20241008-001: lent until 2024-10-31",
        "LN-20241008-001: new loan",
    ]
    assert svcdesk(desk.root, "check", at=AT).code == 0
    shown = svcdesk(desk.root, "schema", "show", "loan", lang="zh", at=AT)
    assert "应还日期" in shown.out


def test_what_the_kind_does_not_allow_is_refused(desk: Sandbox) -> None:
    for name, data in documented_files().items():
        desk.write(f"schemas/{name}", data)
    desk.commit("schemas: loans, a floor and a fourth priority")
    commands = documented_commands()
    assert svcdesk(desk.root, *commands[0], at=AT).code == 0
    early = svcdesk(desk.root, *commands[3], at=AT)
    assert early.code == 3
    assert "lend" in early.err
    for wrong in (["--field", "item=投影仪"], [*commands[0][2:], "--field", "due=soon"]):
        assert svcdesk(desk.root, "new", "loan", *wrong, at=AT).code in (2, 3)
    assert desk.subjects()[0] == "LN-20241008-001: new loan"


def test_a_request_is_linked_with_the_kind_by_its_label(desk: Sandbox) -> None:
    for name, data in documented_files().items():
        desk.write(f"schemas/{name}", data.replace(b"- set\n", b"- set\n      - link\n"))
    desk.commit("schemas: loans, a floor and a fourth priority")
    assert svcdesk(desk.root, *documented_commands()[0], at=AT).code == 0
    asked = svcdesk(desk.root, "new", "--description", "借投影仪", "--requester", "王*", at=AT)
    assert asked.code == 0
    assert svcdesk(desk.root, "link", "SR-20241008-001", "借用", "LN-20241008-001", at=AT).code == 0
    assert "rel: loan\n" in desk.read("SR-20241008-001")
    assert "rel: request\n" in desk.read("LN-20241008-001")


def test_the_documented_fields_of_a_request(desk: Sandbox) -> None:
    for name, data in documented_files().items():
        desk.write(f"schemas/{name}", data)
    desk.commit("schemas: loans, a floor and a fourth priority")
    asked = ("new", "--description", "打印机卡纸", "--requester", "王*")
    done = svcdesk(desk.root, *asked, "--priority", "低", "--field", "楼层=３", at=AT)
    assert done.code == 0, done.err
    text = desk.read("SR-20241008-001")
    assert "\npriority: P4\n" in text
    assert "\nfloor: 3\n" in text
    assert svcdesk(desk.root, *asked, "--field", "floor=99", at=AT).code in (2, 3)


def test_a_broken_schema_is_named_and_nothing_is_written(desk: Sandbox) -> None:
    desk.write("schemas/request.schema.json", b'{"properties": {"a": {"$ref": "http://x/"}}}')
    desk.commit("a schema that reaches out")
    before = desk.subjects()
    done = svcdesk(desk.root, "new", "--description", "x", "--requester", "王*", at=AT)
    assert done.code == 3
    assert "schemas/request.schema.json" in done.err
    assert desk.subjects() == before
    assert desk.status() == ""
