"""Whether a file is laid out as we would write it, comments and blank lines aside."""

from __future__ import annotations

from svcdesk.model.record import Values
from svcdesk.store.yaml_emit import CANONICAL, mapping_lines


def is_canonical(text: str, value: Values) -> bool:
    """Whether `text`, which holds `value`, has every line of our layout in our order, and beside
    them only comments and blank lines."""
    lines = iter(text.split("\n"))
    for wanted in mapping_lines(value, 0, CANONICAL):
        for line in lines:
            if line == wanted or _commented(line, wanted):
                break
            if line.strip() and not line.lstrip().startswith("#"):
                return False
        else:
            return False
    return all(not line.strip() or line.lstrip().startswith("#") for line in lines)


def has_comments(text: str, value: Values) -> bool:
    """Whether writing the value anew would lose a comment (or a blank line somebody left)."""
    content = set(mapping_lines(value, 0, CANONICAL))
    return any(
        "#" in line or not line.strip()
        for line in text.rstrip("\n").split("\n")
        if line not in content
    )


def _commented(line: str, wanted: str) -> bool:
    """Whether it is the wanted line with a comment behind it."""
    rest = line[len(wanted) :]
    return line.startswith(wanted) and rest[:1] == " " and rest.lstrip().startswith("#")
