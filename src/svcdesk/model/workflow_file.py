"""Reads the shape of `schemas/KIND.workflow.yaml` into a `Workflow`, and refuses what is not of it.

The shape is documented in docs/kinds.md and described by `schemas/workflow.schema.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text
from svcdesk.model.kind import PREVIOUS, Append, Move, State, Workflow, Write
from svcdesk.model.people import Roles
from svcdesk.model.properties import tracked_paths
from svcdesk.model.record import Value, Values

if TYPE_CHECKING:
    from svcdesk.model.approval_rule import ApprovalRule

_TOP = {
    "kind", "version", "prefix", "folder", "label", "form", "initial", "states", "moves", "roles",
    "guards", "targets", "request", "approval",
}  # fmt: skip
_STATE = {"label", "form", "open", "holds", "waits", "requires"}
_MOVE = {
    "label", "subject", "from", "to", "elsewhere", "sets", "needs", "clears", "position",
    "appends", "writes", "increments", "defaults", "fills", "speaker", "not_by",
}  # fmt: skip
_WRITE = {"document", "when", "do", "fields", "copies", "fixed", "fresh"}


def parse_workflow(data: Values, schema: Values, *, path: str) -> Workflow:
    """The workflow in `data`, with the tracked fields that `schema` marks.

    Raises Invalid, naming `path` and the dotted field, for anything unknown or contradictory.
    """
    reader = _Reader(path)
    reader.known(data, _TOP, "")
    states = {
        name: reader.state(name, reader.mapping(value, f"states.{name}"))
        for name, value in reader.mapping(data.get("states"), "states").items()
    }
    reader.states = frozenset(states)
    moves = {
        name: reader.move(name, reader.mapping(value, f"moves.{name}"))
        for name, value in reader.mapping(data.get("moves"), "moves").items()
    }
    initial = reader.text(data.get("initial"), "initial")
    if initial not in states:
        raise reader.wrong("initial", T("“{name}” is not one of the states", name=initial))
    request = data.get("request")
    tracked = frozenset(tracked_paths(schema))
    return Workflow(
        kind=reader.text(data.get("kind"), "kind"),
        version=reader.number(data.get("version"), "version"),
        prefix=reader.text(data.get("prefix"), "prefix"),
        folder=reader.text(data.get("folder"), "folder"),
        labels=reader.labels(data.get("label"), "label"),
        form_labels=reader.labels(data.get("form"), "form"),
        initial=initial,
        states=states,
        moves=moves,
        roles=_roles(reader.mapping(data.get("roles"), "roles"), moves, reader),
        tracked=tracked,
        guards=reader.texts(data.get("guards"), "guards"),
        targets=reader.mapping(data.get("targets"), "targets"),
        request_link=reader.text(request, "request") if request else None,
        approval=_approval(data.get("approval"), moves, tracked, reader),
    )


def _approval(
    value: Value, moves: Mapping[str, Move], tracked: frozenset[str], reader: _Reader
) -> ApprovalRule | None:
    """What the workflow says about approval; most kinds say nothing, and load nothing for it."""
    if value is None:
        return None
    from svcdesk.model.approval_rule import parse_approval

    return parse_approval(reader.mapping(value, "approval"), moves, tracked, reader.wrong)


def _roles(table: Values, moves: Mapping[str, Move], reader: _Reader) -> Roles:
    rights = _unfold_roles(table, moves, reader)
    labels = {
        role: reader.labels(reader.mapping(entry, f"roles.{role}").get("label"), f"roles.{role}")
        for role, entry in table.items()
    }
    return Roles(rights, labels, {name: move.labels for name, move in moves.items()})


def _unfold_roles(
    table: Values, moves: Mapping[str, Move], reader: _Reader
) -> dict[str, frozenset[str]]:
    """Role → rights, with `includes:` followed; `everything` stands for every move and right."""
    own: dict[str, frozenset[str]] = {}
    includes: dict[str, tuple[str, ...]] = {}
    for role, value in table.items():
        entry = reader.mapping(value, f"roles.{role}")
        reader.known(entry, {"label", "may", "includes"}, f"roles.{role}")
        own[role] = frozenset(reader.names(entry.get("may"), f"roles.{role}.may"))
        includes[role] = reader.names(entry.get("includes"), f"roles.{role}.includes")
    for role, others in includes.items():
        for other in others:
            if other not in own:
                said = T("“{name}” is not one of the roles", name=other)
                raise reader.wrong(f"roles.{role}.includes", said)

    def rights(role: str, seen: frozenset[str]) -> frozenset[str]:
        found = own[role]
        for other in includes[role]:
            if other not in seen:
                found |= rights(other, seen | {other})
        return found

    if not own:
        return {}
    return {role: rights(role, frozenset({role})) for role in own}


class _Reader:
    """Typed access to the parsed YAML, with errors that name file and field."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.states: frozenset[str] = frozenset()

    def wrong(self, field: str, what: Text) -> Invalid:
        return Invalid(
            T("{path}: {field}: {what}", path=self.path, field=field or "file", what=what),
            code="E_WORKFLOW",
            path=self.path,
            field=field or None,
            hint=T("see docs/kinds.md for the shape of a workflow"),
        )

    def known(self, data: Values, allowed: set[str], where: str) -> None:
        for key in data:
            if key not in allowed and not key.startswith("x-"):
                names = ", ".join(sorted(allowed))
                said = T("unknown; known here: {names}", names=names)
                raise self.wrong(f"{where}.{key}".lstrip("."), said)

    def mapping(self, value: Value | Values, field: str) -> Values:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.wrong(field, T("must be a mapping"))
        return value

    def text(self, value: Value, field: str) -> str:
        if not isinstance(value, str) or not value:
            raise self.wrong(field, T("must be a text"))
        return value

    def texts(self, value: Value, field: str) -> Mapping[str, str]:
        return {k: self.text(v, f"{field}.{k}") for k, v in self.mapping(value, field).items()}

    def number(self, value: Value, field: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(field, T("must be a whole number"))
        return value

    def names(self, value: Value, field: str) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(field, T("must be a list of names"))
        return tuple(str(one) for one in value)

    def labels(self, value: Value, field: str) -> Mapping[str, str]:
        if isinstance(value, str):
            return {"en": value}
        return {k: self.text(v, f"{field}.{k}") for k, v in self.mapping(value, field).items()}

    def state(self, name: str, data: Values) -> State:
        where = f"states.{name}"
        self.known(data, _STATE, where)
        return State(
            name=name,
            labels=self.labels(data.get("label"), f"{where}.label"),
            form=self.text(data.get("form") or name, f"{where}.form"),
            is_open=data.get("open") is True,
            holds=self.names(data.get("holds"), f"{where}.holds"),
            waits=data.get("waits") is True,
            requires=self.names(data.get("requires"), f"{where}.requires"),
        )

    def move(self, name: str, data: Values) -> Move:
        where = f"moves.{name}"
        self.known(data, _MOVE, where)
        legal_in = self._states(data.get("from"), f"{where}.from") if "from" in data else None
        appends = self.mapping(data.get("appends"), f"{where}.appends")
        elsewhere = data.get("elsewhere")
        if elsewhere not in (None, "fact"):
            raise self.wrong(f"{where}.elsewhere", T("must be `fact`, or not be there"))
        return Move(
            name=name,
            labels=self.labels(data.get("label"), f"{where}.label"),
            subject=self.text(data.get("subject") or name.replace("_", " "), f"{where}.subject"),
            legal_in=legal_in,
            to=self._targets(data.get("to"), legal_in, f"{where}.to"),
            sets=self.names(data.get("sets"), f"{where}.sets"),
            needs=self.names(data.get("needs"), f"{where}.needs"),
            clears=self.names(data.get("clears"), f"{where}.clears"),
            position=str(data["position"]) if data.get("position") else None,
            elsewhere_fact=elsewhere == "fact",
            appends=Append(
                to=self.text(appends.get("to"), f"{where}.appends.to"),
                fields=self.names(appends.get("fields"), f"{where}.appends.fields"),
            )
            if appends
            else None,
            writes=self._writes(data.get("writes"), f"{where}.writes"),
            increments=str(data["increments"]) if data.get("increments") else None,
            defaults=self.mapping(data.get("defaults"), f"{where}.defaults"),
            fills=self.mapping(data.get("fills"), f"{where}.fills"),
            speaker=str(data["speaker"]) if data.get("speaker") else None,
            not_by=str(data["not_by"]) if data.get("not_by") else None,
        )

    def _states(self, value: Value, field: str) -> frozenset[str]:
        names = frozenset(self.names(value, field))
        for name in names - self.states:
            raise self.wrong(field, T("“{name}” is not one of the states", name=name))
        return names

    def _targets(
        self, value: Value, legal_in: frozenset[str] | None, field: str
    ) -> Mapping[str, str]:
        """`to:` is one state for all, or a mapping from the state now to the state after."""
        if value is None:
            return {}
        sources = self.states if legal_in is None else legal_in
        if isinstance(value, str):
            targets: dict[str, str] = dict.fromkeys(sources, value)
        else:
            targets = {
                k: self.text(v, f"{field}.{k}") for k, v in self.mapping(value, field).items()
            }
        for source, target in targets.items():
            for name in (source, target):
                if name not in self.states and name != PREVIOUS:
                    raise self.wrong(field, T("“{name}” is not one of the states", name=name))
        return targets

    def _writes(self, value: Value, field: str) -> tuple[Write, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.wrong(field, T("must be a list"))
        return tuple(
            self._write(self.mapping(one, f"{field}[{i}]"), f"{field}[{i}]")
            for i, one in enumerate(value)
        )

    def _write(self, data: Values, field: str) -> Write:
        self.known(data, _WRITE, field)
        when = self.text(data.get("when") or "always", f"{field}.when")
        if when not in ("always", "needed", "exists"):
            raise self.wrong(f"{field}.when", T("must be always, needed or exists"))
        return Write(
            document=self.text(data.get("document"), f"{field}.document"),
            when=when,
            do=self.text(data.get("do"), f"{field}.do"),
            fields=self.names(data.get("fields"), f"{field}.fields"),
            copies=self.texts(data.get("copies"), f"{field}.copies"),
            fixed=self.mapping(data.get("fixed"), f"{field}.fixed"),
            fresh=data.get("fresh") is True,
        )
