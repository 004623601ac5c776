"""The text of a commit: a subject, a body, and a block of trailers that no text can forge.

A trailer is read out of the last paragraph (git-interpret-trailers(1)); that paragraph is always
ours alone, and nothing before it can end the message early (`---`), pass for a comment when
somebody amends it, or steer `git rebase --autosquash`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SUBJECT_LIMIT = 300
BODY_LIMIT = 64_000
VALUE_LIMIT = 1000

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9-]*", re.ASCII)
_STEERING = ("fixup!", "squash!", "amend!")
_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9-]*): ?(.*)", re.ASCII)


def compose_message(subject: str, body: str = "", trailers: Sequence[tuple[str, str]] = ()) -> str:
    """The message of a commit, for `--cleanup=verbatim`.

    The subject becomes one line of at most SUBJECT_LIMIT characters that starts with a letter or
    digit; the body is indented by two spaces; each trailer is one line. Control characters become
    spaces. Raises ValueError for a trailer key that is none (keys are ours, never a user's).
    """
    parts = [_subject(subject)]
    lines = [_line(line) for line in _cut(body, BODY_LIMIT).splitlines()]
    text = "\n".join(f"  {line}" if line else "" for line in lines).strip("\n")
    if text:
        parts.append(text)
    if trailers:
        parts.append("\n".join(_trailer(key, value) for key, value in trailers))
    return "\n\n".join(parts) + "\n"


def trailers_of(message: str) -> tuple[tuple[str, str], ...]:
    """The trailers of a message as `compose_message` writes them: its last paragraph, if every
    line of it is `Key: value` and it is not the subject."""
    _, gap, last = message.rstrip().rpartition("\n\n")
    found = [_TRAILER.fullmatch(line) for line in last.split("\n")]
    if not gap or not all(found):
        return ()
    return tuple((one[1], one[2].strip()) for one in found if one)


def _subject(text: str) -> str:
    line = _cut(_line(text), SUBJECT_LIMIT)
    if not line[:1].isalnum() or line.startswith(_STEERING):
        line = f"svcdesk: {line}".rstrip()
    return line


def _trailer(key: str, value: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a trailer key: {key!r}")
    return f"{key}: {_cut(_line(value), VALUE_LIMIT)}".rstrip()


def _line(text: str) -> str:
    """One line: every run of white space and of characters that do not print is one space."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
