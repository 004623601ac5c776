"""Signatures of approvals: made by ssh-keygen, verified by the keys of people.yaml."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from change_stories import CHANGE, PEOPLE, approvals, approve, codes, desk_of_five, ok, proposed
from change_stories import git as run_git
from command_runner import svcdesk

from svcdesk.desk.signing import verifier
from svcdesk.testing import MakeDesk, Sandbox

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")
FROM, UNTIL = "2024-09-01T00:00:00+08:00", "2024-10-02T00:00:00+08:00"
ASKED = "signed_approvals: true\n"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key pairs `own`, `second` and `other`."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("own", "second", "other"):
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name]
        subprocess.run(made, check=True, timeout=60)
    return folder


def listed(keys: Path, *names: str, more: str = "") -> str:
    """The people, approver-1 with these keys."""
    entries = "".join(
        f"      - key: {(keys / name).with_suffix('.pub').read_text().strip()}\n"
        f"        from: {FROM}\n{more}"
        for name in names
    )
    address = "    emails: [approver-1@example.org]\n"
    return PEOPLE.replace(address, f"{address}    keys:\n{entries}")


@pytest.fixture
def box(make_desk: MakeDesk, keys: Path) -> Sandbox:
    """A desk that asks for signatures; approver-1 has the key `own`."""
    made = desk_of_five(make_desk, people=listed(keys, "own"), desk=ASKED)
    proposed(made)
    return made


def with_key(path: Path) -> dict[str, str]:
    return {"SVCDESK_APPROVAL_KEY": str(path)}


def relist(box: Sandbox, people: str) -> None:
    box.write("records/people.yaml", people)
    box.commit("people of the test")


def reasons(box: Sandbox) -> list[str | None]:
    return [one["why_not"] for one in approvals(box)]


def test_a_signed_approval_counts_and_an_unsigned_one_is_refused(box: Sandbox, keys: Path) -> None:
    bare = approve(box)
    assert bare.code == 3
    assert "no key is set to sign with" in bare.err
    assert "approval.key" in bare.err
    ok(approve(box, env=with_key(keys / "own")))
    assert reasons(box) == [None]
    assert approvals(box)[0]["signed"] is True
    assert codes(box) == []


def test_any_ssh_keygen_verifies_it_without_us(box: Sandbox, keys: Path, tmp_path: Path) -> None:
    ok(approve(box, env=with_key(keys / "own")))
    shown = json.loads(svcdesk(box.root, "show", CHANGE, "--format", "json").out)
    record = shown["items"][0]["record"]
    event = next(one for one in record["events"] if one["do"] == "approve")
    said = {k: event[k] for k in ("at", "by", "decision", "digest", "id")} | {"uid": record["uid"]}
    message = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    public = (keys / "own.pub").read_text()
    (tmp_path / "allowed").write_text(f"approver-1 {public}")
    (tmp_path / "sig").write_text(event["sig"])
    done = subprocess.run(
        ["ssh-keygen", "-Y", "verify", "-n", "svcdesk", "-I", "approver-1",
         "-f", tmp_path / "allowed", "-s", tmp_path / "sig"],
        input=message.encode(), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_an_agent_and_gits_own_setting_sign_too(
    box: Sandbox, keys: Path, agent: dict[str, str]
) -> None:
    run_git(box.root, "config", "gpg.format", "ssh")
    run_git(box.root, "config", "user.signingkey", (keys / "own.pub").read_text().strip())
    ok(approve(box, env=agent))
    assert reasons(box) == [None]


@pytest.fixture
def agent(keys: Path) -> Iterator[dict[str, str]]:
    """An agent that has the key `own`."""
    said = subprocess.run(
        ["ssh-agent", "-s"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    found = dict(re.findall(r"(SSH_\w+)=([^;]+);", said))
    try:
        subprocess.run(
            ["ssh-add", "-q", keys / "own"],
            env={**os.environ, **found}, check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        yield found
    finally:
        os.kill(int(found["SSH_AGENT_PID"]), 15)


@pytest.mark.case(97)
def test_a_key_that_is_not_ones_own_is_refused_at_once(box: Sandbox, keys: Path) -> None:
    done = approve(box, env=with_key(keys / "other"))
    assert done.code == 3
    assert "a key that is not listed for approver-1" in done.err
    assert approvals(box) == []


@pytest.mark.case(97)
def test_keys_unknown_expired_and_revoked(box: Sandbox, keys: Path) -> None:
    ok(approve(box, env=with_key(keys / "own")))
    relist(box, listed(keys, "second"))
    assert "not listed for approver-1" in str(reasons(box))
    assert "DESK802" in codes(box)
    relist(box, listed(keys, "own", "second", more=f"        until: {UNTIL}\n"))
    assert reasons(box) == [None]  # `check` judges by the event's own time
    early = "        until: 2024-10-01T09:59:59+08:00\n"
    relist(box, listed(keys, "own", more=early))
    assert "valid only" in str(reasons(box))
    relist(box, listed(keys, "own", more="        revoked: true\n"))
    assert "revoked" in str(reasons(box))
    assert "DESK802" in codes(box)


@pytest.mark.case(97)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    decision: approve\n", "    decision: reject\n"),
        ("    by: approver-1\n", "    by: approver-2\n"),
        ("    at: 2024-10-01T10:00:00+08:00\n", "    at: 2024-10-01T10:00:01+08:00\n"),
        ("    by: approver-1\n", "    by: supervisor-1\n    for: approver-1\n"),
    ],
)
def test_a_signature_is_over_all_that_the_decision_says(
    box: Sandbox, keys: Path, old: str, new: str
) -> None:
    ok(approve(box, env=with_key(keys / "own")))
    text = box.read(CHANGE)
    box.write(CHANGE, text.replace(old, new))
    assert [one["counts"] for one in approvals(box)] == [False]


@pytest.mark.case(97)
def test_a_signature_is_of_one_event_of_one_record(box: Sandbox, keys: Path) -> None:
    """Used a second time it does not bring back what its author took back since."""
    ok(approve(box, env=with_key(keys / "own")))
    ok(approve(box, CHANGE, "approver-1", "--decision", "reject", "--reason", "等等",
               env=with_key(keys / "own"), at="2024-10-01T10:30:00+08:00"))  # fmt: skip
    text = box.read(CHANGE)
    first = text[text.rindex("  - id: ", 0, text.index("do: approve")) :]
    first = first[: first.index("  - id: ", 5)]
    again = re.sub(r"id: \w{26}", "id: 01JZZZZZZZZZZZZZZZZZZZZZZZ", first)
    box.write(CHANGE, text + again)
    assert reasons(box)[-1] == "its signature is not over this decision"
    assert svcdesk(box.root, "start", CHANGE, who="engineer-2").code == 3


def test_a_signature_by_a_dropped_in_text_is_none(box: Sandbox, keys: Path) -> None:
    ok(approve(box, env=with_key(keys / "own")))
    text = box.read(CHANGE)
    body = re.search(r"    sig: \|\n(      .*\n)+", text)
    assert body is not None
    box.write(CHANGE, text.replace(body[0], "    sig: trust me\n"))
    assert reasons(box) == ["its signature is none"]
    box.write(CHANGE, text.replace(body[0], ""))
    assert "is not signed" in str(reasons(box))
    assert codes(box) == ["DESK802"]


def test_without_ssh_keygen_one_clear_sentence(box: Sandbox, keys: Path, tmp_path: Path) -> None:
    ok(approve(box, env=with_key(keys / "own")))
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").symlink_to(str(shutil.which("git")))
    bare = {"PATH": str(tools), **with_key(keys / "own")}
    done = svcdesk(box.root, "check", env=bare)
    assert done.code == 1
    assert "ssh-keygen is not installed, or not on the PATH" in done.out
    signing = approve(box, CHANGE, "approver-1", "--decision", "reject", "--reason", "x", env=bare)
    assert signing.code == 3
    assert "ssh-keygen is not installed" in signing.err
    assert box.status() == ""


def test_a_desk_that_does_not_ask_signs_for_whoever_has_set_a_key(
    make_desk: MakeDesk, keys: Path
) -> None:
    box = desk_of_five(make_desk, people=listed(keys, "own"))
    proposed(box)
    ok(approve(box, env=with_key(keys / "own")))
    ok(approve(box, who="approver-2"))
    assert [one["signed"] for one in approvals(box)] == [True, False]
    assert reasons(box) == [None, None]


@pytest.mark.case(97)
def test_a_review_judges_a_keys_dates_by_its_own_clock(box: Sandbox, keys: Path) -> None:
    """An expired key can still write an early time into what it signs."""
    relist(box, listed(keys, "own", more=f"        until: {UNTIL}\n"))
    ok(approve(box, env=with_key(keys / "own")))
    desk = box.open()
    record = desk.load(CHANGE).record
    event = next(one for one in record.events if one.do == "approve")
    assert verifier(desk.people)(record.uid, event) is None
    for at, good in (("2024-10-01T12:00:00+08:00", True), ("2024-10-03T12:00:00+08:00", False)):
        verify = verifier(desk.people, datetime.fromisoformat(at))
        assert (verify(record.uid, event) is None) is good
