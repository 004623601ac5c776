"""Our own answers to the hooks, by the same hooks as anybody's.

`DEFAULTS` is the whole list: hook → modules, in the order in which they are shown. Only the modules
of a hook that is asked for are imported.
"""

from __future__ import annotations

from collections.abc import Mapping

_HERE = "svcdesk.defaults"

FORMATS: Mapping[str, str] = {
    "table": f"{_HERE}.formats.table",
    "json": f"{_HERE}.formats.json",
    "jsonl": f"{_HERE}.formats.jsonl",
    "csv": f"{_HERE}.formats.csv",
    "csv-excel": f"{_HERE}.formats.csv",
    "markdown": f"{_HERE}.formats.markdown",
    "html": f"{_HERE}.formats.html",
    "ids": f"{_HERE}.formats.ids",
    "github": f"{_HERE}.formats.github",
    "xlsx": f"{_HERE}.formats.xlsx",
    "parquet": f"{_HERE}.formats.parquet",
}
"""By format, so that printing a result imports the one module that it needs."""

ELSEWHERE: Mapping[str, str] = {"gitlab": "ci", "junit": "ci", "rdjsonl": "ci"}
"""Formats that a plugin of ours has, by the plugin: they are asked for before it is installed."""

DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "svcdesk_register_numbering": (f"{_HERE}.numbering",),
    "svcdesk_register_formats": tuple(dict.fromkeys(FORMATS.values())),
    "svcdesk_register_channels": (
        f"{_HERE}.channels.console",
        f"{_HERE}.channels.file",
        f"{_HERE}.channels.command",
    ),
    "svcdesk_register_checks": (
        f"{_HERE}.checks.wording",
        f"{_HERE}.checks.change",
        f"{_HERE}.checks.feedback",
        f"{_HERE}.checks.chain",
        f"{_HERE}.checks.intake",
        f"{_HERE}.checks.privacy",
        f"{_HERE}.checks.handling",
        f"{_HERE}.checks.escalation",
        f"{_HERE}.checks.waiting",
    ),
    "svcdesk_register_reports": (f"{_HERE}.reports.summary", f"{_HERE}.reports.sla"),
    "svcdesk_register_importers": (
        f"{_HERE}.importers.csv",
        f"{_HERE}.importers.jsonl",
        f"{_HERE}.importers.xlsx",
    ),
    "svcdesk_register_contacts": (f"{_HERE}.contacts",),
}
