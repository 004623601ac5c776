"""The git merge driver as a program: `python -P -m svcdesk.cli.driver %O %A %B %L %P`.

Git starts it once for every file that both sides changed, so it loads nothing that it can do
without, click least of all. The result is written over %A. It ends with 0, with 3 for conflicts
that are marked in the file, with 4 for everything else: the line that `merge_setup` configures
then lets git's own text merge make markers.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.errors import SvcdeskError
from svcdesk.i18n import LANGUAGES, T, use
from svcdesk.store.merge_files import (
    CONFLICT,
    FAILED,
    MARKER_SIZE,
    FileMerge,
    merge_file,
    read_versions,
)
from svcdesk.store.merge_rules import MergeRules

if TYPE_CHECKING:
    from svcdesk.store.schema import Kinds

_DESK_FILE = Path("records/desk.yaml")
_LANGUAGE = re.compile(rb"^language:[ \t]*['\"]?([a-z]{2})\b", re.MULTILINE)
_SCHEMAS = Path("schemas")


def drive(base: Path, one: Path, other: Path, marker_size: int, path: str) -> int:
    """Merge the three files into `one`, by the rules for `path`; the exit code.

    Where git asks for the base of a criss-cross merge (more than seven marker characters), fields
    that cannot be merged are left out, and a version that cannot be read counts as none.
    """
    inner = marker_size > MARKER_SIZE
    try:
        merged = _merge(base, one, other, marker_size, path, inner=inner)
    except SvcdeskError as error:
        if inner:
            one.write_bytes(b"")
            return 0
        _say(T("svcdesk: {path}: {message}", path=path, message=error))
        return FAILED
    one.write_bytes(merged.data)
    if inner or not merged.conflicts:
        return 0
    for conflict in merged.conflicts:
        _say(T("svcdesk: {path}: both sides changed {field}", path=path, field=conflict.field))
    return CONFLICT


def _merge(
    base: Path, one: Path, other: Path, marker_size: int, path: str, *, inner: bool
) -> FileMerge:
    versions = read_versions(
        path,
        base.read_bytes(),
        one.read_bytes(),
        other.read_bytes(),
        MergeRules(_kinds()).at(path),
    )
    return merge_file(versions, leave_out=inner, marker_size=marker_size, names=_names())


def _names() -> tuple[str, str] | None:
    """What `git merge` calls the two sides, which it tells by its environment: HEAD, and the
    branch. None for another command, and for a merge of several branches."""
    heads = [value for key, value in os.environ.items() if key.startswith("GITHEAD_")]
    return ("HEAD", " ".join(heads[0].split())) if len(heads) == 1 and heads[0].strip() else None


def _speak() -> None:
    """Use the language that was asked for, else the desk's."""
    language = os.environ.get("SVCDESK_LANG", "")
    if language not in LANGUAGES:
        found = _LANGUAGE.search(_DESK_FILE.read_bytes()) if _DESK_FILE.is_file() else None
        language = found[1].decode("ascii") if found else ""
    if language in LANGUAGES:
        use(language)


def _kinds() -> Kinds:
    """The kinds of the desk that git works in, whose root is the current folder.

    Only what is needed for merging is read of `desk.yaml`; a desk with plugins is opened whole,
    for they may add fields.
    """
    from svcdesk.store.schema import load_kinds
    from svcdesk.store.yaml_read import parse

    facts = parse(_DESK_FILE.read_bytes(), path=str(_DESK_FILE)).value
    if facts.get("plugins"):
        from svcdesk.desk import open_desk

        return open_desk(".").kinds
    own = sorted(_SCHEMAS.iterdir()) if _SCHEMAS.is_dir() and not _SCHEMAS.is_symlink() else []
    versions = facts.get("kinds")
    return load_kinds(
        {one.name: one.read_bytes() for one in own if one.suffix in (".json", ".yaml")},
        {
            name: number
            for name, number in (versions if isinstance(versions, dict) else {}).items()
            if isinstance(number, int)
        },
    )


def _say(message: object) -> None:
    from svcdesk.terminal.escaping import escape

    sys.stderr.write(escape(str(message)) + "\n")


def main(arguments: Sequence[str]) -> int:
    """Run with git's arguments; whatever goes wrong ends with FAILED and a line on stderr."""
    try:
        _speak()
        base, one, other, size, path = arguments
        return drive(Path(base), Path(one), Path(other), int(size), path)
    except Exception as error:  # git's own merge is better than none, whatever went wrong here
        _say(T("svcdesk: the merge driver failed: {error}", error=repr(error)))
        return FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
