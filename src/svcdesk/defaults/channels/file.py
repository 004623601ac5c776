"""The channel `file`: appends each notice to a file of the user's, one JSON object a line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from svcdesk.errors import PluginFailed, reason_of
from svcdesk.hookspecs import Channel, Means, Notice
from svcdesk.i18n import T


def send(notice: Notice, means: Means) -> None:
    """Append a line to `channels.file.path`. Raises PluginFailed where that is not possible.

    One write a line to a file opened for appending: lines of several writers never mix. The file is
    its owner's alone, for it says what customers asked.
    """
    path = _path(means)
    line = json.dumps(notice.payload()).encode() + b"\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            written = os.write(handle, line)
        finally:
            os.close(handle)
    except OSError as error:
        raise PluginFailed(
            T("cannot append to {path}: {why}", path=path, why=reason_of(error)),
            code="E_CHANNEL",
        ) from error
    if written < len(line):
        raise PluginFailed(
            T("{path} took only a part of the line: is the disk full?", path=path),
            code="E_CHANNEL",
        )


def _path(means: Means) -> Path:
    given = means.settings.get("path")
    path = Path(given).expanduser() if isinstance(given, str) and given else None
    if path is None or not path.is_absolute():
        raise PluginFailed(
            T("the channel file has no path to append to"),
            hint=T("set `channels.file.path` to a full path in your own configuration"),
            code="E_CHANNEL",
        )
    return path


def svcdesk_register_channels() -> Iterable[Channel]:
    return [Channel("file", T("JSON lines appended to a file"), send)]
