"""`check`: everything in the desk looked at once, every finding named; needs no history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from svcdesk.desk import rules
from svcdesk.desk.check_files import (
    DESK_FILE,
    PEOPLE_FILE,
    Entry,
    check_deleted,
    check_desk_files,
    check_kinds,
    check_modes,
    check_queries,
    check_references,
    check_strays,
    of_error,
    walk,
)
from svcdesk.desk.check_people import check_people
from svcdesk.desk.check_policies import check_policies
from svcdesk.desk.check_record import check_hand_edits, check_record
from svcdesk.desk.judging import judge
from svcdesk.desk.reading import Reading, many_values, read_records
from svcdesk.desk.survey import Survey
from svcdesk.desk.writing import Done
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T
from svcdesk.lifecycle.header import hand_edits
from svcdesk.model.finding import Finding, failing
from svcdesk.model.record import Record
from svcdesk.store.git_objects import read_objects
from svcdesk.store.tickets import Loaded, Unreadable, decode_file

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The findings, the most severe first; how many records were read, how many could not be.

    `mended` is what `fix` wrote, where there was something that it could mend. `blocked`: the
    desk's own files cannot be used, so no record was judged.
    """

    findings: tuple[Finding, ...]
    read: int
    unreadable: int
    mended: Done | None = None
    blocked: bool = False

    @property
    def failed(self) -> bool:
        return failing(self.findings)


def check_desk(desk: Desk, ids: Sequence[str] | None = None, *, fix: bool = False) -> CheckResult:
    """Check these records, or the whole desk with its own files.

    Each file is read once. A file that cannot be read is a finding with the refusal's code. With
    `fix` what can be mended without judgement – layout, missing uids of links – is, in one
    commit, and the desk checked again.
    """
    with many_values():
        result = _check(desk, ids)
    if not fix:
        return result
    from svcdesk.desk.mending import mend

    done = mend(desk, result.findings)
    if done is None:
        return result
    return replace(_check(desk, ids), mended=done)


def _check(desk: Desk, ids: Sequence[str] | None) -> CheckResult:
    if ids:
        reading = read_records(desk, paths=[desk.tickets.find(one) for one in ids])
        found = list(_records(desk, reading, partial=True))
    else:
        entries = walk(desk.root)
        found = list(check_desk_files(desk, entries))
        unusable = list(_unusable(desk))
        if unusable:
            # What the records are to be judged by is not there: nothing could be said of them.
            return CheckResult(_sorted([*found, *unusable]), 0, 0, blocked=True)
        found += check_references(desk, entries)
        found += check_policies(desk, {one.path for one in found})
        found += check_queries(desk)
        if all(one.path != PEOPLE_FILE for one in found):
            found += check_people(desk)
        reading = read_records(desk)
        found += _records(desk, reading, partial=False)
        found += _whole(desk, entries, reading)
    return CheckResult(_sorted(found), len(reading.loaded), len(reading.unreadable))


def _unusable(desk: Desk) -> Iterator[Finding]:
    """What keeps the desk's own files from being used: beside that, a wrong key matters little."""
    for path, part in ((DESK_FILE, lambda: desk.facts), (PEOPLE_FILE, lambda: desk.people)):
        try:
            part()
        except SvcdeskError as error:
            yield of_error(error, path)
            return
    yield from check_kinds(desk)


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """In the order in which they are shown; what several looks came upon is said once."""
    once = {(one.sort_key(), str(one.message)): one for one in findings}
    return tuple(sorted(once.values(), key=Finding.sort_key))


def _records(desk: Desk, reading: Reading, *, partial: bool) -> Iterator[Finding]:
    survey = Survey(desk, partial)
    for loaded in reading.loaded:
        survey.add(loaded.record)
    for unreadable in reading.unreadable:
        survey.hidden.add(unreadable.record_id)
        yield of_unreadable(unreadable)
    judged = []
    for loaded in reading.loaded:
        found = list(check_record(survey, loaded))
        yield from found
        if not any(one.rule is rules.UNKNOWN_KIND for one in found):
            judged.append(loaded)
    yield from survey.strangers()
    yield from _edited(survey, judged)
    for loaded in judged:
        yield from judge(
            desk,
            loaded.record,
            loaded.path,
            latest=survey.by_id,
            document=loaded.document,
            folded=survey.folded(loaded),
            complete=not partial,
        )


def of_unreadable(unreadable: Unreadable) -> Finding:
    """A file that could not be read, as a finding with the refusal's code."""
    finding = of_error(unreadable.error, unreadable.path)
    # Errors name files as they were asked for, which may be by their full path.
    return Finding(
        finding.rule,
        finding.message,
        finding.record or unreadable.record_id,
        unreadable.path,
        finding.line,
        finding.field,
        finding.hint,
    )


def _edited(survey: Survey, records: Sequence[Loaded]) -> Iterator[Finding]:
    """Hand edits, with one question to git for all of them."""
    desk, edited = survey.desk, []
    for loaded in records:
        workflow = desk.workflow(loaded.record.kind)
        if hand_edits(loaded.record, survey.folded(loaded), workflow):
            edited.append(loaded)
    if not edited:
        return
    heads: dict[str, Record | None] = {}
    if desk.repository.head is not None:
        names = [f"HEAD:{loaded.path}" for loaded in edited]
        objects = read_objects(desk.repository.root, names)
        for loaded, (_, data) in zip(edited, objects, strict=True):
            heads[loaded.path] = _committed(data, loaded.path)
    for loaded in edited:
        yield from check_hand_edits(survey, loaded, heads.get(loaded.path))


def _committed(data: bytes | None, path: str) -> Record | None:
    try:
        return None if data is None else decode_file(data, path).record
    except SvcdeskError:
        return None


def _whole(desk: Desk, entries: Sequence[Entry], reading: Reading) -> Iterator[Finding]:
    """What shows only when everything is looked at together."""
    records = [loaded.record for loaded in reading.loaded]
    yield from check_modes(desk)
    yield from check_deleted(desk, records)
    yield from check_strays(desk, entries, records)
    for key, rule in (("uid", rules.TWIN_UID), ("id", rules.TWIN_ID)):
        seen: dict[str, str] = {}
        for loaded in reading.loaded:
            value = str(loaded.record.get(key))
            other = seen.setdefault(value, loaded.path)
            if other != loaded.path:
                yield Finding(
                    rule,
                    T("{path} has the {key} of {other}: {value}",
                      path=loaded.path, key=key, other=other, value=value),
                    record=loaded.record.id,
                    path=loaded.path,
                    line=loaded.document.line_of([key]),
                    field=key,
                )  # fmt: skip
