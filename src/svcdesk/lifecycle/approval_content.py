"""What a record said at each point of its history, so that an approval can be held against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svcdesk.lifecycle.approval_digest import digest_of
from svcdesk.lifecycle.fold import Fold, Step
from svcdesk.model.record import BLANK, Value, Values, is_tombstone, value_at
from svcdesk.values import NamedTuple


class Exchange(NamedTuple):
    """What stands in place of what was approved: the fields that differ, and the step that last
    changed one of them (None where no event did)."""

    fields: tuple[str, ...]
    step: Step | None


class Contents:
    """The tracked values after each step of a fold; `header`, where given, is what stands in the
    end instead of the fold's own values (the two differ by edits made by hand)."""

    def __init__(self, uid: str, folded: Fold, header: Values | None = None) -> None:
        self._uid = uid
        self._steps = folded.steps
        self._after: list[Mapping[str, Value]] = []
        values: dict[str, Value] = {}
        for step in folded.steps:
            if step.changes:
                values = {k: v for k, v in {**values, **step.changes}.items() if v is not None}
            self._after.append(values)
        self._header = header
        self._digests: dict[tuple[int, tuple[str, ...]], str] = {}

    def at(self, point: int, path: str) -> Value:
        """A field's value after the step at `point`; the last point is how it stands now."""
        if self._header is not None and point == len(self._steps) - 1:
            return value_at(self._header, path)
        return self._after[point].get(path)

    def digest(self, point: int, fields: Sequence[str]) -> str:
        """The digest of the fields after the step at `point`."""
        key = (point, tuple(fields))
        if key not in self._digests:
            values = {path: self.at(point, path) for path in fields}
            self._digests[key] = digest_of(self._uid, fields, values)
        return self._digests[key]

    def exchanged(
        self, given: int, point: int, fields: Sequence[str], digest: str
    ) -> Exchange | None:
        """What differs at `point` from the content of that digest, which the approval at step
        `given` is of. None where the record never had such content."""
        for seen in [*range(given, -1, -1), *range(given + 1, point)]:
            if self.digest(seen, fields) == digest:
                changed = tuple(p for p in fields if self.at(seen, p) != self.at(point, p))
                later = self._steps[seen + 1 : point + 1]
                steps = [one for one in later if any(p in one.changes for p in changed)]
                return Exchange(changed, steps[-1] if steps else None)
        return None

    def redacted(self, point: int, fields: Sequence[str]) -> tuple[str, ...]:
        """The fields of which something was redacted: nobody can compute their digest any more."""
        return tuple(path for path in fields if _is_redacted(self.at(point, path)))


def _is_redacted(value: Value) -> bool:
    return is_tombstone(value) or (isinstance(value, str) and BLANK in value)
