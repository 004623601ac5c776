"""ruamel.yaml's way of changing a text, for layouts where exact line edits do not do.

It is slow to import and to run, and re-lays what it does not like; so it comes second.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

from svcdesk.model.record import Value, Values
from svcdesk.store.yaml_align import align
from svcdesk.store.yaml_emit import Layout
from svcdesk.store.yaml_values import same

LARGEST = 64 << 10
"""Characters; its time grows with the square of some texts, and a record is far smaller."""


def round_trip(text: str, old: Values, new: Values, layout: Layout) -> str | None:
    """The text with its value changed, or None where ruamel.yaml cannot do that either."""
    if len(text) > LARGEST:
        return None
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.resolver import VersionedResolver

    class TimesAreText(VersionedResolver):
        @property
        def versioned_resolver(self) -> Any:
            known: dict[Any, list[Any]] = super().versioned_resolver
            return {
                first: [one for one in rules if not str(one[0]).endswith(":timestamp")]
                for first, rules in known.items()
            }

    yaml = YAML()
    yaml.Resolver = TimesAreText
    yaml.preserve_quotes = True
    yaml.width = LARGEST
    yaml.allow_unicode = True
    yaml.indent(mapping=layout.indent, sequence=layout.dash + layout.item, offset=layout.dash)
    out = StringIO()
    try:
        tree = yaml.load(text)
        _change_mapping(tree, old, new)
        yaml.dump(tree, out)
    except (YAMLError, ValueError, TypeError, KeyError, AttributeError, NotImplementedError):
        return None
    return out.getvalue()


def _change_mapping(tree: Any, old: Values, new: Values) -> None:
    for key in [key for key in old if key not in new]:
        del tree[key]
    for position, (key, value) in enumerate(new.items()):
        if key not in old:
            tree.insert(min(position, len(tree)), key, _built(value))
        elif not same(old[key], value) and not _inside(tree[key], old[key], value):
            tree[key] = _built(value)


def _change_sequence(tree: Any, old: list[Value], new: list[Value]) -> None:
    at = 0
    for left, right in align(old, new):
        if right is None:
            del tree[at]
            continue
        if left is None:
            tree.insert(at, _built(new[right]))
        elif not same(old[left], new[right]) and not _inside(tree[at], old[left], new[right]):
            tree[at] = _built(new[right])
        at += 1


def _inside(tree: Any, old: Value, new: Value) -> bool:
    """Change a collection that stays one; says whether it was."""
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old and new:
        _change_mapping(tree, old, new)
        return True
    if isinstance(old, list) and isinstance(new, list) and old and new:
        _change_sequence(tree, old, new)
        return True
    return False


def _built(value: Value) -> Any:
    """A value with its long texts as literal blocks."""
    from ruamel.yaml.scalarstring import LiteralScalarString

    if isinstance(value, Mapping):
        return {key: _built(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_built(one) for one in value]
    return LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value
