"""Puts a shipped kind's schema together with what its workflow decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from svcdesk.model.kind import Workflow
from svcdesk.model.record import Value, Values
from svcdesk.store.schema_sources import shipped_dir

COMMON = "common.schema.json"


@lru_cache(maxsize=1)
def common_definitions() -> dict[str, Value]:
    """The definitions of `common.schema.json`, ready to stand in a composed schema."""
    loaded = json.loads((shipped_dir() / COMMON).read_text(encoding="utf-8"))
    definitions: dict[str, Value] = loaded["$defs"]
    return definitions


def shipped_schema(data: bytes) -> dict[str, Value]:
    """A shipped kind's schema, self-contained. It is trusted: a test inspects it, not each run."""
    text = data.decode("utf-8").replace(f'"{COMMON}#/', '"#/')
    schema: dict[str, Value] = json.loads(text)
    schema["$defs"] = {**common_definitions(), **_mapping(schema.get("$defs"))}
    return schema


def finished(schema: dict[str, Value], workflow: Workflow) -> dict[str, Value]:
    """The schema with what the workflow decides: the kind's name, its prefix and its states."""
    properties = dict(_mapping(schema.get("properties")))
    status = properties.get("status")
    labels: dict[str, Value] = {name: dict(state.labels) for name, state in workflow.states.items()}
    properties["status"] = {
        **(status if isinstance(status, Mapping) else {}),
        "enum": list(workflow.states),
        "x-svcdesk-choices": labels,
    }
    properties["kind"] = {**_mapping(properties.get("kind")), "const": workflow.kind}
    identity = _mapping(properties.get("id"))
    properties["id"] = {**identity, "pattern": f"^{workflow.prefix}-"}
    return {**schema, "properties": properties}


def _mapping(value: Value) -> Values:
    return value if isinstance(value, Mapping) else {}
