"""Which kinds a desk has, and which files each is made of – before any of them is put together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text
from svcdesk.values import NamedTuple

SCHEMA, WORKFLOW = ".schema.json", ".workflow.yaml"
FILES = ("calendar", "customers", "desk", "people", "policy", "workflow")
"""The desk's own files that have a schema here and are no kinds."""
_HERE = Path(__file__).resolve()
_RESERVED_FOLDERS = frozenset({"attachments", "calendars", "policies", "templates"})
_HEAD = re.compile(r"^(version|prefix|folder|request): ([A-Za-z0-9_-]+)$", re.MULTILINE)
_HEAD_KEYS = ("kind", "version", "prefix", "folder", "request")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_PREFIX = re.compile(r"[A-Z]{2,6}")
_FOLDER = re.compile(r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$)[a-z][a-z0-9-]{0,31}")


class Source(NamedTuple):
    """Where a kind comes from, and the little of its workflow that is needed at once.

    `request` is the field that links to a request, for documents of a request's chain. `schema`
    and `workflow` are the desk's own files for the kind, None where it has none.
    """

    name: str
    version: int
    prefix: str
    folder: str
    request: str | None
    shipped: bool
    schema: bytes | None = None
    workflow: bytes | None = None

    def shipped_bytes(self, ending: str) -> bytes:
        return shipped_file(self.name, self.version, ending).read_bytes()


def shipped_dir() -> Path:
    """The folder of the shipped schemas: in the installed package, else in the checkout."""
    installed = _HERE.parent.parent / "schemas"
    return installed if installed.is_dir() else _HERE.parents[3] / "schemas"


@lru_cache(maxsize=1)
def shipped_kinds() -> Mapping[str, int]:
    """The kinds that come with svcdesk, and the newest version of each."""
    paths = sorted(shipped_dir().glob(f"*{WORKFLOW}"))
    names = [path.name.removesuffix(WORKFLOW) for path in paths]
    return {
        name: int(_head(path.read_bytes())["version"])
        for name, path in zip(names, paths, strict=True)
    }


def shipped_file(name: str, version: int, ending: str) -> Path:
    """A shipped kind's file. Older versions stay in `versions/`: an upgrade changes no answer."""
    if version == shipped_kinds().get(name):
        return shipped_dir() / f"{name}{ending}"
    return shipped_dir() / "versions" / f"{name}.{version}{ending}"


def find_sources(desk_schemas: Mapping[str, bytes], versions: Mapping[str, int]) -> list[Source]:
    """The sources of the kinds in use: the shipped ones that are named, then the desk's own.

    Raises Invalid for an unknown kind or version, for a file that belongs to no kind, for a prefix
    or folder that is unsafe or taken.
    """
    own = _own_files(desk_schemas)
    shipped = shipped_kinds()
    sources = [
        _shipped_source(name, number, own) for name, number in versions.items() if name in shipped
    ]
    in_use = {one.name for one in sources}
    for name in sorted({name for name, _ in own} - in_use):
        sources.append(_own_source(name, own, versions.get(name)))
        in_use.add(name)
    for name in versions:
        if name not in in_use:
            raise wrong_kind(name, T("no such kind is shipped, and schemas/ has none"))
    _refuse_twins(sources)
    return sources


def wrong_kind(name: str, why: Text) -> Invalid:
    """What to say where `kinds:` of desk.yaml and the kinds there are do not fit."""
    known = ", ".join(f"{one}: {number}" for one, number in shipped_kinds().items())
    return Invalid(
        T("records/desk.yaml: kinds.{name}: {why}", name=name, why=why),
        hint=T("`kinds:` names the version of each shipped kind in use; newest: {known}",
               known=known),
        code="E_KIND",
        path="records/desk.yaml",
        field=f"kinds.{name}",
    )  # fmt: skip


def refuse(path: str, field: str, what: Text, hint: Text | None = None) -> NoReturn:
    """Refuse a file of `schemas/`, naming the place in it."""
    raise Invalid(
        T("{path}: {field}: {what}", path=path, field=field, what=what),
        hint=hint or T("see docs/kinds.md for what a desk may add"),
        code="E_SCHEMA",
        path=path,
        field=field,
    )


def _own_files(desk_schemas: Mapping[str, bytes]) -> dict[tuple[str, str], bytes]:
    """The desk's files by (kind, ending), without those that are as shipped."""
    found = {}
    for file, data in desk_schemas.items():
        ending = SCHEMA if file.endswith(SCHEMA) else WORKFLOW
        name = file.removesuffix(ending)
        if name == file or _NAME.fullmatch(name) is None:
            refuse(
                f"schemas/{file}",
                "file",
                T("the name does not say which kind it is for"),
                T("files here are NAME{schema} and NAME{workflow}", schema=SCHEMA,
                  workflow=WORKFLOW),
            )  # fmt: skip
        shipped = shipped_dir() / file
        if shipped.is_file() and _same(data, shipped.read_bytes(), file):
            continue
        if ending == SCHEMA and name in (*FILES, "common"):
            refuse(
                f"schemas/{file}",
                "file",
                T("it differs from the file of that name that svcdesk ships"),
                T("take it out: only kinds can be extended"),
            )
        found[name, ending] = data
    return found


def _same(data: bytes, shipped: bytes, file: str) -> bool:
    """Whether two files say the same, whatever their layout."""
    if data == shipped:
        return True
    path = f"schemas/{file}"
    if file.endswith(SCHEMA):
        from svcdesk.store.schema_guard import read_json

        return read_json(data, path=path) == read_json(shipped, path=file)
    from svcdesk.store.yaml_read import parse

    return parse(data, path=path).value == parse(shipped, path=file).value


def _shipped_source(name: str, version: int, own: Mapping[tuple[str, str], bytes]) -> Source:
    path = shipped_file(name, version, WORKFLOW)
    if not path.is_file():
        newest = shipped_kinds()[name]
        raise wrong_kind(
            name,
            T("version {version} is later than this svcdesk knows ({newest})",
              version=version, newest=newest)
            if version > newest
            else T("there is no version {version}", version=version),
        )  # fmt: skip
    head = _head(path.read_bytes())
    mine = own.get((name, WORKFLOW))
    if mine is not None:
        where = f"schemas/{name}{WORKFLOW}"
        said = _own_head(mine, where)
        for key, value in (("kind", name), ("prefix", head["prefix"]), ("folder", head["folder"])):
            if said.get(key) != value:
                refuse(where, key, T("must stay “{value}”: the kind is shipped", value=value))
        head["request"] = said.get("request", "")
    return Source(
        name=name,
        version=version,
        prefix=head["prefix"],
        folder=head["folder"],
        request=head.get("request") or None,
        shipped=True,
        schema=own.get((name, SCHEMA)),
        workflow=mine,
    )


def _own_source(name: str, own: Mapping[tuple[str, str], bytes], version: int | None) -> Source:
    if name in shipped_kinds():
        raise wrong_kind(name, T("is missing, and schemas/ extends it"))
    schema, workflow = own.get((name, SCHEMA)), own.get((name, WORKFLOW))
    if schema is None or workflow is None:
        refuse(
            f"schemas/{name}{SCHEMA if schema is None else WORKFLOW}",
            "file",
            T("is missing: a kind has a schema and a workflow"),
            T("add it, or take the other file out"),
        )
    path = f"schemas/{name}{WORKFLOW}"
    head = _own_head(workflow, path)
    if head.get("kind") != name:
        refuse(path, "kind", T("must be “{value}”, as the file is named", value=name))
    if version is not None and head.get("version") != str(version):
        raise wrong_kind(name, T("its workflow has version {number}", number=head.get("version")))
    if _PREFIX.fullmatch(head.get("prefix", "")) is None:
        refuse(path, "prefix", T("must be two to six capital letters"))
    folder = head.get("folder", "")
    if _FOLDER.fullmatch(folder) is None or folder in _RESERVED_FOLDERS:
        refuse(path, "folder", T("must be a free name of small letters, digits and hyphens"))
    return Source(
        name=name,
        version=version or 1,
        prefix=head["prefix"],
        folder=folder,
        request=head.get("request") or None,
        shipped=False,
        schema=schema,
        workflow=workflow,
    )


def _refuse_twins(sources: Sequence[Source]) -> None:
    """Two kinds with one prefix or folder would hide each other's records."""
    for key in ("prefix", "folder"):
        seen: dict[str, str] = {}
        for source in sources:
            value = getattr(source, key)
            other = seen.setdefault(value, source.name)
            if other != source.name:
                refuse(
                    f"schemas/{source.name}{WORKFLOW}",
                    key,
                    T("“{value}” belongs to the kind {other}", value=value, other=other),
                )


def _head(data: bytes) -> dict[str, str]:
    """The top-level names of a shipped workflow, without reading all of it."""
    return {one[1]: one[2] for one in _HEAD.finditer(data.decode("utf-8"))}


def _own_head(data: bytes, path: str) -> dict[str, str]:
    from svcdesk.store.yaml_read import parse

    values = parse(data, path=path).value
    return {key: str(values[key]) for key in _HEAD_KEYS if values.get(key) is not None}
