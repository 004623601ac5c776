"""A first import: what a mapping asks for too much is named; what is stored knows no language."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

MAPPING = """\
source: old-list
key: ticket
opened: created
time:
  column: created
  format: '%Y-%m-%d %H:%M'
  zone: Asia/Shanghai
state:
  column: status
  values:
    open: new
    back: assigned
fields:
  requester.name: caller
  description: summary
"""
LIST = """\
ticket,created,status,caller,summary
T1,2024-09-02 08:50,back,李*,打印机卡纸
T1,2024-09-03 10:15,open,李*,打印机卡纸
"""


def imported(desk: Sandbox, folder: Path, mapping: str, lang: str = "en") -> Outcome:
    (folder / "list.csv").write_text(LIST, encoding="utf-8")
    (folder / "map.yaml").write_text(mapping, encoding="utf-8")
    return svcdesk(
        desk.root, "import", f"{folder}/list.csv", "--mapping", f"{folder}/map.yaml", lang=lang
    )


@pytest.mark.parametrize(
    ("key", "line", "advice"),
    [
        ("counter", "counter: version\n", "take `counter` out"),
        ("who", "who: user\n", "take `who` out"),
        ("key", "key: tickt\n", "it has: ticket, "),
    ],
)
def test_a_column_that_the_source_lacks(
    desk: Sandbox, tmp_path: Path, key: str, line: str, advice: str
) -> None:
    mapping = "".join(one for one in MAPPING.splitlines(True) if not one.startswith(f"{key}:"))
    refused = imported(desk, tmp_path, line + mapping)
    assert refused.code == 3
    assert f"which `{key}` of the mapping names" in refused.err
    assert advice in refused.err
    assert len(desk.subjects()) == 1


def test_what_is_stored_is_the_same_in_every_language(desk: Sandbox, tmp_path: Path) -> None:
    assert imported(desk, tmp_path, MAPPING, lang="zh").code == 0
    assert "reason: imported\n" in desk.read("SR-20240902-001")
    again = imported(desk, tmp_path, MAPPING, lang="en")
    assert again.code == 0
    assert len(desk.subjects()) == 2
