"""Files of the desk and of the user with a mistake in them: named with file and line, and what can
go on goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox

DESK = "records/desk.yaml"


@pytest.fixture
def used(desk: Sandbox) -> Sandbox:
    assert svcdesk(desk.root, "new", "--description", "打印机", "--requester", "李*").code == 0
    return desk


def end_of(desk: Sandbox, path: str) -> int:
    return len(desk.read(path).splitlines())


@pytest.mark.parametrize(
    ("line", "field", "advice"),
    [("numbring: daily", "numbring", "numbering"), ("pager: less", "pager", "svcdesk config")],
)
def test_a_key_that_is_none_of_a_desk_s(used: Sandbox, line: str, field: str, advice: str) -> None:
    used.write(DESK, used.read(DESK) + line + "\n")
    found = svcdesk(used.root, "check", "--format", "json")
    [item] = [one for one in found.json()["items"] if one["path"] == DESK]
    assert (item["field"], item["line"]) == (field, end_of(used, DESK))
    assert advice in item["hint"]
    assert found.json()["read"] == 1  # the records are checked all the same
    assert svcdesk(used.root, "list").code == 0


BROKEN = [("zone: [", "["), ("attachment_mib: much", "attachment_mib")]


@pytest.mark.parametrize(("line", "said"), BROKEN)
def test_a_desk_that_cannot_be_used_says_where(used: Sandbox, line: str, said: str) -> None:
    text = used.read(DESK)
    key = line.partition(":")[0]
    kept = "".join(one for one in text.splitlines(True) if not one.startswith(f"{key}:"))
    used.write(DESK, kept + line + "\n")
    last = end_of(used, DESK)
    found = svcdesk(used.root, "check", "--format", "json")
    assert found.code == 1
    assert DESK in {one["path"] for one in found.json()["items"]}
    assert found.json()["items"][0]["line"] in (last, last + 1)
    assert "no record was judged" in found.err
    examined = svcdesk(used.root, "doctor", "--format", "json")
    errors = [one for one in examined.json()["items"] if one["weight"] == "error"]
    assert examined.code == 1
    assert [one["name"] for one in errors] == ["desk"]  # said once
    assert f"{DESK}:" in errors[0]["message"]
    refused = svcdesk(used.root, "list")
    assert refused.code == 3
    assert f"{DESK}:" in refused.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fromat: json\n", "did you mean format"),
        ("# mine\nformat: [json\n", "bracket"),
        ("pager:\n  - less\n", "must be a text"),
        ("channels:\n  command:\n    timeout: soon\n", "must be a number"),
    ],
)
def test_the_user_s_own_settings(used: Sandbox, isolated: Path, text: str, said: str) -> None:
    mine = isolated / ".config" / "svcdesk" / "config.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text(text, encoding="utf-8")
    refused = svcdesk(used.root, "list")
    assert refused.code in (2, 3)
    assert f"{mine}:" in refused.err
    assert said in refused.err
    examined = svcdesk(used.root, "doctor", "--format", "json")
    assert examined.code == 1
    [error] = [one for one in examined.json()["items"] if one["weight"] == "error"]
    assert error["name"] == "settings"
    assert f"{mine}:" in error["message"]
    assert "desk" in {one["name"] for one in examined.json()["items"]}  # the rest is examined


def test_keys_of_a_channel_are_its_own(used: Sandbox, isolated: Path) -> None:
    mine = isolated / ".config" / "svcdesk" / "config.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("channels:\n  chat:\n    room: [a]\n", encoding="utf-8")
    assert svcdesk(used.root, "list").code == 0
