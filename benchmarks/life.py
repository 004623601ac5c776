"""The life of one generated request, told act by act, with the documents that acts write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from benchmarks import texts
from benchmarks.draft import ZONE, Draft, Said, instant, new_ulid
from svcdesk.model.record import Value

MINUTE, HOUR, DAY = 60, 3600, 86400
FRONT_DESK = ("front-desk-1", "front-desk-2", "front-desk-3")
DISPATCHERS = ("dispatcher-1", "dispatcher-2")
ENGINEERS = tuple(f"engineer-{number}" for number in range(1, 21))
SUPERVISOR = "supervisor-1"
PREFIXES = {"request": "SR", "handling": "IR", "delivery": "SD", "feedback": "FB"}
INITIAL = {"request": "new", "handling": "in_progress", "delivery": "draft", "feedback": "asked"}
CHANNELS = ("phone", "phone", "email", "im", "online", "desk")
SPOKEN = ("phone", "desk")
_LONG_DESCRIPTION = 0.43


@dataclass(slots=True)
class Serials:
    """The next number of each prefix and day."""

    given: dict[str, int] = field(default_factory=dict)

    def next(self, prefix: str, at: int) -> str:
        series = f"{prefix}-{datetime.fromtimestamp(at, UTC).astimezone(ZONE):%Y%m%d}"
        self.given[series] = self.given.get(series, 0) + 1
        return f"{series}-{self.given[series]:03}"


class Life:
    """One request from `submitted` (seconds since 1970) on; each act moves the time on."""

    def __init__(self, chance: Random, serials: Serials, submitted: int, kind_of: str) -> None:
        self.chance = chance
        self.serials = serials
        self.now = submitted
        self.kind_of = kind_of
        self.front_desk = chance.choice(FRONT_DESK)
        self.engineer = chance.choice(ENGINEERS)
        self.system = chance.choice(texts.SYSTEMS)
        self.requester = texts.name(chance)
        self.documents: dict[str, Draft] = {}
        self.before_waiting = "new"
        self.request = self._draft("request", self._request_header())
        self.request.values["status"] = "new"

    def _request_header(self) -> dict[str, Value]:
        chance = self.chance
        symptoms = texts.SYMPTOMS if self.kind_of in ("fault", "periodic") else texts.WISHES
        said = f"{self.system}：{chance.choice(symptoms)}"
        long = chance.random() < _LONG_DESCRIPTION
        self.channel = chance.choice(CHANNELS)
        self.said = said
        return {
            "channel": self.channel,
            "requester": {
                "name": self.requester,
                "contact": f"*{chance.randrange(1000, 10000)}",
            },
            "description": texts.description(chance, said, long=long),
        }

    def _draft(self, kind: str, header: Mapping[str, Value]) -> Draft:
        record_id = self.serials.next(PREFIXES[kind], self.now)
        uid = new_ulid(self.now * 1000 + self.chance.randrange(1000), self.chance)
        return Draft({"id": record_id, "uid": uid, "kind": kind, **header}, self.chance)

    @property
    def state(self) -> str:
        return str(self.request.values["status"])

    # ── who says what ─────────────────────────────────────────────────────────────────────────

    def _later(self, least: int, most: int) -> None:
        self.now += self.chance.randrange(least, most)

    def _for_requester(self, **words: str) -> Said:
        via = self.channel if self.channel in ("phone", "email", "im") else "phone"
        return Said(self.front_desk, "requester", via, **words)

    def _move(self, do: str, state: str, said: Said, changes: Mapping[str, Value]) -> None:
        self.request.event(self.now, do, said, {"status": state, **changes})

    def _fact(self, do: str, said: Said, changes: Mapping[str, Value] | None = None) -> None:
        self.request.event(self.now, do, said, changes or {})

    # ── the acts ──────────────────────────────────────────────────────────────────────────────

    def submit(self) -> None:
        self._submit({})

    def submit_classified(self) -> None:
        """Registered and classified in one go."""
        self._submit(self._class())

    def _submit(self, classified: Mapping[str, Value]) -> None:
        customer = self.chance.choice(texts.CUSTOMERS)
        first: dict[str, Value] = {
            "customer": customer,
            "read_back": True,
            "requester.audience": texts.audience(customer),
            "submitted": instant(self.now),
        }
        if self.channel not in SPOKEN:
            del first["read_back"]
        first = dict(sorted({**first, **classified}.items()))
        self.now += self.chance.randrange(2 * MINUTE)
        self._move("submit", "new", Said(self.front_desk, via=self.channel), first)

    def classify(self) -> None:
        self._later(MINUTE, 10 * MINUTE)
        self._fact("classify", Said(self.front_desk), self._class())

    def _class(self) -> dict[str, Value]:
        return {
            "type": self.kind_of,
            "category": self.chance.choice(texts.CATEGORIES),
            "priority": self.chance.choices(("P1", "P2", "P3"), (1, 3, 6))[0],
        }

    def assign(self) -> None:
        self._later(MINUTE, HOUR)
        state = "assigned" if self.state == "new" else self.state
        self._move(
            "assign", state, Said(self.chance.choice(DISPATCHERS)), {"assignee": self.engineer}
        )

    def take(self) -> None:
        self._later(MINUTE, HOUR)
        promised = instant((self.now // HOUR + self.chance.randrange(2, 30)) * HOUR)
        state = "assigned" if self.state == "new" else self.state
        self._move(
            "take", state, Said(self.engineer), {"assignee": self.engineer, "promise": promised}
        )

    def start(self) -> None:
        self._later(MINUTE, 3 * HOUR)
        self._move("start", "in_progress", Said(self.engineer), {})

    def reply(self) -> None:
        self._later(5 * MINUTE, 4 * HOUR)
        self._fact("reply", Said(self.engineer, text=self.chance.choice(texts.PLANS)))

    def note(self) -> None:
        self._later(5 * MINUTE, 4 * HOUR)
        self._fact("note", Said(self.engineer, text=self.chance.choice(texts.ACTIONS)))

    def wait(self) -> None:
        self._later(10 * MINUTE, 5 * HOUR)
        self.before_waiting = self.state
        reason = self.chance.choice(("customer", "customer", "vendor", "approval", "window"))
        self._move("wait", "waiting", Said(self.engineer), {"waiting.reason": reason})

    def message(self) -> None:
        self._later(HOUR, 2 * DAY)
        self._fact("message", self._for_requester(text=self.chance.choice(texts.MESSAGES)))

    def resume(self) -> None:
        self._later(MINUTE, HOUR)
        self._move("resume", self.before_waiting, Said(self.engineer), {})
        del self.request.values["waiting.reason"]

    def step(self) -> None:
        """A step of the work: it stands in the handling record, which the first one begins."""
        self._later(10 * MINUTE, 6 * HOUR)
        said = Said(self.engineer)
        handling = self._document("handling", said, {"handler": self.engineer})
        self._append_step(handling, "step", said, {})
        self._fact("step", said)

    def resolve(self) -> None:
        self._later(10 * MINUTE, 8 * HOUR)
        said = Said(self.engineer)
        result: Value = self.chance.choice(texts.RESULTS).format(system=self.system)
        if "handling" in self.documents:
            done: dict[str, Value] = {
                "status": "resolved",
                "result": result,
                "effort_hours": self.chance.randrange(1, 20) / 2,
            }
            self.documents["handling"].event(self.now, "finish", said, done)
            self._move("resolve", "resolved", said, {})
        else:
            self._move("resolve", "resolved", said, {"result": result})

    def confirm(self) -> None:
        self._later(HOUR, 2 * DAY)
        self._move("confirm", "confirmed", self._for_requester(), {})

    def reject(self) -> None:
        self._later(HOUR, 2 * DAY)
        said = self._for_requester(reason=self.chance.choice(texts.REASONS))
        self._move("reject", "in_progress", said, {})
        self.request.values["round"] = 2

    def accept(self) -> None:
        self._later(HOUR, 2 * DAY)
        said = Said(self.front_desk, "requester", "signature")
        opened: dict[str, Value] = {
            "customer": self.request.values["customer"],
            "service_item": self.said + "。",
        }
        delivery = self._document("delivery", said, {}, opened)
        passed: dict[str, Value] = {
            "status": "passed",
            "verdict": "pass",
            "deliverables": ["处理报告", "操作记录", f"{self.system}使用说明"],
            "criteria": ["功能正常", "文档内容完整"],
            "signature.customer.name": self.requester,
            "signature.customer.at": instant(self.now - 10 * MINUTE),
        }
        delivery.event(self.now, "pass", said, passed)
        self._move("accept", "confirmed", said, {})

    def rate(self) -> None:
        self._later(HOUR, 3 * DAY)
        said = Said(self.front_desk, "requester", "phone")
        feedback = self._document(
            "feedback", said, {}, {"customer": self.request.values["customer"]}
        )
        ratings: dict[str, Value] = {
            f"ratings.{name}": self.chance.choice((3, 4, 4, 5, 5, 5))
            for name in ("timeliness", "effect", "attitude")
        }
        ratings |= {"comments": self.chance.choice(texts.COMMENTS), "taken_by": "phone"}
        feedback.event(self.now, "rate", said, {"status": "rated", **ratings})
        self._fact("rate", said)

    def close(self) -> None:
        self._later(HOUR, 3 * DAY)
        self._move("close", "closed", Said(self.front_desk), {})

    def cancel(self) -> None:
        self._later(HOUR, 2 * DAY)
        said = Said(self.chance.choice(DISPATCHERS), reason="用户撤回，已自行解决")
        self._move("cancel", "cancelled", said, {})

    # ── documents ─────────────────────────────────────────────────────────────────────────────

    def _document(
        self,
        kind: str,
        said: Said,
        header: Mapping[str, Value],
        tracked: Mapping[str, Value] | None = None,
    ) -> Draft:
        """The request's document of that kind; the first time it is opened and linked."""
        if kind not in self.documents:
            link: Value = {"id": self.request.id, "uid": self.request.uid}
            draft = self._draft(kind, {"request": link, **header})
            draft.event(self.now, "submit", said, {"status": INITIAL[kind], **(tracked or {})})
            self.documents[kind] = draft
            links = self.request.header.get("links")
            made: Value = {"rel": kind, "id": draft.id, "uid": draft.uid}
            self.request.header["links"] = [*(links if isinstance(links, list) else []), made]
        return self.documents[kind]

    def _append_step(
        self, handling: Draft, do: str, said: Said, changes: Mapping[str, Value]
    ) -> None:
        event_id = handling.event(self.now, do, said, changes)
        step: Value = {
            "id": event_id,
            "at": instant(self.now),
            "by": said.by,
            "action": self.chance.choice(texts.ACTIONS),
        }
        steps = handling.header.get("steps")
        handling.header["steps"] = [*(steps if isinstance(steps, list) else []), step]
