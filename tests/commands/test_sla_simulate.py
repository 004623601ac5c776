"""`svcdesk sla simulate`: which requests, since when, by how many processes, shown how far."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from command_runner import CONSOLE_SCRIPT, Outcome, environment, svcdesk

from svcdesk.desk import spreading
from svcdesk.desk.sla_trying import policy_from, replay
from svcdesk.errors import Invalid
from svcdesk.i18n import T
from svcdesk.testing import Sandbox

STRICT = "targets:\n  resolution:\n    duration: 1h\n    clock: 24x7\n"
KIND = "targets:\n  resolution:\n    duration: 9h\n    clock: 24x7\n"
NOW = "2024-10-12T09:00:00+08:00"


@pytest.fixture
def desk(desk: Sandbox) -> Sandbox:
    """Three requests of the 10th and 11th, each resolved after two hours; one of the desk's own
    policy has nine for that."""
    desk.write("records/policies/delivery-template.yaml", KIND)
    desk.write("records/policies/strict.yaml", STRICT)
    desk.commit("nine hours, or one")
    for number, (day, priority) in enumerate(((10, "P1"), (10, "P3"), (11, "P1")), 1):
        new = ("new", "--requester", "李*", "--description", f"登录失败 {number}", "--type",
               "consultation", "--priority", priority, "--channel", "online")  # fmt: skip
        made = svcdesk(desk.root, *new, at=f"2024-10-{day}T09:0{number}:00+08:00")
        assert made.code == 0, made.err
        ending = {1: "SR-20241010-001", 2: "SR-20241010-002", 3: "SR-20241011-001"}[number]
        done = svcdesk(desk.root, "resolve", ending, "--result", "更换网线后复测正常", "--force", "x",
                       at=f"2024-10-{day}T11:00:00+08:00")  # fmt: skip
        assert done.code == 0, done.err
    return desk


def simulate(desk: Sandbox, *argv: str) -> Outcome:
    return svcdesk(desk.root, "sla", "simulate", "--policy", "strict", *argv, at=NOW)


def late(desk: Sandbox, *argv: str) -> list[str]:
    done = simulate(desk, *argv, "--format", "json")
    assert done.code == 0, done.err
    return [one["record"] for one in done.json()["items"] if one["then"] == "late"]


def test_it_replays_what_a_query_finds_and_what_was_submitted_since(desk: Sandbox) -> None:
    everyone = ["SR-20241010-001", "SR-20241010-002", "SR-20241011-001"]
    assert late(desk) == everyone
    assert late(desk, "priority:P1") == [everyone[0], everyone[2]]
    assert late(desk, "--since", "2024-10-11") == [everyone[2]]
    assert late(desk, "--since", "24h") == [everyone[2]]
    assert late(desk, "--since", "2024-10-10T09:02:00+08:00") == everyone[1:]
    assert late(desk, "priority:P1", "--since", "3d") == [everyone[0], everyone[2]]
    assert late(desk, "priority:P2") == []
    assert "3 targets: 0 late now, 3 late under strict" in simulate(desk).err


@pytest.mark.parametrize(
    "text",
    [
        KIND,
        STRICT,
        KIND + "  response:\n    duration: 1m\n    clock: 24x7\n",
        KIND + "rules:\n  - when: priority:P1\n    targets:\n      resolution:\n"
        "        duration: 1h\n        clock: 24x7\n",
        "from: 2024-10-11\n" + KIND,
        "judged_by: latest\nfrom: 2030-01-01\n" + STRICT,
    ],
)
def test_what_two_policies_agree_on_is_not_reckoned_twice_and_no_other(
    desk: Sandbox, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    desk.write("records/policies/other.yaml", text)

    def answers() -> list[object]:
        opened = desk.open()
        moment = opened.now() + timedelta(days=30)
        return list(replay(opened, policy_from(opened, "other"), at=moment))

    quick = answers()
    assert len(quick) >= 3
    monkeypatch.setattr("svcdesk.desk.sla_trying.agreed", lambda *_: frozenset())
    assert answers() == quick


def test_what_means_nothing_is_refused(desk: Sandbox) -> None:
    for argv, said in ((("colour:red",), "colour"), (("--since", "whenever"), "whenever")):
        done = simulate(desk, *argv)
        assert (done.code, said in done.err) == (2, True)
    near = svcdesk(desk.root, "sla", "simulate", "--policy", "strickt", at=NOW)
    assert (near.code, "strict" in near.err) == (3, True)


def test_more_processes_give_the_same_answer(
    desk: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.path_of("SR-20241010-002")
    desk.write(path, desk.read(path) + "id: twice\n")
    opened = desk.open()
    moment = opened.now() + timedelta(days=30)

    def answers() -> list[object]:
        found = list(replay(opened, policy_from(opened, "strict"), at=moment))
        return [(one.path, str(one.error), one.error.line) if hasattr(one, "error") else one
                for one in found]  # fmt: skip

    alone = answers()
    assert len(alone) == 3
    monkeypatch.setattr(spreading, "_processors", lambda: 2)
    monkeypatch.setattr(spreading.spread, "__kwdefaults__", {"worth": 1})
    assert answers() == alone


@pytest.mark.parametrize("count", [0, 1, 2, 300])
@pytest.mark.parametrize("processors", [1, 3])
def test_spread_work_keeps_its_order(
    monkeypatch: pytest.MonkeyPatch, count: int, processors: int
) -> None:
    monkeypatch.setattr(spreading, "_processors", lambda: processors)
    paths = [str(number) for number in range(count)]
    done = list(spreading.spread(paths, lambda path: (path, os.getpid()), worth=1))
    assert [path for path, _ in done] == paths
    assert (len({process for _, process in done}) > 1) == (processors > 1 and count > 1)


def test_an_error_of_another_process_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreading, "_processors", lambda: 2)

    def work(path: str) -> str:
        if path == "7":
            raise Invalid(T("{path} is wrong", path=path), hint=T("mend it"), path=path, line=3)
        return path

    with pytest.raises(Invalid) as raised:
        list(spreading.spread([str(number) for number in range(9)], work, worth=1))
    error = raised.value
    assert (str(error), str(error.hint), error.path, error.line) == (
        "7 is wrong",
        "mend it",
        "7",
        3,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_bar_is_drawn_on_a_terminals_stderr_alone(desk: Sandbox, tmp_path: Path) -> None:
    patience = tmp_path / "patience"
    patience.mkdir()
    (patience / "sitecustomize.py").write_text(
        "import svcdesk.cli.progress as p\np.PATIENCE = -1.0\np._EVERY = 1\n"
    )
    own, other = pty.openpty()
    path = os.pathsep.join([str(patience), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [str(CONSOLE_SCRIPT), "sla", "simulate", "--policy", "strict", "--format", "csv"],
        cwd=desk.root,
        env={**environment(at=NOW), "PYTHONPATH": path, "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=other,
        check=False,
    )
    os.close(other)
    drawn = os.read(own, 65536).decode()
    os.close(own)
    assert done.returncode == 0
    assert "100%" in drawn
    assert b"%" not in done.stdout


def tried(desk: Sandbox, path: Path, text: str) -> Outcome:
    path.write_text(text)
    return svcdesk(desk.root, "sla", "simulate", "--policy", str(path), "--format", "json", at=NOW)


@pytest.mark.parametrize("past", [{}, {"earlier": KIND}], ids=["new", "with an earlier version"])
def test_a_policy_that_is_not_in_force_yet_judges_as_if_it_were(
    desk: Sandbox, tmp_path: Path, past: dict[str, str]
) -> None:
    earlier = "".join(f"    {line}\n" for text in past.values() for line in text.splitlines())
    known = f"earlier:\n  - from: 2020-01-01\n{earlier}" if past else ""
    done = tried(desk, tmp_path / "next.yaml", f"from: 2025-01-01\n{STRICT}{known}")
    assert done.code == 0, done.err
    assert done.json()["late_then"] == 3
    assert "next.yaml comes into force on 2025-01-01" in done.err


def test_requests_from_before_a_policy_are_judged_by_it_and_counted(
    desk: Sandbox, tmp_path: Path
) -> None:
    done = tried(desk, tmp_path / "young.yaml", f"from: 2024-10-11\n{STRICT}")
    assert done.json()["late_then"] == 3
    assert "judged by its first version: 2 requests" in done.err


def test_a_policy_to_try_is_looked_through_first(desk: Sandbox, tmp_path: Path) -> None:
    wrong = tried(desk, tmp_path / "a.yaml", STRICT.replace("resolution", "resolutoin"))
    assert (wrong.code, wrong.out) == (3, "")
    assert 'a.yaml", "line": 2' in wrong.err and "do you mean resolution?" in wrong.err
    rule = "rules:\n  - when: priority:P1\n    targets:\n      resolution:\n"
    odd = tried(desk, tmp_path / "b.yaml", f"{rule}        duration: 1h\n        clock: 24x7\n")
    assert odd.code == 0
    assert "DESK614" in odd.err
