"""What is missing or wrong in how a clone merges records, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from svcdesk.i18n import T, Text
from svcdesk.store.merge_setup import ATTRIBUTE, Installed, Status

_INSTALL = T("svcdesk merge-driver --install")


def complaints(status: Status) -> Iterator[tuple[Text, Text]]:
    """Each thing that is wrong, with the command or line that mends it."""
    if status.installed is Installed.NO:
        yield (
            T("git merges records as plain text here: this clone has no merge driver set up"),
            _INSTALL,
        )
    elif status.installed is Installed.OTHER:
        yield (
            T("this clone's merge driver is another than this svcdesk: {command}",
              command=status.command),
            _INSTALL,
        )  # fmt: skip
    if not status.attribute:
        yield (
            T(".gitattributes does not give records to the merge driver"),
            T("`svcdesk doctor --fix` adds the line “{line}”", line=ATTRIBUTE),
        )
    if status.marker_size is not None:
        yield (
            T("attributes ask for conflict markers of {size} characters: with any other number "
              "than 7 git's driver takes a merge for one of several bases, and leaves conflicting "
              "fields out", size=status.marker_size),
            T("take conflict-marker-size off records in .gitattributes"),
        )  # fmt: skip
