"""`svcdesk completion`: the script that lets a shell complete ids, people, states and fields."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from svcdesk.cli.app import App
from svcdesk.cli.options import command

SHELLS = ["bash", "zsh", "fish", "powershell"]


@command(
    "completion",
    help="Print the script that lets your shell complete commands, ids and people.\n\n"
    'For bash: eval "$(svcdesk completion bash)" in ~/.bashrc; zsh the same in ~/.zshrc; fish: '
    "svcdesk completion fish > ~/.config/fish/completions/svcdesk.fish; PowerShell: "
    "svcdesk completion powershell | Out-String | Invoke-Expression in $PROFILE.",
)
@click.argument("shell", type=click.Choice(SHELLS), metavar="SHELL")
@click.pass_context
def _completion(ctx: click.Context, app: App, shell: str) -> None:
    made = get_completion_class(shell)
    assert made is not None  # click knows every one of SHELLS
    source = made(ctx.find_root().command, {}, "svcdesk", "_SVCDESK_COMPLETE").source()
    app.out.out(source, raw=True)


def commands() -> dict[str, click.Command]:
    return {"completion": _completion}
