"""The channel `outbox`: a text file for each notice, in a folder that the user's settings name."""

from __future__ import annotations

import re
from pathlib import Path

from svcdesk.hookspecs import Means, Notice


def send(notice: Notice, means: Means) -> None:
    """Write `channels.outbox.folder`/ID.txt; a notice told again replaces its own file.

    Raising is how a channel says that it could not: svcdesk names the channel, and what was done
    stays done.
    """
    given = means.settings.get("folder")
    if not isinstance(given, str) or not given:
        raise ValueError("set channels.outbox.folder in your own configuration")
    folder = Path(given).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9]+", "-", notice.id)
    text = f"{notice.subject}\n\ndesk: {notice.desk}\nmove: {notice.move}\n"
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")
