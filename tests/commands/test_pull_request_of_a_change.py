"""A change in a pull request: docs/approval.md runs as it stands there, and every kind of merge
leaves the approval as it is."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from change_stories import CHANGE, approve, codes, counts, desk_of_five, git, ok, proposed, start
from command_runner import environment, svcdesk

from svcdesk.testing import MakeDesk, Sandbox

PAGE = Path(__file__).parents[2] / "docs" / "approval.md"
AT = "2024-10-10T09:00:00+08:00"
_PROMPT = re.compile(r"([a-z0-9-]+)\$ (.*)")


def transcript() -> Iterator[tuple[str, str, list[str]]]:
    """Who types what, and what they see, in the order of the page's section."""
    text = PAGE.read_text(encoding="utf-8")
    section = text.split("## A change in a pull request")[1].split("\n## ")[0]
    lines = [one for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL)
             for one in block.splitlines()]  # fmt: skip
    while lines:
        prompt = _PROMPT.fullmatch(lines.pop(0))
        assert prompt is not None
        who, typed = prompt.groups()
        while typed.endswith("\\"):
            typed = typed[:-1] + lines.pop(0).removeprefix(">")
        seen = []
        while lines and not _PROMPT.fullmatch(lines[0]):
            seen.append(lines.pop(0))
        yield who, typed, seen


def test_the_story_of_the_page_is_true(make_desk: MakeDesk) -> None:
    box = desk_of_five(make_desk)
    for who, typed, seen in transcript():
        words = shlex.split(typed)
        if words[0] == "git":
            done = subprocess.run(
                words, cwd=box.root, env=environment(who, AT), check=False, timeout=60,
                capture_output=True, text=True,
            )  # fmt: skip
            said = done.stdout + done.stderr
        else:
            answer = svcdesk(box.root, *words[1:], who=who, at=AT)
            said = answer.out + answer.err
        said = re.sub(r"committed as \w+", "committed as …", said)
        shown = [one for one in said.splitlines() if not re.match(r"\S.*: 2024-\S+\+08:00$", one)]
        assert shown == seen, typed


@pytest.fixture
def box(make_desk: MakeDesk) -> Sandbox:
    """A change on a branch, approved there; main moved on meanwhile."""
    made = desk_of_five(make_desk)
    git(made.root, "switch", "--quiet", "--create", "raise-pool")
    proposed(made)
    ok(approve(made))
    git(made.root, "switch", "--quiet", "main")
    ok(svcdesk(made.root, "new", "--requester", "李*", "--description", "x", "--channel", "im"))
    return made


@pytest.mark.parametrize("way", ["merge commit", "squash", "rebase"])
def test_the_approval_survives_every_kind_of_merge(box: Sandbox, way: str) -> None:
    if way == "merge commit":
        git(box.root, "merge", "--quiet", "--no-ff", "-m", "Merge", "raise-pool")
    elif way == "squash":
        git(box.root, "merge", "--quiet", "--squash", "raise-pool")
        git(box.root, "commit", "--quiet", "-m", "Raise the pool (#1)")
    else:
        git(box.root, "rebase", "--quiet", "main", "raise-pool")
        git(box.root, "switch", "--quiet", "main")
        git(box.root, "merge", "--quiet", "--ff-only", "raise-pool")
    assert counts(box) == [True]
    ok(start(box))
    assert codes(box) == []


def test_it_survives_a_patch_by_mail_and_another_layout(box: Sandbox, tmp_path: Path) -> None:
    patch = git(box.root, "format-patch", "--stdout", "main..raise-pool")
    (tmp_path / "change.mbox").write_text(patch, encoding="utf-8")
    git(box.root, "am", "--quiet", str(tmp_path / "change.mbox"))
    assert counts(box) == [True]
    text = box.read(CHANGE)
    box.write(CHANGE, re.sub(r"^plan: (.*)$", r'plan: "\1"', text, flags=re.MULTILINE))
    assert '"' in box.read(CHANGE)
    assert counts(box) == [True]


def test_an_approval_that_crossed_a_change_of_the_plan_is_void_after_the_merge(
    box: Sandbox,
) -> None:
    """Approved on the one branch, changed on the other, merged without a conflict in the record's
    other lines: nobody agreed to what stands there now."""
    git(box.root, "switch", "--quiet", "--create", "edit", "raise-pool~1")
    ok(svcdesk(box.root, "set", CHANGE, "plan=直接改", at="2024-10-01T09:45:00+08:00"))
    git(box.root, "switch", "--quiet", "raise-pool")
    done = svcdesk(box.root, "merge", "edit")
    assert done.code == 0, done.err
    assert counts(box) == [False]
    refused = start(box)
    assert refused.code == 3
    assert "plan was changed since" in refused.err


def test_nobody_is_left_behind(box: Sandbox, tmp_path: Path) -> None:
    """A clone without any of the branch's commits sees the approval as it is."""
    git(box.root, "merge", "--quiet", "--squash", "raise-pool")
    git(box.root, "commit", "--quiet", "-m", "Raise the pool (#1)")
    git(box.root, "branch", "--quiet", "-D", "raise-pool")
    git(tmp_path, "clone", "--quiet", "--no-local", "--depth", "1", str(box.root), "clone")
    clone = Sandbox(tmp_path / "clone")
    assert counts(clone) == [True]
