"""What `check` says about people: roles that are none, and people whom nobody lists."""

from __future__ import annotations

from pathlib import Path

from command_runner import svcdesk

from svcdesk.testing import Sandbox

PEOPLE = "records/people.yaml"
MAPPING = """\
source: old desk
key: nr
opened: opened
time:
  column: changed
  format: "%Y-%m-%d %H:%M"
  zone: Asia/Shanghai
who:
  column: who
  slug: true
state:
  column: state
  values:
    open: new
tracked:
  assignee: who
fields:
  description: what
  requester.name: whose
"""


def test_a_role_that_is_none_is_found_with_a_near_one(desk: Sandbox) -> None:
    desk.edit(PEOPLE, "      - dispatcher\n", "      - dispacher\n")
    found = svcdesk(desk.root, "check", "--format", "json")
    [item] = [one for one in found.json()["items"] if one["code"] == "DESK023"]
    line = desk.read(PEOPLE).splitlines().index("      - dispacher") + 1
    assert (found.code, item["path"], item["line"]) == (1, PEOPLE, line)
    assert "dispatcher" in item["hint"]
    assert "dispatcher" in svcdesk(desk.root, "check").out


def test_another_system_s_people_are_one_note(desk: Sandbox, tmp_path: Path) -> None:
    rows = ["nr,opened,changed,who,state,what,whose"]
    rows += [
        f"N{n},2024-09-0{n} 09:00,2024-09-0{n} 09:00,old {n},open,打印机,李*" for n in range(1, 8)
    ]
    (tmp_path / "old.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "map.yaml").write_text(MAPPING, encoding="utf-8")
    done = svcdesk(
        desk.root, "import", str(tmp_path / "old.csv"), "--mapping", str(tmp_path / "map.yaml")
    )
    assert done.code == 0, done.err
    found = svcdesk(desk.root, "check", "--format", "json").json()["items"]
    [note] = [one for one in found if one["code"] == "DESK011"]
    assert "7 imported records" in note["message"]
    assert "old-1" in note["message"]
