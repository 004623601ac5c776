"""Text as terminals show it: nothing hidden or obeyed in it, columns that line up in Chinese.

Tables are in `svcdesk.terminal.tables`, which only commands that print one import.
"""

from __future__ import annotations

from svcdesk.terminal.columns import Align, pad, truncate, width, wrap
from svcdesk.terminal.escaping import STYLES, escape, escape_controls, escape_styled, style

__all__ = [
    "STYLES",
    "Align",
    "escape",
    "escape_controls",
    "escape_styled",
    "pad",
    "style",
    "truncate",
    "width",
    "wrap",
]
