"""A desk as typed columns: what the page on analysis promises, read by the engines it names."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_runner import svcdesk

from svcdesk.testing import MakeDesk, Sandbox

parquet = pytest.importorskip("pyarrow.parquet")
PAGE = Path(__file__).parents[2] / "docs" / "analysis.md"


def a_life(desk: Sandbox) -> None:
    open_ = desk.open()
    request = {"requester.name": "李*", "priority": "P1", "type": "fault", "labels": ["vip"]}
    open_.new("request", {"description": "无法登录", **request})
    open_.new("request", {"description": "打印机卡纸", **request, "priority": "P2"})
    desk.clock.forward(minutes=10)
    desk.open().move(["SR-20241001-001"], "start")
    desk.clock.forward(minutes=90)
    desk.open().move(["SR-20241001-001"], "resolve", {"result": "更换网线后复测正常"})


@pytest.fixture
def fleet(make_desk: MakeDesk, tmp_path: Path) -> Path:
    """Two desks, each exported into a folder of its own below one."""
    (tmp_path / "fleet").mkdir()
    for name in ("north", "south"):
        desk = make_desk(name=name)
        desk.edit("records/desk.yaml", "name: desk", f"name: {name}")
        desk.commit("its name")
        a_life(desk)
        done = svcdesk(desk.root, "export", "--format", "parquet", "-o",
                       str(tmp_path / "fleet" / name))  # fmt: skip
        assert done.code == 0, done.err
    return tmp_path / "fleet"


def test_a_row_for_each_record_and_each_event(fleet: Path) -> None:
    records = parquet.read_table(fleet / "north" / "records.parquet")
    events = parquet.read_table(fleet / "north" / "events.parquet")
    rows = {row["id"]: row for row in records.to_pylist()}
    first = rows["SR-20241001-001"]
    assert {"request", "handling"} <= {row["kind"] for row in rows.values()}
    assert (first["desk"], first["status"], first["labels"]) == ("north", "resolved", ["vip"])
    assert first["submitted"] == datetime(2024, 10, 1, 1, 30, tzinfo=UTC)
    assert first["expected_by"] is None
    own = [row for row in events.to_pylist() if row["record"] == first["id"]]
    assert [(row["do"], row["before"], row["after"]) for row in own] == [
        ("submit", None, "new"),
        ("start", "new", "in_progress"),
        ("resolve", "in_progress", "resolved"),
    ]
    assert own[1]["at"] == datetime(2024, 10, 1, 1, 40, tzinfo=UTC)


def test_the_types_are_those_of_the_page(fleet: Path) -> None:
    documented = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", PAGE.read_text("utf-8"), re.M))
    schema = parquet.read_schema(fleet / "north" / "events.parquet")
    known = {"string": "text", "timestamp[us, tz=UTC]": "time", "list<element: string>": "texts"}
    found = {one.name: known.get(str(one.type), str(one.type)) for one in schema}
    assert found == {name: documented.get(name) for name in found}
    empty = parquet.read_schema(fleet / "south" / "records.parquet")
    assert str(empty.field("promise").type) == "timestamp[us, tz=UTC]"
    assert str(empty.field("read_back").type) == "bool"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_the_queries_of_the_page_run_in_duckdb(
    fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = pytest.importorskip("duckdb")
    monkeypatch.chdir(fleet.parent)
    queries = _blocks("sql")
    assert len(queries) >= 3
    connection = duckdb.connect()
    answers = [connection.execute(query).fetchall() for query in queries]
    assert all(answers)
    by_desk = {row[0]: row[1:] for row in answers[0]}
    assert by_desk == {"north": ("P1", 1, 100.0), "south": ("P1", 1, 100.0)}


def test_the_code_of_the_page_runs_in_python(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(fleet.parent)
    for code in _blocks("python"):
        if "pandas" in code:
            pytest.importorskip("pandas")
        exec(compile(code, str(PAGE), "exec"), {})


def test_hostile_texts_are_columns_like_any_other(desk: Sandbox, tmp_path: Path) -> None:
    text = "=1+1\n第二行 ' \" \\\n" + "长" * 20_000
    desk.open().new("request", {"description": text, "requester.name": "李*"})
    done = svcdesk(desk.root, "export", "-o", str(tmp_path / "x.parquet"))
    assert done.code == 0, done.err
    [row] = parquet.read_table(tmp_path / "x.parquet").to_pylist()
    assert row["description"] == desk.open().load("001").record.get("description")
