"""`svcdesk demo`: plays a request's whole life in a scratch desk, command by command."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import BUG
from svcdesk.cli.demo_story import SCENES, Scene
from svcdesk.cli.options import command, option
from svcdesk.errors import GitFailed
from svcdesk.i18n import T, language


@command(
    "demo",
    help="Show the whole life of a request, in a desk made for it.\n\n"
    "Every line after a $ is a command that you can type yourself. Your own desks are not touched.",
)
@option("--keep", metavar="DIR", help="Make the desk in DIR and leave it there.")
def _demo(app: App, keep: str | None) -> int:
    if keep:
        folder = Path(keep)
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise click.UsageError(str(T("{path} is not empty", path=folder)))
        code = _play(app, folder)
        app.out.out(T("the desk is in {path}", path=folder))
        return code
    with tempfile.TemporaryDirectory(prefix="svcdesk-demo-") as scratch:
        return _play(app, Path(scratch))


def _play(app: App, folder: Path) -> int:
    """Play every scene; the first that ends otherwise than it should ends the demo."""
    _git(folder, "init", "--quiet", "--initial-branch=main")
    for scene in SCENES:
        if str(scene.said):
            app.out.out(T("\n# {said}", said=scene.said), multiline=True, style="dim")
        shown = shlex.join(scene.typed)
        app.out.out(T("[{who}] $ svcdesk {typed}", who=scene.who, typed=shown), style="strong")
        done = subprocess.run(
            # -P: as the console script does, import nothing that lies in the desk
            [sys.executable, "-P", "-m", "svcdesk", *scene.typed],
            cwd=folder,
            env=_environment(scene),
            check=False,
        )
        if done.returncode != scene.exit_code:
            app.out.err(T("that should have ended with {code}", code=scene.exit_code))
            return BUG
    app.out.out(
        T("\n# What git has of it: one readable commit a move."), multiline=True, style="dim"
    )
    app.out.out(_git(folder, "log", "--reverse", "--format=%h %an: %s"), multiline=True)
    return 0


def _environment(scene: Scene) -> dict[str, str]:
    """The scene's person and moment; whatever git would take from the caller is set aside."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    identity = {"NAME": scene.who, "EMAIL": f"{scene.who}@example.org"}
    for role in ("AUTHOR", "COMMITTER"):
        for key, value in identity.items():
            kept[f"GIT_{role}_{key}"] = value
        kept[f"GIT_{role}_DATE"] = scene.at
    return {**kept, "SVCDESK_NOW": scene.at, "SVCDESK_LANG": language(), "SVCDESK_DIR": "."}


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise GitFailed(
            T("git is needed and was not found"), hint=T("install git and try again")
        ) from None
    if done.returncode:
        raise GitFailed(T("git: {said}", said=done.stderr.strip()))
    return done.stdout.rstrip()


def commands() -> dict[str, click.Command]:
    return {"demo": _demo}
