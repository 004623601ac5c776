"""The kinds of a desk: shipped, extended or made by the desk, each put together when first asked.

Only names, prefixes and folders are looked at when a desk is opened; a kind that nobody asks for
costs nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from svcdesk.errors import NotFound
from svcdesk.i18n import T
from svcdesk.model.field_info import Choice, plain
from svcdesk.model.kind import Kind, Words, Workflow
from svcdesk.model.record import Value, Values
from svcdesk.store.schema_sources import (
    FILES,
    SCHEMA,
    WORKFLOW,
    Source,
    find_sources,
    refuse,
    shipped_dir,
    shipped_kinds,
    wrong_kind,
)

if TYPE_CHECKING:
    from svcdesk.model.fields import FieldTable
    from svcdesk.store.schema_validator import Validator

__all__ = ["FILES", "Kinds", "file_validator", "load_kinds", "shipped_dir", "shipped_kinds"]


class Kinds(Mapping[str, Kind]):
    """The kinds in use at a desk, by name. `kinds[name]` raises NotFound naming near ones, and
    Invalid for what is wrong in the desk's own files for that kind."""

    def __init__(self, sources: Sequence[Source], fragments: Mapping[str, list[Values]]) -> None:
        self._sources = {one.name: one for one in sources}
        self._fragments = fragments
        self._made: dict[str, Kind] = {}
        self._validators: dict[str, Validator] = {}
        self._words: dict[str, Words] = {}

    def __getitem__(self, name: str) -> Kind:
        if name not in self._made:
            source = self._sources.get(name)
            if source is None:
                raise _no_kind(name, self._sources)
            kind = _put_together(source, self._fragments.get(name, []))
            _refuse_missing_documents(kind.workflow, self._sources)
            self._made[name] = kind
        return self._made[name]

    def meant(self, word: str) -> str:
        """The name of the kind that a typed word means, by its name or a label; the word itself
        where none does."""
        if word in self._sources:
            return word
        wanted = plain(word)
        for name in self._sources:
            if wanted in map(plain, (name, *self.words(name).labels.values())):
                return name
        return word

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def workflow_text(self, name: str) -> str:
        """The workflow file of a kind as it stands: the desk's own, else the shipped one.

        Raises NotFound.
        """
        source = self._sources.get(name)
        if source is None:
            raise _no_kind(name, self._sources)
        return (source.workflow or source.shipped_bytes(WORKFLOW)).decode("utf-8")

    def __len__(self) -> int:
        return len(self._sources)

    def __contains__(self, name: object) -> bool:
        return name in self._sources

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """The prefix of ids of each kind. Puts no kind together."""
        return {one.name: one.prefix for one in self._sources.values()}

    @cached_property
    def folders(self) -> Mapping[str, str]:
        """The folder below `records/` of each prefix of ids. Puts no kind together."""
        return {one.prefix: one.folder for one in self._sources.values()}

    @cached_property
    def by_prefix(self) -> Mapping[str, str]:
        """The kind of each prefix of ids. Puts no kind together."""
        return {one.prefix: one.name for one in self._sources.values()}

    @cached_property
    def documents(self) -> frozenset[str]:
        """The kinds that are documents of a request's chain. Puts no kind together."""
        return frozenset(one.name for one in self._sources.values() if one.request)

    def validator(self, name: str) -> Validator:
        """What judges the records of a kind; made once."""
        if name not in self._validators:
            from svcdesk.store.schema_validator import Validator

            self._validators[name] = Validator(self[name].schema, self.fields(name))
        return self._validators[name]

    def fields(self, name: str | None = None) -> FieldTable:
        """The fields of a kind, or of all kinds together: where two are called alike, requests'
        come first and those of their documents last."""
        if name is not None:
            return self.words(name).fields
        from svcdesk.model.fields import together

        order = sorted(self, key=lambda one: (one != "request", one in self.documents))
        return together(self.fields(one) for one in order)

    def words(self, name: str) -> Words:
        """What people call a kind, its states and fields. Raises as `kinds[name]` does."""
        if name not in self._words:
            from svcdesk.model.fields import table_of

            _, schema, workflow, _ = self[name]
            self._words[name] = Words(name, workflow.labels, workflow.states, table_of(schema))
        return self._words[name]

    def recall(self, words: Iterable[Words]) -> None:
        """Take over what somebody kept of these very kinds, so that they need not be put together
        for it."""
        self._words |= {one.kind: one for one in words}


def load_kinds(
    desk_schemas: Mapping[str, bytes],
    versions: Mapping[str, int],
    fragments: Sequence[tuple[str, Mapping[str, Value]]] = (),
) -> Kinds:
    """The kinds of a desk, each put together when it is first asked for.

    `desk_schemas` holds the files of the desk's `schemas/` by name, `versions` the version of each
    shipped kind in use (`kinds:` of desk.yaml), `fragments` plugins' properties as (kind,
    properties). Raises Invalid, naming the file or `kinds.NAME`, for an unknown kind or version,
    for files that belong to no kind, and for a prefix or folder that is taken or unsafe.
    """
    extra: dict[str, list[Values]] = {}
    for name, properties in fragments:
        extra.setdefault(name, []).append(properties)
    return Kinds(find_sources(desk_schemas, versions), extra)


def event_means() -> tuple[Choice, ...]:
    """The means by which an event can have come, `via`, with what people call them."""
    from svcdesk.model.fields import choices_in
    from svcdesk.store.schema_compose import common_definitions

    event: Any = common_definitions()["event"]
    return choices_in(event["properties"]["via"])


def file_validator(name: str) -> Validator:
    """What judges one of the desk's own files: one of FILES. Raises NotFound for another name."""
    if name not in FILES:
        raise _no_kind(name, FILES)
    from svcdesk.model.fields import table_of
    from svcdesk.store.schema_compose import shipped_schema
    from svcdesk.store.schema_validator import Validator

    schema = shipped_schema((shipped_dir() / f"{name}{SCHEMA}").read_bytes())
    return Validator(schema, table_of(schema))


def _put_together(source: Source, fragments: Sequence[Values]) -> Kind:
    """A kind from its files, its two halves held against each other."""
    from svcdesk.model.workflow_file import parse_workflow
    from svcdesk.store.schema_compose import finished
    from svcdesk.store.yaml_read import parse

    schema_path = f"schemas/{source.name}{SCHEMA}"
    workflow_path = f"schemas/{source.name}{WORKFLOW}"
    schema = _schema(source, schema_path)
    if fragments:
        from svcdesk.store.schema_extend import with_fragments

        schema = with_fragments(schema, fragments, source.name)
    data = source.workflow or source.shipped_bytes(WORKFLOW)
    workflow = parse_workflow(parse(data, path=workflow_path).value, schema, path=workflow_path)
    if source.workflow is not None:
        _refuse_untracked(workflow, workflow_path)
    extended_here = source.shipped and (source.schema or source.workflow)
    origin = "svcdesk+desk" if extended_here else "svcdesk" if source.shipped else "desk"
    return Kind(source.name, finished(schema, workflow), workflow, origin)


def _schema(source: Source, path: str) -> dict[str, Value]:
    from svcdesk.store.schema_compose import shipped_schema

    shipped = shipped_schema(source.shipped_bytes(SCHEMA)) if source.shipped else None
    if source.schema is None:
        assert shipped is not None
        return shipped
    from svcdesk.store.schema_extend import extended, new_schema
    from svcdesk.store.schema_guard import read_json

    own = read_json(source.schema, path=path)
    if not isinstance(own, Mapping):
        refuse(path, "schema", T("a schema is an object"))
    return new_schema(own, path) if shipped is None else extended(shipped, own, path)


def _refuse_untracked(workflow: Workflow, path: str) -> None:
    """Every field that a move sets is decided by events, so the schema has to track it."""
    for move in workflow.moves.values():
        for field in (*move.sets, *move.clears, *filter(None, [move.increments])):
            if field not in workflow.tracked:
                refuse(
                    path,
                    f"moves.{move.name}",
                    T("sets {field}, which the schema does not track", field=field),
                    T("write “x-svcdesk-tracked”: true at that field of the schema"),
                )


def _refuse_missing_documents(workflow: Workflow, kinds: Mapping[str, Source]) -> None:
    for move in workflow.moves.values():
        for write in move.writes:
            if write.document not in kinds:
                raise wrong_kind(
                    write.document,
                    T("is missing, and “{move}” of a {kind} writes it", move=move.name,
                      kind=workflow.kind),
                )  # fmt: skip


def _no_kind(name: str, known: Mapping[str, Source] | Sequence[str]) -> NotFound:
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=3, cutoff=0.5)
    return NotFound(
        T("there is no kind “{name}” here", name=name),
        hint=T("did you mean {names}?", names=", ".join(near))
        if near
        else T("kinds: {names}", names=", ".join(known)),
        code="E_KIND",
    )
