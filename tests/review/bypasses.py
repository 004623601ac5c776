"""What a careless or dishonest author could try by editing files by hand: one row each.

Every attempt is made on the branch `work`; `codes` are those that meet it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from review_helpers import FIRST, PATH, PEOPLE, SECOND, Branch

from svcdesk.desk import Circumstances
from svcdesk.model.ids import derived_event_id, ulid
from svcdesk.store.schema import shipped_dir

POLICY = "records/policies/delivery-template.yaml"
CALENDAR = "records/calendars/office.yaml"
RESULT = "重启连接池并调高上限，登录成功率恢复到 100%，连续观察 30 分钟无失败"


@dataclass(frozen=True)
class Bypass:
    """What is tried, as the documentation words it; how; the code of the finding that meets it."""

    name: str
    attempt: Callable[[Branch], object]
    code: str


def event(branch: Branch, do: str, by: str, *more: str, at: str = "", seconds: int = 0) -> str:
    """The text of an event, dated now unless `at` says otherwise."""
    now = branch.box.clock.now
    stamp = at or f"{now.astimezone():%Y-%m-%dT%H:%M:%S%z}"
    stamp = stamp if stamp[-3] == ":" else f"{stamp[:-2]}:{stamp[-2:]}"
    identity = ulid(int(now.timestamp() * 1000) + seconds * 1000, seconds.to_bytes(10, "big"))
    return "\n".join([f"id: {identity}", f'at: "{stamp}"', f"by: {by}", f"do: {do}", *more])


def resolve(branch: Branch, by: str, at: str = "") -> str:
    more = ("set:", "  status: resolved", "was:", "  status: in_progress")
    return event(branch, "resolve", by, *more, at=at)


def resolved_late(branch: Branch) -> None:
    """Resolved after twelve days, and said to have been resolved within the hour."""
    branch.box.clock.forward(days=12)
    branch.box.edit(PATH, "status: in_progress\npriority", "status: resolved\npriority")
    branch.box.edit(PATH, "events:\n", f"result: {RESULT}\nevents:\n")
    branch.append(resolve(branch, "engineer-1", "2024-10-01T10:20:00+08:00"))


def flip_flop(branch: Branch) -> None:
    """Waiting and going on again, both of them invented afterwards."""
    branch.box.clock.forward(days=12)
    wait = event(branch, "wait", "engineer-1", "set:", "  status: waiting",
                 "  waiting.reason: customer", at="2024-10-01T10:20:00+08:00")  # fmt: skip
    resume = event(branch, "resume", "engineer-1", "set:", "  status: in_progress", seconds=1,
                   at="2024-10-13T09:00:00+08:00")  # fmt: skip
    text = branch.box.read(PATH)
    for one in (wait, resume):
        text += "  - " + "".join(f"    {line}\n" for line in one.splitlines())[4:]
    branch.box.write(PATH, text)
    branch.commit()


def another_record(branch: Branch, old: str, new: str, path: str) -> None:
    text = branch.box.read(PATH).replace(old, new)
    branch.box.write(path, text)
    branch.commit()


def own_role(branch: Branch) -> None:
    people = PEOPLE.replace("roles: [auditor]", "roles: [auditor, engineer]")
    branch.box.write("records/people.yaml", people)
    branch.append(event(branch, "note", "auditor-1", "text: 已联系用户"), who="auditor-1")


def own_workflow(branch: Branch) -> None:
    """Everybody may reprioritise, says the branch, and an engineer does."""
    place = branch.path("schemas/request.workflow.yaml")
    place.parent.mkdir(exist_ok=True)
    shutil.copy(shipped_dir() / "request.workflow.yaml", place)
    text = place.read_text(encoding="utf-8")
    place.write_text(text.replace("priority: reprioritise", "priority: set"), encoding="utf-8")
    branch.box.edit(PATH, "\npriority: P2", "\npriority: P3")
    more = ("set:", "  priority: P3", "was:", "  priority: P2")
    branch.append(event(branch, "set", "engineer-2", *more), who="engineer-2")


def own_schema(branch: Branch) -> None:
    place = "schemas/request.schema.json"
    branch.box.write(place, '{"properties": {"channel": {"type": "string"}, "mood": {}}}\n')
    branch.edit("\nchannel: email", "\nmood: bad\nchannel: email")


def slower_policy(branch: Branch) -> None:
    branch.box.clock.forward(days=12)
    text = branch.box.read(POLICY)
    assert "duration: 24h" in text
    branch.box.write(POLICY, text.replace("duration: 24h", "duration: 900h"))
    branch.commit()


def on_main(branch: Branch, work: Callable[[], object]) -> None:
    """Something that is done on main before the branch begins."""
    branch.box.git("switch", "--quiet", "main")
    work()
    branch.box.git("switch", "--quiet", "work")
    branch.box.git("reset", "--quiet", "--hard", "main")


def holidays(branch: Branch) -> None:
    """The request falls due on the working calendar; a holiday in the past puts that off."""
    on_main(branch, lambda: branch.open().set([FIRST], {"priority": "P3"}))
    branch.box.clock.forward(days=12)
    text = branch.box.read(CALENDAR)
    added = "".join(f"      - date: 2024-10-{day:02}\n        name: 停电\n" for day in (9, 10, 11))
    place = text.index("  - year: 2024")
    head, _, tail = text[place:].partition("    holidays:\n")
    branch.box.write(CALENDAR, f"{text[:place]}{head}    holidays:\n{added}{tail}")
    branch.commit()


def other_content(branch: Branch) -> None:
    """A change is approved on main, and the branch writes another plan below the approval."""
    fields = {
        "title": "数据库连接池上限由 100 调至 300",
        "justification": "高峰期连接数已满，用户反复无法登录",
        "scope": "生产数据库服务器的连接池配置",
        "risk_level": "medium",
        "risk": "内存占用上升约 2 GB，余量 24 GB",
        "plan": "1. 备份配置  2. 上限由 100 调至 300  3. 观察 30 分钟",
        "rollback": "恢复备份的配置并重启服务",
        "window.start": "2024-10-12T22:00:00+08:00",
        "window.end": "2024-10-12T23:00:00+08:00",
    }

    def approved() -> None:
        made = branch.open().new("change", fields)
        branch.open().move(made.ids, "propose")
        branch.box.clock.forward(minutes=5)
        branch.open("approver-1").approve(made.ids)

    on_main(branch, approved)
    branch.edit(
        "\nplan: 1. 备份", "\nplan: 1. 不备份", "records/changes/2024/10/CR-20241001-001.yaml"
    )


def deleted(branch: Branch) -> None:
    branch.path().unlink()
    branch.commit()


def renamed(branch: Branch) -> None:
    text = branch.box.read(PATH).replace(f"id: {FIRST}", f"id: {SECOND}")
    branch.path().unlink()
    branch.box.write(PATH.replace("-001.yaml", "-002.yaml"), text)
    branch.commit()


def moved_away(branch: Branch) -> None:
    branch.box.write(PATH.replace("/10/", "/11/"), branch.box.read(PATH))
    branch.path().unlink()
    branch.commit()


def number_twice(branch: Branch) -> None:
    """Main gives the number to one request, the branch by hand to another."""
    branch.open().new("request", {"description": "打印机卡纸", "requester.name": "张*"})
    path = PATH.replace("-001.yaml", "-002.yaml")
    text = branch.box.read(path)
    branch.box.git("switch", "--quiet", "main")
    line = next(one for one in text.splitlines() if one.startswith("uid: "))
    branch.box.write(path, text.replace(line, f"uid: {ulid(1_727_000_000_000, bytes(10))}"))
    branch.commit()
    branch.box.git("switch", "--quiet", "work")


def without_event(branch: Branch) -> None:
    """The assignment is taken out of the list of events."""
    text = branch.box.read(PATH)
    head, _, tail = text.partition("    do: assign\n")
    kept = tail[tail.index("  - id:") :]
    branch.box.write(PATH, head[: head.rindex("  - id:")] + kept)
    branch.commit()


def conflict(branch: Branch) -> None:
    text = branch.box.read(PATH)
    branch.box.write(PATH, f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n")
    branch.commit()


def future(branch: Branch) -> None:
    ahead = 40 * 24 * 3600
    branch.append(
        event(branch, "note", "engineer-1", "text: 明年再说", seconds=ahead,
              at="2024-11-10T10:00:00+08:00"),
    )  # fmt: skip


def submitted_again(branch: Branch) -> None:
    branch.box.edit(PATH, "status: in_progress\npriority", "status: closed\npriority")
    more = ("set:", "  status: closed")
    branch.append(event(branch, "submit", "engineer-2", *more), who="engineer-2")


def untrue_close(branch: Branch) -> None:
    """Closed long after it was due, with a snapshot that says that everything was met."""
    branch.box.clock.forward(days=12)
    branch.move("resolve", {"result": RESULT})
    said = Circumstances(acting_for="requester", via="phone")
    branch.move("confirm", {}, who="front-desk-1", around=said)
    branch.move("close", {}, who="front-desk-1")
    text = branch.box.read(PATH)
    assert "state: missed" in text
    later = text.replace("state: missed", "state: met").replace("2024-10-02T01:", "2024-10-22T01:")
    branch.box.git("reset", "--quiet", "--soft", "HEAD~1")
    branch.box.write(PATH, later)
    branch.commit("front-desk-1")


def derived(branch: Branch) -> None:
    more = ("derived:", "  - response", "  - 1", "  - 0", "set:", "  priority: P4")
    branch.box.edit(PATH, "\npriority: P2", "\npriority: P4")
    branch.append(event(branch, "escalate", "svcdesk", *more), who="engineer-2")


def untrue_level(branch: Branch) -> None:
    """An escalation with the id that svcdesk would give it, and a priority that no policy sets."""
    now = branch.box.clock.now
    key = ("response", 1, 0)
    newest = str(branch.record().newest_event_id())
    identity = derived_event_id(int(now.timestamp() * 1000), newest, branch.record().uid, key)
    branch.box.edit(PATH, "\npriority: P2", "\npriority: P3")
    lines = event(branch, "escalate", "svcdesk", "derived:", "  - response", "  - 1", "  - 0",
                  "set:", "  priority: P3").splitlines()  # fmt: skip
    branch.append("\n".join([f"id: {identity}", *lines[1:]]), who="engineer-2")


def by_hand(old: str, new: str, who: str = "engineer-1") -> Callable[[Branch], None]:
    return lambda branch: branch.edit(old, new, who=who)


def appended(do: str, by: str, *more: str, who: str) -> Callable[[Branch], None]:
    return lambda branch: branch.append(event(branch, do, by, *more), who=who)


def attached(branch: Branch) -> str:
    """An attachment that main has; its path."""
    branch.box.git("switch", "--quiet", "main")
    file = branch.box.root.with_name("screen.txt")
    file.write_text("as it was")
    branch.open().attach(FIRST, [file])
    branch.box.git("switch", "--quiet", "work")
    branch.box.git("merge", "--quiet", "--ff-only", "main")
    assert branch.codes() == set()
    return f"records/attachments/{branch.record().get('attachments')[0]['path']}"


def exchanged(branch: Branch) -> None:
    place = attached(branch)
    old = sha256(branch.path(place).read_bytes()).hexdigest()
    branch.box.write(place, "as it is")
    branch.edit(old, sha256(b"as it is").hexdigest())


def file_deleted(branch: Branch) -> None:
    branch.path(attached(branch)).unlink()
    branch.commit()


def taken_out(branch: Branch) -> None:
    branch.path(attached(branch)).unlink()
    text = branch.box.read(PATH)
    head, _, rest = text.partition("attachments:\n")
    branch.box.write(PATH, head + re.sub(r"\A(?:[ -].*\n)+", "", rest))
    branch.commit()


BYPASSES = (
    Bypass("edit the status in the file", by_hand("status: in_progress\np", "status: resolved\np"), "DESK008"),
    Bypass("edit the priority in the file", by_hand("\npriority: P2", "\npriority: P4"), "DESK008"),
    Bypass("change an event", by_hand('at: 2024-10-01T09:35:00+08:00', 'at: 2024-10-01T09:31:00+08:00'), "DESK901"),
    Bypass("change who recorded an event", by_hand("by: engineer-1\n    do: assign", "by: engineer-2\n    do: assign"), "DESK901"),
    Bypass("remove an event", without_event, "DESK902"),
    Bypass("delete a record", deleted, "DESK904"),
    Bypass("rename a record", renamed, "DESK903"),
    Bypass("move a file elsewhere", moved_away, "DESK001"),
    Bypass("give a record another uid", lambda b: b.edit("uid: 01J92", "uid: 01J93"), "DESK903"),
    Bypass("copy a record, uid and all", lambda b: another_record(b, f"id: {FIRST}", f"id: {SECOND}", PATH.replace("-001.yaml", "-002.yaml")), "DESK002"),
    Bypass("take a number that main has given away", number_twice, "DESK910"),
    Bypass("write an event for somebody else's hand", appended("note", "engineer-1", "text: 同意", who="engineer-2"), "DESK907"),
    Bypass("commit as somebody whom nobody knows", appended("note", "engineer-1", "text: 同意", who="stranger-1"), "DESK907"),
    Bypass("act for the requester without the right", appended("confirm", "engineer-2", "for: requester", "via: phone", who="engineer-2"), "DESK906"),
    Bypass("make a move that one has no right to", appended("assign", "engineer-2", "set:", "  assignee: engineer-2", who="engineer-2"), "DESK906"),
    Bypass("make a move that the state does not allow", appended("close", "engineer-1", who="engineer-1"), "DESK905"),
    Bypass("give oneself a role and use it", own_role, "DESK906"),
    Bypass("loosen the workflow and use it", own_workflow, "DESK906"),
    Bypass("loosen the schema and use it", own_schema, "E_SCHEMA"),
    Bypass("submit a record again, in another state", submitted_again, "DESK906"),
    Bypass("pass for an escalation of the policy's", derived, "DESK907"),
    Bypass("let an escalation set what no policy says", untrue_level, "DESK907"),
    Bypass("date a move back into its deadline", resolved_late, "DESK909"),
    Bypass("stop the clock by waiting and going on, afterwards", flip_flop, "DESK909"),
    Bypass("date an event into the future", future, "DESK908"),
    Bypass("lengthen a policy for what is overdue", slower_policy, "DESK912"),
    Bypass("add holidays for what is overdue", holidays, "DESK912"),
    Bypass("change what was approved", other_content, "DESK802"),
    Bypass("keep other verdicts at the close", untrue_close, "DESK914"),
    Bypass("exchange an attached file, its checksum too", exchanged, "DESK018"),
    Bypass("delete an attached file", file_deleted, "DESK017"),
    Bypass("take an attachment out, file and entry", taken_out, "DESK915"),
    Bypass("leave the markers of a conflict", conflict, "E_CONFLICT"),
)  # fmt: skip
