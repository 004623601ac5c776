"""The desks that benchmarks measure: always the same, of the promised shape, and sound."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from benchmarks import texts
from benchmarks.generate import generate, record_files, stories

from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.header import hand_edits
from svcdesk.store import codec
from svcdesk.store.schema import Kinds, load_kinds, shipped_kinds
from svcdesk.store.tickets import decode_file
from svcdesk.store.yaml_text import dump

RECORDS = 700


@pytest.fixture(scope="module")
def files() -> list[tuple[str, bytes]]:
    return list(record_files(RECORDS, seed=7))


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    return load_kinds({}, shipped_kinds())


def test_the_same_number_and_seed_give_the_same_bytes(files: Sequence[tuple[str, bytes]]) -> None:
    assert list(record_files(RECORDS, seed=7)) == files
    assert list(record_files(RECORDS, seed=8)) != files


def test_the_same_number_and_seed_give_the_same_commits(tmp_path: Path) -> None:
    ids = set()
    for name in ("one", "two"):
        generate(tmp_path / name, 12)
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=tmp_path / name, capture_output=True, check=True
        )
        ids.add(done.stdout)
    assert len(ids) == 1


def test_a_desk_has_exactly_the_records_asked_for(files: Sequence[tuple[str, bytes]]) -> None:
    assert len({path for path, _ in files}) == RECORDS
    assert [len(list(stories(count, 1))) for count in (1, 2, 3, 50)] == [1, 2, 3, 50]


def test_the_shape_is_the_promised_one(files: Sequence[tuple[str, bytes]], kinds: Kinds) -> None:
    records = [decode_file(data, path).record for path, data in files]
    open_ones = sum(one.status in kinds[one.kind].workflow.open_states() for one in records)
    long = sum(texts.chinese(data.decode()) > texts.LONG for _, data in files)
    assert 0.09 < open_ones / RECORDS < 0.11
    assert 0.30 < long / RECORDS < 0.37
    assert statistics.median(len(one.events) for one in records) == 7
    assert 1_500 < statistics.mean(len(data) for _, data in files) < 2_500
    assert {one.kind for one in records} == {"request", "handling", "delivery", "feedback"}


def test_every_record_is_valid_and_every_event_counts(
    files: Sequence[tuple[str, bytes]], kinds: Kinds
) -> None:
    for path, data in files:
        record = decode_file(data, path).record
        kind = kinds[record.kind]
        assert kinds.validator(record.kind).problems(codec.encode(record), path=path) == []
        folded = fold(record.events, kind.workflow)
        assert [step for step in folded.steps if step.effect.value != "counted"] == []
        assert hand_edits(record, folded, kind.workflow) == {}


def test_files_are_laid_out_as_svcdesk_writes_them(files: Sequence[tuple[str, bytes]]) -> None:
    for path, data in files:
        value = codec.encode(decode_file(data, path).record)
        assert dump(value).encode() == data, path


def test_the_desk_checks_clean(small_desk: Path, clean_environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "svcdesk", "check"],
        cwd=small_desk,
        env=clean_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
