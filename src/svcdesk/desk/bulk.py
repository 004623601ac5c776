"""Moves and changed fields of many records in one commit: all of them, or what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from svcdesk.desk.draft import Draft
from svcdesk.desk.naming import named, record_meant
from svcdesk.desk.records import Circumstances, change_one, move_one, story
from svcdesk.desk.writing import Done, Story, perform, refuse_bad
from svcdesk.errors import Changed, MissingField, SvcdeskError
from svcdesk.i18n import T
from svcdesk.lifecycle.fold import STATUS, fold
from svcdesk.lifecycle.moves import find_move, shown_apart
from svcdesk.model.record import Record, Value, Values
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.writing import Options

SET = "set"


class Task(NamedTuple):
    """What is to be done with one record: a move, or with `do` None fields to be set.

    `was` are values that whoever planned it saw: where another stands now, the task is refused.
    `uid` is the record's, where known; `place` the file and line (from 1) of a plan.
    """

    id: str
    do: str | None
    given: Values
    around: Circumstances = Circumstances()
    uid: str | None = None
    was: Values | None = None
    place: tuple[str, int] | None = None


class Failure(NamedTuple):
    """A task that could not be done, and why; the record is as it was."""

    task: Task
    error: SvcdeskError


def move_records(
    desk: Desk, endings: Sequence[str], name: str, given: Values, around: Circumstances
) -> Done:
    """Make one move on one or more records, in one commit; see `run_tasks`."""
    tasks = [Task(one, name, given, around) for one in dict.fromkeys(endings)]
    return run_tasks(desk, tasks, around.options)


def change_fields(
    desk: Desk, endings: Sequence[str], changes: Values, around: Circumstances
) -> Done:
    """Set fields of records by hand of a command, in one commit; see `run_tasks`."""
    tasks = [Task(one, None, changes, around) for one in dict.fromkeys(endings)]
    return run_tasks(desk, tasks, around.options)


def run_tasks(
    desk: Desk, tasks: Sequence[Task], options: Options, bad: Sequence[Failure] = ()
) -> Done:
    """Do the tasks in their order, in one commit: all of them or none.

    `bad` are lines of a plan that are no task. With `options.keep_going` what can be done is done,
    and the result's `failures` say what could not. The result's `tasks` are those done, each with
    the values that it met in `was`. Raises what the first task that fails raises, with what other
    records raise in its `others`, and whatever `perform` does.
    """
    if bad and not options.keep_going:
        raise _together([*bad, *_failing(desk, tasks, options)])
    met: list[Task] = []
    failures: list[Failure] = []

    def build(draft: Draft) -> Story:
        met.clear()
        failures.clear()
        said: list[tuple[str, str]] = []
        draft.expect([task.id for task in tasks])
        for task in tasks:
            if not options.keep_going:
                said.append(_done(desk, draft, task, met))
                continue
            before = draft.savepoint()
            try:
                sentence = _done(desk, draft, task, met)
                refuse_bad(desk, draft.changes(since=before), options)
                said.append(sentence)
            except SvcdeskError as error:
                draft.back_to(before)
                _place(error, met[len(said) :])
                del met[len(said) :]
                failures.append(Failure(task, error))
        return story(said, _what(met or tasks))

    try:
        done = perform(desk, build, options)
    except SvcdeskError as error:
        _place(error, met)
        if error.record is not None and not options.keep_going and not _is_asked_for(error, tasks):
            others = [one.error for one in _failing(desk, tasks, options)]
            error.others = tuple(one for one in others if one.record != error.record)
        raise
    return done._replace(tasks=tuple(met), failures=tuple(_in_order([*bad, *failures])))


def _is_asked_for(error: SvcdeskError, tasks: Sequence[Task]) -> bool:
    """Whether it is the same for all, and whoever sits at a terminal is about to be asked."""
    return len(tasks) == 1 or (isinstance(error, MissingField) and tasks[0].place is None)


def _failing(desk: Desk, tasks: Sequence[Task], options: Options) -> list[Failure]:
    """The first failure of each record: all tasks are tried, and nothing is written."""
    trying = options._replace(dry_run=True, keep_going=True)
    tried = [one._replace(around=one.around._replace(options=trying)) for one in tasks]
    try:
        failures = run_tasks(desk, tried, trying).failures
    except SvcdeskError:
        return []
    first: dict[str, Failure] = {}
    for failure in failures:
        first.setdefault(failure.error.record or failure.task.id, failure)
    return list(first.values())


def _together(failures: Sequence[Failure]) -> SvcdeskError:
    """The error of the first line that failed, with the others'."""
    first, *others = (one.error for one in _in_order(failures))
    first.others = tuple(others)
    return first


def _in_order(failures: Sequence[Failure]) -> list[Failure]:
    """By the lines of a plan, where they are of one."""
    return sorted(failures, key=lambda one: one.task.place[1] if one.task.place else 0)


def _place(error: SvcdeskError, met: Sequence[Task]) -> None:
    """Name the line of a plan for what was refused once all was done: a value, or a rule."""
    about = [one for one in met if one.id == error.record or (len(met) == 1 and not error.record)]
    if about and about[0].place is not None and error.line is None:
        error.path, error.line = about[0].place


def _done(desk: Desk, draft: Draft, task: Task, met: list[Task]) -> tuple[str, str]:
    """Do a task in the draft; its record's id and the sentence for the commit."""
    try:
        record = draft.record(record_meant(desk, task.id, task.do or SET))
        _refuse_moved(record, task)
        met.append(_as_met(desk, record, task))
        author = desk.author(task.around.acting_for)
        if task.do is None:
            said = change_one(desk, draft, record, task.given, author, task.around)
        else:
            said = move_one(desk, draft, record, task.do, task.given, author, task.around)
        if task.around.options.dry_run:
            after = draft.record(record_meant(desk, task.id, task.do or SET))
            met[-1] = _as_planned(desk, met[-1], record, after)
        return record.id, said
    except SvcdeskError as error:
        error.record = error.record or task.id
        if task.place is not None and error.path is None:
            error.path, error.line = task.place
        raise


def _refuse_moved(record: Record, task: Task) -> None:
    """A plan is for what its author saw. Raises Changed naming what stands there now."""
    if task.uid is not None and task.uid != record.uid:
        raise Changed(
            T("{record} is another record than when this was planned", record=record.id),
            hint=T("look at both, and plan it again"),
            code="E_MOVED",
            record=record.id,
        )
    for path, seen in (task.was or {}).items():
        here = record.get(path)
        if here != seen:
            planned, now = shown_apart(seen, here)
            raise Changed(
                T(
                    "{record}: {field} was {planned} when this was planned and is {now} now",
                    record=record.id,
                    field=path,
                    planned=planned,
                    now=now,
                ),
                hint=T("look at it, and plan it again"),
                code="E_MOVED",
                record=record.id,
                field=path,
            )


def _as_met(desk: Desk, record: Record, task: Task) -> Task:
    """The task with the values that it is about to change, as they stand."""
    was: dict[str, Value] = {path: record.get(path) for path in task.given}
    if task.do is not None:
        workflow = desk.workflow(record.kind)
        state = fold(record.events, workflow).status
        move = find_move(workflow, task.do, record=record.id)
        task = task._replace(do=move.name)
        if move.counts_as_move(state):
            was = {STATUS: state, **was}
    return task._replace(id=record.id, uid=record.uid, was=was)


def _as_planned(desk: Desk, task: Task, before: Record, after: Record) -> Task:
    """The task as a plan has it: people by their ids, and with what the move sets by itself, such
    as who takes a job. So whoever reviews the plan sees it, and it holds whoever applies it."""
    given, was = {**named(desk, before.kind, task.given)}, {**(task.was or {})}
    move = desk.workflow(before.kind).moves.get(task.do or "")
    for path in move.defaults if move else ():
        if path not in given and before.get(path) != after.get(path):
            given[path], was[path] = after.get(path), before.get(path)
    return task._replace(given=given, was=was)


def _what(tasks: Sequence[Task]) -> str:
    """The one thing that is done with all of them, else what a mixture is called."""
    names = {task.do or SET for task in tasks}
    return names.pop() if len(names) == 1 else "apply"
