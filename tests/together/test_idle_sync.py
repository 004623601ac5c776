"""A sync with nothing to do: how little it asks git, and how little it loads."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from clones import new, sync

from svcdesk.store import git_process
from svcdesk.testing import Sandbox

LOOK = """
import sys
from svcdesk import open_desk
open_desk(".").sync()
print(*sorted(name for name in sys.modules if name.startswith("svcdesk.")))
"""
FOR_MORE = {
    "svcdesk.desk.claiming",
    "svcdesk.desk.merging",
    "svcdesk.desk.publishing",
    "svcdesk.hookspecs",
    "svcdesk.store.transaction",
    "svcdesk.store.schema",
}


def test_five_gits_are_asked(one: Sandbox, two: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    new(one)
    sync(one)
    sync(two)
    asked: list[str] = []
    start = git_process._spawn

    def counted(args: Any, **how: Any) -> Any:
        asked.append(git_process.verb(args))
        return start(args, **how)

    monkeypatch.setattr(git_process, "_spawn", counted)
    done = sync(two)
    assert (done.pushed, done.came.flows, done.went.flows) == (False, (), ())
    assert sorted(asked) == ["config", "fetch", "for-each-ref", "for-each-ref", "rev-parse"]


def test_nothing_is_loaded_that_merges_or_publishes(one: Sandbox, two: Sandbox) -> None:
    new(one)
    sync(one)
    sync(two)
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=two.root, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "svcdesk.desk.syncing" in loaded
    assert not loaded & FOR_MORE


def test_a_commit_made_while_git_fetches_is_published(
    one: Sandbox, two: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from svcdesk.store import remotes

    new(one)
    sync(one)
    sync(two)
    fetch, made = remotes.fetch, []

    def meanwhile(*args: Any) -> bool:
        if not made:
            made.append(new(two, "登录很慢"))
        return fetch(*args)

    monkeypatch.setattr(remotes, "fetch", meanwhile)
    done = sync(two)
    assert done.pushed
    assert [flow.record_id for flow in done.went.flows] == made
