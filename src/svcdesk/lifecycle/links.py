"""Links between records, as values: what the other side of a relation is, which lack a uid, which
go round."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from svcdesk.model.kind import Workflow
from svcdesk.model.record import Record, Value

REVERSE = {"related": "related", "parent": "child", "child": "parent", "duplicate": "related"}
"""What the other record says about this one; a relation of another name says nothing there."""
RISING = ("duplicate", "parent")
"""Relations that lead up, and never back: nothing is a part, or a duplicate, of itself."""
_MOST_FOLLOWED = 1000
"""So many records are asked on the way up; a way longer than that is no desk's."""
REQUEST = "request"
"""How a document of the chain refers to its request."""


def links_of(record: Record) -> Iterator[tuple[str, dict[str, Value]]]:
    """Every link of a record with its relation: those in `links`, and the document's request."""
    links = record.get("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict):
            yield str(link.get("rel")), link


def reference(record: Record, workflow: Workflow) -> dict[str, Value] | None:
    """A document's link to its request, if it has one."""
    value = record.get(workflow.request_link) if workflow.request_link else None
    return value if isinstance(value, dict) else None


def linked_ids(record: Record, workflow: Workflow) -> set[str]:
    """The ids of all records that this one links to, its request included."""
    request = reference(record, workflow)
    found = [link for _, link in links_of(record)] + ([request] if request is not None else [])
    return {str(link["id"]) for link in found if link.get("id")}


def raised(relation: str, record_id: str, other_id: str) -> tuple[str, str, str] | None:
    """A link as its relation that leads up, with the lower record's id and the upper's."""
    if relation == "child":
        return "parent", other_id, record_id
    return (relation, record_id, other_id) if relation in RISING else None


def way_up(start: str, goal: str, above: Callable[[str], Iterable[str]]) -> list[str]:
    """The shortest way of ids from one record to another, both included; empty if there is none.

    `above` gives the ids that a record leads up to. From a record to itself the way is a circle.
    """
    ways: deque[list[str]] = deque([[start]])
    met: set[str] = set()
    while ways and len(met) < _MOST_FOLLOWED:
        way = ways.popleft()
        for one in above(way[-1]):
            if one == goal:
                return [*way, one]
            if one not in met:
                met.add(one)
                ways.append([*way, one])
    return []


def bare_links(record: Record, workflow: Workflow) -> list[dict[str, Value]]:
    """The links that have an id and no uid."""
    request = reference(record, workflow)
    found = [link for _, link in links_of(record)] + ([request] if request is not None else [])
    return [link for link in found if link.get("id") and not link.get("uid")]


def with_uids(record: Record, workflow: Workflow, uid_of: Callable[[str], str | None]) -> Record:
    """The record with the uid beside every id that lacks it and that `uid_of` knows."""

    def filled(link: Value) -> Value:
        if not isinstance(link, dict) or link.get("uid") or not isinstance(link.get("id"), str):
            return link
        uid = uid_of(str(link["id"]))
        return link if uid is None else {**link, "uid": uid}

    return _with_each_link(record, workflow, filled)


def relinked(record: Record, workflow: Workflow, other: Record) -> Record:
    """The record with the number that `other` has now in every link that has its uid."""

    def right(link: Value) -> Value:
        if isinstance(link, dict) and link.get("uid") == other.uid and link.get("id") != other.id:
            return {**link, "id": other.id}
        return link

    return _with_each_link(record, workflow, right)


def _with_each_link(record: Record, workflow: Workflow, change: Callable[[Value], Value]) -> Record:
    """The record with each of its links changed, the one to its request among them."""
    changes: dict[str, Value] = {}
    links = record.get("links")
    if isinstance(links, list):
        changes["links"] = [change(link) for link in links]
    request = reference(record, workflow)
    if request is not None and workflow.request_link:
        changes[workflow.request_link] = change(request)
    changed = {path: value for path, value in changes.items() if value != record.get(path)}
    return record.with_fields(changed) if changed else record


def without_link(record: Record, relation: str, other: Record) -> Record:
    """The record without its link of that relation to the other record."""
    links = record.get("links")
    kept: list[Value] = [
        link
        for link in (links if isinstance(links, list) else [])
        if not (isinstance(link, dict) and link.get("rel") == relation and leads_to(link, other))
    ]
    return record.with_fields({"links": kept or None})


def leads_to(link: dict[str, Value], other: Record) -> bool:
    """Whether a link means that record: by uid where it has one, else by id or a former id."""
    if link.get("uid"):
        return link["uid"] == other.uid
    former = other.get("formerly")
    return link.get("id") in (other.id, *(former if isinstance(former, list) else []))
