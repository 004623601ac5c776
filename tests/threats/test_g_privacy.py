"""A value that has to go: from the record, with a mark that it was there, and a plan for history."""

from __future__ import annotations

import pytest
from tests.commands.command_runner import svcdesk
from tests.threats.threat_helpers import FIRST, new_request, refusal

from svcdesk.testing import Sandbox

SECRET = "身份证尾号四三二一"


@pytest.mark.case(102)
def test_a_redacted_value_is_gone_from_the_tip_and_the_way_through_history_is_shown(
    desk: Sandbox,
) -> None:
    new_request(desk, description=f"登录失败，{SECRET}")
    assert svcdesk(desk.root, "note", FIRST, "-m", f"客户说 {SECRET}").code == 0
    done = svcdesk(desk.root, "redact", FIRST, "description", "--reason", "不该收集")
    assert done.code == 0, done.err
    text = desk.read(FIRST)
    assert "tombstone" in text or "redact" in text
    assert f"登录失败，{SECRET}" not in text
    assert f"登录失败，{SECRET}" not in desk.git("show", "HEAD:" + desk.path_of(FIRST))
    assert SECRET not in done.out + done.err, "the value is not told once more"
    assert "histor" in done.out + done.err
    log = svcdesk(desk.root, "log", FIRST)
    assert "redact" in log.out.lower()
    assert desk.status() == ""
    assert svcdesk(desk.root, "show", FIRST).code == 0
    again = refusal(desk, "redact", FIRST, "description", "--reason", "x")
    assert again["record"] == FIRST or FIRST in again["message"]


@pytest.mark.case(102)
def test_without_reason_or_right_or_value_nothing_goes(desk: Sandbox) -> None:
    new_request(desk)
    assert refusal(desk, "redact", FIRST, "description")["code"] == "E_MISSING"
    assert refusal(desk, "redact", FIRST, "descripton", "--reason", "x")["message"]
    assert refusal(desk, "redact", FIRST, "uid", "--reason", "x")
    assert refusal(desk, "redact", FIRST, "description", "--reason", "x", who="nobody")
