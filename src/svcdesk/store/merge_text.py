"""The text of a merged file: what both sides did to comments, blank lines and order stays.

The merged value is written into each of the versions, which then differ only in what is beside
the values; that is merged line by line, read back and compared.
"""

from __future__ import annotations

from svcdesk.errors import FileRefused, Invalid
from svcdesk.model.record import Values
from svcdesk.store.yaml_emit import CANONICAL, mapping_lines
from svcdesk.store.yaml_read import Document, parse
from svcdesk.store.yaml_values import check_values, same


def laid_out(base: Document | None, one: Document, other: Document, value: Values) -> str:
    """The text that holds `value`, laid out as the versions are; the same with the sides
    exchanged. Raises Invalid for a value that no file may hold."""
    versions = [one, other] if base is None else [one, other, base]
    if all(_plain(version) for version in versions):
        return _plain_text(value)
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
    if _holds(text, value):
        return text
    # Lines of one value came together twice. Each side holds the whole value, so one of them is
    # taken, with the comments that only the other has.
    text = "\n".join(with_comments(*sorted(sides)))
    return text if _holds(text, value) else min(left, right)


def with_markers(one: str, other: str, size: int, names: tuple[str, str]) -> str:
    """Two texts of a file as one, with conflict markers around the lines that differ."""
    from svcdesk.merging.lines import marked

    return "\n".join(marked(one.split("\n"), other.split("\n"), size, names))


def _plain(version: Document) -> bool:
    """Whether a text is exactly as we would write its value, without a comment."""
    return version.text == "".join(
        line + "\n" for line in mapping_lines(version.value, 0, CANONICAL)
    )


def _plain_text(value: Values) -> str:
    check_values(value)
    text = "".join(line + "\n" for line in mapping_lines(value, 0, CANONICAL))
    if _holds(text, value):
        return text
    from svcdesk.store.yaml_text import dump

    return dump(value)


def _holds(text: str, value: Values) -> bool:
    try:
        return same(parse(text.encode(), path="").value, value)
    except (FileRefused, Invalid):
        return False
