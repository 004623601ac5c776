"""A file's bytes as plain values, behind the guard: YAML 1.2's core schema and one mapping.

The rest of svcdesk sees only what passes here. A line number is found again when it is asked for,
so that reading ten thousand files keeps ten thousand values and no trees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from svcdesk.errors import SvcdeskError
from svcdesk.i18n import Text
from svcdesk.model.record import Value
from svcdesk.store.guard import DEFAULT_LIMITS, Limits, decode
from svcdesk.store.yaml_fast import fast_value
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.store.yaml_nodes import Tree

_T = TypeVar("_T")


class Document(NamedTuple):
    """A file that was let in: its text, its value, and a warning for each limit half reached."""

    path: str
    text: str
    value: dict[str, Value]
    warnings: tuple[Text, ...] = ()

    def line_of(self, path: Sequence[str | int]) -> int | None:
        """The line, from 1, of a key or list item, by the keys and indices that lead there.

        `["events", 0, "at"]` is the line of the first event's `at`; None where there is no such.
        """
        from svcdesk.store.yaml_nodes import node_at

        node = node_at(_tree(self.text).root, tuple(path))
        return None if node is None else node.start.line + 1

    def line_near(self, field: str) -> int | None:
        """The line of a dotted field (`events.0.at`), or of the nearest thing around it that the
        file has."""
        steps = [int(one) if one.isascii() and one.isdigit() else one for one in field.split(".")]
        while steps:
            line = self.line_of(steps)
            if line is not None:
                return line
            steps.pop()
        return None

    def understood(self, read: Callable[[Mapping[str, Value]], _T]) -> _T:
        """What `read` makes of the file; its errors name the file, and the line that they are
        about."""
        try:
            return read(self.value)
        except SvcdeskError as error:
            error.path = error.path or self.path
            error.line = error.line or self.line_near(error.field or "")
            raise


def parse(data: bytes, *, path: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read a file's bytes. `path` is what errors call the file.

    Raises FileRefused with code, path, line, field where known, and a remedy. The codes are those
    of `guard.decode` and `yaml_nodes.compose`, and E_KEY, E_DUPLICATE, E_NUMBER, E_CTRL.
    """
    text = decode(data, path=path, limits=limits)
    if limits is DEFAULT_LIMITS:
        value = fast_value(data, text)
        if value is not None:
            return Document(path, text, value)
    from svcdesk.store.yaml_careful import read_text, warnings

    tree, value = read_text(text, path=path, limits=limits)
    return Document(path, text, value, warnings(data, tree, limits))


@lru_cache(maxsize=2)
def _tree(text: str) -> Tree:
    from svcdesk.store.yaml_careful import tree_of

    return tree_of(text)
