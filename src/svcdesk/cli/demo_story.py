"""The story that `svcdesk demo` plays: one request from the first phone call to the last word.

Facts are those of norm C's sample form, moved to an ordinary working day, with a rejected first
solution. Each scene is who acts, when, what is typed, and what it shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from svcdesk.i18n import T, Text

SUPERVISOR = "supervisor-1"
DISPATCHER = "dispatcher-1"
FRONT_DESK = "front-desk-1"
ENGINEER = "engineer-1"
DAY = "2024-10-10"


@dataclass(frozen=True, slots=True)
class Scene:
    who: str
    at: str
    typed: tuple[str, ...]
    said: Text
    exit_code: int = 0


def _scene(who: str, at: str, said: Text, *typed: str, exit_code: int = 0) -> Scene:
    return Scene(who, f"{DAY}T{at}:00+08:00", typed, said, exit_code)


SCENES = (
    _scene(
        SUPERVISOR, "09:00", T("A desk is made, in an empty repository."),
        "init", "--name", "演示服务台", "--zone", "Asia/Shanghai", "--person", SUPERVISOR,
    ),
    _scene(
        SUPERVISOR, "09:05", T("Three colleagues are listed, each with the norm's role."),
        "people", "add", FRONT_DESK, "--role", "front_desk",
        "--email", f"{FRONT_DESK}@example.org",
    ),
    _scene(
        SUPERVISOR, "09:05", T(""),
        "people", "add", DISPATCHER, "--role", "dispatcher",
        "--email", f"{DISPATCHER}@example.org",
    ),
    _scene(
        SUPERVISOR, "09:05", T(""),
        "people", "add", ENGINEER, "--role", "engineer", "--email", f"{ENGINEER}@example.org",
    ),
    _scene(
        FRONT_DESK, "09:30", T("A customer calls. What was said is read back to the caller."),
        "new", "--channel", "phone", "--read-back", "--customer", "客户A", "--requester", "李*",
        "--contact", "*5678", "--audience", "external", "--description", "生产系统无法登录",
    ),
    _scene(
        FRONT_DESK, "09:32", T("It is classified; the priority starts the clocks that go with it."),
        "classify", "001", "--type", "fault", "--category", "software/database", "--priority", "P1",
    ),
    _scene(DISPATCHER, "09:34", T("It is assigned."), "assign", "001", ENGINEER),
    _scene(
        ENGINEER, "09:36", T("The engineer takes it and names a time: the response is met."),
        "take", "001", "--eta", f"{DAY} 11:30",
    ),
    _scene(ENGINEER, "09:40", T("Work starts."), "start", "001"),
    _scene(
        ENGINEER, "10:15", T("A step goes into the handling record, which the first one begins."),
        "step", "001", "-m", "远程登录系统排查，定位为数据库连接超时", "--effort", "0.5",
    ),
    _scene(
        ENGINEER, "10:20", T("Waiting for the customer stops the clock of the resolution."),
        "wait", "001", "--for", "customer", "-m", "等客户开通测试账号",
    ),
    _scene(FRONT_DESK, "10:45", T("The customer answers."), "message", "001", "-m", "账号已开通"),
    _scene(ENGINEER, "10:50", T("Work goes on, in the state before the waiting."), "resume", "001"),
    _scene(
        ENGINEER, "11:00", T("A vague result is refused, by rule K1 of norm C."),
        "resolve", "001", "--result", "已处理", exit_code=3,
    ),
    _scene(
        ENGINEER, "11:00", T("A concrete one is not."),
        "resolve", "001",
        "--result", "重启数据库服务，用户可正常登录，观察 30 分钟无超时",
        "--workaround", "重启数据库服务",
    ),
    _scene(
        FRONT_DESK, "13:40", T("The customer is not content: back to work, a second round."),
        "reject", "001", "--via", "phone", "--reason", "午后又出现登录超时",
    ),
    _scene(
        ENGINEER, "14:10", T("The second round is worked on in the same handling record."),
        "step", "001", "-m", "发现连接池泄漏，升级驱动并调大连接池", "--effort", "2.5",
    ),
    _scene(
        ENGINEER, "14:30", T(""),
        "resolve", "001", "--result", "已升级数据库驱动，连续登录压测 30 分钟无失败",
        "--root-cause", "数据库驱动的连接池泄漏",
    ),
    _scene(ENGINEER, "14:31", T("When is it due, and why?"), "sla", "show", "001"),
    _scene(
        FRONT_DESK, "15:00", T("The customer accepts: the acceptance form is filled and signed."),
        "accept", "001", "--via", "signature", "--deliverable", "故障原因分析报告",
        "--deliverable", "系统恢复操作记录", "--criterion", "系统登录无异常",
        "--signed-by", "李*", "--signed-at", f"{DAY} 14:55",
    ),
    _scene(
        FRONT_DESK, "15:05", T("Feedback is taken; every improvement has an owner and a date."),
        "rate", "001", "--via", "phone", "--timeliness", "5", "--effect", "4", "--attitude", "5",
        "--comments", "希望增加故障预警功能", "--improvement", "增加连接池预警",
        "--owner", ENGINEER, "--due", "2024-12-31",
    ),
    _scene(FRONT_DESK, "15:10", T("The request is closed."), "close", "001"),
    _scene(SUPERVISOR, "15:30", T("The whole story, event by event."), "log", "SR-20241010-001"),
    _scene(SUPERVISOR, "15:30", T("Is anything wrong in the desk?"), "check"),
    _scene(
        SUPERVISOR, "15:30", T("Is anything late? (A CI job asks this.)"), "sla", "check", "--all",
    ),
)  # fmt: skip
