"""Merging files: bytes in, bytes out, by the pure merge of their values.

Files with CRLF are read and LF is written. A base that cannot be read counts as none; a side that
cannot be read is refused.
"""

from __future__ import annotations

from collections.abc import Callable

from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T
from svcdesk.merging.conflict import Conflict, Side
from svcdesk.merging.record import UID, Merged, Settle, merge
from svcdesk.merging.rules import Rules
from svcdesk.model.record import Value, Values
from svcdesk.store.merge_text import laid_out, with_markers
from svcdesk.store.yaml_read import Document, parse
from svcdesk.values import NamedTuple

MARKER_SIZE = 7
"""Git's own number of marker characters; where it asks for more, it merges several bases."""
CONFLICT = 3
FAILED = 4
"""How the driver ends: with conflicts that it has marked, or for any other reason."""
RulesFor = Callable[[Values], Rules]
"""The rules for a document, by its kind; raises SvcdeskError where there are none."""


class Versions(NamedTuple):
    """The three versions of one file, read; `base` is None where there is none to be read."""

    path: str
    base: Document | None
    one: Document
    other: Document
    rules: Rules


class FileMerge(NamedTuple):
    """The outcome for one file. With conflicts, `data` has markers around the fields in question
    (both whole texts, where the two are not one record); without, `document` is it read back."""

    path: str
    data: bytes
    merged: Merged
    document: Document | None = None

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        return self.merged.conflicts


def read_versions(
    path: str, base: bytes | None, one: bytes, other: bytes, rules_for: RulesFor
) -> Versions:
    """Read the versions of a file. Raises FileRefused or Invalid for a side that is no file of
    ours, and what `rules_for` raises."""
    left, right = _parse(one, path), _parse(other, path)
    rules = rules_for(left.value)
    for side in (left, right):
        if rules.decode is not None:
            rules.decode(side.value)
    return Versions(path, _base(base, path, rules), left, right, rules)


def merge_file(
    versions: Versions,
    *,
    settle: Settle | None = None,
    leave_out: bool = False,
    marker_size: int = MARKER_SIZE,
    names: tuple[str, str] | None = None,
) -> FileMerge:
    """Merge the versions of a file; see `merging.record.merge` for the rules.

    `names` stand beside the conflict markers, before who last had a word on each side. Raises
    Invalid for a result that no file may hold.
    """
    merged = _merged(versions, settle, leave_out, Side.ONE)
    one, other = versions.one.text, versions.other.text
    if not merged.conflicts or leave_out:
        unmerged = any(conflict.field == UID for conflict in merged.conflicts)
        if unmerged:
            return FileMerge(versions.path, b"", merged)
        document = _laid_out(versions, merged.value)
        return FileMerge(versions.path, document.text.encode(), merged, document)
    spoke = (_called(versions.one, versions.other), _called(versions.other, versions.one))
    called = spoke if names is None else (f"{names[0]}: {spoke[0]}", f"{names[1]}: {spoke[1]}")
    if any(conflict.field == UID for conflict in merged.conflicts):
        size = marker_size
        text = f"{'<' * size} {called[0]}\n{one}{'=' * size}\n{other}{'>' * size} {called[1]}\n"
        return FileMerge(versions.path, text.encode(), merged)
    shown = _merged(versions, settle, leave_out, Side.OTHER)
    one, other = (_laid_out(versions, found.value).text for found in (merged, shown))
    text = with_markers(one, other, marker_size, called)
    return FileMerge(versions.path, text.encode(), merged)


def _merged(versions: Versions, settle: Settle | None, leave_out: bool, show: Side) -> Merged:
    return merge(
        versions.base.value if versions.base is not None else None,
        versions.one.value,
        versions.other.value,
        versions.rules,
        settle=settle,
        leave_out=leave_out,
        show=show,
    )


def _laid_out(versions: Versions, value: Values) -> Document:
    return laid_out(versions.base, versions.one, versions.other, value)


def _parse(data: bytes, path: str) -> Document:
    return parse(data.replace(b"\r\n", b"\n"), path=path)


def _base(data: bytes | None, path: str, rules: Rules) -> Document | None:
    if not data:
        return None
    try:
        found = _parse(data, path)
        if rules.decode is not None:
            rules.decode(found.value)
    except SvcdeskError:
        return None
    return found


def _called(side: Document, against: Document) -> str:
    """Who spoke last on a side and when, for a marker: no side is “ours” in every kind of merge."""
    newest = max(_events(side).items(), default=None)
    known = _events(against)
    if newest is None or newest[0] in known:
        return str(T("one side") if side.text < against.text else T("the other side"))
    event = newest[1]
    words = f"{event.get('by')} {event.get('at')}" if isinstance(event, dict) else ""
    return " ".join(words.split()) or str(T("one side"))


def _events(document: Document) -> dict[str, Value]:
    from svcdesk.merging.events import by_id

    return by_id(document.value)
