"""reviewdog's diagnostic format: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf."""

from __future__ import annotations

from svcdesk.defaults.formats.cells import finding_items
from svcdesk.defaults.formats.json import dumps, plain
from svcdesk.hookspecs import Rendering
from svcdesk.model.table import Table
from svcdesk_ci.places import line_of, message_of, path_of

SEVERITIES = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


def render(table: Table, rendering: Rendering) -> str:
    """One JSON object a line, the most severe first."""
    return "".join(
        dumps(
            plain(
                {
                    "message": message_of(finding),
                    "location": {
                        "path": path_of(finding),
                        "range": {"start": {"line": line_of(finding)}},
                    },
                    "severity": SEVERITIES[str(finding["severity"])],
                    "source": {"name": "svcdesk"},
                    "code": {"value": str(finding["code"])},
                }
            )
        )
        + "\n"
        for finding in finding_items(table)
    )
