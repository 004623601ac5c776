"""By which rules a file below `records/` is merged: its kind's, or those of a file of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcdesk.errors import Invalid
from svcdesk.i18n import T
from svcdesk.merging.rules import Rules, list_rules
from svcdesk.model.record import Values
from svcdesk.store import codec
from svcdesk.store.merge_files import RulesFor

if TYPE_CHECKING:
    from svcdesk.store.schema import Kinds

_FILES = {"desk.yaml": "desk", "people.yaml": "people", "customers.yaml": "customers"}
_FOLDERS = {"calendars": "calendar", "policies": "policy"}


class MergeRules:
    """The rules for every file of a desk, made when they are first asked for."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._made: dict[str, Rules] = {}

    def at(self, path: str) -> RulesFor:
        """What gives the rules for the file at `path` (relative to the desk's root).

        Raises Invalid for a file that is neither a record nor one of the desk's own, NotFound for
        a record of an unknown kind.
        """
        first, _, rest = path.removeprefix("records/").partition("/")
        name = _FOLDERS.get(first) if rest else _FILES.get(first)
        if name is not None:
            return lambda _: self._of_file(name)
        return lambda document: self._of_record(document, path)

    def _of_record(self, document: Values, path: str) -> Rules:
        kind = document.get("kind")
        if not isinstance(kind, str):
            raise Invalid(T("{path} is no record", path=path), path=path)
        if kind not in self._made:
            found = self._kinds[kind]
            self._made[kind] = Rules(list_rules(found.schema), found.workflow, codec.decode)
        return self._made[kind]

    def _of_file(self, name: str) -> Rules:
        if name not in self._made:
            from svcdesk.store.schema_compose import shipped_schema
            from svcdesk.store.schema_sources import SCHEMA, shipped_dir

            schema = shipped_schema((shipped_dir() / f"{name}{SCHEMA}").read_bytes())
            self._made[name] = Rules(list_rules(schema))
        return self._made[name]
