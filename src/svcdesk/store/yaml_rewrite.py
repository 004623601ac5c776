"""A change of a file that somebody laid out: only the lines that must change do.

What is built here is not trusted: each text is read back through the guard and compared.
"""

from __future__ import annotations

from collections.abc import Iterator

from svcdesk.errors import FileRefused
from svcdesk.model.record import Values
from svcdesk.store.yaml_careful import read
from svcdesk.store.yaml_edit import Editor
from svcdesk.store.yaml_layout import layout_of
from svcdesk.store.yaml_nodes import Collection
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_roundtrip import round_trip
from svcdesk.store.yaml_source import NoLineEdit, Source
from svcdesk.store.yaml_values import same


def changed_lines(text: str, value: Values) -> str | None:
    """`text` changed so that it holds `value`, which may be written; None where no way to do so
    keeps what else is there. Raises FileRefused for a text that the guard does not let in."""
    # Only a text that ends in a line end can be edited by lines; a last line without one stays
    # so where nothing touches it.
    if not text.endswith("\n") and same(parse(text.encode(), path="").value, value):
        return text
    whole, tree, old = read((text.removesuffix("\n") + "\n").encode(), path="")
    if whole == text and same(old, value):
        return text
    for candidate in _candidates(whole, tree.root, old, value):
        for form in _forms(candidate, text):
            try:
                back = parse(form.encode(), path="").value
            except FileRefused:
                continue
            if same(back, value):
                return form
    return None


def _candidates(text: str, root: Collection, old: Values, new: Values) -> Iterator[str]:
    """Changed texts, the gentlest first; which of them is right is for the reader to say."""
    source = Source(text)
    yield from _edited(source, root, old, new, whole_keys=False)
    changed = round_trip(text, old, new, layout_of(root))
    if changed is not None:
        yield changed
    yield from _edited(source, root, old, new, whole_keys=True)


def _edited(
    source: Source, root: Collection, old: Values, new: Values, *, whole_keys: bool
) -> Iterator[str]:
    editor = Editor(source, root)
    try:
        editor.change(old, new, whole_keys=whole_keys)
        yield editor.result()
    except NoLineEdit:
        return


def _forms(candidate: str, before: str) -> Iterator[str]:
    """Without the line end that the last line did not have before, where it is the same line."""
    last = before.rpartition("\n")[2]
    if last and candidate.endswith(f"\n{last}\n"):
        yield candidate[:-1]
    yield candidate
