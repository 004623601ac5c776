"""GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from svcdesk.defaults.formats.cells import finding_items
from svcdesk.defaults.formats.json import dumps, plain
from svcdesk.hookspecs import Rendering
from svcdesk.model.table import Table
from svcdesk_ci.places import line_of, message_of, path_of

SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}


def render(table: Table, rendering: Rendering) -> str:
    """One JSON list, without a byte order mark; empty where nothing was found."""
    seen: Counter[str] = Counter()
    entries = []
    for finding in finding_items(table):
        name = _name(finding)
        entries.append(
            {
                "description": message_of(finding),
                "check_name": f"{finding['code']} {finding['name']}",
                "fingerprint": _fingerprint(name, seen[name]),
                "severity": SEVERITIES[str(finding["severity"])],
                "location": {"path": path_of(finding), "lines": {"begin": line_of(finding)}},
            }
        )
        seen[name] += 1
    return dumps(plain(entries), indent=2) + "\n"


def _name(finding: Mapping[str, Any]) -> str:
    """What stays the same while lines move and time passes: rule, record (or file) and field."""
    about = finding.get("record") or finding.get("path")
    return "\0".join(str(one or "") for one in (finding.get("code"), about, finding.get("field")))


def _fingerprint(name: str, before: int) -> str:
    """A digest of the name; of several findings of one name each has its own."""
    named = f"{name}\0{before}" if before else name
    return hashlib.sha256(named.encode("utf-8", "backslashreplace")).hexdigest()
