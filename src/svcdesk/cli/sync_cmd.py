"""`svcdesk sync` and `svcdesk renumber`: what others did comes in, what we did goes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import REFUSED
from svcdesk.cli.given import circumstances
from svcdesk.cli.options import command, id_argument, option, writing
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.move_names import move_name

if TYPE_CHECKING:
    from svcdesk.desk.syncing import Synced
    from svcdesk.desk.traffic import Flow, Traffic
    from svcdesk.model.record import Value

_MANY = 30
"""So many records are named in each direction; --format json has all of them."""


@command(
    "sync",
    help="Take in what others published, and publish what is here.\n\n"
    "Fetches the branch that this one follows, merges records by their events and fields, and "
    "pushes, never by force. A record that is only here, and whose number is another record "
    "there, gets a new number first. A sync that was stopped is simply run again.",
)
@option("--remote", metavar="NAME", help="The remote, where this branch follows none.")
@option(
    "--take",
    "takes",
    multiple=True,
    metavar="FIELD=VALUE|FIELD@BRANCH",
    help="Settle a conflict: by a value, or by the branch that has it (ID:FIELD… for one record).",
)
@option(
    "--deleted",
    multiple=True,
    metavar="ID",
    help="Publish that this record was deleted, which others have: it is meant.",
)
@option(
    "--publish",
    is_flag=True,
    help="Publish this branch although the remote has none of its name.",
)
def _sync(
    app: App, remote: str | None, takes: tuple[str, ...], deleted: tuple[str, ...], publish: bool
) -> int:
    app.desk.ask_repository()
    done = app.desk.sync(remote=remote, takes=takes, deleted=deleted, publish=publish)
    if app.said.format in ("json", "jsonl"):
        _show_data(app, done)
    else:
        _show(app, done)
    return REFUSED if done.troubles else 0


@command(
    "renumber",
    help="Give a record another number: the next free one of its day, or NEW.\n\n"
    "Only a record that is not on the remote's main branch may get one: others know a published "
    "record by its number. The old number is kept in `formerly`.",
)
@id_argument
@click.argument("new", required=False, metavar="[NEW]")
@writing
def _renumber(app: App, id_: str, new: str | None, yes: bool, **said: Any) -> None:
    from svcdesk.cli.written import show_done

    around = circumstances(app, said)
    done = app.desk.renumber(id_, new, around)
    show_done(app, done, dry_run=around.options.dry_run)


def _show(app: App, done: Synced) -> None:
    for old, new in done.renumbered:
        app.out.out(
            T("{old} is {new} now: the old number is another record on {branch}",
              old=old, new=new, branch=done.branch)
        )  # fmt: skip
    if done.troubles:
        from svcdesk.cli.merge_cmd import show_troubles

        show_troubles(app, done.branch, done.troubles)
        app.out.err(T("not pushed: all work is kept here"))
    else:
        _show_traffic(app, T("came in from {branch}:", branch=done.branch), done.came)
        _show_traffic(app, T("went out to {branch}:", branch=done.branch), done.went)
        if done.pushed:
            app.out.out(T("pushed to {branch}", branch=done.branch))
        elif not done.came.flows and not done.came.others:
            app.out.out(T("{branch}: nothing new, here or there", branch=done.branch))
        else:
            app.out.out(T("{branch}: nothing to push", branch=done.branch))
    for record, step in done.unsettled:
        from svcdesk.desk.merge_troubles import unsettled_sentence

        app.out.out(T("unsettled: {sentence}", sentence=unsettled_sentence(record, step)))
    for note in done.notes:
        app.out.err(note)


def _show_traffic(app: App, head: Text, traffic: Traffic) -> None:
    if not traffic.flows and not traffic.others:
        return
    app.out.out(head)
    for flow in traffic.flows[:_MANY]:
        app.out.out(T("  {record}: {what}", record=flow.record_id, what=_what(app, flow)))
    more = len(traffic.flows) - _MANY
    if more > 0:
        app.out.out(T("  and {count} more records", count=more))
    if traffic.others:
        app.out.out(T("  other files: {count}", count=traffic.others))


def _what(app: App, flow: Flow) -> Text | str:
    """What happened to a record, as people say it."""
    if flow.error is not None:
        return T("cannot be read: {why}", why=flow.error)
    if flow.after is None:
        return T("deleted")
    moves: dict[str, None] = {}
    for event in flow.events:
        if flow.before is None and event.do == "submit":
            continue
        label = move_name(event.do, app.desk.workflow(flow.after.kind))
        moves[f"{label} ({event.actor})"] = None
    said = ", ".join(moves)
    if flow.before is None:
        words = "; ".join(word for word in (flow.after.title, said) if word)
        return T("new, {title}", title=words) if words else T("new")
    if flow.former:
        return T("was {former}; {moves}", former=flow.former, moves=said)
    return said or T("fields changed")


def _show_data(app: App, done: Synced) -> None:
    from svcdesk.cli.merge_cmd import conflict_data

    items = [
        {"direction": direction, **_flow_data(flow)}
        for direction, traffic in (("in", done.came), ("out", done.went))
        for flow in traffic.flows
    ]
    shape: dict[str, Value] = {
        "schema": "svcdesk/sync/1",
        "branch": done.branch,
        "pushed": done.pushed,
        "renumbered": [{"from": old, "to": new} for old, new in done.renumbered],
        "unsettled": [
            {"record": record, "event": step.event.id, "effect": step.effect.value}
            for record, step in done.unsettled
        ],
        "conflicts": [conflict_data(trouble) for trouble in done.troubles],
        "notes": [str(note) for note in done.notes],
        "total": len(items),
        "shown": len(items),
        "unreadable": sum(one.error is not None for one in (*done.came.flows, *done.went.flows)),
        "items": list(items),
    }
    app.out.out(json.dumps(shape, ensure_ascii=False, indent=2), raw=True)


def _flow_data(flow: Flow) -> dict[str, Value]:
    known = flow.after or flow.before
    return {
        "id": flow.record_id,
        "kind": known.kind if known else None,
        "path": flow.path,
        "created": flow.before is None,
        "deleted": flow.after is None and flow.error is None,
        "formerly": flow.former,
        "events": [{"id": one.id, "do": one.do, "by": one.by} for one in flow.events],
    }


def commands() -> dict[str, click.Command]:
    return {"sync": _sync, "renumber": _renumber}
