"""What a call names – people, teams, roles, relations – as the desk knows it, else refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from svcdesk.desk.author import find_person
from svcdesk.desk.endings import find_meant
from svcdesk.errors import IllegalMove, NotFound, UsageError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import STATUS
from svcdesk.lifecycle.links import REQUEST, REVERSE
from svcdesk.model.field_info import plain
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Value, Values

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

TO = "to"
"""The mark of an escalation that names the role to be told."""
_OWN = frozenset({"id", "uid", "kind", "formerly", "events"})
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_OURS = frozenset({"import", "commit"})
"""Means that svcdesk alone writes: what came by them is judged in a way of its own."""
_NEAR_RELATION = 0.75
"""So alike, a word is a slip: `duplicat`; less so, it is a relation of the desk's own."""


def record_meant(desk: Desk, ending: str, move: str) -> str:
    """The id of the record that is meant by an ending, of a kind that has the move if several
    kinds have such a record. Raises NotFound, Ambiguous."""

    def having() -> list[str]:
        known = {one: desk.workflow(one) for one in desk.kinds}
        return [one for one, flow in known.items() if flow.move_meant(move) in flow.moves]

    return find_meant(desk, ending, having).rpartition("/")[2].removesuffix(".yaml")


def named(desk: Desk, kind: str, given: Values) -> dict[str, Value]:
    """The values given, people in them by their ids.

    Work is given only to people whom the desk lists, and to teams that somebody of them is in,
    where anybody is in one. Raises NotFound naming near ones, Ambiguous for a name of several,
    UsageError for what svcdesk alone gives a record.
    """
    _refuse_own(kind, given)
    fields = desk.kinds.fields(kind)
    values = dict(given)
    for path, value in given.items():
        if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            values[path] = [_with_ids(desk, path, one) for one in value]
            continue
        field = fields.get(path)
        if field is None or field.type not in ("person", "team"):
            continue
        if field.type == "team":
            _refuse_unknown_team(desk, value)
        elif isinstance(value, str):
            values[path] = find_person(desk.people, value).id
        elif isinstance(value, list):
            values[path] = [find_person(desk.people, str(one)).id for one in value]
    return values


def means_named(typed: str) -> str:
    """The word by which a means is stored, of its word or a label: `phone` for 电话.

    A word of the desk's own passes. Raises UsageError, with the words there are, for what can
    be none: such a word has small Latin letters.
    """
    word = plain(typed)
    if _WORD.fullmatch(word) and word not in _OURS:
        return word
    from svcdesk.store.schema import event_means

    choices = [one for one in event_means() if one.value not in _OURS]
    found = next((one.value for one in choices if one.means(word)), None)
    if found is None:
        raise UsageError(
            T("“{via}” is no means that is known here", via=typed),
            hint=T("it is one of {names}", names=", ".join(one.shown() for one in choices)),
            code="E_VALUE",
            field="via",
        )
    return found


def _refuse_own(kind: str, given: Values) -> None:
    for path in given:
        if path.partition(".")[0] in _OWN:
            raise UsageError(
                T("“{field}” cannot be set: svcdesk gives it, once and for all", field=path),
                hint=T("`svcdesk schema show {kind}` lists every field", kind=kind),
                code="E_FIELD",
                field=path,
            )


def refuse_unknown_role(workflow: Workflow, role: Value) -> None:
    """An escalation tells a role that the workflow has. Raises NotFound naming near ones."""
    known = list(workflow.roles.rights)
    if known and isinstance(role, str) and role not in known:
        raise NotFound(
            T("there is no role “{role}”", role=role),
            hint=_advice(role, known, T("roles: {roles}", roles=workflow.roles.named(known))),
            code="E_ROLE_NAME",
            field=TO,
        )


def refuse_status(record_id: str, state: str | None, workflow: Workflow, given: Values) -> None:
    """A state follows from moves alone. Raises IllegalMove with the moves that lead there now."""
    if STATUS not in given:
        return
    wanted = given[STATUS]
    possible = workflow.legal_moves(state or workflow.initial)
    leading = [name for name in possible if workflow.moves[name].to.get(state or "") == wanted]
    raise IllegalMove(
        T("{record}: its state follows from moves and is never set", record=record_id),
        hint=T("moves that lead there now: {moves}", moves=workflow.named_moves(leading))
        if leading
        else T("possible now: {moves}; whoever may correct writes the state in `svcdesk edit "
               "{record} --reason WHY`", moves=workflow.named_moves(possible), record=record_id),
        record=record_id,
        field=STATUS,
    )  # fmt: skip


def relation_of(desk: Desk, kind: str, said: str) -> str:
    """The stored word for a relation that somebody typed, by its label too: `duplicate` for 重复.

    A desk may have relations of its own, in small Latin letters, but none that looks like a slip
    in one of ours. Raises UsageError naming that one, or all there are.
    """
    field = desk.kinds.fields(kind).get("links.rel")
    choice = field.choice(said) if field is not None else None
    if choice is not None:
        return choice.value
    word = plain(said)
    known = list(dict.fromkeys([*REVERSE, REQUEST, *desk.kinds]))
    if word in known:
        return word
    named = (one for one in desk.kinds if word in map(plain, desk.workflow(one).labels.values()))
    if (of_kind := next(named, None)) is not None:
        return of_kind
    near = get_close_matches(word, known, n=1, cutoff=_NEAR_RELATION)
    if near:
        raise UsageError(
            T("there is no relation “{word}”", word=said),
            hint=T("did you mean {names}?", names=near[0]),
            code="E_LINK",
            field="links.rel",
        )
    if not _WORD.fullmatch(word):
        shown = ", ".join(one.shown() for one in field.choices) if field else ", ".join(known)
        raise UsageError(
            T("there is no relation “{word}”", word=said),
            hint=T("it is one of {names}, or a word of your own of small Latin letters",
                   names=shown),
            code="E_LINK",
            field="links.rel",
        )  # fmt: skip
    return word


def _with_ids(desk: Desk, path: str, item: Value) -> Value:
    """An entry of a list, the people in it by their ids where a name is that of one alone."""
    if not isinstance(item, Mapping):
        return item
    known = dict(item)
    for key, value in item.items():
        field = desk.fields.get(f"{path}.{key}")
        if field is not None and field.type == "person" and isinstance(value, str):
            found = desk.people.called(value)
            known[key] = found[0].id if len(found) == 1 else value
    return known


def _refuse_unknown_team(desk: Desk, team: Value) -> None:
    known = desk.people.teams()
    if known and isinstance(team, str) and team not in known:
        raise NotFound(
            T("nobody in records/people.yaml is in the team “{team}”", team=team),
            hint=_advice(team, known, T("teams: {teams}", teams=", ".join(known))),
            code="E_TEAM",
            field="team",
        )


def _advice(word: str, known: Collection[str], otherwise: Text) -> Text:
    near = get_close_matches(word, list(known), n=3, cutoff=0.5)
    return T("did you mean {names}?", names=", ".join(near)) if near else otherwise
