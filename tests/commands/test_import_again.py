"""Another system's rows in the order in which they happened, and the same rows known again.

However the file was saved anew, a row that is here already is not imported twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

MAPPING = """\
source: old-list
key: ticket
opened: created
time:
  column: updated
  format: '%Y-%m-%d %H:%M'
  zone: Asia/Shanghai
state:
  column: status
  values: {open: new, work: in_progress, done: resolved}
tracked:
  assignee: owner
fields:
  requester.name: caller
  description: summary
"""
HEAD = "ticket,created,updated,status,owner,caller,summary"
OPEN = "T1,2024-09-02 08:50,2024-09-02 08:50,open,,李*,打印机卡纸"
WORK = "T1,2024-09-02 08:50,2024-09-02 09:30,work,engineer-1,李*,打印机卡纸"
DONE = "T1,2024-09-02 08:50,2024-09-03 09:00,done,engineer-1,李*,打印机卡纸"
Import = Callable[..., Outcome]


@pytest.fixture
def take(desk: Sandbox, tmp_path: Path) -> Import:
    """Import lines as a CSV by a mapping: the outcome, in JSON."""

    def run(*lines: str, head: str = HEAD, mapping: str = MAPPING, lang: str = "en") -> Outcome:
        (tmp_path / "list.csv").write_text("\n".join([head, *lines]), encoding="utf-8")
        (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
        return svcdesk(desk.root, "import", f"{tmp_path}/list.csv", "--mapping",
                       f"{tmp_path}/map.yaml", "--format", "json", lang=lang)  # fmt: skip

    return run


def course(desk: Sandbox, ending: str = "001") -> list[str]:
    """The moves of a record, in the order of its events."""
    record = desk.open().load(ending).record
    return [event.do for event in sorted(record.events, key=lambda one: one.id)]


# ── the order ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lines", [(OPEN, WORK, DONE), (DONE, WORK, OPEN), (WORK, DONE, OPEN)])
def test_rows_of_a_ticket_are_taken_by_their_time(
    desk: Sandbox, take: Import, lines: tuple[str, ...]
) -> None:
    done = take(*lines)
    assert (done.code, done.json()["forced"]) == (0, 0), (done.out, done.err)
    assert course(desk) == ["submit", "start", "resolve"]
    assert desk.open().load("001").record.status == "resolved"


def test_of_equal_times_the_source_tells_the_order(desk: Sandbox, take: Import) -> None:
    same = [line.replace(" 09:30,", " 08:50,") for line in (OPEN, WORK)]
    assert take(*same, DONE).code == 0
    assert course(desk) == ["submit", "start", "resolve"]


def test_a_list_with_the_newest_first_is_so_for_equal_times_too(
    desk: Sandbox, take: Import
) -> None:
    same = [line.replace(" 09:30,", " 08:50,") for line in (WORK, OPEN)]
    assert take(DONE, *same).code == 0
    assert course(desk) == ["submit", "start", "resolve"]


def test_a_counter_that_only_grows_is_surer_than_clocks(desk: Sandbox, take: Import) -> None:
    early = WORK.replace("09-02 09:30", "09-02 08:40")
    lines = [f"{line},{count}" for count, line in enumerate((OPEN, early, DONE), 1)]
    done = take(*lines[::-1], head=f"{HEAD},count", mapping=f"counter: count\n{MAPPING}")
    assert (done.code, done.json()["forced"]) == (0, 0)
    assert course(desk) == ["submit", "start", "resolve"]


# ── the same rows again ─────────────────────────────────────────────────────────────────────────


def _with_a_column(line: str) -> str:
    return f"{line},z"


def _turned_round(line: str) -> str:
    return ",".join(line.split(",")[::-1])


def _with_blanks(line: str) -> str:
    return line.replace(",", " ,")


def _as_excel_saves_it(line: str) -> str:
    return line.replace("2024-09-0", "2024/9/").replace(" 0", " ")


@pytest.mark.parametrize(
    "change", [_with_a_column, _turned_round, _with_blanks, _as_excel_saves_it]
)
def test_a_file_saved_anew_brings_nothing_new(
    desk: Sandbox, take: Import, change: Callable[[str], str]
) -> None:
    assert take(OPEN, DONE).code == 0
    head = HEAD if change in (_with_blanks, _as_excel_saves_it) else change(HEAD)
    again = take(change(OPEN), change(DONE), head=head)
    said = again.json()
    assert (again.code, said["unchanged"], said["differing"]) == (0, 1, []), again.out
    assert course(desk) == ["submit", "resolve"]
    assert len(desk.subjects()) == 2


def test_the_same_list_as_a_workbook_with_real_times(
    desk: Sandbox, take: Import, tmp_path: Path
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    assert take(OPEN, DONE).code == 0
    book = openpyxl.Workbook()
    for line in (HEAD, OPEN, DONE):
        cells: list[object] = list(line.split(","))
        if line != HEAD:
            cells[1:3] = [datetime.fromisoformat(str(cell)) for cell in cells[1:3]]
        book.active.append(cells)
    book.save(tmp_path / "list.xlsx")
    again = svcdesk(desk.root, "import", f"{tmp_path}/list.xlsx", "--mapping",
                    f"{tmp_path}/map.yaml", "--format", "json")  # fmt: skip
    assert (again.code, again.json()["unchanged"]) == (0, 1), again.out
    assert again.json()["differing"] == []


def test_days_and_months_are_never_taken_for_each_other(take: Import) -> None:
    """Where the mapping has the day before the month, a cell that does not fit is refused."""
    done = take(OPEN.replace("09-02", "09-22"), mapping=MAPPING.replace("%m-%d", "%d-%m"))
    assert done.code == 1
    assert "is not a time like" in done.json()["items"][0]["why"]


def test_a_corrected_text_is_named_and_is_no_second_submit(desk: Sandbox, take: Import) -> None:
    assert take(OPEN).code == 0
    again = take(OPEN.replace("卡纸", "缺纸"))
    assert (again.code, again.json()["updated"]) == (0, 0)
    assert again.json()["differing"] == [
        {"number": 2, "key": "T1", "record": "SR-20240902-001", "field": "description", "here": "打印机卡纸",
         "there": "打印机缺纸"}
    ]  # fmt: skip
    assert (
        "description of SR-20240902-001 is “打印机卡纸” and “打印机缺纸” in the file" in again.err
    )
    assert course(desk) == ["submit"]
    assert desk.open().load("001").record.get("description") == "打印机卡纸"


def test_a_row_that_names_another_state_at_the_same_moment_is_that_row(
    desk: Sandbox, take: Import
) -> None:
    assert take(OPEN, DONE).code == 0
    again = take(OPEN.replace(",open,", ",work,"), DONE)
    [differs] = again.json()["differing"]
    assert (differs["field"], differs["here"], differs["there"]) == ("status", "new", "in_progress")
    assert course(desk) == ["submit", "resolve"]


def test_a_list_with_the_last_state_alone_goes_on(desk: Sandbox, take: Import) -> None:
    """One row a ticket, with the time of its last change: each day's row is a further event."""
    assert take(OPEN).code == 0
    again = take(DONE)
    assert (again.code, again.json()["updated"], again.json()["forced"]) == (0, 1, 0)
    assert course(desk) == ["submit", "resolve"]
    assert take(DONE).json()["unchanged"] == 1


def test_two_rows_of_one_minute_are_two(desk: Sandbox, take: Import) -> None:
    assert take(OPEN).code == 0
    at_once = WORK.replace("09:30", "08:50")
    assert take(OPEN, at_once).json()["updated"] == 1
    assert take(at_once, OPEN).json()["unchanged"] == 1
    assert course(desk) == ["submit", "start"]


def test_what_an_earlier_version_imported_is_known(desk: Sandbox, take: Import) -> None:
    """Its ids were made of all cells of a row, in the order of the file."""
    from svcdesk.model.ids import imported_id, milliseconds_of

    assert take(OPEN, DONE).code == 0
    path = desk.path_of("001")
    text = desk.read(path)
    record = desk.open().load("001").record
    for event, line in zip(record.events, (OPEN, DONE), strict=True):
        name = "\0".join(("old-list", "T1", *line.split(",")))
        text = text.replace(event.id, imported_id(milliseconds_of(event.id), None, name))
    assert text != desk.read(path)
    desk.write(path, text)
    desk.commit("as an earlier version imported it")
    for lines, head in (
        ((OPEN, DONE), HEAD),
        ((DONE, OPEN), HEAD),
        (tuple(map(_with_a_column, (OPEN, DONE))), f"{HEAD},extra"),
    ):
        again = take(*lines, head=head)
        assert (again.code, again.json()["unchanged"], again.json()["differing"]) == (0, 1, [])


# ── what a row may say ──────────────────────────────────────────────────────────────────────────


def test_a_time_that_has_not_come_yet_is_refused_by_its_row(desk: Sandbox, take: Import) -> None:
    done = take(OPEN, DONE.replace("2024-09-03", "2099-09-03"))
    assert (done.code, done.json()["created"]) == (1, 1)
    [item] = done.json()["items"]
    assert (item["row"], "2099-09-03 09:00" in item["why"]) == (3, True)
    assert svcdesk(desk.root, "check", "--quiet").code == 0


def test_everything_that_is_wrong_with_a_row_is_named(take: Import) -> None:
    mapping = MAPPING.replace("caller", "{column: caller, values: {李*: 李*}}")
    done = take(OPEN, "T2,soon,2024-09-02 09:00,asleep,,王*,无法登录", mapping=mapping)
    whys = [one["why"] for one in done.json()["items"] if one["row"] == 3]
    assert len(whys) == 3
    for word, why in zip(("asleep", "王*", "soon"), whys, strict=True):
        assert word in why
    assert "1 rows refused" in done.err


def test_a_name_that_is_one_persons_alone_becomes_the_id(desk: Sandbox, take: Import) -> None:
    for name, words in (("wang-wu", "王五"), ("li-1", "李四"), ("li-2", "李四")):
        done = svcdesk(desk.root, "people", "add", name, "--name", words, "--role", "engineer",
                       "--email", f"{name}@example.org")  # fmt: skip
        assert done.code == 0, done.err
    others = [WORK.replace("T1", key) for key in ("T2", "T3")]
    lines = [
        line.replace("engineer-1", name)
        for line, name in zip((WORK, *others), ("王五", "李四", "赵六"), strict=True)
    ]
    assert take(*lines, mapping=f"who: owner\n{MAPPING}").code == 0
    records = [desk.open().load(one).record for one in ("001", "002", "003")]
    assert [one.get("assignee") for one in records] == ["wang-wu", "李四", "赵六"]
    assert [one.events[0].on_behalf for one in records] == ["wang-wu", "李四", "赵六"]


def test_a_corrected_day_of_registration_makes_no_second_record(
    desk: Sandbox, take: Import
) -> None:
    assert take(OPEN, DONE).code == 0
    again = take(*(line.replace("T1,2024-09-02", "T1,2024-09-01") for line in (OPEN, DONE)))
    assert (again.json()["created"], again.json()["unchanged"]) == (0, 1), again.out


@pytest.mark.parametrize("counted", [False, True])
def test_keys_that_begin_anew_each_year_are_other_tickets(
    desk: Sandbox, take: Import, counted: bool
) -> None:
    how = {"head": f"{HEAD},count", "mapping": f"counter: count\n{MAPPING}"} if counted else {}
    before = [line.replace("2024-", "2023-") for line in (OPEN, DONE)]
    for lines in (before, (OPEN, DONE)):
        rows = [f"{line},{count}" if counted else line for count, line in enumerate(lines, 1)]
        assert take(*rows, **how).json()["created"] == 1
        assert take(*rows, **how).json()["unchanged"] == 1
    assert course(desk, "SR-20240902-001") == course(desk, "SR-20230902-001")
