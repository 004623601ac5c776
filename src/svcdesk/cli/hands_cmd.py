"""What hands did to files: `adopt`, `settle`, `edit`, `link`, `attach`, `redact`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from svcdesk.cli.app import App
from svcdesk.cli.given import circumstances, read_ids
from svcdesk.cli.options import command, id_argument, option, writing
from svcdesk.cli.written import show_done
from svcdesk.errors import UsageError
from svcdesk.i18n import T

_reason = option("--reason", metavar="TEXT", help="Why.")


@command(
    "adopt",
    help="Record edits made by hand as events.\n\n"
    "Without an id, those of all records. The event says whose commit brought the edit, and when.",
)
@click.argument("ids", nargs=-1, metavar="[ID…]")
@option("--discard", is_flag=True, help="Put the recorded values back instead.")
@_reason
@writing
def _adopt(app: App, ids: tuple[str, ...], discard: bool, yes: bool, **said: Any) -> None:
    from svcdesk.desk.adopting import adopt

    around = circumstances(app, said)
    chosen = read_ids(ids) if ids else []
    done = adopt(app.desk, chosen, around, discard=discard)
    show_done(app, done, dry_run=around.options.dry_run)


@command(
    "settle",
    help="Declare concurrent or ineffective events looked at.\n\n"
    "All unsettled events of the record, or those named by the ending of their ids. What they did "
    "or did not do stays as it is.",
)
@id_argument
@click.argument("events", nargs=-1, metavar="[EVENT…]")
@writing
def _settle(app: App, id_: str, events: tuple[str, ...], yes: bool, **said: Any) -> None:
    from svcdesk.desk.settling import settle

    around = circumstances(app, said)
    [chosen] = read_ids([id_])
    done = settle(app.desk, chosen, list(events) or None, around)
    show_done(app, done, dry_run=around.options.dry_run)


@command(
    "edit",
    help="Edit a record in your editor; what you change is recorded.\n\n"
    "Changed fields that events decide become events. What cannot stand is refused, your text is "
    "kept, and you can edit it again.",
)
@id_argument
@_reason
@writing
def _edit(app: App, id_: str, yes: bool, **said: Any) -> None:
    from svcdesk.cli.editor import edit_until
    from svcdesk.desk.editing import edit

    [chosen] = read_ids([id_])
    tickets = app.desk.tickets
    loaded = tickets.load(tickets.find(chosen))
    record_id, base = loaded.record.id, loaded.document.text
    around = circumstances(app, said)
    done = edit_until(
        app, record_id, base, lambda text: edit(app.desk, record_id, text, around, base=base)
    )
    if done is None:
        app.out.out(T("nothing was changed"))
    else:
        show_done(app, done, dry_run=around.options.dry_run)


@command(
    "link",
    help="Link two records: svcdesk link ID RELATION OTHER\n\n"
    "RELATION is related, parent, child, duplicate, or a word of your own.",
)
@id_argument
@click.argument("relation", metavar="RELATION")
@click.argument("other", metavar="OTHER")
@option("--remove", is_flag=True, help="Take the link away.")
@writing
def _link(
    app: App, id_: str, relation: str, other: str, remove: bool, yes: bool, **said: Any
) -> None:
    from svcdesk.desk.linking import link

    around = circumstances(app, said)
    one, two = read_ids([id_])[0], read_ids([other])[0]
    done = link(app.desk, one, relation, two, around, remove=remove)
    show_done(app, done, dry_run=around.options.dry_run)


@command(
    "attach",
    help="Attach files to a record: svcdesk attach ID FILE…\n\n"
    "They lie below records/attachments/, by the record's uid, and are committed with it.",
)
@id_argument
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@option("--name", metavar="NAME", help="Store a single file under this name.")
@writing
def _attach(
    app: App, id_: str, files: tuple[str, ...], name: str | None, yes: bool, **said: Any
) -> None:
    from svcdesk.desk.linking import attach

    if name and len(files) > 1:
        raise UsageError(T("--name is for a single file"))
    around = circumstances(app, said)
    paths = [Path(one) for one in files]
    done = attach(app.desk, read_ids([id_])[0], paths, around, name=name)
    show_done(app, done, dry_run=around.options.dry_run)


@command(
    "redact",
    help="Take a value out of a record: svcdesk redact ID FIELD --reason WHY\n\n"
    "FIELD is a dotted path, or an event's id for what was said in it. A mark stays in its place. "
    "History keeps the value until it is erased there: how, is printed.",
)
@id_argument
@click.argument("field", metavar="FIELD")
@_reason
@writing
def _redact(app: App, id_: str, field: str, yes: bool, **said: Any) -> None:
    from svcdesk.desk.redacting import redact

    around = circumstances(app, said)
    redacted = redact(app.desk, read_ids([id_])[0], field, around)
    show_done(app, redacted.done, dry_run=around.options.dry_run)
    for sentence in redacted.erasure.plan():
        app.out.err(sentence)


def commands() -> dict[str, click.Command]:
    return {
        "adopt": _adopt,
        "settle": _settle,
        "edit": _edit,
        "link": _link,
        "attach": _attach,
        "redact": _redact,
    }
