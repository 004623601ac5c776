"""A review as Markdown for one comment that is kept up to date on a pull request.

Its first line is a mark that nobody sees, by which whoever posts it finds the comment again.
Forges refuse comments over 64 KB, so what matters most comes first and the rest is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from svcdesk.defaults.formats.markdown import neutral
from svcdesk.i18n import T
from svcdesk.model.finding import Severity

if TYPE_CHECKING:
    from svcdesk.desk.reviewing import Reviewed

MARK = "<!-- svcdesk review -->"
LIMIT = 60_000
_RESERVE = 200
_SIGNS = {Severity.ERROR: T("error"), Severity.WARNING: T("warning"), Severity.NOTE: T("note")}


def comment(reviewed: Reviewed) -> str:
    """The comment: findings by weight, then what happens to each record, those found wanting
    first; at most LIMIT bytes of UTF-8."""
    heavy = sum(one.weight > Severity.NOTE for one in reviewed.findings)
    title = T("what this does to the desk")
    head = [MARK, f"## {neutral(str(title))}", ""]
    if heavy:
        head.append(neutral(str(T("{count} findings", count=heavy))))
    else:
        head.append(neutral(str(T("nothing was found that must not pass"))))
    return "\n".join([*head, "", *_fitting(_blocks(reviewed), _left(head))]) + "\n"


def _blocks(reviewed: Reviewed) -> Iterator[str]:
    for one in reviewed.findings:
        said = str(one.message if one.hint is None else T("{message} → {hint}",
                   message=one.message, hint=one.hint))  # fmt: skip
        place = f" ({neutral(one.path)})" if one.path else ""
        yield f"- **{_SIGNS[one.weight]}** {one.code}: {neutral(said)}{place}"
    wanting = {one.record for one in reviewed.findings if one.weight > Severity.NOTE}
    records = sorted(reviewed.records, key=lambda one: one.record.id not in wanting)
    for judged in records:
        title = neutral(f"{judged.record.id}: {judged.record.title or '–'}")
        lines = [f"- {neutral(str(sentence))}" for sentence in judged.said]
        yield "\n".join(["", f"### {title}", "", *lines])


def _fitting(blocks: Iterable[str], room: int) -> Iterator[str]:
    left_out = 0
    for block in blocks:
        size = len(block.encode()) + 1
        if left_out or size > room:
            left_out += 1
            continue
        room -= size
        yield block
    if left_out:
        yield "\n" + neutral(str(T("{count} more are left out here", count=left_out)))


def _left(head: Iterable[str]) -> int:
    return LIMIT - _RESERVE - sum(len(line.encode()) + 1 for line in head)
