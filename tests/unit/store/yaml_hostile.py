"""Hostile files that cannot lie in a repository as they are: too large, or of odd bytes."""

from __future__ import annotations

from svcdesk.store.guard import DEFAULT_LIMITS

LINE = DEFAULT_LIMITS.line
SIZE = DEFAULT_LIMITS.size

GENERATED: dict[str, tuple[str, bytes]] = {
    "02-two-thousand-merge-keys": (
        "E_MERGE",
        b"a: &a {" + b",".join(b"k%d: 1" % n for n in range(2000)) + b"}\n"
        + b"b:\n" + b"  - <<: *a\n" * 500,
    ),
    "04-thousand-brackets": ("E_DEPTH", b"a: " + b"[" * 1000),
    "04-closed-brackets": ("E_DEPTH", b"a: " + b"[" * 100 + b"]" * 100),
    "04-ten-thousand-dashes": ("E_DEPTH", b"a:\n  " + b"- " * 10_000),
    "04-nested-block-maps": ("E_DEPTH", b"".join(b" " * n + b"a:\n" for n in range(300))),
    "04-nested-flow-maps": ("E_DEPTH", b"a: " + b"{a: " * 500),
    "04-a-megabyte-of-brackets": ("E_DEPTH", b"a:\n" + (b" " + b"[" * 60_000 + b"\n") * 16),
    "04-question-marks": ("E_DEPTH", b"? " * 30_000),
    "05-scalar-of-10-mb": ("E_SIZE", b"a: " + b"x" * 10_000_000),
    "05-comment-of-5-mb": ("E_SIZE", b"#" * 5_000_000),
    "05-scalar-of-one-long-line": ("E_LINE", b"a: " + b"x" * LINE),
    "05-comment-of-one-long-line": ("E_LINE", b"a: 1\n#" + b"x" * LINE),
    "05-hundred-thousand-keys": (
        "E_SIZE", b"".join(b"key%d: 1\n" % n for n in range(100_000)),
    ),
    "05-too-many-keys": ("E_NODES", b"".join(b"k%d: 1\n" % n for n in range(26_000))),
    "05-too-many-items": ("E_NODES", b"a:\n" + b"- \n" * 300_000),
    "05-too-many-in-brackets": ("E_NODES", b"a: [\n" + (b" " + b"a," * 30_000 + b"\n") * 17 + b"]"),
    "09-tab-indents": ("E_TAB", b"a:\n\tb: 1\n"),
    "09-tab-after-colon": ("E_TAB", b"a:\t1\n"),
    "09-tab-in-text": ("E_TAB", b"a: |\n  x\ty\n"),
    "12-two-documents-and-a-comment": ("E_MULTIDOC", b"a: 1\n--- # two\nb: 1\n"),
    "15-five-thousand-digits": ("E_NUMBER", b"a: " + b"1" * 5000),
    "15-minus-five-thousand-digits": ("E_NUMBER", b"a: -" + b"0" * 5000 + b"1"),
    "17-nul": ("E_CTRL", b"a: \0\n"),
    "17-escape": ("E_CTRL", b"a: \x1b[31m\n"),
    "17-delete": ("E_CTRL", b"a: \x7f\n"),
    "17-c1": ("E_CTRL", "a: \x9b31m\n".encode()),
    "17-next-line": ("E_CTRL", "a: x\x85\n".encode()),
    "17-line-separator": ("E_CTRL", "a: x\u2028\n".encode()),
    "17-paragraph-separator": ("E_CTRL", "# \u2029\na: x\n".encode()),
    "17-non-character": ("E_CTRL", "a: \uffff\n".encode()),
    "17-bom-at-start": ("E_BOM", b"\xef\xbb\xbfa: 1\n"),
    "17-bom-inside": ("E_BOM", "a: 1\nb: \ufeff\n".encode()),
    "18-crlf": ("E_CR", b"a: 1\r\nb: 2\r\n"),
    "18-lone-cr": ("E_CR", b"a: 1\rb: 2\n"),
    "18-not-utf-8": ("E_UTF8", b"a: \xff\n"),
    "18-surrogate-in-utf-8": ("E_UTF8", b"a: \xed\xa0\x80\n"),
    "18-overlong": ("E_UTF8", b"a: \xc0\xae\n"),
    "18-gb18030": ("E_UTF8", "a: 登录\n".encode("gb18030")),
    "18-utf-16": ("E_UTF8", "a: 1\n".encode("utf-16")),
    "18-utf-16-without-bom": ("E_CTRL", "a: 1\n".encode("utf-16-le")),
    "25-three-thousand-objects-in-one-list": (
        "E_NODES", b"steps:\n" + b"  - {a: 1, b: [1, 2], c: {d: 1, e: 2, f: 3}}\n" * 3600,
    ),
    "25-ten-thousand-comments": ("E_NODES", b"events:\n" + b"- do: c\n  t: x\n" * 12_000),
    "37-file-of-2-gb-by-its-first-bytes": ("E_SIZE", b"\0" * (SIZE + 1)),
}  # fmt: skip
