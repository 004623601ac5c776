"""Which words may stand for a revision when they come from a user."""

from __future__ import annotations

import re

from svcdesk.errors import UsageError
from svcdesk.i18n import T

_LIMIT = 255
_STEPS = re.compile(r"(?:[~^][0-9]*)*\Z", re.ASCII)
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)


def check_ref(name: str) -> str:
    """`name` itself if it is a branch, a tag, a commit id or HEAD, with `~2` or `^` behind it.

    Nothing that git, a shell or an option parser would read otherwise gets through: no leading
    hyphen, no range, no `@{…}`, no `:path` (git-check-ref-format(1), and stricter). Letters of
    any script are fine. Raises UsageError with code E_REF.
    """
    steps = _STEPS.search(name)
    base = name[: steps.start()] if steps else name
    parts = base.split("/")
    if (
        len(name.encode("utf-8", "replace")) > _LIMIT
        or not all(char.isalnum() or char in "._/+-@#=" for char in base)
        or not all(parts)
        or any(part.startswith((".", "-")) or part.endswith((".", ".lock")) for part in parts)
        or ".." in base
    ):
        raise UsageError(
            T("“{name}” cannot be the name of a branch, tag or commit", name=name),
            hint=T("give a name as `git branch` shows it, a commit id, or HEAD~1"),
            code="E_REF",
        )
    return name


def is_object_id(text: str) -> bool:
    """Whether it is a whole object id, SHA-1 or SHA-256, in lower case."""
    return _ID.fullmatch(text) is not None
