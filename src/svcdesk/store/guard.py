"""What may come in: the limits and characters of a desk's files, and of text that people type.

The rules stand before the YAML parser: each is one pass over the bytes or characters, so no file
costs more than its size, whatever it tries. A rule that needs the grammar (anchors, depth, keys)
is in `yaml_nodes` and `yaml_read`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NoReturn

from svcdesk.errors import SENT_OTHERWISE, FileRefused, Invalid
from svcdesk.i18n import T, Text
from svcdesk.values import NamedTuple


class Limits(NamedTuple):
    """What a file may measure: `size` and `line` in bytes, `depth` of nesting, `nodes` in all."""

    size: int = 1 << 20
    line: int = 64 << 10
    depth: int = 40
    nodes: int = 50_000


DEFAULT_LIMITS = Limits()

# C0 but LF, DEL, C1 with NEL, the two Unicode line ends, BOM, surrogates and non-characters:
# what YAML 1.2 §5.1 does not call printable, and what readers disagree about.
# Not compiled here: that takes longer than reading a record, and few texts come that far.
_FORBIDDEN = "[\0-\t\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]"
_MARKER = r"^(?: *<{7,}|={7,}|>{7,}|\|{7,})(?: |$)"
_MARKER_STARTS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_LINE_ENDS = str.maketrans(dict.fromkeys("\r\x85\u2028\u2029", "\n"))
_TAB_WIDTH = 4


def check_size(size: int, *, path: str, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse a file by its size in bytes, before a byte of it is read. Raises FileRefused."""
    if size > limits.size:
        _refuse(
            "E_SIZE",
            T("the file has {size} bytes, the limit is {limit}", size=size, limit=limits.size),
            hint=T("keep long logs and pictures as attachments"),
            path=path,
            line=1,
        )


def decode(data: bytes, *, path: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """The text of a file that holds to the rules on size, lines, encoding and characters.

    Raises FileRefused (E_SIZE, E_LINE, E_UTF8, E_BOM, E_TAB, E_CR, E_CTRL, E_CONFLICT,
    E_DIRECTIVE) with path and line.
    """
    check_size(len(data), path=path, limits=limits)
    _check_lines(data, path, limits)
    text = _as_utf8(data, path)
    bad = _forbidden_in(text)
    if bad is not None:
        _refuse_character(text, bad.start(), path)
    if text.startswith("%") or "\n%" in text:
        at = 0 if text.startswith("%") else text.index("\n%") + 1
        _refuse(
            "E_DIRECTIVE",
            T("a line begins with %, which YAML takes for a directive"),
            hint=T("remove the line; files are YAML 1.2 without directives"),
            path=path,
            line=line_at(text, at),
        )
    marker = find_marker(text)
    if marker is not None:
        _refuse(
            "E_CONFLICT",
            T("there is a conflict marker of an unfinished merge"),
            hint=T("keep what is right of the two sides and remove the marker lines"),
            path=path,
            line=line_at(text, marker),
        )
    return text


def line_at(text: str, index: int) -> int:
    """The line, from 1, of the character at `index`."""
    return text.count("\n", 0, index) + 1


def find_forbidden(text: str) -> str | None:
    """The first character of a value that no file may hold, as `U+001B`, or None."""
    bad = _forbidden_in(text)
    return None if bad is None else f"U+{ord(bad[0]):04X}"


def find_marker(text: str) -> int | None:
    """Where the first line stands that git would write around a conflict, or None.

    Git writes markers at the start of the line; the first of them counts in indented text too.
    """
    if not any(start in text for start in _MARKER_STARTS):
        return None
    found = re.search(_MARKER, text, re.MULTILINE)
    return None if found is None else found.start()


def normalise(text: str) -> str:
    """Text as people type or paste it, in the form that files hold.

    Every kind of line end (CR, CRLF, NEL, U+2028, U+2029) becomes LF, tabs become spaces, a BOM at
    the start goes. Raises Invalid, naming the character, where another control character stands.
    """
    clean = text.removeprefix("\ufeff").replace("\r\n", "\n").translate(_LINE_ENDS)
    clean = clean.expandtabs(_TAB_WIDTH)
    bad = _forbidden_in(clean)
    if bad is not None:
        if "\udc80" <= bad[0] <= "\udcff":  # a byte of the call that is no UTF-8 (PEP 383)
            raise Invalid(T("the text is not UTF-8"), hint=SENT_OTHERWISE, code="E_UTF8")
        raise Invalid(
            T("the text holds the character U+{number}", number=f"{ord(bad[0]):04X}"),
            hint=T("remove it; control characters cannot be kept in a record"),
            code="E_CTRL",
            line=line_at(clean, bad.start()),
        )
    return clean


def normalise_short(text: str) -> str:
    """An id, date or option as typed, in its plain form: NFKC (`ＳＲ－１` is `SR-1`), trimmed.

    Raises Invalid as `normalise` does.
    """
    return unicodedata.normalize("NFKC", normalise(text)).strip()


def _forbidden_in(text: str) -> re.Match[str] | None:
    # What is printable is not forbidden; line feeds and the wide space of Chinese texts are not
    # printable, and allowed.
    if text.isprintable() or text.replace("\n", "").replace("\u3000", "").isprintable():
        return None
    return re.search(_FORBIDDEN, text)


def _check_lines(data: bytes, path: str, limits: Limits) -> None:
    if len(data) <= limits.line:
        return
    for number, line in enumerate(data.split(b"\n"), 1):
        if len(line) > limits.line:
            _refuse(
                "E_LINE",
                T("the line has {size} bytes, the limit is {limit}", size=len(line),
                  limit=limits.line),
                hint=T("break the text into lines, or keep it as an attachment"),
                path=path,
                line=number,
            )  # fmt: skip


def _as_utf8(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        _refuse(
            "E_UTF8",
            T("the file is not UTF-8 but looks like UTF-16")
            if wide
            else T("the file is not UTF-8: byte {byte}", byte=f"0x{data[error.start]:02X}"),
            hint=T("save it as UTF-8 without a byte order mark"),
            path=path,
            line=data.count(b"\n", 0, error.start) + 1,
        )


def _refuse_character(text: str, index: int, path: str) -> NoReturn:
    character = text[index]
    code, message, hint = _CHARACTERS.get(character, (None, None, None))
    _refuse(
        code or "E_CTRL",
        message or T("the file holds the control character U+{number}",
                     number=f"{ord(character):04X}"),
        hint=hint or T("remove it; text may hold letters, signs, spaces and line ends"),
        path=path,
        line=line_at(text, index),
    )  # fmt: skip


_CHARACTERS: dict[str, tuple[str, Text, Text]] = {
    "\t": (
        "E_TAB",
        T("the line holds a tab"),
        T("put spaces in its place; YAML takes no tabs for indentation"),
    ),
    "\r": (
        "E_CR",
        T("the lines end in CR or CRLF"),
        T("save the file with LF line ends; `git config core.autocrlf false` keeps git from"
          " changing them"),
    ),
    "\ufeff": (
        "E_BOM",
        T("the file holds a byte order mark"),
        T("save it as UTF-8 without a byte order mark"),
    ),
}  # fmt: skip


def _refuse(code: str, message: Text, *, hint: Text, path: str, line: int) -> NoReturn:
    raise FileRefused(message, code=code, hint=hint, path=path, line=line)
