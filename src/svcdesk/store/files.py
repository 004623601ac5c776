"""Which paths may be touched below a root, and reading a file without being led elsewhere."""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from functools import lru_cache
from pathlib import Path

from svcdesk.errors import FileRefused, NotFound, reason_of
from svcdesk.i18n import T, Text

_NAME_LIMIT = 255
_PATH_LIMIT = 1024
# Windows opens these whatever their ending and folder (Microsoft, “Naming Files, Paths”).
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.I)
_SHORT_GIT = re.compile(r"git~[0-9]+", re.I | re.ASCII)
_FORBIDDEN = frozenset('\\:*?"<>|')
# Without meaning where the system has no such flag (Windows): there the kind of file is looked at
# before it is opened.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def safe_path(root: Path, relative: str) -> Path:
    """`root / relative`, if it may be a file of ours: it need not exist.

    `relative` uses `/`. Raises FileRefused: E_PATH for what is absolute, leads out, is git's own
    in any disguise, or is no file name on some system; E_SYMLINK where any part of the way is a
    link; E_NOT_REGULAR where a part of the way is a file or the end is no regular file.
    """
    _refuse_way(root, relative)
    return root / relative


def _refuse_way(root: Path, relative: str) -> None:
    names = check_path(relative)
    place = os.fspath(root)
    for position, name in enumerate(names):
        place = f"{place}/{name}"
        try:
            mode = os.lstat(place).st_mode
        except FileNotFoundError:
            break
        except OSError as error:
            raise _refused(relative, reason_of(error)) from error
        _refuse_kind(mode, relative, last=position == len(names) - 1)


def check_path(relative: str) -> list[str]:
    """The names in a path, if it may be one of ours; the disk is not asked.

    Raises FileRefused (E_PATH).
    """
    if len(relative.encode("utf-8", "replace")) > _PATH_LIMIT:
        raise _refused(relative, T("it is longer than {limit} bytes", limit=_PATH_LIMIT))
    names = relative.split("/")
    for name in names:
        reason = _wrong(name)
        if reason is not None:
            raise _refused(relative, reason)
    return names


def safe_name(name: str) -> str:
    """`name` itself, if a user's file may be stored under it (an attachment).

    Stricter than a path's parts: no leading dot (`.gitattributes`), none of the short names that
    Windows gives such files. Raises FileRefused (E_PATH).
    """
    reason = T("it holds a slash") if "/" in name else _wrong(name)
    if reason is None and (_visible_start(name) == "." or re.search(r"~[0-9]", name)):
        reason = T("it starts with a dot or is a short name of Windows")
    if reason is not None:
        raise _refused(name, reason)
    return name


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes, without ever waiting or following.

    Raises NotFound, or FileRefused: E_SYMLINK, E_NOT_REGULAR (a pipe, a device, a directory),
    E_SIZE (judged before anything is read), E_READ.
    """
    return _read_regular(os.fspath(path), limit, str(path))


def read_below(root: Path, relative: str, limit: int) -> bytes:
    """`read_regular` of a path that `safe_path` lets in; errors name it as it was given."""
    _refuse_way(root, relative)
    # as texts: a Path takes longer to be made than the file to be opened, and bulks read thousands
    return _read_regular(f"{os.fspath(root)}/{relative}", limit, relative)


def _read_regular(path: str, limit: int, shown: str) -> bytes:
    try:
        _refuse_kind(os.lstat(path).st_mode, shown, last=True)
        descriptor = os.open(path, _FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(T("there is no file {path}", path=shown), path=shown) from None
    except OSError as error:
        raise _unreadable(shown, error) from error
    try:
        status = os.fstat(descriptor)
        _refuse_kind(status.st_mode, shown, last=True)
        if status.st_size > limit:
            raise _too_large(shown, limit)
        data = _read(descriptor, limit)
    except OSError as error:
        raise _unreadable(shown, error) from error
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise _too_large(shown, limit)
    return data


def _read(descriptor: int, limit: int) -> bytes:
    parts, left = [], limit + 1  # one more than allowed: a file may grow while it is read
    while left > 0 and (part := os.read(descriptor, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


@lru_cache(256)
def _wrong(name: str) -> Text | None:
    """What is wrong with one name of a path, if anything; names of folders come again and again."""
    if name in ("", ".", ".."):
        return T("a part of it is empty, “.” or “..”")
    if len(name.encode("utf-8", "replace")) > _NAME_LIMIT:
        return T("a name in it is longer than {limit} bytes", limit=_NAME_LIMIT)
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in name):
        return T("it holds a character that does not print")
    if not _FORBIDDEN.isdisjoint(name):
        return T('it holds one of \\ : * ? " < > |')
    if name[-1] in ". " or name[0] == " ":
        return T("a name in it starts or ends with a space, or ends with a dot")
    plain = unicodedata.normalize("NFKC", name).casefold()
    if plain == ".git" or _SHORT_GIT.fullmatch(plain):
        return T("it leads into git's own directory")
    if _DEVICE.fullmatch(plain) or _DEVICE.fullmatch(name):
        return T("it is the name of a device on Windows")
    return None


def _visible_start(name: str) -> str:
    return unicodedata.normalize("NFKC", name)[:1]


def _refuse_kind(mode: int, shown: str, *, last: bool) -> None:
    if stat.S_ISLNK(mode):
        raise FileRefused(
            T("{path} is, or lies behind, a symbolic link", path=shown),
            hint=T("put the file itself there: links are not followed"),
            code="E_SYMLINK",
            path=shown,
        )
    if not (stat.S_ISREG(mode) if last else stat.S_ISDIR(mode)):
        raise FileRefused(
            T("{path} is not a regular file", path=shown)
            if last
            else T("{path} lies behind something that is not a directory", path=shown),
            code="E_NOT_REGULAR",
            path=shown,
        )


def _refused(shown: str, reason: Text | str) -> FileRefused:
    path = shown if len(shown) <= _NAME_LIMIT else shown[:_NAME_LIMIT] + "…"
    return FileRefused(
        T("“{path}” cannot be the path of a file here: {reason}", path=path, reason=reason),
        code="E_PATH",
        path=path,
    )


def _too_large(shown: str, limit: int) -> FileRefused:
    return FileRefused(
        T("{path} is larger than {limit} bytes", path=shown, limit=limit),
        code="E_SIZE",
        path=shown,
    )


def _unreadable(shown: str, error: OSError) -> FileRefused:
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return FileRefused(
            T("{path} is, or lies behind, a symbolic link", path=shown),
            hint=T("put the file itself there: links are not followed"),
            code="E_SYMLINK",
            path=shown,
        )
    return FileRefused(
        T("{path} cannot be read: {reason}", path=shown, reason=reason_of(error)),
        code="E_READ",
        path=shown,
    )
