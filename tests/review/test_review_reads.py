"""What a review reads: the records that others link to together, and lines only of what is new."""

from __future__ import annotations

from typing import Any

import pytest
from review_helpers import FIRST, PATH, Branch
from tests.commands.command_runner import svcdesk
from tests.sample_request import REQUEST

from svcdesk.store import git_process

NOW = "2024-10-01T12:00:00+08:00"


def test_what_check_newly_finds_has_its_line(branch: Branch) -> None:
    branch.edit("\nchannel: email", "\nchannel: 7")
    [found] = [one for one in branch.review().findings if one.field == "channel"]
    assert found.line == branch.box.read(PATH).splitlines().index("channel: 7") + 1


def test_linked_records_are_read_together(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    branch.box.git("switch", "--quiet", "main")
    others = [branch.open().new("request", REQUEST).ids[0] for _ in range(4)]
    branch.box.git("switch", "--quiet", "work")
    branch.box.git("merge", "--quiet", "main")
    one = _reads_of_a_review(branch, others[:1], monkeypatch)
    assert _reads_of_a_review(branch, others[1:], monkeypatch) == one


def _reads_of_a_review(branch: Branch, links: list[str], patch: pytest.MonkeyPatch) -> int:
    for other in links:
        done = svcdesk(branch.box.root, "link", FIRST, "seealso", other, who="engineer-1", at=NOW)
        assert done.code == 0, done.err
    asked: list[str] = []
    start = git_process._spawn

    def counted(args: Any, **how: Any) -> Any:
        asked.append(git_process.verb(args))
        return start(args, **how)

    with patch.context() as here:
        here.setattr(git_process, "_spawn", counted)
        assert FIRST in {one.record.id for one in branch.review("main...HEAD").records}
    return asked.count("cat-file")
