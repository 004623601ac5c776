"""Nothing is deleted in silence: what is gone is named, with the command that brings it back."""

from __future__ import annotations

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

PEOPLE = "records/people.yaml"


@pytest.fixture
def record(desk: Sandbox) -> str:
    """The path of a request that another one is linked with."""
    for _ in range(2):
        svcdesk(desk.root, "new", "--description", "打印机不工作", "--requester", "李*")
    assert svcdesk(desk.root, "link", "001", "related", "002").code == 0
    return desk.path_of("SR-20241001-001")


def deleted(outcome: Outcome) -> list[tuple[str, str, str]]:
    """(code, path, advice) of each finding about something deleted."""
    return [
        (one["code"], one["path"], one["hint"])
        for one in outcome.json()["items"]
        if one["code"] in ("DESK022", "E_DELETED")
    ]


def run_advice(desk: Sandbox, advice: str) -> None:
    """Type the git command that was named."""
    program, *words = advice.partition(",")[0].split()
    assert program == "git"
    desk.git(*words)


@pytest.mark.parametrize("staged", [False, True])
def test_a_record_deleted_and_not_committed_is_a_finding(
    desk: Sandbox, record: str, staged: bool
) -> None:
    if staged:
        desk.git("rm", "--quiet", record)
    else:
        (desk.root / record).unlink()
    found = svcdesk(desk.root, "check", "--format", "json")
    [(code, path, advice)] = deleted(found)
    assert (found.code, code, path) == (1, "DESK022", record)
    assert advice in svcdesk(desk.root, "doctor", "--format", "json").out
    run_advice(desk, advice)
    assert deleted(svcdesk(desk.root, "check", "--format", "json")) == []
    assert desk.status() == ""


@pytest.mark.parametrize("typed", [("show", "001"), ("note", "SR-20241001-001", "-m", "x")])
def test_whoever_asks_for_it_hears_so(desk: Sandbox, record: str, typed: tuple[str, ...]) -> None:
    (desk.root / record).unlink()
    refused = svcdesk(desk.root, *typed)
    assert refused.code == 3
    assert f"git restore {record}" in refused.err
    run_advice(desk, f"git restore {record}")
    assert svcdesk(desk.root, *typed).code == 0


def test_a_record_that_moved_was_not_deleted(desk: Sandbox, record: str) -> None:
    desk.git("mv", record, record.replace("/10/", "/"))
    found = svcdesk(desk.root, "check", "--format", "json")
    assert deleted(found) == []
    assert "DESK001" in found.out


def test_doctor_finds_what_a_commit_deleted_and_brings_it_back(desk: Sandbox, record: str) -> None:
    desk.git("rm", "--quiet", record)
    commit = desk.commit("clear up")
    found = svcdesk(desk.root, "doctor", "--format", "json")
    [sign] = [row for row in found.json()["items"] if row["name"] == "deleted"]
    assert found.code == 1
    assert (sign["weight"], commit[:10] in sign["message"]) == ("warning", True)
    assert "SR-20241001-001" in sign["message"]
    run_advice(desk, sign["hint"])
    desk.commit("brought back")
    assert "deleted" not in svcdesk(desk.root, "doctor", "--format", "json").out
    assert svcdesk(desk.root, "show", "001").code == 0


def test_a_record_that_went_elsewhere_in_a_commit_is_not_missed(desk: Sandbox, record: str) -> None:
    other = record.replace("001.yaml", "009.yaml")
    desk.git("mv", record, other)
    desk.edit(other, "id: SR-20241001-001\nuid", "id: SR-20241001-009\nuid")
    desk.commit("another number")
    assert "deleted" not in svcdesk(desk.root, "doctor", "--format", "json").out


def test_people_deleted_by_mistake_come_back(desk: Sandbox) -> None:
    (desk.root / PEOPLE).unlink()
    new = ("new", "--description", "打印机不工作", "--requester", "李*")
    for words in (new, ("init",), ("doctor", "--fix"), ("people",)):
        refused = svcdesk(desk.root, *words)
        assert refused.code == 3, words
        assert "git restore" in refused.err, words
        assert PEOPLE in refused.err, words
    [(code, path, advice)] = deleted(svcdesk(desk.root, "check", "--format", "json"))
    assert (code, path, advice) == ("E_DELETED", PEOPLE, f"git restore {PEOPLE}")
    run_advice(desk, advice)
    assert svcdesk(desk.root, *new).code == 0


def test_a_deleted_desk_file_is_no_reason_to_make_another_desk(desk: Sandbox) -> None:
    (desk.root / "records/desk.yaml").unlink()
    refused = svcdesk(desk.root, "list", lang="zh")
    assert refused.code == 3
    assert "git restore records/desk.yaml" in refused.err
