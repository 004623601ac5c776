"""The table of rules, row by row, over small records."""

from __future__ import annotations

import pytest
from merge_triples import PATH, RULES, WORKFLOW, Work, Worker, merge_works

from svcdesk.errors import Invalid
from svcdesk.lifecycle.act import Words
from svcdesk.lifecycle.moves import make_move, set_fields
from svcdesk.lifecycle.redaction import redact_event, redact_field, tombstone
from svcdesk.merging.conflict import ABSENT, Side
from svcdesk.merging.record import UID, Merged, merge
from svcdesk.model.ids import ulid
from svcdesk.model.record import Record, Value
from svcdesk.store import codec
from svcdesk.store.yaml_text import dump

STONE = tombstone("2024-10-02T09:00:00+08:00", "engineer-1", "personal")


class _Still:
    """A source of chance that makes no work by itself."""

    def __init__(self) -> None:
        self.count = 0

    def randint(self, low: int, _: int) -> int:
        return 0 if low <= 0 else low

    def randbytes(self, size: int) -> bytes:
        self.count += 1
        return self.count.to_bytes(size)


@pytest.fixture
def worker() -> Worker:
    return Worker(_Still())  # type: ignore[arg-type]


@pytest.fixture
def base(worker: Worker) -> Record:
    return worker.first().record


def merged(base: Record | None, one: Record, other: Record, **how: object) -> Merged:
    values = [None if version is None else codec.encode(version) for version in (base, one, other)]
    _, left, right = values
    assert left is not None
    assert right is not None
    return merge(values[0], left, right, RULES.at(PATH)(left), **how)  # type: ignore[arg-type]


def fields(found: Merged) -> list[str]:
    return [conflict.field for conflict in found.conflicts]


def set_by_event(record: Record, worker: Worker, **changes: Value) -> Record:
    return set_fields(record, WORKFLOW, changes, worker.act()).record


def test_a_tracked_field_is_what_the_events_of_both_make_of_it(
    base: Record, worker: Worker
) -> None:
    one = set_by_event(base, worker, priority="P1")
    other = set_by_event(base, worker, priority="P3")
    found = merged(base, one, other)
    assert found.conflicts == ()
    assert found.value["priority"] == "P3"
    assert [step.event.set for step in found.unsettled] == [{"priority": "P3"}]


def test_an_edit_by_hand_counts_as_its_sides_change(base: Record, worker: Worker) -> None:
    one = base.with_fields({"priority": "P1"})
    same = merged(base, one, base.with_fields({"title": "t"}))
    assert (same.value["priority"], same.conflicts) == ("P1", ())
    against = merged(base, one, set_by_event(base, worker, priority="P3"))
    assert fields(against) == ["priority"]
    [conflict] = against.conflicts
    assert (conflict.base, conflict.one, conflict.other) == ("P2", "P1", "P3")
    assert conflict.one_word is None
    assert conflict.other_word is not None
    assert conflict.other_word.by.startswith("engineer-")


def test_an_old_edit_by_hand_stays_until_somebody_decides(base: Record, worker: Worker) -> None:
    old = base.with_fields({"priority": "P1"})
    kept = merged(old, old.with_fields({"title": "t"}), old.with_fields({"x-a": 1}))
    assert kept.value["priority"] == "P1"
    event = set_by_event(base, worker, priority="P4")
    decided = merged(old, old.with_fields({"title": "t"}), event)
    assert (decided.value["priority"], decided.conflicts) == ("P4", ())


@pytest.mark.parametrize("path", ["title", "x-place", "custom.deep.er"])
def test_another_field_changed_twice_is_a_conflict_with_both_values(
    base: Record, path: str
) -> None:
    one, other = base.with_fields({path: "a"}), base.with_fields({path: "b"})
    found = merged(base, one, other)
    top = path.partition(".")[0]
    assert fields(found) == [path]
    assert merged(base, one, base).value == codec.encode(one)
    taken = merged(base, one, other, settle=lambda _: Side.OTHER)
    assert (taken.conflicts, taken.value) == ((), codec.encode(other))
    assert len(taken.settled) == 1
    left_out = merged(base, one, other, leave_out=True)
    assert top not in left_out.value


def test_sets_are_merged_as_sets(base: Record) -> None:
    one = base.with_fields({"labels": ["vip", "夜间"]})
    other = base.with_fields({"labels": ["网络", "vip", "b"]})
    assert merged(base, one, other).value["labels"] in (["vip", "b", "夜间"], ["vip", "夜间", "b"])


def test_a_link_with_its_uid_stands_for_the_one_without(base: Record) -> None:
    bare: dict[str, Value] = {"rel": "related", "id": "SR-20241001-002"}
    one = base.with_fields({"links": [bare]})
    other = base.with_fields({"links": [{**bare, "uid": ulid(1, b"x")}]})
    assert merged(base, one, other).value["links"] == [{**bare, "uid": ulid(1, b"x")}]


def test_items_with_ids_are_merged_one_by_one(base: Record) -> None:
    items: list[Value] = [{"id": ulid(1, bytes([n])), "name": f"{n}.png"} for n in range(3)]
    known = base.with_fields({"attachments": items})
    first = {**items[0], "name": "first.png"}  # type: ignore[dict-item]
    one = known.with_fields({"attachments": [first, *items[1:]]})
    other = known.with_fields({"attachments": items[:2]})
    assert merged(known, one, other).value["attachments"] == [first, items[1]]
    edited = known.with_fields({"attachments": [*items[:2], {**items[2], "name": "x"}]})  # type: ignore[dict-item]
    found = merged(known, edited, other)
    assert fields(found) == [f"attachments.{items[2]['id']}"]  # type: ignore[index,call-overload]
    assert found.conflicts[0].other is ABSENT


def test_an_event_with_two_contents_is_a_conflict(base: Record) -> None:
    [first, *rest] = base.events
    forged = base._replace(events=(first._replace(by="engineer-9"), *rest))
    assert fields(merged(base, forged, base)) == [f"events.{first.id}"]


def test_two_events_of_one_id_are_refused_not_dropped(base: Record) -> None:
    twice = base.with_event(base.events[0]._replace(do="note"))
    with pytest.raises(Invalid, match="two events have the id"):
        merged(base, twice, base)


def test_an_event_taken_out_on_one_side_comes_back(base: Record, worker: Worker) -> None:
    longer = make_move(base, WORKFLOW, "note", {}, worker.act(), None, required=False).record
    found = merged(longer, base, longer.with_fields({"title": "t"}))
    assert len(found.value["events"]) == len(longer.events)  # type: ignore[arg-type]


def test_redacted_beats_original(base: Record, worker: Worker) -> None:
    known = set_by_event(base, worker, category="网络机房甲")
    known = known.with_fields({"description": "在网络机房甲"})
    gone = redact_field(known, "category", "网络机房甲", STONE)
    stale = known.with_fields({"title": "别的"})
    for one, other in ((gone, stale), (stale, gone)):
        found = merged(known, one, other)
        assert found.conflicts == ()
        assert "网络机房甲" not in str(found.value)
        assert found.value["title"] == "别的"


def test_a_redacted_event_beats_the_original_and_the_earlier_mark_stands(
    base: Record, worker: Worker
) -> None:
    known = make_move(base, WORKFLOW, "note", {}, worker.act(), Words(text="秘密")).record
    event = max(known.events, key=lambda one: one.id)
    later = tombstone("2024-10-03T09:00:00+08:00", "engineer-2", "again")
    first, _ = redact_event(known, event.id, STONE)
    second, _ = redact_event(known, event.id, later)
    for pair in ((first, known), (known, first), (first, second), (second, first)):
        found = merged(known, *pair)
        assert found.conflicts == ()
        assert "秘密" not in str(found.value)
        assert "2024-10-02" in str(found.value)


def test_two_records_are_never_one(base: Record) -> None:
    stranger = base.with_fields({"uid": ulid(1, b"stranger")})
    for versions in ((None, base, stranger), (stranger, base, base), (base, base, stranger)):
        assert fields(merged(*versions)) == [UID]


def test_without_a_base_equal_fields_and_all_events_stand(base: Record, worker: Worker) -> None:
    one = set_by_event(base, worker, priority="P1")
    other = base.with_fields({"x-new": 1, "labels": ["c"]})
    found = merged(None, one, other)
    assert (found.value["priority"], found.value["x-new"]) == ("P1", 1)
    assert set(found.value["labels"]) == {"网络", "vip", "c"}  # type: ignore[arg-type]


def test_the_ids_of_before_are_kept(base: Record, worker: Worker) -> None:
    event = worker.act().event(
        "renumber", base.newest_event_id(), set={"id": "SR-20241001-009"}, was={"id": base.id}
    )
    moved = base.with_event(event).with_fields({"id": "SR-20241001-009"})
    found = merged(base, moved, base.with_fields({"title": "t"}))
    assert (found.value["id"], found.value["formerly"]) == ("SR-20241001-009", [base.id])


def test_a_comment_of_each_side_stays(base: Record) -> None:
    text = dump(codec.encode(base))
    one = text.replace("title:", "# 一\ntitle:")
    other = text.replace("\npriority:", "\n# 二\npriority:").replace(
        "title: 生产系统", "title: 别的"
    )
    found = merge_works(Work(base, text), Work(base, one), Work(base, other)).data.decode()
    assert "# 一\ntitle: 别的\n" in found
    assert "# 二\npriority:" in found
