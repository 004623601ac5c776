"""Every error that svcdesk raises on purpose, in one tree.

    SvcdeskError                      exit code
    ├── UsageError                    2   the words of the call are off (option, field, query)
    └── Refused                       3   understood, and not done; nothing has changed
        ├── NotADesk                      no git, no repository, no desk, a desk of a later format
        ├── NotFound                      no record, person, file or revision of that name
        ├── Ambiguous                     several records end like that
        ├── FileRefused                   a file the guard does not let in (code E_…)
        ├── Invalid                       a record that its schema or a rule does not allow
        ├── IllegalMove                   not from this state
        ├── NotAllowed                    not by this person
        ├── MissingField                  a move wants a field that was not given
        ├── RepositoryState               merge or rebase under way, detached head, dirty record …
        ├── Busy                          another svcdesk holds the desk
        ├── Changed                       a file moved under us between reading and writing
        ├── GitFailed                     git itself refused (hook, identity, disk)
        └── PluginFailed                  a plugin raised or answered nonsense

A bug of ours is none of these: any other exception ends with exit code 4. Codes 1 (findings) and
5 (answered, but some records could not be read) are results, not errors.
"""

from __future__ import annotations

import errno

from svcdesk.i18n import T, Text

SENT_OTHERWISE = T("the terminal or script sends another encoding, perhaps GBK; let it send UTF-8")
"""What to do where what was typed is not UTF-8."""


class SvcdeskError(Exception):
    """Something a person can act on.

    `code` is stable and never translated; `message` says what is wrong and `hint` what to do;
    `record`, `path` (relative to the desk), `line` (from 1) and `field` (dotted) say where.
    `others` are wrong too, where many were to be done together.
    """

    exit_code = 3
    code = "E_REFUSED"

    def __init__(
        self,
        message: Text,
        *,
        hint: Text | None = None,
        code: str | None = None,
        record: str | None = None,
        path: str | None = None,
        line: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or type(self).code
        self.record = record
        self.path = path
        self.line = line
        self.field = field
        self.others: tuple[SvcdeskError, ...] = ()

    def __str__(self) -> str:
        return str(self.message)


class UsageError(SvcdeskError):
    exit_code = 2
    code = "E_USAGE"


class Refused(SvcdeskError):
    """Understood, and not done: nothing has changed."""


class NotADesk(Refused):
    code = "E_NO_DESK"


class NotFound(Refused):
    code = "E_NOT_FOUND"


class Ambiguous(Refused):
    code = "E_AMBIGUOUS"


class FileRefused(Refused):
    code = "E_FILE"


class Invalid(Refused):
    code = "E_INVALID"


class IllegalMove(Refused):
    code = "E_MOVE"


class NotAllowed(Refused):
    code = "E_ROLE"


class MissingField(Refused):
    """A move wants `field`; a terminal asks for it, elsewhere the message names the option."""

    code = "E_MISSING"


class RepositoryState(Refused):
    code = "E_STATE"


class Busy(Refused):
    code = "E_BUSY"


class Changed(Refused):
    code = "E_CHANGED"


class GitFailed(Refused):
    code = "E_GIT"


class PluginFailed(Refused):
    code = "E_PLUGIN"


_SYSTEM_SAYS = {
    errno.ENOENT: T("there is no such file or folder"),
    errno.EACCES: T("permission denied"),
    errno.EPERM: T("permission denied"),
    errno.EISDIR: T("it is a folder"),
    errno.ENOTDIR: T("a part of its path is no folder"),
    errno.EEXIST: T("it is there already"),
    errno.ENAMETOOLONG: T("its name is too long"),
    errno.ELOOP: T("a symbolic link stands where none may"),
    errno.EROFS: T("the disk is read-only"),
    errno.ENOSPC: T("the disk is full"),
    errno.EIO: T("the disk reports an error"),
    errno.EBUSY: T("it is in use"),
    errno.EMFILE: T("too many files are open"),
    errno.ENFILE: T("too many files are open"),
    errno.ENOMEM: T("there is not enough memory"),
}


def reason_of(error: OSError) -> Text | str:
    """Why the operating system refused, as a part of a sentence: in words of ours for what is
    common, else in its own."""
    return _SYSTEM_SAYS.get(error.errno or 0) or error.strerror or str(error)


def placed(error: SvcdeskError, path: str | None = None) -> Text:
    """What is wrong, behind file and line where they are known: `records/x.yaml:3: …`.

    `path` is the file that it is about, for an error that does not name one itself.
    """
    where, said = error.path or path, str(error.message)
    if where is None:
        return error.message
    if said.startswith((f"{where}:", f"{where}：")) and error.line:
        said = said.removeprefix(where)[1:].lstrip()
    elif where in said:
        return error.message
    place = f"{where}:{error.line}" if error.line else where
    return T("{place}: {message}", place=place, message=said)
