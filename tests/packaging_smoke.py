"""Builds sdist and wheel, installs the wheel elsewhere and uses it there.

    python -m tests.packaging_smoke

What works in a checkout may be missing from a wheel: here nothing of the checkout is in reach. The
home is empty, and PATH leads to git alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("request", "handling", "delivery", "feedback")
IN_THE_WHEEL = (
    "svcdesk/py.typed",
    "svcdesk/locale/zh/LC_MESSAGES/svcdesk.mo",
    *(
        f"svcdesk/schemas/{kind}.{half}"
        for kind in KINDS
        for half in ("schema.json", "workflow.yaml")
    ),
)
API = """
import svcdesk, sys
assert "site-packages" in svcdesk.__file__, svcdesk.__file__
desk = svcdesk.open_desk(".")
print(desk.root, sorted(desk.kinds), [one.record.status for one in desk.load_all("request")])
"""


class Failed(Exception):
    """A step that did not do what it should; the message says which and how."""


def main() -> None:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="svcdesk-package-") as scratch:
        try:
            smoke(Path(scratch))
        except Failed as error:
            sys.exit(f"packaging: {error}")
    print(f"packaging: all of it works ({time.monotonic() - began:.0f} s)")


def smoke(scratch: Path) -> None:
    sdist, wheel = build(scratch / "dist")
    examine(sdist, wheel)
    python = install(scratch / "environment", wheel)
    use(python, scratch)


def build(folder: Path) -> tuple[Path, Path]:
    """An sdist of the checkout, and a wheel of that sdist."""
    run("build sdist and wheel", [sys.executable, "-m", "build", "--no-isolation",
        "--outdir", str(folder), str(ROOT)], cwd=ROOT)  # fmt: skip
    return next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))


def examine(sdist: Path, wheel: Path) -> None:
    """What must be in the two, and what must not."""
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    missing = [name for name in IN_THE_WHEEL if name not in inside]
    if missing:
        raise Failed(f"the wheel lacks {', '.join(missing)}")
    foreign = sorted({name.partition("/")[0] for name in inside if not name.startswith("svcdesk")})
    if foreign:
        raise Failed(f"the wheel brings {', '.join(foreign)}")
    with tarfile.open(sdist) as archive:
        tops = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    expected = {
        "src",
        "schemas",
        "README.md",
        "LICENSE",
        "pyproject.toml",
        "PKG-INFO",
        ".gitignore",
    }
    if tops - expected:
        raise Failed(f"the sdist brings {', '.join(sorted(tops - expected))}")
    print(f"  {sdist.name} and {wheel.name} hold what they should")


def install(folder: Path, wheel: Path) -> Path:
    """A fresh environment with the wheel and what it depends on; its interpreter."""
    run("make an environment", [sys.executable, "-m", "venv", str(folder)])
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    run("install the wheel", [str(python), "-m", "pip", "install", "--quiet",
        "--disable-pip-version-check", str(wheel)])  # fmt: skip
    return python


def use(python: Path, scratch: Path) -> None:
    """The commands that a newcomer types first, in a repository of their own."""
    desk, home = scratch / "desk", scratch / "home"
    desk.mkdir()
    home.mkdir()
    environment = {
        "HOME": str(home),
        "PATH": _only_git(scratch / "path"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "LANG": "C.UTF-8",
        **{f"GIT_{role}_NAME": "engineer-1" for role in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{role}_EMAIL": "engineer-1@example.org" for role in ("AUTHOR", "COMMITTER")},
    }
    if os.name == "nt":
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    svcdesk = str(python.with_name("svcdesk"))

    def call(*words: str) -> str:
        return run(f"svcdesk {' '.join(words)}", [svcdesk, *words], cwd=desk, env=environment)

    expect(call("--version"), "svcdesk ")
    schemas = call("schema", "list")
    for kind in KINDS:
        expect(schemas, kind)
    run("git init", ["git", "init", "--quiet"], cwd=desk, env=environment)
    call("init", "--person", "engineer-1")
    record = call(
        "new", "--channel", "email", "--requester", "李*", "--description", "打印机卡纸",
        "--type", "consultation", "--priority", "P3", "--format", "ids",
    ).strip()  # fmt: skip
    call("assign", record, "engineer-1")
    expect(call("show", record, "--lang", "zh"), "已分配")
    call("check")
    expect(run("import svcdesk", [str(python), "-c", API], cwd=desk, env=environment), "assigned")
    status = run("git status", ["git", "status", "--short"], cwd=desk, env=environment)
    if status:
        raise Failed(f"the desk is not clean afterwards: {status}")


def _only_git(folder: Path) -> str:
    """A PATH on which git can be found, and nothing that is not beside it."""
    git = shutil.which("git")
    if git is None:
        raise Failed("git is needed and was not found")
    if os.name == "nt":
        return str(Path(git).parent)
    folder.mkdir()
    (folder / "git").symlink_to(git)
    return str(folder)


def expect(said: str, wanted: str) -> None:
    if wanted not in said:
        raise Failed(f"expected “{wanted}” in:\n{said}")


def run(
    what: str,
    command: Sequence[str],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run a step and give what it prints. Raises Failed with its words when it fails."""
    began = time.monotonic()
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, encoding="utf-8")
    took = time.monotonic() - began
    print(f"  {what} ({took:.1f} s)")
    if done.returncode:
        raise Failed(f"{what} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
