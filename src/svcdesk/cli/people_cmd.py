"""`svcdesk people`: who belongs to the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from svcdesk.cli.app import App
from svcdesk.cli.help import Group
from svcdesk.cli.options import anywhere, command, option
from svcdesk.i18n import T
from svcdesk.model.record import Value
from svcdesk.model.table import Column, Table

if TYPE_CHECKING:
    from svcdesk.desk.file_edit import FileDone


def _fields(function: Any) -> Any:
    """The options that say something about a person."""
    for decorate in (
        option("--dry-run", is_flag=True, help="Show the diff; change nothing."),
        option(
            "--active/--inactive",
            default=None,
            help="Whether they may act; who has left stays listed, inactive.",
        ),
        option(
            "--skill", "skills", multiple=True, metavar="TEXT", help="A skill; can be repeated."
        ),
        option("--supervisor", metavar="ID", help="Whom they report to."),
        option("--team", metavar="TEAM", help="Their team."),
        option(
            "--email",
            "emails",
            multiple=True,
            metavar="ADDRESS",
            help="As git knows them.",
        ),
        option(
            "--role",
            "roles",
            multiple=True,
            metavar="ROLE",
            help="front_desk, dispatcher, engineer, supervisor, approver, auditor.",
        ),
        option("--name", metavar="TEXT", help="Their name, as shown."),
    ):
        function = decorate(function)
    return function


@command("list", help="List everyone.")
def _list(app: App) -> None:
    from svcdesk.desk.people import list_people

    everyone = list_people(app.desk)
    app.show(
        Table(
            schema="svcdesk/people/1",
            title=T("people"),
            columns=[
                Column("id", T("id")),
                Column("name", T("name")),
                Column("roles", T("roles")),
                Column("team", T("team")),
                Column("supervisor", T("supervisor")),
                Column("emails", T("e-mails")),
            ],
            rows=[
                [
                    one.id,
                    one.name,
                    ", ".join(one.roles),
                    one.team,
                    one.supervisor,
                    ", ".join(one.emails),
                ]
                for one in everyone
            ],
            total=len(everyone),
        )
    )


@command("add", help="List a person.\n\nGit's e-mail address is what they are known by.")
@click.argument("person", metavar="ID")
@_fields
def _add(app: App, person: str, dry_run: bool, **said: Any) -> None:
    from svcdesk.desk.people import add_person
    from svcdesk.desk.writing import Options

    done = add_person(app.desk, person, _given(said), Options(dry_run=dry_run))
    _show(app, done, dry_run)


@command("set", help="Change what is listed about a person.")
@click.argument("person", metavar="ID")
@_fields
def _set(app: App, person: str, dry_run: bool, **said: Any) -> None:
    from svcdesk.desk.people import set_person
    from svcdesk.desk.writing import Options

    done = set_person(app.desk, person, _given(said), Options(dry_run=dry_run))
    _show(app, done, dry_run)


def _given(said: dict[str, Any]) -> dict[str, Value]:
    active = said.pop("active")
    values: dict[str, Value] = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in said.items()
        if value not in (None, ())
    }
    if active is not None:
        values["active"] = active
    return values


def _show(app: App, done: FileDone, dry_run: bool) -> None:
    if dry_run:
        app.out.out(done.diff(), multiline=True)
        return
    app.out.out(done.subject)
    if done.commit:
        app.out.out(T("committed as {commit}", commit=done.commit[:10]))


@click.group(
    "people",
    cls=Group,
    invoke_without_command=True,
    help="List the desk's people, or add one.\n\nRoles decide what somebody may do.",
)
@anywhere
@click.pass_context
def _people(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        ctx.invoke(_list)


for _one in (_list, _add, _set):
    _people.add_command(_one)


def commands() -> dict[str, click.Command]:
    return {"people": _people}
