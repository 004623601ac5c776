"""Writes the schemas out for other programs, each complete in one file for any validator, and the
workflows for whoever wants to change one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from svcdesk.model.properties import references
from svcdesk.model.record import Value, Values
from svcdesk.store.schema import FILES, Kinds, file_validator
from svcdesk.store.schema_sources import SCHEMA, WORKFLOW

SETTINGS = "vscode-settings.json"
"""What an editor that knows `yaml.schemas` (VS Code's YAML extension) wants in its settings."""
_WHERE = {
    "calendar": "records/calendars/*.yaml",
    "customers": "records/customers.yaml",
    "desk": "records/desk.yaml",
    "people": "records/people.yaml",
    "policy": "records/policies/*.yaml",
    "workflow": "schemas/*.workflow.yaml",
}


def exported(kinds: Kinds, *, folder: str = ".") -> Mapping[str, str]:
    """Every schema and workflow in use by file name, and the associations for editors.

    The schemas are composed (svcdesk's, plugins', the desk's) and refer to nothing outside
    themselves; workflows are as they stand, with their comments. `folder` is where the files will
    lie, relative to the desk's root, with `/`.
    """
    schemas = {name: (kinds[name].schema, f"records/{kinds[name].workflow.folder}/**/*.yaml")
               for name in kinds}  # fmt: skip
    schemas |= {name: (file_validator(name).schema, _WHERE[name]) for name in FILES}
    found = {f"{name}{SCHEMA}": _text(self_contained(one)) for name, (one, _) in schemas.items()}
    found |= {f"{name}{WORKFLOW}": kinds.workflow_text(name) for name in kinds}
    prefix = "" if folder in ("", ".") else f"{folder.rstrip('/')}/"
    associations = {f"{prefix}{name}{SCHEMA}": place for name, (_, place) in schemas.items()}
    found[SETTINGS] = _text({"yaml.schemas": associations})
    return found


def self_contained(schema: Values) -> dict[str, Value]:
    """A composed schema with the definitions that it needs, and no others."""
    definitions = schema.get("$defs")
    known = definitions if isinstance(definitions, Mapping) else {}
    body: dict[str, Value] = {key: value for key, value in schema.items() if key != "$defs"}
    needed: dict[str, Value] = {}
    open_names = list(references(body))
    while open_names:
        name = open_names.pop()
        if name not in needed:
            needed[name] = known[name]
            open_names.extend(references(known[name]))
    if needed:
        body["$defs"] = {name: needed[name] for name in known if name in needed}
    return body


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
