"""What the disk refuses, in words: ours, or those of a git that met it."""

from __future__ import annotations

import errno
import re

from svcdesk.errors import Refused, reason_of
from svcdesk.i18n import T

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
# git says the second where a write ends short of its length.
_SAID = re.compile(rb"No space left on device|Out of diskspace|Disk quota exceeded")


def disk_refused(error: OSError) -> Refused:
    """What the operating system refused, as our error (E_DISK)."""
    if error.errno in _FULL:
        return disk_full()
    reason = reason_of(error)
    return Refused(
        T("the disk refused {path}: {reason}", path=error.filename, reason=reason)
        if error.filename
        else T("the disk refused a write: {reason}", reason=reason),
        hint=T("nothing has changed; make room or mend it, then try again"),
        code="E_DISK",
    )


def disk_full() -> Refused:
    """There is no room (E_DISK)."""
    return Refused(
        T("the disk is full"),
        hint=T("nothing was written; make room, then try again"),
        code="E_DISK",
    )


def says_full(words: bytes) -> bool:
    """Whether a git says that there is no room."""
    return _SAID.search(words) is not None
