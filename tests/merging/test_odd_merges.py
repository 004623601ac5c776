"""Merges under odd conditions: no driver, half a history, other line ends and schemas, old branches,
two redactions of the truth, and processes that are killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from merging_work import Apart, assign, edited, note, prioritise, set_title
from tests.sample_request import REQUEST

from svcdesk.desk import Circumstances
from svcdesk.desk.doctoring import finish, undo
from svcdesk.desk.merging import MergeDone, merge_branches
from svcdesk.errors import Refused, RepositoryState
from svcdesk.lifecycle.act import Words
from svcdesk.model.finding import Severity
from svcdesk.store import transaction
from svcdesk.store.git import discover
from svcdesk.store.merge_setup import uninstall
from svcdesk.testing import Sandbox

SECRET = "密码是 hunter22"


def merge(apart: Apart, branch: str = "side") -> MergeDone:
    [done] = merge_branches(apart.desk.open(), [branch])
    return done


def moves(apart: Apart, record_id: str | None = None) -> list[str]:
    record = apart.desk.open().load(record_id or apart.record_id).record
    return [event.do for event in record.events]


def in_order(apart: Apart) -> None:
    """Nothing is uncommitted, and a check finds no error."""
    assert apart.desk.status() == ""
    found = apart.desk.open().check().findings
    assert [one for one in found if one.severity is Severity.ERROR] == []


# ── what the merge meets ────────────────────────────────────────────────────────────────────────


def test_without_the_driver_git_stops_and_svcdesk_merges(apart: Apart) -> None:
    uninstall(discover(apart.desk.root))
    apart.on("main", assign("engineer-1"))
    apart.on("side", note("已联系用户"))
    assert apart.run("merge", "--no-edit", "side").returncode == 1
    assert "<<<<<<<" in apart.text()
    with pytest.raises(RepositoryState):
        merge(apart)
    apart.desk.git("merge", "--abort")
    assert merge(apart).merged == (apart.record_id,)
    assert moves(apart) == ["submit", "assign", "note"]
    in_order(apart)


def test_the_driver_is_not_run_for_records_that_svcdesk_merges(apart: Apart) -> None:
    apart.desk.git("config", "merge.svcdesk.driver", "touch %P.ran")
    apart.on("main", assign("engineer-1"))
    apart.on("side", note("已联系用户"))
    assert merge(apart).merged == (apart.record_id,)
    assert not list(apart.desk.root.rglob("*.ran"))
    in_order(apart)


def test_a_shallow_clone_says_that_it_is_one(apart: Apart, tmp_path: Path) -> None:
    apart.on("main", assign("engineer-1"), set_title("甲"))
    apart.on("side", note("一"), note("二"))
    root = tmp_path / "shallow"
    apart.desk.git("clone", "--quiet", "--depth=1", "--no-single-branch",
                   f"file://{apart.desk.root}", str(root))  # fmt: skip
    shallow = Apart(Sandbox(root, apart.desk.clock), apart.record_id)
    with pytest.raises(Refused, match="shallow") as refused:
        merge(shallow, "origin/side")
    assert "unshallow" in str(refused.value.hint)
    shallow.desk.git("fetch", "--quiet", "--unshallow")
    assert merge(shallow, "origin/side").merged == (apart.record_id,)


def test_line_ends_of_windows_on_one_side(apart: Apart) -> None:
    apart.on("main", assign("engineer-1"))
    apart.on("side", set_title("登录失败"), note("已联系用户"))
    path = apart.path
    apart.desk.git("switch", "--quiet", "side")
    place = apart.desk.root / "crlf"
    place.write_bytes(apart.text().replace("\n", "\r\n").encode())
    blob = apart.desk.git("hash-object", "-w", "--no-filters", "crlf").strip()
    place.unlink()
    apart.desk.git("update-index", "--cacheinfo", f"100644,{blob},{path}")
    apart.desk.git("commit", "--quiet", "--message", "an editor's line ends")
    apart.desk.git("switch", "--quiet", "--force", "main")
    merge(apart)
    assert moves(apart) == ["submit", "assign", "note"]
    assert b"\r" not in (apart.desk.root / path).read_bytes()
    in_order(apart)


def test_a_schema_that_differs_between_the_sides(apart: Apart) -> None:
    """A branch is judged by the schemas that are here: a new field comes before its first use."""
    schema = '{"properties": {"rack": {"type": "string"}}}\n'

    def own_field(desk: Sandbox) -> None:
        desk.write("schemas/request.schema.json", schema)
        desk.commit("a field of our own")

    apart.on("main", assign("engineer-1"))
    apart.on("side", own_field, edited("channel: email", "channel: email\nrack: A-17"))
    head = apart.desk.git("rev-parse", "HEAD")
    with pytest.raises(Refused, match="rack is unknown"):
        merge(apart)
    assert (apart.desk.git("rev-parse", "HEAD"), apart.desk.status()) == (head, "")
    assert merge(apart, "side~1").commit
    assert merge(apart).commit
    record = apart.desk.open().load(apart.record_id).record
    assert (record.status, record.get("rack")) == ("assigned", "A-17")
    in_order(apart)


def test_a_branch_that_is_a_year_old(apart: Apart) -> None:
    apart.on("side", note("去年"), prioritise("P1"))
    apart.desk.clock.forward(days=365)
    apart.on("main", assign("engineer-1"), lambda desk: desk.open().new("request", REQUEST))
    done = merge(apart)
    assert done.unsettled == ()
    assert moves(apart) == ["submit", "note", "set", "assign"]
    record = apart.desk.open().load(apart.record_id).record
    assert (record.status, record.get("priority")) == ("assigned", "P1")
    in_order(apart)


@pytest.mark.parametrize("deleted", ["main", "side"])
def test_deleted_here_and_edited_there_stays_as_edited(apart: Apart, deleted: str) -> None:
    path = apart.path
    other = "side" if deleted == "main" else "main"
    apart.on(other, note("已联系用户"))
    apart.on(deleted, lambda desk: (desk.root / path).unlink(), lambda desk: desk.commit("gone"))
    done = merge(apart)
    assert moves(apart) == ["submit", "note"]
    assert any(path in str(one) for one in done.notes)
    in_order(apart)


def test_renumbered_on_both_sides(apart: Apart) -> None:
    uid = apart.desk.open().load(apart.record_id).record.uid

    def renumber(number: str) -> Callable[[Sandbox], object]:
        return lambda desk: desk.open().renumber(apart.record_id, number)

    apart.on(
        "main", renumber("SR-20241001-500"), lambda desk: desk.open().set(["500"], {"title": "甲"})
    )
    apart.on("side", renumber("SR-20241001-600"))
    merge(apart)
    paths = list(apart.desk.open().tickets.paths())
    assert [path.rpartition("/")[2] for path in paths] == ["SR-20241001-600.yaml"]
    record = apart.desk.open().load("600").record
    assert (record.uid, record.id, record.get("title")) == (uid, "SR-20241001-600", "甲")
    former = record.get("formerly")
    assert isinstance(former, list)
    assert set(former) == {apart.record_id, "SR-20241001-500"}
    in_order(apart)


@pytest.mark.parametrize("redacted", ["main", "side"])
def test_what_was_redacted_is_not_brought_back(apart: Apart, redacted: str) -> None:
    apart.desk.git("switch", "--quiet", "main")
    note(SECRET)(apart.desk)
    apart.desk.git("branch", "--force", "side")
    record = apart.desk.open().load(apart.record_id).record
    event = record.events[-1].id
    why = Circumstances(words=Words(reason="误填"))
    other = "side" if redacted == "main" else "main"
    apart.on(redacted, lambda desk: desk.open().redact(apart.record_id, event, why))
    apart.on(other, set_title("登录失败"), assign("engineer-1"))
    assert merge(apart).troubles == ()
    assert "hunter22" not in apart.text()
    assert moves(apart).count("note") == 1
    assert "redact" in moves(apart)
    in_order(apart)


# ── a merge that is broken off ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("decision", [finish, undo])
def test_the_doctor_ends_a_merge_either_way(apart: Apart, decision: Callable[..., object]) -> None:
    """Where somebody wrote into a file of the merge meanwhile, a person has to decide."""
    apart.on("main", assign("engineer-1"))
    apart.on("side", note("已联系用户"), lambda desk: desk.open().new("request", REQUEST))
    before, place = apart.desk.git("rev-parse", "HEAD"), apart.desk.root / apart.path
    _in_a_child(apart, step="swapped")
    place.write_text("somebody's\n")
    assert apart.desk.open().examine().pending
    with pytest.raises(RepositoryState):
        apart.desk.open().new("request", REQUEST)
    decision(apart.desk.open())
    assert not apart.desk.open().examine().pending
    merged = len(apart.desk.git("log", "-1", "--format=%P").split()) == 2
    assert merged == (decision is finish)
    assert merged or apart.desk.git("rev-parse", "HEAD") == before
    aside = apart.desk.root / ".git" / "svcdesk" / "aside"
    assert [one.read_text() for one in aside.iterdir()] == ["somebody's\n"]
    in_order(apart)
    assert merge(apart).troubles == ()
    assert moves(apart) == ["submit", "assign", "note"]


@pytest.mark.slow
def test_killed_at_any_moment_a_merge_is_whole_or_never_was(apart: Apart, tmp_path: Path) -> None:
    apart.on("main", assign("engineer-1"), lambda desk: desk.open().new("request", REQUEST))
    apart.on("side", note("已联系用户"), set_title("登录失败"))
    chance = random.Random(7)
    begun = time.monotonic()
    _copied(apart, tmp_path / "whole", float("inf"))
    whole = time.monotonic() - begun
    seen = set()
    for turn in range(30):
        killed = _copied(apart, tmp_path / f"turn-{turn}", chance.uniform(0, whole))
        killed.desk.open().set(["001"], {"x-place": "三楼"})
        parents = killed.desk.git("log", "-1", "--format=%P", "HEAD^").split()
        merged = len(parents) == 2
        seen.add(merged)
        assert ("note" in moves(killed, apart.record_id)) == merged
        in_order(killed)
        killed.desk.git("fsck", "--strict")
        assert merge(killed).troubles == ()
        record = killed.desk.open().load("001").record
        assert {"assign", "note"} <= {event.do for event in record.events}
        assert (record.get("title"), record.get("x-place")) == ("登录失败", "三楼")
    assert seen, "no merge was killed"


def _copied(apart: Apart, root: Path, delay: float) -> Apart:
    """A copy of the desk in which a merge was killed after a delay."""
    shutil.copytree(apart.desk.root, root)
    copied = Apart(Sandbox(root, apart.desk.clock), apart.record_id)
    _in_a_child(copied, delay=delay)
    return copied


def _in_a_child(apart: Apart, *, step: str | None = None, delay: float = float("inf")) -> None:
    """Merge in a process of its own, which kills itself at a step of the protocol, or which is
    killed after a delay, with every git that it runs."""
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            if step is not None:
                _die_at(step)
            merge(apart)
        finally:
            os._exit(0)
    if delay != float("inf"):
        time.sleep(delay)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _die_at(step: str) -> None:
    real = transaction.begin

    def told(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def begin(*args: object, **settings: object) -> transaction.Transaction:
        return real(*args, **settings, step=told)  # type: ignore[arg-type]

    from svcdesk.desk import merging

    merging.begin = begin  # type: ignore[assignment]
