"""The address book `file`: full contacts in a YAML, JSON or CSV file outside the repository.

Records hold masked contacts only (norm C 4.4); somebody must still be able to ring back.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svcdesk.errors import PluginFailed, reason_of
from svcdesk.hookspecs import Contacts, Means
from svcdesk.i18n import T, Text

if TYPE_CHECKING:
    from svcdesk.model.record import Value

_LARGEST = 16 * 1024 * 1024


def find(ref: str, means: Means) -> Mapping[str, str] | None:
    """The entry of a requester's `ref` in the book that `contacts.book` names, or None.

    The book maps refs to fields (YAML, JSON), or has a column `ref` (CSV). Without a book nobody is
    known. Raises PluginFailed where it lies inside the desk's repository, or cannot be read.
    """
    given = means.settings.get("book")
    if given is None or given == "":
        return None
    path = _path(given, means.repository)
    entry = _read(path).get(ref)
    if entry is None:
        return None
    if isinstance(entry, str):
        return {"contact": entry}
    if not isinstance(entry, Mapping):
        raise _refused(T("{path}: the entry of {ref} is no mapping", path=path, ref=ref))
    return {str(key): str(value) for key, value in entry.items()}


def _path(given: Value, repository: Path | None) -> Path:
    path = Path(given).expanduser() if isinstance(given, str) else None
    if path is None or not path.is_absolute():
        raise _refused(T("`contacts.book` must be a full path, not {path}", path=given))
    if repository is not None:
        root = repository.resolve()
        if path.resolve().is_relative_to(root) or path.absolute().is_relative_to(root):
            raise _refused(
                T("the address book {path} lies inside the repository", path=path),
                T("move it out: full contacts must never enter git (norm C 4.4)"),
            )
    return path


def _read(path: Path) -> Mapping[str, Any]:
    try:
        data = path.read_bytes()
        if len(data) > _LARGEST:
            raise _refused(T("{path} is larger than 16 MiB", path=path))
        text = data.decode("utf-8-sig")
        book = _PARSERS.get(path.suffix.casefold(), _yaml)(text)
    except OSError as error:
        raise _refused(T("cannot read {path}: {why}", path=path, why=reason_of(error))) from error
    except ValueError as error:
        why = str(error).splitlines()[0]
        raise _refused(T("{path} cannot be understood: {why}", path=path, why=why)) from error
    if not isinstance(book, Mapping):
        raise _refused(T("{path} is no mapping from refs to contacts", path=path))
    return book


def _yaml(text: str) -> Any:
    """Every scalar as the text that stands there: a telephone number is no octal number."""
    import yaml

    try:
        return yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise ValueError(str(error).replace("\n", " ")) from error


def _csv(text: str) -> Mapping[str, Mapping[str, str]]:
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    if any("ref" not in row for row in rows):
        raise ValueError(str(T("no column “ref”")))
    return {
        str(row["ref"]): {key: value for key, value in row.items() if key and key != "ref"}
        for row in rows
    }


def _json(text: str) -> Any:
    return json.loads(text, parse_int=str, parse_float=str)


_PARSERS = {".json": _json, ".csv": _csv, ".yaml": _yaml, ".yml": _yaml}


def _refused(message: Text, hint: Text | None = None) -> PluginFailed:
    return PluginFailed(message, hint=hint, code="E_CONTACTS")


def svcdesk_register_contacts() -> Iterable[Contacts]:
    return [Contacts("file", T("an address book in a file of your own"), find)]
