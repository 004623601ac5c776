"""JUnit XML, as Jenkins and the forges read it: a test case a finding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as Xml

from svcdesk.defaults.formats.cells import finding_items, items
from svcdesk.hookspecs import Rendering
from svcdesk.model.table import Table
from svcdesk.terminal import escape
from svcdesk_ci.places import line_of, message_of, path_of

_NO_CHARACTER = re.compile("[\ufffe\uffff]")
"""What XML 1.0 does not take, beside what `escape` shows by its code already."""
_FAILURES = ("error", "warning")


def render(table: Table, rendering: Rendering) -> str:
    """One suite. What weighs as an error or a warning failed, a note is a test that was skipped,
    and what was looked at and is in order passed."""
    found = finding_items(table)
    fine = [one for one in items(table) if one["severity"] is None]
    cases = [_finding(one) for one in found] + [_passed(one) for one in fine]
    if not cases:
        cases = [Xml.Element("testcase", classname="svcdesk", name=_text("nothing found"))]
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(one["severity"] in _FAILURES for one in found)),
        "errors": "0",
    }
    suites = Xml.Element("testsuites", {"name": "svcdesk", **counts})
    title = _text(str(table.title) or table.schema)
    skipped = str(sum(one["severity"] not in _FAILURES for one in found))
    suite = Xml.SubElement(suites, "testsuite", {"name": title, "skipped": skipped, **counts})
    suite.extend(cases)
    Xml.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(suites, "unicode") + "\n"


def _finding(finding: Mapping[str, Any]) -> Xml.Element:
    about = " ".join(str(finding[key]) for key in ("record", "field") if finding.get(key))
    case = Xml.Element(
        "testcase",
        classname=_text(path_of(finding)),
        name=_text(f"{finding['code']} {finding['name']}: {about}".removesuffix(": ")),
    )
    message = _text(message_of(finding))
    if finding["severity"] in _FAILURES:
        what = Xml.SubElement(case, "failure", type=str(finding["severity"]), message=message)
        hint = finding.get("hint")
        place = f"{path_of(finding)}:{line_of(finding)}"
        what.text = _text(f"{place}: {message}" + (f"\n→ {hint}" if hint else ""))
    else:
        Xml.SubElement(case, "skipped", message=message)
    return case


def _passed(item: Mapping[str, Any]) -> Xml.Element:
    name = " ".join(str(item[key]) for key in ("record", "target", "cycle") if item.get(key))
    return Xml.Element("testcase", classname=_text(path_of(item)), name=_text(name))


def _text(text: str) -> str:
    shown = escape(text, multiline=True)
    return _NO_CHARACTER.sub(lambda one: f"\\u{ord(one[0]):04x}", shown)
