"""Records leave as files and come back: every field, by cell, and only what somebody changed."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_runner import Outcome, svcdesk
from tests.threats.pseudo_terminal import on_terminal

from svcdesk.testing import Sandbox

openpyxl = pytest.importorskip("openpyxl")
Put = Callable[..., Path]
HOSTILE = '=HYPERLINK("http://x","y")'
DAY = "2024-10-01"
LATER = "2024-10-02T10:00:00+08:00"


@pytest.fixture
def two(desk: Sandbox) -> Sandbox:
    """A desk with two requests: one hostile, one that is worked on."""
    open_ = desk.open()
    open_.new(
        "request",
        {
            "description": HOSTILE,
            "requester.name": "李*",
            "requester.contact": "*5678",
            "priority": "P1",
            "category": "software/database",
            "customer": "客户A",
            "expected_by": "2024-10-03T18:00:00+08:00",
            "labels": ["vip", "007"],
        },
    )
    second = {"description": "登录不了\n从 09:10 起\n", "requester.name": "张*"}
    open_.new("request", {**second, "type": "fault", "priority": "P2", "category": "network"})
    open_.move(["002"], "start")
    return desk


def export(desk: Sandbox, path: Path, *argv: str, lang: str = "zh", **how: Any) -> Path:
    done = svcdesk(desk.root, "export", "-o", str(path), *argv, lang=lang, **how)
    assert done.code == 0, done.err
    return path


def imported(desk: Sandbox, path: Path, *argv: str, **how: Any) -> Outcome:
    how.setdefault("at", LATER)
    return svcdesk(desk.root, "import", str(path), "--format", "json", *argv, **how)


@pytest.fixture
def put(two: Sandbox, tmp_path: Path) -> Put:
    """The desk's workbook with cells changed: `put(("G3", "P2"))`, by key of column and row."""
    book_path = export(two, tmp_path / "tickets.xlsx")

    def change(*cells: tuple[int, str, object], name: str = "changed.xlsx") -> Path:
        book = openpyxl.load_workbook(book_path)
        sheet = book.worksheets[0]
        places = {cell.value: cell.column for cell in sheet[1]}
        for row, key, value in cells:
            sheet.cell(row=row, column=places[key]).value = value
        book.save(tmp_path / name)
        return tmp_path / name

    return change


def letter(path: Path, key: str) -> str:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return next(cell.column_letter for cell in sheet[1] if cell.value == key)


def refused(done: Outcome) -> dict[str, str]:
    return {
        one["place"].partition("!")[2] or one["place"]: one["why"] for one in done.json()["items"]
    }


# ── out ─────────────────────────────────────────────────────────────────────────────────────────


def test_csv_has_every_field_whole_and_ids_as_text(two: Sandbox) -> None:
    rows = list(csv.DictReader(io.StringIO(svcdesk(two.root, "export").out)))
    assert [row["id"] for row in rows] == ["SR-20241001-001", "SR-20241001-002"]
    assert rows[0]["description"] == "'" + HOSTILE.replace('"http', '"http')
    assert rows[1]["description"] == "登录不了\n从 09:10 起\n"
    assert (rows[0]["requester.name"], rows[0]["labels"]) == ("李*", "vip, 007")
    for row in rows:
        blob = two.git("hash-object", two.path_of(row["id"])).strip()
        assert row["revision"] == blob
    fields = {name for name, one in two.open().kinds.fields("request").items()
              if not one.in_list and one.type != "group"}  # fmt: skip
    assert fields <= set(rows[0])


def test_all_are_exported_open_or_not_and_a_query_narrows(two: Sandbox) -> None:
    two.open().move(["001"], "cancel", {}, around=_reason())
    both = svcdesk(two.root, "export", "--format", "ids").out.split()
    assert both == ["SR-20241001-001", "SR-20241001-002"]
    assert svcdesk(two.root, "export", "status:open", "--format", "ids").out.split() == both[1:]
    columns = svcdesk(two.root, "export", "--columns", "id,负责人,处理人,sla")
    assert columns.code == 2  # 负责人 is no field
    named = svcdesk(two.root, "export", "--columns", "id,处理人,due", "002")
    assert named.out.splitlines()[0] == "id,assignee,due"


def _reason() -> Any:
    from svcdesk.desk.records import Circumstances
    from svcdesk.lifecycle.act import Words

    return Circumstances(words=Words(reason="重复"))


@pytest.mark.case(68)
def test_a_dash_is_standard_output(two: Sandbox) -> None:
    """As with other tools; a file of that name would be hard to get rid of."""
    said = svcdesk(two.root, "export", "--format", "csv").out
    assert svcdesk(two.root, "export", "--format", "csv", "-o", "-").out == said != ""
    assert not (two.root / "-").exists()


@pytest.mark.parametrize("name", ["csv", "csv-excel"])
def test_no_cell_of_a_csv_begins_a_formula(two: Sandbox, name: str) -> None:
    text = svcdesk(two.root, "export", "--format", name).out
    assert text.startswith("\ufeff") is (name == "csv-excel")
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))):
        assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠")) for cell in row)


@pytest.mark.case(69)
def test_no_cell_of_a_workbook_is_a_formula(two: Sandbox, tmp_path: Path) -> None:
    path = export(two, tmp_path / "x.xlsx")
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in archive.read(name)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == HOSTILE]
    assert [(cell.data_type, cell.number_format) for cell in cells] == [("s", "@")]


@pytest.mark.case(74)
@pytest.mark.parametrize("command", ["export", "events", "list"])
def test_every_line_of_jsonl_is_an_object_whatever_a_record_says(
    two: Sandbox, command: str
) -> None:
    hostile = '"}\n{"id": "SR-1"}\n\\u0000 ##[error] NaN'
    two.open().set(["001"], {"description": hostile})
    done = svcdesk(two.root, command, "--format", "jsonl")
    lines = done.out.removesuffix("\n").split("\n")
    assert len(lines) == {"export": 2, "events": 3, "list": 2}[command]
    read = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    if command == "export":
        assert read[0]["description"] == hostile
    done.out.encode("utf-8")


def test_a_workbook_is_laid_out_for_people(two: Sandbox, tmp_path: Path) -> None:
    path = export(two, tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    keys = {cell.value: cell.column_letter for cell in sheet[1]}
    labels = {sheet[1][place].value: cell.value for place, cell in enumerate(sheet[2])}
    assert sheet.row_dimensions[1].hidden
    assert sheet.freeze_panes == "B3"
    assert labels["id"] == "工单编号"
    assert labels["submitted"] == "提交时间 (Asia/Shanghai)"
    assert sheet[f"{keys['submitted']}3"].value.isoformat() == f"{DAY}T09:30:00"
    assert sheet[f"{keys['id']}3"].number_format == "@"
    assert sheet[f"{keys['status']}4"].value == "处理中"
    assert sheet.column_dimensions[keys["revision"]].hidden
    wide = sheet.column_dimensions[keys["description"]].width
    assert wide >= 2 * len("登录不了")
    lists = {one.formula1: str(one.sqref) for one in sheet.data_validations.dataValidation}
    chosen = {place.split("3:")[0]: _list(book, formula) for formula, place in lists.items()}
    assert chosen[keys["priority"]] == ["P1", "P2", "P3"]
    assert chosen[keys["status"]][:2] == ["待分配", "已分配"]
    assert chosen[keys["assignee"]] == ["engineer-1"]


def _list(book: Any, formula: str) -> list[str]:
    sheet, _, cells = formula.partition("!")
    assert book[sheet].sheet_state == "hidden"
    return [row[0].value for row in book[sheet][cells.replace("$", "")]]


def test_what_no_sheet_can_hold_is_refused_by_name(two: Sandbox, tmp_path: Path) -> None:
    two.open().set(["001"], {"description": "长\n" * 20_000})
    done = svcdesk(two.root, "export", "-o", str(tmp_path / "x.xlsx"))
    assert done.code == 2
    assert "description" in done.err
    assert "SR-20241001-001" in done.err
    assert not (tmp_path / "x.xlsx").exists()
    assert svcdesk(two.root, "export", "-o", str(tmp_path / "x.csv")).code == 0


def test_an_extra_that_is_missing_names_the_command(two: Sandbox, tmp_path: Path) -> None:
    hidden = tmp_path / "without"
    hidden.mkdir()
    for name in ("openpyxl", "pyarrow"):
        (hidden / f"{name}.py").write_text(
            f"raise ModuleNotFoundError('No module named {name}', name='{name}')\n"
        )
    for name, extra in (("xlsx", "excel"), ("parquet", "parquet")):
        done = svcdesk(two.root, "export", "--format", name, env={"PYTHONPATH": str(hidden)})
        assert done.code == 3, done.err
        assert f'pip install "svcdesk[{extra}]"' in done.err
        assert len(done.err.strip().splitlines()) == 2


def test_a_file_is_written_whole_or_not_at_all(two: Sandbox, tmp_path: Path) -> None:
    kept = tmp_path / "kept.csv"
    kept.write_text("as it was")
    assert svcdesk(two.root, "export", "nonsense:1", "-o", str(kept)).code == 2
    assert kept.read_text() == "as it was"
    assert svcdesk(two.root, "export", "-o", str(tmp_path / "x.docx")).code == 2
    (tmp_path / "file").write_text("")
    done = svcdesk(two.root, "export", "-o", str(tmp_path / "file" / "x.csv"))
    assert done.code == 3
    assert sorted(one.name for one in tmp_path.glob("*.csv")) == ["kept.csv"]


def test_unreadable_records_are_named_beside_the_others(two: Sandbox, tmp_path: Path) -> None:
    two.write("SR-20241001-001", "id: [")
    done = svcdesk(two.root, "export", "-o", str(tmp_path / "x.jsonl"))
    assert done.code == 5
    assert "SR-20241001-001" in done.err
    lines = (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["SR-20241001-002"]


# ── and back ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ending", ["xlsx", "csv", "jsonl"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_nobody_changed_changes_nothing(
    two: Sandbox, tmp_path: Path, ending: str, lang: str
) -> None:
    two.edit("SR-20241001-002", "events:", "x-rack: {row: 3}\ncustom: {team: 甲}\nevents:")
    two.commit("fields of our own")
    head = two.git("rev-parse", "HEAD")
    path = export(two, tmp_path / f"x.{ending}", "kind:*" if False else "has:kind", lang=lang)
    done = imported(two, path, "--update", lang=lang)
    assert (done.code, done.json()["unchanged"]) == (0, 2), (done.out, done.err)
    assert two.git("rev-parse", "HEAD") == head


def test_changed_cells_are_set_in_one_commit(two: Sandbox, put: Put) -> None:
    path = put(
        (3, "priority", "P2"),
        (3, "category", "网络"),
        (3, "expected_by", "2024/10/4 9:00"),
        (4, "requester.department", "财务"),
        (4, "read_back", True),
        (4, "labels", "vip，夜班"),
        (3, "customer", None),
    )
    before = len(two.subjects())
    done = imported(two, path, "--update")
    assert (done.code, done.json()["updated"]) == (0, 2), (done.out, done.err)
    assert two.subjects()[: len(two.subjects()) - before] == ["import 2 records from changed.xlsx"]
    first, second = (two.open().load(one).record for one in ("001", "002"))
    assert first.get("category") == "network"
    assert first.get("expected_by") == "2024-10-04T09:00:00+08:00"
    assert first.get("customer") is None
    assert first.events[-1].do == "set"
    assert first.events[-1].via == "import"
    assert first.events[-1].was["priority"] == "P1"
    assert (second.get("read_back"), second.get("labels")) == (True, ["vip", "夜班"])
    assert second.get("description") == "登录不了\n从 09:10 起\n"
    assert svcdesk(two.root, "check", at=LATER).code == 0


def test_without_update_nothing_that_is_there_is_changed(two: Sandbox, put: Put) -> None:
    path = put((3, "priority", "P2"))
    done = imported(two, path)
    assert done.code == 3
    assert "--update" in done.json()["items"][0]["hint"]
    assert two.status() == ""
    assert two.open().load("001").record.get("priority") == "P1"


def test_a_record_that_moved_since_is_refused_by_name_and_cell(two: Sandbox, put: Put) -> None:
    path = put((3, "location", "3楼"), (4, "location", "4楼"))
    two.open().set(["001"], {"location": "1楼"})
    done = imported(two, path, "--update")
    assert done.code == 3
    cell = f"{letter(path, 'location')}3"
    assert list(refused(done)) == [cell]
    assert "SR-20241001-001" in refused(done)[cell]
    assert "1楼" in refused(done)[cell]
    assert two.open().load("002").record.get("location") is None
    going_on = imported(two, path, "--update", "--keep-going")
    assert (going_on.code, going_on.json()["updated"]) == (1, 1)
    assert two.open().load("001").record.get("location") == "1楼"
    assert two.open().load("002").record.get("location") == "4楼"


def test_a_row_that_nobody_edited_may_have_moved(two: Sandbox, put: Put) -> None:
    path = put((4, "location", "4楼"))
    two.open().set(["001"], {"location": "1楼"})
    done = imported(two, path, "--update")
    assert (done.code, done.json()["updated"], done.json()["unchanged"]) == (0, 1, 1)
    assert two.open().load("001").record.get("location") == "1楼"


def test_a_state_is_refused_with_the_move_that_leads_there(two: Sandbox, put: Put) -> None:
    path = put((3, "status", "处理中"))
    done = imported(two, path, "--update")
    item = done.json()["items"][0]
    assert (done.code, item["place"].partition("!")[2]) == (3, f"{letter(path, 'status')}3")
    assert "start" in item["hint"]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("priority", "P9", "P9"),
        ("expected_by", "soon", "soon"),
        ("assignee", "nobody-7", "nobody-7"),
        ("round", "many", "many"),
        ("requester.name", None, "requester.name"),
        ("uid", "01J9T0R3E0H9J3F2M6Q7R8S9TV", "SR-20241001-001"),
        ("kind", "handling", "SR-20241001-001"),
        ("links", '[{"rel": "related", "id": "SR-20241001-002"}]', "links"),
        ("location", "=1+1", "formula"),
        ("location", "a\x0bb", "U+000B"),
        ("id", "SR-20990101-001", "SR-20990101-001"),
        ("id", "SR-20241001-002", "3"),
        ("revision", None, "revision"),
        ("revision", "HEAD", "moved"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_written(
    two: Sandbox, put: Put, key: str, value: object, words: str
) -> None:
    if value == "a\x0bb":
        path = put((4, "location", "好"), (3, key, "a_x000B_b"))
    else:
        path = put((4, "location", "好"), (3, key, value))
        if key == "revision" and value:
            path = put((4, "location", "好"), (3, key, value), (3, "location", "x"))
    head = two.git("rev-parse", "HEAD")
    done = imported(two, path, "--update", lang="en")
    assert done.code == 3, (done.out, done.err)
    said = [one for one in done.json()["items"] if words in one["why"]]
    assert said, done.out
    if key not in ("revision",) and value != "SR-20241001-002":
        assert said[0]["place"].partition("!")[2] == f"{letter(path, key)}3"
    assert two.git("rev-parse", "HEAD") == head
    assert two.status() == ""


def test_a_row_without_an_id_is_a_new_record(two: Sandbox, put: Put) -> None:
    path = put(
        (6, "description", "打印机卡纸"),
        (6, "requester.name", "王*"),
        (6, "submitted", "2024-10-01 16:00"),
        (6, "status", "待分配"),
        (6, "location", 5678),
        (7, "kind", "handling"),
        (7, "title", "处理"),
    )
    bad = imported(two, path)
    assert bad.code == 3  # a handling record has no description, and belongs to a request
    done = imported(two, path, "--keep-going")
    assert (done.code, done.json()["created"]) == (1, 1), str(refused(done))
    [(place, new)] = done.json()["new"].items()
    assert place.endswith("!6")
    record = two.open().load(new).record
    assert record.get("submitted") == "2024-10-01T16:00:00+08:00"
    assert record.get("location") == "5678"
    assert (record.status, record.events[0].via) == ("new", "import")
    assert svcdesk(two.root, "check", at=LATER).code == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_list_with_chinese_headings_in_the_encodings_of_chinese_offices(
    desk: Sandbox, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes("问题描述,申请人,优先级\r\n无法登录,李*,紧急\r\n\r\n".encode(encoding))
    done = imported(desk, path)
    assert (done.code, done.json()["created"]) == (0, 1), (done.out, done.err)
    assert desk.open().load("001").record.get("priority") == "P1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,location\nSR-20241001-001,x\n", "revision"),
        ("description,requester.nme\nx,y\n", "requester.name"),
        ("description,问题描述,requester.name\nx,y,z\n", "description"),
        ("", "heading"),
        ("description\n", "no rows"),
    ],
)
def test_columns_that_are_not_ours_are_named(
    desk: Sandbox, tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    done = svcdesk(desk.root, "import", str(path))
    assert done.code in (2, 3), done.err
    assert words in done.err
    assert desk.status() == ""


def test_a_formula_in_a_csv_is_refused_and_a_guarded_text_is_a_text(
    desk: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "description,requester.name\n=1+1,李*\n'=1+1,李*\n-5 度,李*\n", encoding="utf-8"
    )
    done = imported(desk, path)
    assert (done.code, list(refused(done))) == (3, ["A2"])
    assert imported(desk, path, "--keep-going").json()["created"] == 2
    texts = [desk.open().load(one).record.get("description") for one in ("001", "002")]
    assert texts == ["=1+1", "-5 度"]


def test_one_bad_row_among_many_is_named_and_nothing_written(desk: Sandbox, tmp_path: Path) -> None:
    lines = [f"第 {number} 个请求,李*,P3" for number in range(2, 302)]
    lines[199] = "坏的,李*,P7"
    path = tmp_path / "many.csv"
    path.write_text("\n".join(["description,requester.name,priority", *lines]), encoding="utf-8")
    done = imported(desk, path)
    assert (done.code, list(refused(done))) == (3, ["C201"])
    assert desk.subjects() == ["desk: set up the service desk"]
    assert desk.status() == ""


def test_cells_and_rows_are_refused_together(desk: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(
        "description,requester.name,priority\n打印机卡纸,李*,P9\n无法开机,,P3\n网络不通,王*,P3\n",
        encoding="utf-8",
    )
    done = imported(desk, path)
    assert (done.code, list(refused(done))) == (3, ["C2", "B3"])
    assert desk.subjects() == ["desk: set up the service desk"]


# ── workbooks of strangers ──────────────────────────────────────────────────────────────────────


def test_merged_cells_formulas_and_odd_archives_are_refused(desk: Sandbox, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["description", "requester.name"])
    book.active.append(["甲", "李*"])
    book.active.merge_cells("A2:A3")
    book.save(tmp_path / "merged.xlsx")
    merged = svcdesk(desk.root, "import", str(tmp_path / "merged.xlsx"))
    assert (merged.code, "Sheet!A2:A3" in merged.err) == (3, True), merged.err

    (tmp_path / "none.xlsx").write_bytes(b"PK\x03\x04 nonsense")
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (64 << 20))
    with zipfile.ZipFile(tmp_path / "laughs.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _laughs())
    for name in ("none", "bomb", "laughs"):
        done = svcdesk(desk.root, "import", str(tmp_path / f"{name}.xlsx"))
        assert done.code == 3, done.err
        assert f"{name}.xlsx" in done.err or "workbook" in done.err


def _laughs() -> str:
    entities = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><x>&a11;</x>'


def test_blank_rows_numbers_and_days_of_a_strangers_sheet(desk: Sandbox, tmp_path: Path) -> None:
    from datetime import datetime

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["问题描述", "申请人", "联系方式（脱敏）", "提交时间"])
    sheet.append([None, None, None, None])
    sheet.append(["甲", "李*", 13800005678.0, datetime(2024, 10, 1, 8, 30, 0, 400)])
    book.save(tmp_path / "x.xlsx")
    done = imported(desk, tmp_path / "x.xlsx", "--force", "masked elsewhere")
    assert (done.code, done.json()["created"]) == (0, 1), (done.out, done.err)
    record = desk.open().load("001").record
    assert record.get("requester.contact") == "13800005678"
    assert record.get("submitted") == "2024-10-01T08:30:00+08:00"


def test_a_workbook_can_be_imported_by_a_mapping_too(desk: Sandbox, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["ticket", "created", "status", "caller", "summary"])
    book.active.append(["T1", "2024-09-02 08:50", "open", "李*", "打印机卡纸"])
    book.active.append(["T2", "2024-09-02 08:51", "open", "李*", "=1+1"])
    book.save(tmp_path / "old.xlsx")
    (tmp_path / "map.yaml").write_text(
        "source: old\nkey: ticket\nopened: created\n"
        "time: {column: created, format: '%Y-%m-%d %H:%M', zone: Asia/Shanghai}\n"
        "state: {column: status, values: {open: new}}\n"
        "fields: {requester.name: caller, description: summary}\n"
    )
    done = imported(desk, tmp_path / "old.xlsx", "--mapping", str(tmp_path / "map.yaml"))
    assert (done.code, done.json()["created"]) == (1, 1), (done.out, done.err)
    assert "E3" in done.json()["items"][0]["why"]


def test_rights_are_those_of_new_and_set(two: Sandbox, put: Put) -> None:
    added = svcdesk(two.root, "people", "add", "auditor-1", "--role", "auditor",
                    "--email", "auditor-1@example.org")  # fmt: skip
    assert added.code == 0, added.err
    path = put((3, "location", "3楼"), (6, "description", "x"), (6, "requester.name", "王*"))
    done = imported(two, path, "--update", who="auditor-1")
    assert done.code == 3
    assert len(done.json()["items"]) == 2
    assert two.status() == ""


def test_a_redacted_value_stays_redacted_on_the_way(two: Sandbox, tmp_path: Path) -> None:
    done = svcdesk(two.root, "redact", "001", "requester.name", "--reason", "asked", at=LATER)
    assert done.code == 0, done.err
    for ending in ("csv", "xlsx", "jsonl", "html", "json"):
        path = export(two, tmp_path / f"x.{ending}")
        if ending != "xlsx":
            text = path.read_text(encoding="utf-8")
            assert "李*" not in text
        if ending in ("csv", "xlsx", "jsonl"):
            back = imported(two, path, "--update")
            assert (back.code, back.json()["unchanged"]) == (0, 2), (back.out, back.err)


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize("call", [("export",), ("list",)])
@pytest.mark.parametrize("name", ["xlsx", "parquet"])
def test_a_terminal_is_spared_what_is_no_text(
    two: Sandbox, name: str, call: tuple[str, ...]
) -> None:
    pytest.importorskip({"xlsx": "openpyxl", "parquet": "pyarrow"}[name])
    with on_terminal(two.root, [*call, "--format", name]) as shown:
        assert shown.end() == 2, shown.shown
    assert f"{name} is no text, and nothing for a terminal" in shown.shown
    assert "-o FILE" in shown.shown
    assert not {"PK", "PAR1"} & set(shown.shown.split())
    assert all(char.isprintable() or char == "\n" for char in shown.shown)


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_from_a_terminal_it_goes_to_a_file(two: Sandbox) -> None:
    file = two.root.parent / "all.xlsx"
    with on_terminal(two.root, ["export", "--format", "xlsx", "-o", str(file)]) as shown:
        assert shown.end() == 0, shown.shown
    assert zipfile.is_zipfile(file)
