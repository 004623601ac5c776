"""The digest of an approval: as docs/record-format.md defines it, recomputed without our code."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from svcdesk.lifecycle.approval_digest import canonical, digest_of, signed_bytes
from svcdesk.model.record import Event

PAGE = Path(__file__).parents[3] / "docs" / "record-format.md"
SECTION = (
    PAGE.read_text(encoding="utf-8").split("## The digest of an approval")[1].split("\n## ")[0]
)
JSON = re.search(r"```json\n(.*?)\n```", SECTION, re.DOTALL)[1]  # type: ignore[index]
DIGEST = re.search(r"```\n([0-9a-f]{64})\n```", SECTION)[1]  # type: ignore[index]

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def test_the_example_of_the_page_needs_nothing_of_ours() -> None:
    said = json.loads(JSON)
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert text == JSON
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST


def test_the_example_of_the_page_is_what_we_compute() -> None:
    said = json.loads(JSON)
    header = {
        "plan": said["fields"]["plan"],
        "window": {"start": said["fields"]["window.start"], "end": "2024-10-12T23:00:00+08:00"},
        "note": "of no concern",
    }
    assert digest_of(said["uid"], sorted(said["fields"]), header) == DIGEST
    assert digest_of(said["uid"], sorted(said["fields"], reverse=True), header) == DIGEST


def test_tracked_values_by_path_give_the_same_digest_as_a_header() -> None:
    header = {"window": {"start": "a"}, "plan": "b"}
    flat = {"window.start": "a", "plan": "b"}
    fields = ("plan", "window.start", "window.end")
    assert digest_of("U", fields, header) == digest_of("U", fields, flat)


@given(VALUES, VALUES)
def test_different_values_have_different_texts(one: object, other: object) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical(one) == canonical(other)) is same


@given(st.dictionaries(st.text(), VALUES, max_size=6))
def test_the_order_of_keys_makes_no_difference_and_json_reads_it_back(value: dict) -> None:  # type: ignore[type-arg]
    backwards = dict(reversed(value.items()))
    assert canonical(value) == canonical(backwards)
    assert json.loads(canonical(value)) == value


def test_texts_are_taken_as_they_stand() -> None:
    composed, apart = "\u00e9", "e\u0301"
    assert digest_of("U", ["plan"], {"plan": composed}) != digest_of("U", ["plan"], {"plan": apart})
    assert digest_of("U", ["plan"], {"plan": "x"}) != digest_of("U", ["plan"], {"plan": "x\n"})
    assert digest_of("U", ["plan"], {"plan": "x"}) != digest_of("V", ["plan"], {"plan": "x"})


def test_what_is_signed_names_who_what_when_and_for_whom() -> None:
    event = Event(
        id="01J9V3K2M4N6P8R0S2T4V6X8Z3",
        at="2024-10-10T11:00:00+08:00",
        by="supervisor-1",
        do="approve",
        extra={"decision": "approve", "digest": DIGEST},
    )
    assert json.loads(signed_bytes("U", event)) == {
        "at": event.at,
        "by": "supervisor-1",
        "decision": "approve",
        "digest": DIGEST,
        "id": event.id,
        "uid": "U",
    }
    in_place = event._replace(on_behalf="approver-1")
    assert json.loads(signed_bytes("U", in_place))["for"] == "approver-1"
