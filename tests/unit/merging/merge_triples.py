"""Versions of one request as work makes them: moves, changed fields, comments and layout by hand."""

from __future__ import annotations

import itertools
import random
from contextlib import suppress
from dataclasses import dataclass, replace

from svcdesk.errors import SvcdeskError
from svcdesk.lifecycle.act import Act, Words
from svcdesk.lifecycle.moves import make_move, open_record, set_fields
from svcdesk.model.ids import ulid
from svcdesk.model.record import Record, Value
from svcdesk.store import codec
from svcdesk.store.merge_files import FileMerge, merge_file, read_versions
from svcdesk.store.merge_rules import MergeRules
from svcdesk.store.schema import load_kinds
from svcdesk.store.yaml_text import dump, rewrite

KINDS = load_kinds({}, {"request": 1, "handling": 1, "delivery": 1, "feedback": 1})
PATH = "records/requests/2024/10/SR-20241001-001.yaml"
RULES = MergeRules(KINDS)
WORKFLOW = KINDS["request"].workflow
NOW_MS = 1_727_746_200_000
AT = "2024-10-01T09:30:00+08:00"
UID = "01J92V7KX8S6N8D0ZB5T7R1XWM"
TITLES = ("登录失败", "无法登录", "Login fails: “403”", "# 号与: 冒号")
MOVES: dict[str, dict[str, Value]] = {
    "assign": {"assignee": "engineer-1"},
    "start": {},
    "wait": {"waiting.reason": "customer"},
    "resume": {},
    "resolve": {"result": "更换 2 号交换机电源"},
    "reopen": {},
    "cancel": {},
    "note": {},
}


@dataclass(frozen=True)
class Work:
    """A version: the record and the text that holds it."""

    record: Record
    text: str

    @property
    def data(self) -> bytes:
        return self.text.encode()


class Worker:
    """Makes versions, by a random source of its own and with a clock that is wrong by hours."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.ticks = itertools.count()
        self.skew = chance.randint(-10_800_000, 10_800_000)

    def act(self) -> Act:
        return Act(
            by=f"engineer-{self.chance.randint(1, 3)}",
            now_ms=NOW_MS + self.skew + next(self.ticks) * 60_000,
            at=AT,
            chance=lambda: self.chance.randbytes(10),
        )

    def first(self) -> Work:
        header: dict[str, Value] = {
            "id": "SR-20241001-001", "uid": UID, "kind": "request", "title": "生产系统",
            "submitted": AT, "priority": "P2", "requester": {"name": "李*"},
            "description": "第一行\n第二行\n", "labels": ["网络", "vip"], "x-place": "三楼",
        }  # fmt: skip
        record = open_record(header, WORKFLOW, self.act()).record
        work = Work(record, dump(codec.encode(record)))
        for _ in range(self.chance.randint(0, 4)):
            work = self.worked(work)
        return work

    def on(self, work: Work, steps: int) -> Work:
        for _ in range(steps):
            work = self.worked(work)
        return work

    def worked(self, work: Work) -> Work:
        """One piece of work on it."""
        kind = self.chance.choices(
            [self._move, self._tracked, self._plain, self._list, self._layout],
            weights=[3, 2, 4, 2, 2],
        )[0]
        with suppress(SvcdeskError):
            return kind(work)
        return work

    def _move(self, work: Work) -> Work:
        name = self.chance.choice(list(MOVES))
        words = Words(text=self.chance.choice(["已联系用户", "call: back\nlater"]))
        moved = make_move(work.record, WORKFLOW, name, MOVES[name], self.act(), words)
        return _written(work, moved.record)

    def _tracked(self, work: Work) -> Work:
        changes: dict[str, Value] = self.chance.choice(
            [{"priority": f"P{self.chance.randint(1, 4)}"}, {"requester.audience": "external"},
             {"category": self.chance.choice(["software/database", "network"])}]
        )  # fmt: skip
        return _written(work, set_fields(work.record, WORKFLOW, changes, self.act()).record)

    def _plain(self, work: Work) -> Work:
        field = self.chance.choice(["title", "description", "x-place", "custom.note"])
        values: list[Value] = [*TITLES, f"值 {self.chance.randint(0, 9)}", None]
        value = self.chance.choice(values if field != "title" else list(TITLES))
        return _written(work, work.record.with_fields({field: value}))

    def _list(self, work: Work) -> Work:
        field = self.chance.choice(["labels", "watchers", "attachments"])
        old = work.record.get(field)
        items: list[Value] = list(old) if isinstance(old, list) else []
        if items and self.chance.random() < 0.4:
            index = self.chance.randrange(len(items))
            item = items[index]
            if isinstance(item, dict) and self.chance.random() < 0.6:
                items[index] = {**item, "name": f"{self.chance.randint(0, 99)}.png"}
            else:
                items.pop(index)
        elif field == "attachments":
            uid = ulid(NOW_MS, self.chance.randbytes(10))
            items.append({"id": uid, "name": f"{self.chance.randint(0, 99)}.png"})
        else:
            word = self.chance.choice(["网络", "vip", "夜间", "a-1", "b 2"])
            items += [word] if word not in items else []
        changed: Value = items or None
        return _written(work, work.record.with_fields({field: changed}))

    def _layout(self, work: Work) -> Work:
        """A comment, a blank line, or quotes, by hand."""
        lines = work.text.split("\n")
        tops = [
            index
            for index, line in enumerate(lines)
            if line and line[0].isalpha() and not line.startswith("events")
        ]
        place = self.chance.choice(tops)
        if self.chance.random() < 0.7:
            lines.insert(place, self.chance.choice(["", f"# 说明 {self.chance.randint(0, 999)}"]))
        elif lines[place].startswith("x-place: ") and "'" not in lines[place]:
            lines[place] += "  # 楼层"
        return replace(work, text="\n".join(lines))


def _written(work: Work, record: Record) -> Work:
    return Work(record, rewrite(work.text, codec.encode(record)))


def merge_works(
    base: Work | bytes | None, one: Work | bytes, other: Work | bytes, *, leave_out: bool = False
) -> FileMerge:
    """Merge three versions as the driver does."""
    versions = read_versions(PATH, _data(base), _data(one) or b"", _data(other) or b"",
                             RULES.at(PATH))  # fmt: skip
    return merge_file(versions, leave_out=leave_out)


def _data(work: Work | bytes | None) -> bytes | None:
    return work.data if isinstance(work, Work) else work
