"""What several tests of the use cases share."""

from __future__ import annotations

from svcdesk.model.finding import Finding
from svcdesk.model.record import Event, Record
from svcdesk.testing import Sandbox

REQUEST = {
    "description": "生产系统无法登录",
    "requester.name": "李*",
    "channel": "email",
    "customer": "客户A",
}
RESULT = "更换 2 号交换机电源，恢复后连续 ping 30 分钟无丢包"


def add_people(desk: Sandbox, **roles: str) -> None:
    """List people, each with one role; `engineer_2="engineer"` lists engineer-2."""
    for name, role in roles.items():
        person = name.replace("_", "-")
        desk.edit(
            "records/people.yaml",
            "people:\n",
            f"people:\n  - id: {person}\n    roles:\n      - {role}\n"
            f"    emails:\n      - {person}@example.org\n",
        )
    desk.commit("people")


def new_request(desk: Sandbox, **fields: str) -> str:
    """Register a request; the clock goes on by five minutes."""
    [record_id] = desk.open().new("request", {**REQUEST, **fields}).ids
    desk.clock.forward(minutes=5)
    return record_id


def load(desk: Sandbox, record_id: str) -> Record:
    return desk.open().load(record_id).record


def newest(desk: Sandbox, record_id: str) -> Event:
    return max(load(desk, record_id).events, key=lambda event: event.id)


def own_findings(desk: Sandbox) -> list[Finding]:
    """What check finds by the desk's own rules; the norms' rules have tests of their own."""
    return [one for one in desk.open().check().findings if is_own(one)]


def is_own(finding: Finding) -> bool:
    return finding.code.startswith(("DESK0", "E_", "SCHEMA_"))
