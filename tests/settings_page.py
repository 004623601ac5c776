"""Writes the table in docs/settings.md from the table of settings.

    python -m tests.settings_page

The rest of the page is written by hand.
"""

from __future__ import annotations

import re
from pathlib import Path

from svcdesk.config import SETTINGS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"
_PLACE = re.compile(r"(<!-- settings -->\n).*?(<!-- end -->)", re.DOTALL)


def page(text: str) -> str:
    """The page's text with the table as it should be."""
    rows = ["| setting | environment | values | what it is |", "|---|---|---|---|"]
    for one in SETTINGS:
        variable = f"`{one.variable}`" if one.variable else ""
        values = ", ".join(f"`{choice}`" for choice in one.choices) or one.type
        rows.append(f"| `{one.name}` | {variable} | {values} | {one.help} |")
    table = "\n".join([*rows, ""])
    return _PLACE.sub(lambda found: f"{found[1]}\n{table}\n{found[2]}", text)


def main() -> None:
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {PAGE.name}")


if __name__ == "__main__":
    main()
