"""`svcdesk merge` and `svcdesk merge-driver`: bringing together what was done apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import FINDINGS, REFUSED
from svcdesk.cli.options import command, option
from svcdesk.errors import UsageError
from svcdesk.i18n import T, Text

if TYPE_CHECKING:
    from svcdesk.desk.merge_troubles import Trouble
    from svcdesk.desk.merging import MergeDone
    from svcdesk.merging.conflict import Held
    from svcdesk.model.record import Value


@command(
    "merge",
    help="Merge branches into this one: svcdesk merge BRANCH…\n\n"
    "Events of both sides count, in their order; fields that only one side changed are taken from "
    "there; fields that both changed differently are shown with both values, and nothing is "
    "merged until --take settles them.",
)
@click.argument("branches", nargs=-1, required=True, metavar="BRANCH…")
@option(
    "--take",
    "takes",
    multiple=True,
    metavar="FIELD=VALUE|FIELD@BRANCH",
    help="Settle a conflict: by a value, or by the branch that has it (ID:FIELD… for one record).",
)
@option("--push", is_flag=True, help="Push afterwards, to the branch that this one follows.")
def _merge(app: App, branches: tuple[str, ...], takes: tuple[str, ...], push: bool) -> int:
    from svcdesk.desk.merging import merge_branches

    done = merge_branches(app.desk, branches, takes=takes, push=push)
    if app.said.format in ("json", "jsonl"):
        _show_data(app, done)
    else:
        for one in done:
            _show(app, one)
        if push and not done[-1].troubles:
            app.out.out(T("pushed"))
    return REFUSED if done[-1].troubles else 0


@command(
    "merge-driver",
    help="Set up how git merges records in this clone, or say how it is set up.\n\n"
    "Git itself calls it with %O %A %B %L %P. Each clone needs it once; .gitattributes, which all "
    "clones share, says for which files it is.",
)
@option("--install", is_flag=True, help="Configure the driver in this clone.")
@option("--uninstall", is_flag=True, help="Take it out of this clone's configuration.")
@option("--status", is_flag=True, help="Say how this clone is set up.")
@click.argument("files", nargs=-1, metavar="[%O %A %B %L %P]")
def _merge_driver(
    app: App, install: bool, uninstall: bool, status: bool, files: tuple[str, ...]
) -> int:
    if install + uninstall + status + bool(files) > 1:
        raise UsageError(T("--install, --uninstall and --status go one at a time"))
    if files:
        from svcdesk.cli.driver import main

        if len(files) != 5:
            raise UsageError(T("git gives five words: %O %A %B %L %P"))
        return main(files)
    from svcdesk.store import merge_setup

    repository = app.desk.repository
    if install:
        merge_setup.install(repository)
    if uninstall:
        merge_setup.uninstall(repository)
        app.out.out(T("git merges records as plain text in this clone now"))
        return 0
    found = merge_setup.status(repository)
    if found.good:
        app.out.out(T("git merges records by their events and fields in this clone"))
        return 0
    from svcdesk.desk.merge_signs import complaints

    for message, hint in complaints(found):
        app.out.out(message)
        app.out.out(T("  → {hint}", hint=hint))
    return FINDINGS


def _show(app: App, done: MergeDone) -> None:
    from svcdesk.desk.merge_troubles import unsettled_sentence

    if done.troubles:
        show_troubles(app, done.branch, done.troubles)
    elif done.commit is None:
        app.out.out(T("{branch}: nothing new in it", branch=done.branch))
    else:
        app.out.out(
            T("{branch}: {merged} records merged, {brought} files brought, committed as {commit}",
              branch=done.branch, merged=len(done.merged), brought=done.brought,
              commit=done.commit[:10])
        )  # fmt: skip
    for record, step in done.unsettled:
        app.out.out(T("unsettled: {sentence}", sentence=unsettled_sentence(record, step)))
    for note in done.notes:
        app.out.err(note)


def show_troubles(app: App, branch: str, troubles: Sequence[Trouble]) -> None:
    """Print conflicts, and how they are settled."""
    app.out.out(T("{branch}: not merged, {count} conflicts", branch=branch, count=len(troubles)))
    for trouble in troubles:
        _show_trouble(app, branch, trouble)
    app.out.err(T("settle them with --take FIELD=VALUE or --take FIELD@BRANCH"))


def _show_trouble(app: App, branch: str, trouble: Trouble) -> None:
    """Print a conflict: the field, and what each version of it says."""
    conflict = trouble.conflict
    app.out.out(T("{record}: {field}", record=trouble.record, field=conflict.field))
    rows: list[tuple[Text | str, Held, str]] = [
        (T("before"), conflict.base, ""),
        (T("here"), conflict.one, trouble.one_by),
        (branch, conflict.other, trouble.other_by),
    ]
    for name, value, said in rows:
        who = f"  ({said})" if said else ""
        app.out.out(T("  {name}: {value}{who}", name=name, value=_shown(value), who=who))


def _show_data(app: App, done: list[MergeDone]) -> None:
    items: list[dict[str, Value]] = [
        {
            "branch": one.branch,
            "commit": one.commit,
            "merged": list(one.merged),
            "brought": one.brought,
            "unsettled": [
                {"record": record, "event": step.event.id, "effect": step.effect.value}
                for record, step in one.unsettled
            ],
            "conflicts": [conflict_data(trouble) for trouble in one.troubles],
        }
        for one in done
    ]
    shape: dict[str, Value] = {
        "schema": "svcdesk/merge/1",
        "total": len(items),
        "shown": len(items),
        "unreadable": 0,
        "items": list(items),
    }
    app.out.out(json.dumps(shape, ensure_ascii=False, indent=2), raw=True)


def conflict_data(trouble: Trouble) -> dict[str, Value]:
    """A conflict as data: a version without a value has no key for it."""
    from svcdesk.merging.conflict import Absent

    conflict = trouble.conflict
    found: dict[str, Value] = {
        "record": trouble.record,
        "path": trouble.path,
        "field": conflict.field,
        "here_by": trouble.one_by,
        "there_by": trouble.other_by,
    }
    for name, value in (
        ("base", conflict.base),
        ("here", conflict.one),
        ("there", conflict.other),
    ):
        if not isinstance(value, Absent):
            found[name] = value
    return found


def _shown(value: Held) -> str:
    from svcdesk.merging.conflict import Absent

    if isinstance(value, Absent):
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def commands() -> dict[str, click.Command]:
    return {"merge": _merge, "merge-driver": _merge_driver}
