"""Queries at a desk: its fields, states and people are the words that they may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from svcdesk.errors import SvcdeskError, UsageError
from svcdesk.i18n import T, Text
from svcdesk.model.field_info import FieldInfo, half_width, plain
from svcdesk.model.fields import FieldTable
from svcdesk.model.record import Value
from svcdesk.query import Query, ValuesSubject, Vocabulary, parse_query, vocabulary_of
from svcdesk.query.query import Combined, Condition, Negated, Node, quoted
from svcdesk.query.vocabulary import SLA_STATES

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.parts import Parts


DUE = FieldInfo("due", "instant", {"en": "due", "zh": "到期"}, computed=True)
"""When something of a record falls due next: no field of it, and known to lists alone."""
SLA = FieldInfo("sla", "choice", {"en": "SLA", "zh": "时限"}, SLA_STATES, computed=True)
"""The worst of its targets."""
AGE = FieldInfo("age", "hours", {"en": "age", "zh": "已历时"}, computed=True)
"""The hours since it was submitted."""
CHANGED = FieldInfo("changed", "instant", {"en": "changed", "zh": "更新时间"}, computed=True)
"""When something was recorded of it last."""
ENDED = FieldInfo("ended", "instant", {"en": "ended", "zh": "结束时间"}, computed=True)
"""When a record that is not open came into its state, whenever that was recorded."""
LISTED = {one.path: one for one in (DUE, SLA, AGE, CHANGED, ENDED)}
"""What lists know of a record beside its fields."""

_ID = {"en": "id", "zh": "编号"}
"""What a list calls the id; parts of a record have ids, too."""
_BEHIND_NAMES = ":：<>"
"""One of these stands behind the name of a field; words alone need no fields to be put together."""
_ANOTHER_DAY = timedelta(days=403, hours=5)
"""From any moment to one of another year, month, weekday and hour."""


def vocabulary(desk: Parts, *, due: bool = False) -> Vocabulary:
    """Every field and state of the desk's kinds, and what lists know beside them, such as `due`,
    where the subjects know it."""
    fields = desk.fields
    if due:
        own = fields["id"]._replace(known_as=(*fields["id"].known_as, *_ID.values()))
        others = (one for one in fields.values() if one.path != own.path)
        fields = FieldTable([own, *others, *LISTED.values()])
    return vocabulary_of(fields, map(desk.kinds.words, desk.kinds))


def understood(desk: Desk, text: str, *, due: bool = False, now: datetime | None = None) -> Query:
    """A query that somebody typed; `me` is who git says, where the desk lists them.

    Distances in time count from `now`. Queries of the desk's own may be used by their names. Raises
    UsageError with a caret under what was not understood.
    """
    saved = desk.facts.queries
    said = _with_saved(text, saved)
    asks_for_own = any(word in said for word in ("me", "mine", "我"))
    person = desk.people.by_email(desk.identity.email) if asks_for_own else None
    names_fields = any(sign in said for sign in _BEHIND_NAMES)
    query = parse_query(
        text,
        vocabulary(desk, due=due) if names_fields else Vocabulary(FieldTable(())),
        now=now or desk.now(),
        zone=desk.facts.zone,
        me=person.id if person else None,
        teams=(person.team,) if person and person.team else (),
        called=lambda name: [one.id for one in desk.people.called(name)],
        members=lambda team: _members(desk, team),
        linked=lambda ending: _links(desk, ending),
        saved=saved,
    )
    return Query(_followed(desk, query.node), query.sort) if names_fields else query


def _followed(desk: Parts, node: Node) -> Node:
    """The conditions on ids, with the numbers of now beside those that a record had before."""
    if isinstance(node, Combined):
        return Combined(node.every, tuple(_followed(desk, term) for term in node.terms))
    if isinstance(node, Negated):
        term = _followed(desk, node.term)
        return Negated(term) if isinstance(term, Combined | Condition) else node
    if node.source != "field" or node.kind != "id" or node.path == "uid":
        return node
    wanted = frozenset(node.wanted) | {now for one in node.wanted for now in _now(desk, str(one))}
    return node._replace(wanted=wanted)


def _now(desk: Parts, ending: str) -> list[str]:
    """The id of the one record that had a number before which no record has now."""
    try:
        path = desk.tickets.find(ending)
    except SvcdeskError:
        return []
    record_id = path.rpartition("/")[2].removesuffix(".yaml")
    return [] if record_id.endswith(ending) else [record_id]


def _with_saved(text: str, saved: Mapping[str, str]) -> str:
    """The text with those of the saved queries whose names are in it, or in theirs."""
    said, left = text, dict(saved)
    while named := [name for name in left if plain(name) in plain(said)]:
        said = " ".join([said, *(left.pop(name) for name in named)])
    return said


def problem_of(desk: Desk, name: str) -> UsageError | None:
    """What is wrong with a saved query, whoever may ask it; None where nothing is."""
    try:
        parse_query(
            f"query:{quoted(name, value=True)}",
            vocabulary(desk, due=True),
            now=desk.now(),
            zone=desk.facts.zone,
            me="somebody",
            teams=("some team",),
            called=lambda name: [one.id for one in desk.people.called(name)],
            linked=lambda ending: (ending, ()),
            saved=desk.facts.queries,
        )
    except UsageError as error:
        return error
    return None


def _members(desk: Parts, team: str) -> list[str]:
    wanted = plain(team)
    everybody = desk.people.by_id.values()
    return [one.id for one in everybody if one.team and plain(one.team) == wanted]


def _links(desk: Parts, ending: str) -> tuple[str, list[str]]:
    """A record's id, and the ids that its own links name."""
    from svcdesk.lifecycle.links import links_of, reference

    record = desk.load(half_width(ending)).record
    request = reference(record, desk.workflow(record.kind)) if record.kind in desk.kinds else None
    links = [link for _, link in links_of(record)] + ([request] if request else [])
    return record.id, [str(link["id"]) for link in links if link.get("id")]


def values_predicate(desk: Parts) -> Callable[[str], Callable[[Mapping[str, Value]], bool]]:
    """What turns the `when:` of a policy into its predicate over tracked values.

    It refuses, with UsageError, a condition whose meaning depends on when it is asked.
    """
    words = vocabulary(desk)

    def parsed(text: str, now: datetime) -> Query:
        return parse_query(text, words, now=now, zone=desk.facts.zone, me=None, teams=())

    def compile_condition(text: str) -> Callable[[Mapping[str, Value]], bool]:
        try:
            query = parsed(text, desk.now())
        except UsageError as error:
            raise _without_picture(error, text) from None
        if query != parsed(text, desk.now() + _ANOTHER_DAY):
            raise UsageError(
                T("“{text}” means something else every day; a rule must mean the same for ever",
                  text=text),
                hint=T("write the date itself, as in submitted:2024-10-01.."),
                code="E_QUERY",
            )  # fmt: skip
        return lambda values: query.matches(ValuesSubject(values))

    return compile_condition


def _without_picture(error: UsageError, text: str) -> UsageError:
    """The error of a condition in a file, which is named with its line: no caret below the text.

    A policy judges alike whoever asks, so that nobody in it is `me`.
    """
    if "git identity" in getattr(error.message.parts.get("problem"), "template", ""):
        return UsageError(
            T("“{text}” would mean another person for each who asks", text=text),
            hint=T("name the person by the id, or a team or role"),
            code=error.code,
        )
    problem = error.message.parts.get("problem")
    if not isinstance(problem, Text):
        return error
    return UsageError(problem, hint=error.hint, code=error.code)
