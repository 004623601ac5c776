"""`svcdesk init`: make a desk."""

from __future__ import annotations

from pathlib import Path

import click

from svcdesk.cli.app import App
from svcdesk.cli.options import command, option
from svcdesk.i18n import T


@command(
    "init",
    help="Make a desk here, or put back what is missing in it.\n\n"
    "Nothing that is there already is touched, so it can be run again. Whoever runs it becomes the "
    "desk's first person, with every role. Git is told to merge records by their events and fields "
    "in this clone.",
)
@option("--name", metavar="TEXT", help="The desk's name (else: the folder's).")
@option("--zone", metavar="ZONE", help="Its time zone, such as Asia/Shanghai (else: yours).")
@option("--language", metavar="en|zh", help="Its language (else: the one in use).")
@option("--person", metavar="ID", help="Your id in it (else: made from your e-mail address).")
def _init(
    app: App, name: str | None, zone: str | None, language: str | None, person: str | None
) -> None:
    from svcdesk.desk.initialising import init_desk

    created = init_desk(
        app.start, name=name, zone=zone, language=language, person=person, clock=lambda: app.now
    )
    if created.repository_made:
        app.out.out(T("made a git repository in {path}", path=created.root))
    for path in created.made:
        app.out.out(T("made {path}", path=path))
    if created.present:
        app.out.out(T("{count} files were there and stay as they are", count=len(created.present)))
    if created.commit:
        app.out.out(T("committed as {commit}", commit=created.commit[:10]))
    if _driver_installed(created.root):
        app.out.out(T("git merges records by their events and fields in this clone now"))
    if created.person:
        app.out.out(T("you are {person} here", person=created.person))
    app.out.err(T("next: svcdesk people add … for colleagues, svcdesk new for the first request"))


def _driver_installed(root: Path) -> bool:
    """Whether the merge driver was installed now: not where one is there, whosever it is."""
    from svcdesk.store import merge_setup
    from svcdesk.store.git import discover

    repository = discover(root)
    if merge_setup.status(repository).installed is not merge_setup.Installed.NO:
        return False
    merge_setup.install(repository)
    return True


def commands() -> dict[str, click.Command]:
    return {"init": _init}
