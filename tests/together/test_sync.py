"""`sync` between clones: what came, what went, and what a remote can do to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from clones import MAIN, Hub, away, back, git, new, sync, uid

from svcdesk.desk import Circumstances
from svcdesk.errors import GitFailed, Refused, RepositoryState
from svcdesk.lifecycle.act import Words
from svcdesk.store import published
from svcdesk.testing import Sandbox


def note(desk: Sandbox, record: str, text: str) -> None:
    desk.open().move([record], "note", {}, Circumstances(words=Words(text=text)))
    desk.clock.forward(minutes=1)


def test_what_one_publishes_comes_in_at_the_other(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    record_id = new(one)
    out = sync(one)
    assert out.pushed
    assert [(flow.record_id, flow.before) for flow in out.went.flows] == [(record_id, None)]
    come = sync(two)
    assert [flow.record_id for flow in come.came.flows] == [record_id]
    assert not come.pushed
    assert two.status() == one.status() == ""
    assert two.git("rev-parse", "HEAD") == one.git("rev-parse", "HEAD")
    assert sync(one) == sync(two)


def test_work_on_one_record_comes_together(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    record_id = new(one)
    sync(one)
    sync(two)
    note(one, record_id, "已联系用户")
    two.open().move([record_id], "assign", {"assignee": "engineer-1"})
    sync(one)
    done = sync(two)
    assert [event.do for flow in done.came.flows for event in flow.events] == ["note"]
    assert [event.do for flow in done.went.flows for event in flow.events] == ["assign"]
    sync(one)
    assert {event.do for event in one.open().load(record_id).record.events} == {
        "submit", "note", "assign",
    }  # fmt: skip
    assert one.git("rev-parse", "HEAD") == two.git("rev-parse", "HEAD")


def test_a_conflict_is_shown_and_nothing_is_pushed_until_it_is_settled(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    record_id = new(one)
    sync(one)
    sync(two)
    one.open().set([record_id], {"title": "登录失败"})
    two.open().set([record_id], {"title": "无法登录"})
    sync(one)
    before = hub.refs()
    [trouble] = sync(two).troubles
    assert (trouble.conflict.field, trouble.conflict.one, trouble.conflict.other) == (
        "title", "无法登录", "登录失败",
    )  # fmt: skip
    assert hub.refs() == before
    assert sync(two, "title=登录").pushed
    sync(one)
    assert one.open().load(record_id).record.get("title") == "登录"


def test_crossed_moves_are_named(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    record_id = new(one)
    sync(one)
    sync(two)
    one.open().set([record_id], {"priority": "P1"})
    one.clock.forward(minutes=1)
    two.open().set([record_id], {"priority": "P3"})
    sync(one)
    [(record, step)] = sync(two).unsettled
    assert (record, dict(step.collisions)) == (record_id, {"priority": ("P2", "P1")})


def test_the_first_sync_fills_an_empty_remote(hub: Hub, one: Sandbox) -> None:
    empty = hub.path.with_name("empty.git")
    git(hub.path.parent, "init", "--quiet", "--bare", str(empty))
    one.git("remote", "set-url", "origin", str(empty))
    one.git("branch", "--unset-upstream")
    one.git("update-ref", "-d", "refs/remotes/origin/main")
    assert sync(one).pushed
    assert one.git("rev-parse", "--abbrev-ref", "main@{upstream}").strip() == "origin/main"


def test_other_work_in_the_tree_stays_as_it_is(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    new(one)
    sync(one)
    two.write("notes.txt", "mine\n")
    two.write("staged.txt", "mine\n")
    two.git("add", "staged.txt")
    sync(two)
    assert sorted(two.status().splitlines()) == ["?? notes.txt", "A  staged.txt"]


def test_without_a_remote_it_says_how_to_add_one(desk: Sandbox) -> None:
    with pytest.raises(Refused) as refused:
        sync(desk)
    assert refused.value.code == "E_NO_REMOTE"


def test_refused_during_a_merge(hub: Hub, one: Sandbox) -> None:
    (one.root / ".git" / "MERGE_HEAD").write_text(one.git("rev-parse", "HEAD"))
    with pytest.raises(RepositoryState):
        sync(one)


@pytest.mark.case(42)
@pytest.mark.parametrize(
    "url",
    ["ext::sh -c 'touch hacked'", "fd::3", "--upload-pack=touch hacked", "ssh://-oProxyCommand=x/y",
     "-oProxyCommand=x:y", "git://host/x", "a\x07b"],
)  # fmt: skip
def test_a_remote_that_is_a_program_or_an_option_is_not_asked(
    hub: Hub, one: Sandbox, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "ext:fd:file:ssh")
    one.git("config", "remote.origin.url", url)
    with pytest.raises(Refused) as refused:
        sync(one)
    assert refused.value.code == "E_REMOTE_URL"
    assert not (one.root / "hacked").exists()


@pytest.mark.case(57)
def test_an_unreachable_remote_keeps_the_work(hub: Hub, one: Sandbox) -> None:
    away(one)
    record_id = new(one)
    head = one.git("rev-parse", "HEAD")
    with pytest.raises(GitFailed) as failed:
        sync(one)
    assert failed.value.code == "E_REMOTE"
    assert one.git("rev-parse", "HEAD") == head
    back(one, hub)
    assert sync(one).pushed
    assert record_id in hub.ids()


@pytest.fixture
def silent() -> Iterator[int]:
    """A server that takes connections and never answers; its port."""
    server = socket.create_server(("127.0.0.1", 0))
    kept: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                kept.append(server.accept()[0])
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()
    for one in kept:
        one.close()


@pytest.mark.case(57)
def test_a_remote_that_never_answers_is_given_up(hub: Hub, one: Sandbox, silent: int) -> None:
    one.git("remote", "set-url", "origin", f"http://127.0.0.1:{silent}/desk.git")
    with pytest.raises(GitFailed, match="no answer") as failed:
        one.open(sync__timeout=1).sync()
    assert failed.value.code == "E_REMOTE"


@pytest.mark.case(57)
def test_an_ssh_that_hangs_is_ended_with_its_children(hub: Hub, one: Sandbox) -> None:
    pids = one.root.with_name("pids")
    stub = one.root.with_name("ssh")
    stub.write_text(f"#!/bin/sh\nsleep 60 &\necho $$ $! >{pids}\nwait\n")
    stub.chmod(0o755)
    one.git("remote", "set-url", "origin", "ssh://host/desk.git")
    one.git("config", "core.sshCommand", str(stub))
    one.git("config", "ssh.variant", "simple")
    began = time.monotonic()
    with pytest.raises(GitFailed):
        one.open(sync__timeout=1).sync()
    for pid in map(int, pids.read_text().split()):
        while not _is_dead(pid):  # a minute would pass before it ended by itself
            time.sleep(0.05)
            assert time.monotonic() - began < 30


def _is_dead(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def test_works_over_ssh(hub: Hub, one: Sandbox) -> None:
    stub = one.root.with_name("ssh")
    stub.write_text('#!/bin/sh\nshift\nexec sh -c "$*"\n')
    stub.chmod(0o755)
    one.git("remote", "set-url", "origin", f"ssh://host{hub.path}")
    one.git("config", "core.sshCommand", str(stub))
    one.git("config", "ssh.variant", "simple")
    record_id = new(one)
    assert sync(one).pushed
    assert record_id in hub.ids()


# What a colleague does between our fetch and the remote's looking: main moves on.
_QUICKER = """
[ "$1" = refs/heads/main ] || exit 0
tip=$(git rev-parse refs/heads/main)
env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main \
  $(echo quicker | git -c user.name=x -c user.email=x@example.org commit-tree -p $tip "$tip^{tree}")
"""


@pytest.mark.case(58)
def test_refused_twelve_times_it_stops_with_the_work_kept(hub: Hub, one: Sandbox) -> None:
    record_id = new(one)
    hub.hook("update", _QUICKER)
    slept: list[float] = []
    with pytest.raises(Refused) as refused:
        one.open().sync(sleep=slept.append)
    assert refused.value.code == "E_AGAIN"
    assert len(slept) == 11
    assert len(set(slept)) == 11, "no jitter"
    assert one.status() == ""
    assert record_id not in hub.ids()
    (hub.path / "hooks" / "update").unlink()
    assert sync(one).pushed
    assert record_id in hub.ids()


def test_a_push_that_a_hook_forbids_is_not_tried_again(hub: Hub, one: Sandbox) -> None:
    new(one)
    hub.hook("pre-receive", "echo main is closed today >&2; exit 1")
    slept: list[float] = []
    with pytest.raises(GitFailed, match="main is closed today") as failed:
        one.open().sync(sleep=slept.append)
    assert (failed.value.code, slept) == ("E_PUSH", [])


@pytest.mark.case(59)
def test_a_lost_reply_makes_no_second_ticket(
    hub: Hub, one: Sandbox, two: Sandbox, tmp_path: Path
) -> None:
    log = tmp_path / "told.jsonl"
    one.write("records/desk.yaml", one.read("records/desk.yaml") + "routes:\n  '*':\n    - file\n")
    one.commit("routes")
    sync(one)
    new(one)
    marker = tmp_path / "updated"
    hub.hook("post-receive", f"touch {marker}; sleep 30")
    call = "import sys; from svcdesk.desk import open_desk; open_desk(sys.argv[1]).sync()"
    process = subprocess.Popen([sys.executable, "-c", call, str(one.root)], start_new_session=True,
                               env=dict(os.environ))  # fmt: skip
    while not marker.exists():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (hub.path / "hooks" / "post-receive").unlink()
    assert len(hub.ids()) == 1
    assert published.pending(one.open().repository)
    done = one.open(channels__file={"path": str(log)}).sync()
    assert (done.pushed, len(hub.ids())) == (False, 1)
    assert log.read_text().count('"move": "submit"') == 1
    assert published.pending(one.open().repository) == []
    assert one.open(channels__file={"path": str(log)}).sync().notes == ()
    assert len(log.read_text().splitlines()) == 1


@pytest.mark.case(60)
def test_a_rewritten_history_is_refused_and_explained(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    new(one)
    sync(one)
    sync(two)
    mine = new(two)
    one.git("reset", "--quiet", "--hard", "HEAD~1")
    one.write("other.txt", "x\n")
    one.commit("another history")
    one.git("push", "--quiet", "--force", "origin", "main")
    before = hub.refs()
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            sync(two)
        assert refused.value.code == "E_REWRITTEN"
        two.git("fetch", "--quiet")
    assert hub.refs() == before
    seen = two.git("rev-parse", "refs/svcdesk/seen/origin/main").strip()
    two.git("rebase", "--quiet", "--onto", "origin/main", seen)
    assert sync(two).pushed
    assert hub.ids() == [mine]


def test_a_record_deleted_there_and_edited_here_stays(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    record_id = new(one)
    sync(one)
    sync(two)
    (one.root / one.path_of(record_id)).unlink()
    one.commit("gone")
    one.open().sync(deleted=[record_id])
    note(two, record_id, "已联系用户")
    done = sync(two)
    assert any(record_id in str(one) for one in done.notes)
    assert hub.ids() == [record_id]


def test_unrelated_histories_are_refused(hub: Hub, one: Sandbox, desk: Sandbox) -> None:
    desk.git("remote", "add", "origin", str(hub.path))
    desk.write("x.txt", "x")
    desk.commit("x")
    desk.git("checkout", "--quiet", "--orphan", "apart")
    desk.git("commit", "--quiet", "-m", "apart")
    desk.git("branch", "--quiet", "-D", "main")
    desk.git("branch", "--quiet", "--move", "main")
    with pytest.raises(Refused) as refused:
        sync(desk)
    assert refused.value.code == "E_UNRELATED"


def test_a_shallow_clone_says_that_it_is_one(hub: Hub, one: Sandbox) -> None:
    for _ in range(3):
        new(one)
    sync(one)
    root = hub.path.with_name("shallow")
    git(hub.path.parent, "clone", "--quiet", "--depth=1", f"file://{hub.path}", str(root))
    shallow = Sandbox(root, one.clock)
    git(root, "fetch", "--quiet", "--depth=1", "origin")
    new(one)
    sync(one)
    git(root, "fetch", "--quiet", "--depth=1", "origin")
    new(shallow)
    with pytest.raises(Refused, match="shallow"):
        sync(shallow)


def test_a_clock_hours_ahead_is_named(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    two.clock = type(one.clock)(one.clock.now)
    one.clock.forward(hours=3)
    record_id = new(one)
    sync(one)
    done = sync(two)
    assert any("engineer-1" in str(note) and "3.0" in str(note) for note in done.notes)
    note(two, record_id, "x")
    sync(two)
    assert any("later" in str(note) for note in sync(one).notes)


def test_an_event_of_next_week_is_not_published(hub: Hub, one: Sandbox) -> None:
    one.clock.forward(days=8)
    new(one)
    one.clock.forward(days=-8)
    before = hub.refs()[MAIN]
    with pytest.raises(Refused) as refused:
        sync(one)
    assert refused.value.code == "E_FUTURE"
    assert hub.refs()[MAIN] == before


def test_a_killed_sync_is_run_again(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    """Stopped between merge and push, nothing is lost and nothing is done twice."""
    record_id = new(one)
    sync(one)
    mine = new(two)
    hub.hook("pre-receive", "exit 1")
    with pytest.raises(GitFailed):
        sync(two)
    merged = two.git("rev-parse", "HEAD")
    (hub.path / "hooks" / "pre-receive").unlink()
    assert sync(two).pushed
    assert two.git("rev-parse", "HEAD") == merged
    assert hub.ids() == sorted([record_id, mine])
    assert uid(two, mine) != uid(two, record_id)
