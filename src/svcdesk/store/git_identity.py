"""Who git says that its user is: never guessed, never taken from the text of a record."""

from __future__ import annotations

import os
from pathlib import Path

from svcdesk.errors import RepositoryState
from svcdesk.i18n import T, Text
from svcdesk.store import git_process
from svcdesk.values import NamedTuple

# What git itself strips from both ends of a name (ident.c).
_CRUD = "".join(map(chr, range(33))) + "\x7f.,:;<>\"\\'"

_QUESTION = ("config", "-z", "--get-regexp", r"^(user|author)\.(name|email)$")


class Identity(NamedTuple):
    """A name and an e-mail address as a commit carries them."""

    name: str
    email: str


def ask_identity(root: Path) -> git_process.Asked:
    """Ask git for what `identity` needs; its answer can be handed on to that."""
    return git_process.Asked(_QUESTION, root)


def identity(root: Path, asked: git_process.Asked | None = None) -> Identity:
    """The author of the next commit, by git's rules: environment, `author.*`, then `user.*`.

    The configuration is read as it stands and not through `git var`, which removes newlines and
    angle brackets without a word and invents an address from the host's name. Raises
    RepositoryState (E_IDENTITY) where name or address is missing, or holds any of those.
    """
    answer = (asked or ask_identity(root)).answer()
    if answer.code not in (0, 1):
        raise git_process.failure(_QUESTION, answer)
    settings: dict[str, str] = {}
    for entry in answer.out.split(b"\0"):
        key, _, value = entry.decode("utf-8", "replace").partition("\n")
        settings[key] = value  # the last one wins, as for git
    return Identity(_named(settings, "name"), _named(settings, "email"))


def _named(settings: dict[str, str], part: str) -> str:
    raw = os.environ.get(f"GIT_AUTHOR_{part.upper()}")
    if raw is None:
        raw = settings.get(f"author.{part}", settings.get(f"user.{part}", ""))
    if any(char in raw for char in "<>\n\r\0"):
        raise RepositoryState(
            T("git's user.{part} holds an angle bracket or a line break: {value}",
              part=part, value=repr(raw)),
            hint=_advice(),
            code="E_IDENTITY",
        )  # fmt: skip
    clean = raw.strip(_CRUD)
    if not clean:
        raise RepositoryState(
            T("git does not know who you are: user.{part} is not set", part=part),
            hint=_advice(),
            code="E_IDENTITY",
        )
    return clean


def _advice() -> Text:
    return T(
        'run: git config --global user.name "Your Name" '
        "and: git config --global user.email you@example.org"
    )
