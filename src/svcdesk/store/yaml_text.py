"""Values written as YAML: a whole file in our layout, or a change of a file somebody laid out.

Whatever is built here is read back through the guard and compared before it is returned.
"""

from __future__ import annotations

from collections.abc import Iterator

from svcdesk.errors import FileRefused, Invalid
from svcdesk.model.record import Values
from svcdesk.store.guard import normalise, normalise_short
from svcdesk.store.yaml_careful import read
from svcdesk.store.yaml_edit import Editor
from svcdesk.store.yaml_emit import CANONICAL, mapping_lines
from svcdesk.store.yaml_layout import layout_of
from svcdesk.store.yaml_nodes import Collection
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_roundtrip import round_trip
from svcdesk.store.yaml_source import NoLineEdit, Source
from svcdesk.store.yaml_values import check_values, same

__all__ = ["dump", "normalise", "normalise_short", "rewrite"]


def dump(value: Values) -> str:
    """A file in our layout: block style, two spaces, lists indented under their key, LF.

    The keys keep their order. Raises Invalid, naming the field, for what no file may hold or for
    a file over the limits.
    """
    check_values(value)
    text = "".join(line + "\n" for line in mapping_lines(value, 0, CANONICAL)) or "{}\n"
    try:
        back = parse(text.encode(), path="").value
    except FileRefused as error:
        raise Invalid(error.message, code=error.code, hint=error.hint, line=error.line) from None
    if not same(back, value):
        raise RuntimeError("what was written does not read back as it was meant")
    return text


def rewrite(text: str, value: Values) -> str:
    """`text` changed so that it holds `value`; only the lines that must change do.

    Comments, blank lines, the order of keys, quotes and layout stay where nothing changes. New
    keys stand after the key that they follow in `value`; at the top `events` stays last. Raises
    Invalid as `dump` does, and FileRefused for a text that the guard does not let in.
    """
    check_values(value)
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
    return dump(value)


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
