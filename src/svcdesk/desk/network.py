"""How long the network may take, as the user's own settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcdesk.store.remotes import TIMEOUT

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


def network_limit(desk: Desk) -> float:
    """Seconds that one fetch or push may take; what is no number above 0 counts as not said."""
    value = desk.config.get("sync.timeout")
    try:
        seconds = float(value) if isinstance(value, (int, float, str)) else TIMEOUT
    except ValueError:
        return TIMEOUT
    return seconds if 0 < seconds < 86_400 else TIMEOUT
