"""The newest commit of which channels were told right after it was made, for want of a remote.

When a remote is added later, what was told by then is not told again.
"""

from __future__ import annotations

from pathlib import Path

from svcdesk.store.git_refs import is_object_id
from svcdesk.store.lock import own_folder

_NAME = "told"


def told(common_dir: Path) -> str | None:
    """That commit, if there is one."""
    try:
        commit = (common_dir / "svcdesk" / _NAME).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return commit if is_object_id(commit) else None


def remember_told(common_dir: Path, commit: str) -> None:
    (own_folder(common_dir) / _NAME).write_text(commit, encoding="ascii")
