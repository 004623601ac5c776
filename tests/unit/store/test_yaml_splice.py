"""A change put in where it stands gives the text that laying all of it out anew gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svcdesk.store import yaml_text
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_splice import spliced
from svcdesk.store.yaml_text import dump, rewrite

TEXTS = st.sampled_from(
    [
        "",
        "P1",
        "已分配",
        "a: b",
        "- x",
        "两行\n第二行",
        "末行空\n\n",
        " 前",
        "true",
        "2024-10-01",
        "#x",
        "'",
    ]
)
LEAVES = st.one_of(TEXTS, st.integers(-3, 3), st.booleans(), st.none())
GROUPS = st.dictionaries(st.sampled_from(["name", "ref", "值"]), LEAVES, max_size=3)
ITEMS = st.lists(st.one_of(GROUPS, TEXTS), max_size=3)
DOCUMENTS = st.fixed_dictionaries(
    {"id": st.just("SR-1"), "status": TEXTS, "requester": GROUPS, "labels": ITEMS, "events": ITEMS},
    optional={"priority": LEAVES, "x-more": st.one_of(LEAVES, GROUPS)},
)


@st.composite
def changes(draw: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    old = draw(DOCUMENTS)
    new = dict(old)
    for key in draw(st.sets(st.sampled_from(["status", "requester", "priority", "x-more"]))):
        new[key] = draw(GROUPS if key == "requester" else LEAVES)
    for key in ("labels", "events"):
        new[key] = [*old[key], *draw(ITEMS)]
    return old, new


@given(changes())
@settings(max_examples=400, deadline=None)
def test_the_text_is_that_of_the_whole_layout(change: tuple[Any, Any]) -> None:
    old, new = change
    text = dump(old)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_text, "spliced", lambda *_: None)
        laid_out = rewrite(text, new)
    assert rewrite(text, new) == laid_out


TEXT = """\
id: SR-1
# whose
status: new
requester:
  ref: '1'
  name: 李*
events:
  - id: E1
    do: submit
"""


def held(text: str) -> Any:
    return parse(text.encode(), path="").value


def put(text: str, **new: Any) -> str | None:
    old = held(text)
    return spliced(text, old, {key: new.get(key, value) for key, value in old.items()})


def test_only_what_changes_is_touched_and_comments_stay() -> None:
    old = held(TEXT)
    assert put(TEXT, status="assigned", requester={"name": "王*", "ref": "1"}) == TEXT.replace(
        "new", "assigned"
    ).replace("李", "王")
    more = {**old, "events": [*old["events"], {"id": "E2", "do": "assign"}]}
    assert spliced(TEXT, old, more) == f"{TEXT}  - id: E2\n    do: assign\n"


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (TEXT.replace("status: new", "status: new  # yet"), {"status": "closed"}),
        (TEXT.replace("status: new", "status: 'new'"), {"status": "closed"}),
        (TEXT.replace("status: new\n", "status: new\n# of it\n"), {"status": "closed"}),
        (TEXT.replace("status: new\n", "status: new\n\n"), {"status": "closed"}),
        (TEXT, {"events": [{"id": "E1", "do": "correct"}]}),
        (TEXT, {"events": []}),
    ],
)
def test_anything_else_is_left_to_the_careful_ways(text: str, new: dict[str, Any]) -> None:
    assert put(text, **new) is None
    value = {**held(text), **new}
    assert held(rewrite(text, value)) == value
