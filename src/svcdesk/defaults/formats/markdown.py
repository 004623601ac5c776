"""`--format markdown`: a table for a forge's comments or a wiki; nothing in it acts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from svcdesk.defaults.formats.cells import remarks, rows
from svcdesk.hookspecs import Format, Rendering
from svcdesk.i18n import T
from svcdesk.terminal import escape

if TYPE_CHECKING:
    from svcdesk.model.table import Table

_WORD = re.compile(r"""[^\s`|<>()\[\]"'，。；：！？、（）《》【】「」“”]+""")
_LIVE = re.compile(
    r"@"  # mentions, mail addresses
    r"|[#!~$%&][0-9]|\bGH-[0-9]"  # issues, merge requests, snippets, milestones, epics
    r"|://|\bwww\."  # addresses that a forge would link or fetch
    r"|^(?=.*[0-9])(?=.*[a-f])[0-9a-f]{7,64}$",  # commits
    re.IGNORECASE,
)
_MARK = re.compile(r"([\\`*_\[\]#!|~$])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def render(table: Table, rendering: Rendering) -> str:
    """A heading, a table in GitHub's dialect, and what there is to say about the whole."""
    from tabulate import tabulate

    parts = [f"## {neutral(str(table.title))}\n"] if str(table.title) else []
    if table.rows:
        aligned = tabulate(
            [[neutral(cell) for cell in row] for row in rows(table)],
            headers=[neutral(str(column.label)) for column in table.columns],
            tablefmt="pipe",
            disable_numparse=True,
            colalign=["right" if column.right else "left" for column in table.columns],
        )
        parts.append(f"{aligned}\n")
    else:
        parts.append(str(T("nothing to show")) + "\n")
    parts += [f"{neutral(one)}\n" for one in remarks(table)]
    return "\n".join(parts)


def neutral(text: str) -> str:
    """The text as Markdown that shows it and does nothing: no link, image, HTML or mention.

    Forges look for mentions and references in the finished page, where escaping is gone; in a code
    span they do not look. So a word that would be live stands in one, and the rest is escaped.
    """
    shown: list[str] = []
    start = 0
    for word in _WORD.finditer(text):
        if _LIVE.search(word[0]):
            shown += [_escaped(text[start : word.start()]), f"`{escape(word[0])}`"]
            start = word.end()
    return "".join([*shown, _escaped(text[start:])])


def _escaped(text: str) -> str:
    lines = [escape(line) for line in text.split("\n")]
    return "<br>".join(_MARK.sub(r"\\\1", line).translate(_ENTITIES) for line in lines)


def svcdesk_register_formats() -> Iterable[Format]:
    return [Format("markdown", T("a table for a forge's comments or a wiki"), render, suffix=".md")]
