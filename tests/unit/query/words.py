"""A small vocabulary and a few subjects for the tests of the query language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from svcdesk.model.field_info import Choice, FieldInfo
from svcdesk.model.fields import FieldTable
from svcdesk.model.record import Value
from svcdesk.query import Group, Query, ValuesSubject, Vocabulary, parse_query

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2024, 10, 2, 14, 30, 15, tzinfo=SHANGHAI)  # a Wednesday


def _choices(**labels: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, {"zh": label}) for value, label in labels.items())


FIELDS = FieldTable(
    [
        FieldInfo("id", "id", {"zh": "工单编号"}),
        FieldInfo("title", "text", {"en": "title", "zh": "标题"}),
        FieldInfo("description", "lines", {"en": "description", "zh": "问题描述"}),
        FieldInfo(
            "status",
            "choice",
            {"en": "state", "zh": "状态"},
            _choices(
                new="待分配",
                assigned="已分配",
                waiting="等待中",
                resolved="已解决",
                closed="已关闭",
            ),
        ),
        FieldInfo(
            "priority",
            "choice",
            {"en": "priority", "zh": "优先级"},
            (Choice("P1", {}, ("紧急",)), Choice("P2", {}), Choice("P3", {})),
        ),
        FieldInfo(
            "category",
            "path",
            {"zh": "分类"},
            _choices(software="软件", hardware="硬件"),
            is_open=True,
        ),
        FieldInfo("customer", "customer", {"zh": "客户名称"}),
        FieldInfo("requester", "group", {}),
        FieldInfo("requester.name", "text", {"zh": "申请人"}),
        FieldInfo("requester.department", "text", {"zh": "部门"}),
        FieldInfo("assignee", "person", {"en": "assignee", "zh": "处理人"}),
        FieldInfo("team", "team", {"zh": "处理组"}),
        FieldInfo("submitted", "instant", {"en": "submitted", "zh": "提交时间"}),
        FieldInfo("symptom_at", "instant", {"en": "symptom seen at", "zh": "故障发生时间"}),
        FieldInfo("due", "instant", {"zh": "到期"}, computed=True),
        FieldInfo("closed_on", "date", {"zh": "关闭日期"}),
        FieldInfo("round", "integer", {"zh": "处理轮次"}),
        FieldInfo("effort", "hours", {"zh": "工时"}),
        FieldInfo("read_back", "flag", {"zh": "已复述确认"}),
        FieldInfo("labels", "text", {"zh": "标签"}, is_list=True, merge="set"),
        FieldInfo("deliverables", "text", {}, is_list=True),
        FieldInfo("attachments", "group", {"zh": "附件"}, is_list=True),
        FieldInfo("attachments.name", "text", {}, in_list=True),
        FieldInfo("links", "link", {"zh": "关联记录"}, is_list=True),
        FieldInfo("custom", "group", {}),
    ]
)
WORDS = Vocabulary(
    FIELDS,
    groups={
        "status": {
            "open": Group(frozenset({"new", "assigned", "waiting"}), {"zh": "未完成"}),
            "已完成": Group(frozenset({"resolved"}), {}),
        }
    },
    flags={"unsettled": {"zh": "未定"}},
)

LOGIN: dict[str, Value] = {
    "id": "SR-20241001-001",
    "title": "生产系统无法登录",
    "description": "提示：数据库\n不可用 (ORA-12541)",
    "status": "assigned",
    "priority": "P1",
    "category": "software/database",
    "customer": "客户A",
    "requester": {"name": "李*", "department": "财务部"},
    "assignee": "engineer-1",
    "team": "database",
    "submitted": "2024-10-01T09:30:00+08:00",
    "due": "2024-10-01T13:30:00+08:00",
    "round": 2,
    "effort": 2.5,
    "read_back": True,
    "labels": ["vip", "Oracle"],
    "deliverables": ["部署手册", "test report"],
    "attachments": [{"name": "screen.png"}, {"name": "log.txt"}],
    "links": [{"rel": "handling", "id": "IR-20241001-001", "uid": "01J92V7KX8S6N8D0ZB5T7R1XWM"}],
    "custom": {"floor": "3 F", "x": {"y": "deep"}},
}
PRINTER: dict[str, Value] = {
    "id": "SR-20241002-014",
    "title": "Ｐｒｉｎｔｅｒ jammed",
    "status": "closed",
    "priority": "P3",
    "category": "hardware",
    "customer": "客户AB",
    "submitted": "2024-10-02T00:00:00+08:00",
    "closed_on": "2024-10-02",
    "labels": [],
    "assignee": None,
}


def parse(
    text: str,
    me: str | None = "engineer-1",
    teams: tuple[str, ...] = ("database",),
    saved: Mapping[str, str] = {},
) -> Query:
    return parse_query(
        text,
        WORDS,
        now=NOW,
        zone=SHANGHAI,
        me=me,
        teams=teams,
        members=lambda team: ["engineer-1", "engineer-3"] if team == "database" else [],
        linked=lambda ending: (f"SR-20241002-{ending}", ["IR-20241002-001"]),
        saved=saved,
    )


def login(text: str) -> bool:
    """Whether the login request, late and unsettled, meets a query."""
    return parse(text).matches(ValuesSubject(LOGIN, flags={"unsettled"}, sla="breached"))


def printer(text: str) -> bool:
    return parse(text).matches(ValuesSubject(PRINTER))
