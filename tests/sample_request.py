"""The request that tests register first: a fault, as norm C's sample has it."""

from __future__ import annotations

from svcdesk.model.record import Values

REQUEST: Values = {
    "description": "生产系统无法登录",
    "requester.name": "李*",
    "channel": "email",
    "customer": "客户A",
    "priority": "P2",
    "type": "fault",
}
