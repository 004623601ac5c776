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


@pytest.mark.parametrize(
    ("old", "new", "key", "advice"),
    [
        ("open: new", "open: neww", "state.values.open", "new"),
        ("open: new", "open: 待分派", "state.values.open", "new"),
        ("open: new", "open: waiting/custmer", "state.values.open", "customer"),
        ("open: new", "open: new/customer", "state.values.open", "after the /"),
        ("  values:", "  moves: [strt]\n  values:", "state.moves", "start"),
        (
            "fields:",
            "tracked:\n  priority: {column: caller, default: P9}\nfields:",
            "tracked.priority.default",
            "P1",
        ),
        (
            "fields:",
            "tracked:\n  channel: {column: caller, values: {李*: 电话}}\nfields:",
            "tracked.channel.values.李*",
            "phone",
        ),
        ("fields:", "constant:\n  type: falt\nfields:", "constant.type", "fault"),
    ],
)
def test_a_word_of_the_mapping_that_the_kind_does_not_have(
    desk: Sandbox, tmp_path: Path, old: str, new: str, key: str, advice: str
) -> None:
    refused = imported(desk, tmp_path, MAPPING.replace(old, new, 1))
    assert refused.code == 3, refused.err
    assert f"map.yaml: {key}: " in refused.err
    assert advice in refused.err
    assert desk.status() == ""


def test_a_cell_that_is_no_word_of_a_field_is_refused_by_its_row(
    desk: Sandbox, tmp_path: Path
) -> None:
    """It would stand in an event for ever, though a later row says another word."""
    tracked = "tracked:\n  priority: level\nfields:"
    (tmp_path / "list.csv").write_text(
        "ticket,created,status,caller,summary,level\n"
        "T1,2024-09-02 08:50,back,李*,打印机卡纸,P9\n"
        "T1,2024-09-03 10:15,open,李*,打印机卡纸,紧急\n",
        encoding="utf-8",
    )
    (tmp_path / "map.yaml").write_text(MAPPING.replace("fields:", tracked), encoding="utf-8")
    done = svcdesk(
        desk.root, "import", f"{tmp_path}/list.csv", "--mapping", f"{tmp_path}/map.yaml",
        "--format", "json",
    )  # fmt: skip
    assert [(one["row"], "P9" in one["why"]) for one in done.json()["items"]] == [(2, True)]
    assert desk.open().load("001").record.get("priority") == "P1"


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("note: '{nosuch}'\n", "note"),
        ("who: {text: '{nosuch}'}\n", "who.text"),
        ("tracked: {location: {text: '{ticket}{nosuch}'}}\n", "tracked.location.text"),
    ],
)
def test_a_column_within_a_text_has_to_be_there(
    desk: Sandbox, tmp_path: Path, line: str, key: str
) -> None:
    refused = imported(desk, tmp_path, MAPPING + line)
    assert refused.code == 3, refused.out
    assert f"lacks the column “nosuch”, which `{key}` of the mapping names" in refused.err
    assert desk.status() == ""
