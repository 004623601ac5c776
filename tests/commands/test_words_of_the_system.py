"""What the operating system refuses is said in the reader's language, wherever it is met."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox

NEW = ("new", "--channel", "email", "--requester", "李*", "--description")


@pytest.mark.parametrize(
    "call",
    [
        ("apply", "plan.jsonl"),
        (*NEW, "打印机", "--field", "location=@place.txt"),
        ("import", "none.csv"),
        ("export", "-o", "records/desk.yaml/out.csv"),
        ("export", "-o", "none/\0.csv".replace("\0", "x" * 300)),
    ],
)
def test_a_file_that_is_not_there_is_said_in_words(desk: Sandbox, call: tuple[str, ...]) -> None:
    for lang in ("en", "zh"):
        refused = svcdesk(desk.root, *call, lang=lang)
        assert refused.code in (2, 3), refused
        said = refused.err.lower()
        assert "errno" not in said
        assert not [word for word in ("such file or directory", "not a directory") if word in said]
        if lang == "zh":
            assert any(word in said for word in ("没有", "不是文件夹", "过长")), said


def test_a_file_that_is_no_utf8_is_said_to_be_none(desk: Sandbox) -> None:
    (desk.root / "place.txt").write_bytes("机房".encode("gbk"))
    refused = svcdesk(desk.root, *NEW, "打印机", "--field", "location=@place.txt")
    assert (refused.code, "UTF-8" in refused.err, "codec" in refused.err) == (3, True, False)


def test_a_row_of_a_sheet_is_named_as_the_sheet_names_it(desk: Sandbox, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "记录"
    book.active.append(["description", "requester.name", "channel"])
    book.active.append(["打印机卡纸", "李*", "email"])
    book.save(tmp_path / "a.xlsx")
    done = svcdesk(desk.root, "import", str(tmp_path / "a.xlsx"), lang="zh")
    assert (done.code, "记录!2: SR-20241001-001" in done.err) == (0, True), done.err
