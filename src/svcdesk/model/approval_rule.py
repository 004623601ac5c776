"""What a kind's workflow says about approval: what is approved, before which moves, by how many."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from svcdesk.errors import Invalid
from svcdesk.i18n import Label, T, Text
from svcdesk.model.record import Value, Values
from svcdesk.values import NamedTuple

_KEYS = {
    "move", "asked_by", "fields", "quorum", "substitutes", "signatures", "parties", "distinct",
}  # fmt: skip
Wrong = Callable[[str, Text], Invalid]
"""Makes the error for a field of the workflow file."""


class Party(NamedTuple):
    """A side that does not approve its own: whom `fields` name, and who made `moves`."""

    name: str
    labels: Mapping[str, str]
    fields: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()

    @property
    def label(self) -> Label:
        return Label(self.labels, self.name)


class ApprovalRule(NamedTuple):
    """Consent, as data (norm D; K14, K16).

    `move` is the fact that an approval is recorded as; `asked_by` are the moves that are refused
    without it. An approval is of `fields`, tracked ones, as they stand. `quorum` different people
    have to agree, none of them of a party; parties that are named in `distinct` have to be
    different people too. `substitutes` says whether one may approve in another's place, as
    people.yaml has it; `signatures`, whether an approval counts only with one.
    """

    move: str
    asked_by: tuple[str, ...]
    fields: tuple[str, ...]
    quorum: int = 1
    substitutes: bool = True
    signatures: bool = False
    parties: tuple[Party, ...] = ()
    distinct: tuple[str, ...] = ()


def parse_approval(
    data: Values, moves: Collection[str], tracked: Collection[str], wrong: Wrong
) -> ApprovalRule:
    """`approval:` of a workflow. Raises what `wrong` makes for what is unknown or contradictory."""
    reader = _Reader(moves, tracked, wrong)
    reader.known(data, _KEYS, "approval")
    parties = reader.mapping(data.get("parties"), "approval.parties")
    found = tuple(reader.party(name, parties[name]) for name in parties)
    distinct = reader.names(data.get("distinct"), "approval.distinct")
    for name in distinct:
        if name not in parties:
            raise wrong("approval.distinct", T("“{name}” is not one of the parties", name=name))
    quorum = data.get("quorum", 1)
    if not isinstance(quorum, int) or isinstance(quorum, bool) or quorum < 1:
        raise wrong("approval.quorum", T("must be a whole number of at least 1"))
    fields = reader.fields(data.get("fields"), "approval.fields")
    if not fields:
        raise wrong("approval.fields", T("must name what is approved"))
    return ApprovalRule(
        move=reader.moves([data.get("move")], "approval.move")[0],
        asked_by=reader.moves(data.get("asked_by"), "approval.asked_by"),
        fields=fields,
        quorum=quorum,
        substitutes=data.get("substitutes", True) is True,
        signatures=data.get("signatures") is True,
        parties=found,
        distinct=distinct,
    )


class _Reader:
    """The parts of the section, each held against the workflow's moves and the tracked fields."""

    def __init__(self, moves: Collection[str], tracked: Collection[str], wrong: Wrong) -> None:
        self._moves = moves
        self._tracked = tracked
        self._wrong = wrong

    def known(self, data: Values, allowed: set[str], where: str) -> None:
        for key in data:
            if key not in allowed and not key.startswith("x-"):
                said = T("unknown; known here: {names}", names=", ".join(sorted(allowed)))
                raise self._wrong(f"{where}.{key}", said)

    def mapping(self, value: Value, where: str) -> Values:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self._wrong(where, T("must be a mapping"))
        return value

    def names(self, value: Value, where: str) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self._wrong(where, T("must be a list of names"))
        return tuple(str(one) for one in value)

    def moves(self, value: Value, where: str) -> tuple[str, ...]:
        names = self.names(value, where)
        for name in names:
            if name not in self._moves:
                raise self._wrong(where, T("“{name}” is not one of the moves", name=name))
        return names

    def fields(self, value: Value, where: str) -> tuple[str, ...]:
        """Only what events decide: an approval is held against what a record said at a time."""
        names = self.names(value, where)
        for name in names:
            if name not in self._tracked:
                raise self._wrong(where, T("the schema does not track {field}", field=name))
        return names

    def party(self, name: str, value: Value) -> Party:
        where = f"approval.parties.{name}"
        data = self.mapping(value, where)
        self.known(data, {"label", "fields", "moves"}, where)
        label = data.get("label")
        labels = {"en": label} if isinstance(label, str) else self.mapping(label, f"{where}.label")
        moves = self.names(data.get("moves"), f"{where}.moves")
        for move in moves:
            if move != "submit" and move not in self._moves:
                raise self._wrong(
                    f"{where}.moves", T("“{name}” is not one of the moves", name=move)
                )
        return Party(
            name=name,
            labels={key: str(text) for key, text in labels.items()},
            fields=self.fields(data.get("fields"), f"{where}.fields"),
            moves=moves,
        )
