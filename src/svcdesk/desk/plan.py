"""Plans: changes of many records as lines of JSON, to be looked at, reviewed, and applied.

One line a record: `{"id": …, "do": "assign", "set": {"assignee": …}, "was": {…}}`; without `do`
fields are set. What a dry run prints is such a plan.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn, TypeVar

from svcdesk.desk.bulk import Failure, Task, run_tasks
from svcdesk.desk.naming import means_named
from svcdesk.desk.records import Circumstances
from svcdesk.errors import Invalid, SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.act import Words
from svcdesk.model.fields import FREE
from svcdesk.model.instants import format_instant, strict_instant
from svcdesk.model.record import Value
from svcdesk.store.guard import normalise, normalise_short

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.writing import Done, Options

KEYS = ("id", "uid", "do", "set", "was", "for", "via", "when", "text", "reason", "marks", "settles")
MOST_BYTES = 1 << 20
"""A longer line is no change of a record that could be written."""
_T = TypeVar("_T")


def apply_plan(desk: Desk, plan: bytes, options: Options, *, source: str = "-") -> Done:
    """Apply a plan, in one commit; see `bulk.run_tasks`. `source` is what errors call it.

    Raises Invalid, with the line, for what is no plan; Changed (E_MOVED) for a record that is no
    longer as its line says that it `was`. With `options.keep_going` such lines are failures.
    """
    tasks, bad = read_plan(desk, plan, source)
    if not tasks and not bad:
        raise Invalid(T("{path} holds no line", path=source), code="E_PLAN", path=source)
    tasks = [one._replace(around=_with(one, options)) for one in tasks]
    return run_tasks(desk, tasks, options, bad)


def read_plan(desk: Desk, plan: bytes, source: str = "-") -> tuple[list[Task], list[Failure]]:
    """The tasks of a plan, and the lines that are none, each with what is wrong."""
    tasks, bad = [], []
    for number, line in enumerate(plan.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            task = _task(desk, _decoded(line))
        except SvcdeskError as error:
            error.path, error.line = source, number
            bad.append(Failure(Task("", None, {}, place=(source, number)), error))
            continue
        tasks.append(task._replace(place=(source, number)))
    return tasks, bad


def plan_line(desk: Desk, task: Task) -> dict[str, Value]:
    """A task as a line of a plan, without what does not apply."""
    around = task.around
    when = format_instant(around.when, desk.facts.zone) if around.when else None
    line: dict[str, Value] = {
        "id": task.id,
        "uid": task.uid,
        "do": task.do,
        "set": dict(task.given) or None,
        "was": None if task.was is None else dict(task.was),
        "for": around.acting_for,
        "via": around.via,
        "when": when,
        "text": around.words.text,
        "reason": around.words.reason,
        "marks": dict(around.words.marks) or None,
        "settles": None if around.settles is None else list(around.settles),
    }
    return {key: value for key, value in line.items() if value is not None}


def _with(task: Task, options: Options) -> Circumstances:
    return task.around._replace(options=options)


def _decoded(line: bytes) -> Mapping[str, Value]:
    if len(line) > MOST_BYTES:
        raise _no_plan(T("a line of more than 1 MiB"))
    try:
        value = json.loads(line.decode(), object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError:
        raise _no_plan(T("not UTF-8")) from None
    except json.JSONDecodeError as error:
        raise _no_plan(T("not JSON, from column {column} on", column=error.colno)) from None
    except (ValueError, RecursionError) as error:
        raise _no_plan(T("not JSON: {why}", why=error)) from None
    if not isinstance(value, dict):
        raise _no_plan(T("a line is an object, such as {example}", example=_EXAMPLE))
    return value


_EXAMPLE = '{"id": "SR-20241001-001", "set": {"priority": "P2"}, "was": {"priority": "P3"}}'


def _object(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise _no_plan(T("“{key}” stands there twice", key=twice))
    return found


def _constant(name: str) -> NoReturn:
    raise _no_plan(T("{text} is no number", text=name))


def _task(desk: Desk, line: Mapping[str, Value]) -> Task:
    for key in line:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1, cutoff=0.5)
            raise _no_plan(
                T("unknown key “{key}”", key=key),
                T("did you mean {names}?", names=near[0])
                if near
                else T("a line may have: {keys}", keys=", ".join(KEYS)),
            )
    if "id" not in line:
        raise _no_plan(T("a line needs “{key}”", key="id"))
    do = _text(line, "do")
    given = _by_path(desk, _mapping(line, "set"), do) or {}
    if do is None and not given:
        raise _no_plan(T("a line needs “set” or “do”"), T("for example: {example}",
                                                          example=_EXAMPLE))  # fmt: skip
    when, via = _text(line, "when"), _text(line, "via")
    settles = line.get("settles")
    if settles is not None and not _texts(settles):
        raise _wrong("settles", T("a list of event ids"))
    return Task(
        id=normalise_short(_text(line, "id") or ""),
        do=do,
        given={path: _value(desk, path, value) for path, value in given.items()},
        uid=_text(line, "uid"),
        was=_by_path(desk, _mapping(line, "was"), do),
        around=Circumstances(
            acting_for=_text(line, "for"),
            via=means_named(via) if via else None,
            when=strict_instant(when) if when else None,
            words=Words(
                text=_text(line, "text"),
                reason=_text(line, "reason"),
                marks=_mapping(line, "marks") or {},
            ),
            settles=None if settles is None else tuple(map(str, _items(settles))),
        ),
    )


def _by_path(
    desk: Desk, values: Mapping[str, Value] | None, do: str | None
) -> dict[str, Value] | None:
    """Values by their fields' paths, which may be named by a label; what the move `do` takes beside
    them keeps its name. Raises UsageError, Invalid."""
    if values is None:
        return None
    found: dict[str, Value] = {}
    beside = _said_with(desk, do) if do and not desk.fields.keys() >= values.keys() else set()
    for name, value in values.items():
        path = name if name in beside else desk.fields.find(name).path
        if path in found:
            raise _no_plan(T("“{key}” stands there twice", key=path))
        found[path] = value
    return found


def _value(desk: Desk, path: str, value: Value) -> Value:
    """The value to store: a text is understood as one that was typed, all else is taken as it is.

    Raises UsageError for a text that is no value of the field.
    """
    if not isinstance(value, str):
        return value
    field = desk.fields.get(path)
    if field.type == "instant" if field else not path.startswith(FREE):
        return normalise(value)
    return desk.fields.coerce(path, value)


def _said_with(desk: Desk, do: str) -> set[str]:
    """What a move takes that is no field of a record: the parts of an item that it adds to a list,
    such as the words of a step."""
    flows = [desk.workflow(kind) for kind in desk.kinds]
    moves = [flow.moves[name] for flow in flows if (name := flow.move_meant(do)) in flow.moves]
    places = [one for move in moves for one in (move.appends, *move.writes) if one is not None]
    return {path for one in places for path in one.fields}


def _text(line: Mapping[str, Value], key: str) -> str | None:
    value = line.get(key)
    if value is None or isinstance(value, str):
        return normalise(value) if value else None
    raise _wrong(key, T("a text"))


def _mapping(line: Mapping[str, Value], key: str) -> Mapping[str, Value] | None:
    value = line.get(key)
    if value is None or isinstance(value, dict):
        return value
    raise _wrong(key, T("a mapping"))


def _texts(value: Value) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _items(value: Value) -> Iterator[Value]:
    return iter(value if isinstance(value, Sequence) and not isinstance(value, str) else ())


def _wrong(key: str, what: Text) -> Invalid:
    return _no_plan(T("“{key}” must be {what}", key=key, what=what))


def _no_plan(message: Text, hint: Text | None = None) -> Invalid:
    return Invalid(message, hint=hint, code="E_PLAN")
