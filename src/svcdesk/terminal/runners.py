"""Text in the log of a CI runner that obeys commands in it: what is only shown must stay so.

GitHub's runner (and Gitea's, which follows it) reads every line of a step's output, of standard
error too. It obeys `::name …::` at the beginning of a line, white space aside, and the older
`##[name …]` anywhere in one: see actions/runner, src/Runner.Common/ActionCommand.cs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_UNSEEN = (
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]*"
)
"""What a comparison by the rules of a language takes for nothing."""
_SPACE = r"(?:\x1b\[[0-9;]*m|[^\w!-~])*"
"""What may stand before a command on its line, and more: colours, and whatever shows nothing."""
_BEGINNING = re.compile(rf"(\A|[\r\n])({_SPACE}):({_UNSEEN}:)")
_ANYWHERE = re.compile(rf"#({_UNSEEN}#{_UNSEEN}\[)")


def is_obeyed(environ: Mapping[str, str]) -> bool:
    """Whether what this process prints is read by such a runner (both set this variable)."""
    return environ.get("GITHUB_ACTIONS") == "true"


def disarm(text: str) -> str:
    """The text with a space in whatever a runner would obey: `: :error::`, `# #[error]`."""
    if "::" not in text and "#" not in text:
        return text
    return _ANYWHERE.sub(r"# \1", _BEGINNING.sub(r"\1\2: \3", text))
