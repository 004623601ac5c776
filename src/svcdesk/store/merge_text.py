"""The text of a merged file: what both sides did to comments, blank lines and order stays.

The merged value is written into each of the versions, which then differ only in what is beside
the values; that is merged line by line, read back and compared.
"""

from __future__ import annotations

from typing import TypeAlias

from svcdesk.errors import FileRefused, Invalid
from svcdesk.model.record import Value, Values
from svcdesk.store.yaml_emit import canonical_item, canonical_text
from svcdesk.store.yaml_read import Document, parse
from svcdesk.store.yaml_values import check_values, same

_Items: TypeAlias = dict[str, list[str]]
"""The lines of items of lists, such as events, by what the item is: most are in every version."""


def laid_out(base: Document | None, one: Document, other: Document, value: Values) -> Document:
    """The text that holds `value`, laid out as the versions are, and read back; the same with the
    sides exchanged. Raises Invalid for a value that no file may hold."""
    versions = [one, other] if base is None else [one, other, base]
    made: _Items = {}
    if all(version.text == _canonical(version.value, made) for version in versions):
        check_values(value)
        found = _read(_canonical(value, made), value, one.path)
        if found is not None:
            return found
        from svcdesk.store.yaml_text import dump

        return parse(dump(value).encode(), path=one.path)
    return parse(_woven(base, one, other, value).encode(), path=one.path)


def _woven(base: Document | None, one: Document, other: Document, value: Values) -> str:
    """The text of a merged file that has comments, or another layout than ours."""
    versions = [one, other] if base is None else [one, other, base]
    # Most records are laid out as we write them, and git waits for each: what follows is for the
    # others, and imported for them.
    from svcdesk.merging.lines import common_lines, merged_lines, with_comments
    from svcdesk.store.yaml_text import rewrite

    left, right, *below = (rewrite(version.text, value) for version in versions)
    if left == right:
        return left
    if below and below[0] in (left, right):
        return right if below[0] == left else left
    sides = left.split("\n"), right.split("\n")
    known = below[0].split("\n") if below else common_lines(*sides)
    text = "\n".join(merged_lines(known, *sides))
    if _read(text, value) is not None:
        return text
    # Lines of one value came together twice. Each side holds the whole value, so one of them is
    # taken, with the comments that only the other has.
    text = "\n".join(with_comments(*sorted(sides)))
    return text if _read(text, value) is not None else min(left, right)


def with_markers(one: str, other: str, size: int, names: tuple[str, str]) -> str:
    """Two texts of a file as one, with conflict markers around the lines that differ."""
    from svcdesk.merging.lines import marked

    return "\n".join(marked(one.split("\n"), other.split("\n"), size, names))


def _canonical(value: Values, made: _Items) -> str:
    """A value as we would write it, without a comment; `made` has, and gets, the lines of items."""

    def lines_of(item: Value) -> list[str]:
        said = repr(item)  # tells types apart, and the order of keys
        if said not in made:
            made[said] = canonical_item(item)
        return made[said]

    return canonical_text(value, lines_of)


def _read(text: str, value: Values, path: str = "") -> Document | None:
    """What a text is when it is read, if that is this value."""
    try:
        found = parse(text.encode(), path=path)
    except (FileRefused, Invalid):
        return None
    return found if same(found.value, value) else None
