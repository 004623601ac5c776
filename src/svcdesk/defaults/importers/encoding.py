"""Which encoding a file of another system is in: UTF-8, UTF-16 with its mark, or GB 18030."""

from __future__ import annotations

import codecs

from svcdesk.errors import Invalid
from svcdesk.i18n import T


def decoded(data: bytes) -> str:
    """The text. UTF-8 with or without mark; else UTF-16 by its mark; else GB 18030 (so GBK too).

    A text in GB 18030 is seldom valid UTF-8 by chance, so the strict one is tried first. Raises
    Invalid with the line where none of them fits.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    reached = 0
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            reached = max(reached, error.start)
    line = data.count(b"\n", 0, reached) + 1
    raise Invalid(
        T("line {line} is neither UTF-8 nor GB 18030 text", line=line),
        hint=T("save the file as UTF-8"),
        code="E_SOURCE",
        line=line,
    )
