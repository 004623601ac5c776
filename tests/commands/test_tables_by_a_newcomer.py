"""Tables that people handled on their way back: by labels, by names, with more than one slip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

LATER = "2024-10-02T10:00:00+08:00"


@pytest.fixture
def one(desk: Sandbox) -> Sandbox:
    """A desk with one request, and 王五 whom only one person is called."""
    done = svcdesk(desk.root, "people", "add", "wang-wu", "--name", "王五", "--role", "engineer",
                   "--email", "wang-wu@example.org")  # fmt: skip
    assert done.code == 0, done.err
    desk.open().new(
        "request",
        {
            "description": "打印机卡纸",
            "requester.name": "李*",
            "assignee": "wang-wu",
            "priority": "P3",
            "expected_by": "2024-10-03T18:00:00+08:00",
        },
    )
    return desk


def back(desk: Sandbox, path: Path, *argv: str, **how: Any) -> Outcome:
    return svcdesk(desk.root, "import", str(path), "--format", "json", *argv, at=LATER, **how)


def test_a_person_by_name_is_no_change(one: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    done = svcdesk(one.root, "export", "-o", str(path), "--columns", "id,assignee,revision")
    assert done.code == 0, done.err
    path.write_text(path.read_text("utf-8").replace("wang-wu", "王五"), encoding="utf-8")
    commits = one.subjects()
    again = back(one, path, "--update")
    assert (again.code, again.json()["updated"], again.json()["unchanged"]) == (0, 0, 1)
    assert one.subjects() == commits


def test_a_person_by_name_is_no_edit_of_a_record_that_moved(one: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    done = svcdesk(one.root, "export", "-o", str(path), "--columns", "id,assignee,revision")
    assert done.code == 0, done.err
    path.write_text(path.read_text("utf-8").replace("wang-wu", "王五"), encoding="utf-8")
    one.open().set(["001"], {"location": "3楼"})
    assert back(one, path, "--update").json()["unchanged"] == 1


@pytest.mark.parametrize("copied", [False, True])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_labels_of_a_workbook_of_ours_are_understood(
    one: Sandbox, tmp_path: Path, lang: str, copied: bool
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "x.xlsx"
    done = svcdesk(one.root, "export", "-o", str(path), lang=lang)
    assert done.code == 0, done.err
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.delete_rows(1)
    if copied:
        other = openpyxl.Workbook()
        for row in sheet.iter_rows(values_only=True):
            other.active.append(row)
        book, sheet = other, other.active
    book.save(path)
    again = back(one, path, "--update", lang=lang)
    assert (again.code, again.json()["rows"], again.json()["unchanged"]) == (0, 1, 1), again.err
    headings = {str(cell.value).partition(" (")[0]: cell.column for cell in sheet[1]}
    place = headings["优先级" if lang == "zh" else "priority"]
    sheet.cell(row=2, column=place).value = "P2"
    book.save(path)
    assert back(one, path, "--update", lang=lang).json()["updated"] == 1
    assert one.open().load("001").record.get("priority") == "P2"


def test_times_are_in_the_zone_that_their_heading_names(one: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    assert svcdesk(one.root, "export", "-o", str(path), "--columns", "id,revision").code == 0
    head, row = path.read_text("utf-8").splitlines()
    for zone, time in (("UTC", "2024-10-03 10:00"), ("Asia/Shanghai", "2024/10/3 18:00")):
        path.write_text(f"{head},期望完成时间 ({zone})\n{row},{time}\n", encoding="utf-8")
        again = back(one, path, "--update")
        assert (again.code, again.json()["unchanged"]) == (0, 1), again.err


def test_revision_goes_by_its_label_too(one: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    columns = ("--columns", "工单编号,优先级,版本")
    done = svcdesk(one.root, "export", "-o", str(path), *columns)
    assert done.code == 0, done.err
    assert path.read_text("utf-8").startswith("id,priority,revision\n")
    path.write_text(path.read_text("utf-8").replace("id,priority,revision", "工单编号,优先级,版本"))
    assert back(one, path, "--update").json()["unchanged"] == 1


def test_all_wrong_cells_of_a_row_are_named(one: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "description,channel,priority,requester.name,submitted\n"
        "打印机,pigeon,P9,,soon\n无法登录,email,P3,王*,\n",
        encoding="utf-8",
    )
    done = back(one, path)
    assert done.code == 3
    places = [item["place"] for item in done.json()["items"]]
    assert sorted(places) == ["B2", "C2", "D2", "E2"]
    assert "; 1 rows refused" in done.err
    assert svcdesk(one.root, "export", "-o", str(path), "--columns",
                   "id,priority,channel,revision").code == 0  # fmt: skip
    path.write_text(path.read_text("utf-8").replace(",P3,", ",P9,pigeon"), encoding="utf-8")
    known = back(one, path, "--update")
    assert [item["field"] for item in known.json()["items"]] == ["priority", "channel"], known.out


@pytest.mark.parametrize(
    "argv",
    [
        ("export", "-o", ""),
        ("export", "-o", " "),
        ("import", ""),
        ("import", "x.csv", "--mapping", ""),
        ("apply", ""),
        ("schema", "export", ""),
        ("sla", "calc", "--cases", ""),
        ("sla", "simulate", "--policy", ""),
        ("demo", "--keep", ""),
    ],
)
def test_an_empty_name_of_a_file_is_a_slip(one: Sandbox, argv: tuple[str, ...]) -> None:
    done = svcdesk(one.root, *argv)
    assert (done.code, done.out) == (2, "")
    assert "names no file" in done.err
    assert one.status() == ""


@pytest.mark.parametrize("name", ["nope/x.csv", "nope/deep/"])
def test_an_export_makes_no_folder_above_its_own(one: Sandbox, tmp_path: Path, name: str) -> None:
    done = svcdesk(one.root, "export", "--format", "csv", "-o", f"{tmp_path}/{name}")
    assert done.code == 3
    assert f"there is no folder {tmp_path}/nope" in done.err
    assert not (tmp_path / "nope").exists()


def test_an_export_makes_the_folder_that_it_is_to_fill(one: Sandbox, tmp_path: Path) -> None:
    done = svcdesk(one.root, "export", "--format", "csv", "-o", f"{tmp_path}/new/")
    assert done.code == 0, done.err
    assert sorted(path.name for path in tmp_path.glob("new/*")) == ["events.csv", "records.csv"]
