"""Formats of findings for forges: GitLab Code Quality, JUnit XML, reviewdog's rdjsonl."""

from __future__ import annotations

from collections.abc import Iterable

from svcdesk.hookspecs import Format, hookimpl
from svcdesk_ci import gitlab, junit, rdjsonl


@hookimpl
def svcdesk_register_formats() -> Iterable[Format]:
    return [
        Format("gitlab", "a Code Quality report for GitLab", gitlab.render, data=True),
        Format("junit", "JUnit XML, a test case a finding", junit.render, data=True),
        Format("rdjsonl", "diagnostics for reviewdog, one a line", rdjsonl.render, data=True),
    ]
