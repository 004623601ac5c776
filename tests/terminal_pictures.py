"""Draws the READMEs' pictures of a terminal from what the commands really print.

    python -m tests.terminal_pictures

The commands run in a copy of the sample desk, at a fixed moment, so that the same code draws the
same picture.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

from svcdesk.terminal import width
from svcdesk.testing import isolated_environment

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
LANGUAGES = ("en", "zh")
SESSION = (
    ("list",),
    ("resolve", "003", "--result", "已处理"),
    ("sla", "show", "003"),
)
NOW = "2024-10-09T09:30:00+08:00"

_CODE = re.compile(r"\x1b\[([0-9;]*)m")
_CELL, _LINE, _MARGIN, _BAR = 8.4, 20, 16, 34
_PAPER, _INK, _FAINT, _PROMPT = "#1e2430", "#d8dee9", "#8b95a7", "#8fbcbb"
_LOOKS = {
    "1;31": 'fill="#ff7b72" font-weight="bold"',
    "33": 'fill="#e3b341"',
    "32": 'fill="#7ee787"',
    "2": f'fill="{_FAINT}"',
    "1": 'font-weight="bold"',
    "36": f'fill="{_PROMPT}"',
}
_FONTS = (
    "ui-monospace, 'Cascadia Mono', 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', "
    "'Noto Sans Mono CJK SC', 'PingFang SC', 'Microsoft YaHei', monospace"
)


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look that stands `column` cells from the left."""

    text: str
    look: str
    column: int


def picture_path(language: str) -> Path:
    return IMAGES / f"terminal.{language}.svg"


def record(language: str) -> list[str]:
    """The lines of the session as a terminal shows them, styles and all."""
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        desk = Path(scratch) / "desk"
        environment = {
            **{name: value for name, value in os.environ.items() if not _personal(name)},
            **isolated_environment(Path(scratch) / "home"),
            "SVCDESK_NOW": NOW,
            "SVCDESK_LANG": language,
            "FORCE_COLOR": "1",
            "PYTHONIOENCODING": "utf-8",
        }
        shutil.copytree(ROOT / "records", desk / "records")
        shutil.copy(ROOT / ".gitattributes", desk)
        for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "sample desk")):
            subprocess.run(["git", *command], cwd=desk, env=environment, check=True)
        for typed in SESSION:
            lines.append(f"\x1b[36m$\x1b[0m svcdesk {' '.join(typed)}")
            done = subprocess.run(
                [sys.executable, "-m", "svcdesk", *typed],
                cwd=desk,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
            lines += [*done.stdout.decode().rstrip("\n").split("\n"), ""]
    return lines[:-1]


def draw(lines: list[str], title: str) -> str:
    """The SVG of a terminal that shows these lines."""
    columns = max(sum(width(run.text) for run in runs(line)) for line in lines)
    across = round(columns * _CELL + 2 * _MARGIN)
    down = len(lines) * _LINE + _BAR + _MARGIN
    box = f'viewBox="0 0 {across} {down}" width="{across}" height="{down}"'
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" aria-label="{escape(title)}">',
        f'<rect width="{across}" height="{down}" rx="8" fill="{_PAPER}"/>',
    ]
    for place, colour in enumerate(("#ff5f56", "#ffbd2e", "#27c93f")):
        drawn.append(f'<circle cx="{20 + 18 * place}" cy="17" r="5.5" fill="{colour}"/>')
    drawn.append(f'<g font-family="{escape(_FONTS)}" font-size="14" fill="{_INK}">')
    for number, line in enumerate(lines):
        y = _BAR + number * _LINE + 14
        drawn += [_text(run, y) for run in runs(line) if run.text.strip()]
    return "\n".join([*drawn, "</g>", "</svg>", ""])


def runs(line: str) -> Iterator[Run]:
    """The line cut where the look or the width of characters changes, by columns."""
    look, column = "", 0
    for index, part in enumerate(_CODE.split(line)):
        if index % 2:
            look = part
            continue
        for wide, letters in groupby(part, key=lambda letter: width(letter) > 1):
            text = "".join(letters)
            # blanks between cells are left out, so that every cell begins where it should
            pieces = [text] if wide else re.split(r"(  +)", text)
            for piece in pieces:
                if piece:
                    yield Run(piece, look, column)
                    column += width(piece)


def _text(run: Run, y: int) -> str:
    look = _LOOKS.get(run.look, "")
    lead = len(run.text) - len(run.text.lstrip(" "))
    shown = run.text.strip(" ")
    x = _MARGIN + (run.column + lead) * _CELL
    length = width(shown) * _CELL
    return (
        f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"'
        f"{' ' + look if look else ''}>{escape(shown, quote=False)}</text>"
    )


def _personal(name: str) -> bool:
    return name.startswith(("GIT_", "SVCDESK_")) or name in ("NO_COLOR", "COLUMNS", "TZ")


def picture(language: str) -> str:
    """The picture as it should be."""
    return draw(record(language), "svcdesk list · resolve · sla show")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        picture_path(language).write_text(picture(language), encoding="utf-8")
        print(f"wrote {picture_path(language).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
