"""How the fields of a kind are merged, taken from the annotations of its schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from svcdesk.model.kind import Workflow
from svcdesk.model.properties import walk
from svcdesk.model.record import Record, Values
from svcdesk.values import NamedTuple

ANNOTATION = "x-svcdesk-merge"
SET = "set"
KEY = "key:"


class Rules(NamedTuple):
    """`lists` maps the dotted path of a list to `set` or `key:NAME`; every other list is merged
    as one value. `workflow` and `decode` are for records: the fold of their events, and a
    document read as a record (it raises for what is none). Other files have neither."""

    lists: Mapping[str, str] = {}
    workflow: Workflow | None = None
    decode: Callable[[Values], Record] | None = None

    def key_of(self, path: str) -> str | None:
        """By what key the items of the list at `path` are told apart; None: by no key."""
        rule = self.lists.get(path, "")
        return rule.removeprefix(KEY) if rule.startswith(KEY) else None

    def is_set(self, path: str) -> bool:
        return self.lists.get(path) == SET


def list_rules(schema: Values) -> dict[str, str]:
    """The lists of a composed schema that say how they are merged, by dotted path."""
    return {
        one.path: str(one.schema[ANNOTATION]) for one in walk(schema) if ANNOTATION in one.schema
    }
