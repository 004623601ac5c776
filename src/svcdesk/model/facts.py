"""A desk's facts: what `records/desk.yaml` says, the same for everyone on the same commit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from svcdesk.model.record import Values
from svcdesk.values import NamedTuple

_NOTHING: Mapping[str, Any] = MappingProxyType({})

FORMAT = 1
"""The format of desks that this version writes; a later one is refused."""

ON_SYNC, ON_WRITE = PUBLISH = ("on-sync", "on-write")
"""When commits are published: by `sync`, or after each write."""


class Facts(NamedTuple):
    """`documents` says which documents a request's chain needs, by the request's type;
    `kinds` the version in use of each shipped kind. See docs/desk.md for every key."""

    name: str
    zone: ZoneInfo
    language: str = "en"
    format: int = FORMAT
    kinds: Mapping[str, int] = _NOTHING
    numbering: str = "daily"
    policy: str = "delivery-template"
    calendar: str = "office"
    documents: Mapping[str, tuple[str, ...]] = _NOTHING
    confirm_own: bool = False
    """Whether somebody may record the user's confirmation of what they resolved themselves."""
    close_without_confirmation: bool = False
    signed_approvals: bool = False
    """Whether an approval counts only with a signature, for every kind."""
    reopen_within_days: int | None = None
    attachment_mib: int = 10
    """The largest attachment, in MiB."""
    publish: str = "on-sync"
    plugins: tuple[str, ...] = ()
    routes: Mapping[str, tuple[str, ...]] = _NOTHING
    """Which channels hear of an operation: operation (or `*`) → channel names."""
    queries: Mapping[str, str] = _NOTHING
    custom: Values = _NOTHING
