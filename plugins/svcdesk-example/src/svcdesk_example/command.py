"""The command `svcdesk outbox FOLDER`."""

from __future__ import annotations

from pathlib import Path

import click

from svcdesk.terminal import escape


@click.command("outbox", help="List the notices that lie in a folder of the channel outbox.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def outbox(folder: Path) -> None:
    for path in sorted(folder.glob("*.txt")):
        subject = path.read_text(encoding="utf-8").partition("\n")[0]
        click.echo(f"{path.stem}  {escape(subject)}")
