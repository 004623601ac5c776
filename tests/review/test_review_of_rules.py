"""What a review says of branches that change what the desk judges by."""

from __future__ import annotations

import pytest
from review_helpers import FIRST, Branch
from tests.commands.command_runner import svcdesk

from svcdesk.store.schema_sources import WORKFLOW, shipped_file

DESK = "records/desk.yaml"
CHANGES = "schemas/change.workflow.yaml"
NOW = "2024-10-01T12:00:00+08:00"


def shipped(kind: str = "change") -> str:
    return shipped_file(kind, 1, WORKFLOW).read_text("utf-8")


@pytest.mark.parametrize(
    ("key", "wrong"), [("numbering", "nope"), ("policy", "nix"), ("calendar", "nix")]
)
def test_a_name_that_leads_nowhere_is_an_error(branch: Branch, key: str, wrong: str) -> None:
    text = branch.box.read(DESK)
    lines = [one for one in text.splitlines() if not one.startswith(f"{key}:")]
    branch.box.write(DESK, "\n".join([*lines, f"{key}: {wrong}", ""]))
    branch.commit()
    done = svcdesk(branch.box.root, "review", "main...HEAD", at=NOW)
    assert done.code == 1
    assert "DESK020" in done.out
    assert wrong in done.out
    branch.box.git("switch", "--quiet", "main")
    merged = svcdesk(branch.box.root, "merge", "work", at=NOW)
    assert merged.code == 3
    assert "DESK020" in merged.err


def test_what_was_wrong_before_is_not_the_branchs(branch: Branch) -> None:
    branch.box.git("switch", "--quiet", "main")
    branch.box.write(DESK, branch.box.read(DESK) + "queries: {bad: 'nofield:1'}\n")
    branch.commit()
    branch.box.git("switch", "--quiet", "--force-create", "work")
    branch.box.write(DESK, branch.box.read(DESK) + "attachment_mib: 7\n")
    branch.commit()
    assert branch.codes() == set()


def test_the_values_of_a_change_are_said(branch: Branch) -> None:
    branch.box.write(CHANGES, shipped().replace("quorum: 1", "quorum: 2"))
    branch.box.write(DESK, branch.box.read(DESK) + "attachment_mib: 7\n")
    branch.commit()
    done = svcdesk(branch.box.root, "review", "main...HEAD", at=NOW)
    assert done.code == 0
    assert "approval.quorum: 1 → 2" in done.out
    assert "attachment_mib: – → 7" in done.out


def test_what_somebody_may_not_change_is_a_warning(branch: Branch) -> None:
    branch.box.write(CHANGES, shipped().replace("quorum: 1", "quorum: 2"))
    branch.commit("engineer-2")
    done = svcdesk(branch.box.root, "review", "main...HEAD", at=NOW)
    assert done.code == 1
    assert "is added by engineer-2, who may not change what the desk judges by" in done.out
    assert "approval.quorum: 1 → 2" in done.out
    assert branch.codes() == {"DESK911"}


def test_nobody_gives_rights_to_a_role_who_may_not_list_people(branch: Branch) -> None:
    text = shipped("request")
    branch.box.write("schemas/request.workflow.yaml", text.replace("      - attach\n",
                     "      - attach\n      - redact\n", 1))  # fmt: skip
    branch.commit("engineer-2")
    assert branch.codes() == {"DESK906", "DESK911"}
    done = svcdesk(branch.box.root, "review", "main...HEAD", at=NOW)
    assert "what roles may do is changed by engineer-2" in done.out


def test_a_schema_that_forbids_what_is_there(branch: Branch) -> None:
    path = "schemas/request.schema.json"
    branch.box.git("switch", "--quiet", "main")
    branch.box.write(path, '{"properties": {"floor": {"type": "integer", "maximum": 80}}}')
    branch.commit()
    branch.open().set([FIRST], {"floor": 12})
    branch.box.git("switch", "--quiet", "--force-create", "work")
    branch.edit("80", "5", path)
    [found] = [one for one in branch.review().findings if one.code == "E_SCHEMA"]
    assert str(found.message) == f"1 records would not be valid any more: {FIRST}"
    branch.edit("5", "90", path)
    assert branch.codes() == set()


def test_a_policy_edited_in_place_says_whose_deadlines_to_come_it_moves(branch: Branch) -> None:
    path = "records/policies/delivery-template.yaml"
    text = branch.box.read(path)
    branch.box.write(path, text.replace("duration: 4h", "duration: 5h").replace("8h", "9h"))
    branch.commit()
    done = svcdesk(branch.box.root, "review", "main...HEAD", at=NOW)
    assert done.code == 0, done.out
    assert "deadlines to come become others for" in done.out
    assert FIRST in next(one for one in done.out.splitlines() if "DESK916" in one)
    later = text.replace("from: 2000-01-01", "from: 2030-01-01")
    earlier = "earlier:\n" + "".join(
        f"  {'- ' if place == 0 else '  '}{line}\n" if line else "\n"
        for place, line in enumerate(text[text.index("from:"):].splitlines())
    )  # fmt: skip
    branch.box.write(path, later.replace("duration: 4h", "duration: 5h") + earlier)
    branch.commit()
    assert "DESK916" not in svcdesk(branch.box.root, "review", "main...HEAD", at=NOW).out
