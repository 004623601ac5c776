"""The project's own tasks: prepares an environment beside the checkout and runs things in it.

    python3 dev.py demo        show the whole life of a request, in a desk made for it
    python3 dev.py test        run the tests (further arguments go to pytest)
    python3 dev.py lint        style and types
    python3 dev.py fix         let the tools mend style
    python3 dev.py docs        write the documentation's generated parts anew
    python3 dev.py translate   collect sentences to translate and compile the translations
    python3 dev.py package     build sdist and wheel, install the wheel elsewhere, try it there
    python3 dev.py bench       measure (further arguments go to benchmarks)

It needs Python 3.11 or newer, git, and a package index that pip reaches; nothing else.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
EXTRAS = "dev,fast,holidays"


def stop(sentence: str) -> None:
    sys.exit(f"dev.py: {sentence}")


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command, in the checkout; end with its exit code if it fails."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def prepare() -> None:
    """Make the environment, unless it is there already for this pyproject.toml."""
    if sys.version_info < (3, 11):  # noqa: UP036 – whoever runs this may well have an older one
        stop(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    if shutil.which("git") is None:
        stop("git is needed and was not found. Install it (Debian: apt install git) and try again.")
    stamp = ENVIRONMENT / "svcdesk-prepared"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted and PYTHON.exists():
        return
    print("preparing .venv (once) …", file=sys.stderr)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(ENVIRONMENT)], capture_output=True, text=True
    )
    if made.returncode:
        if "ensurepip" in made.stdout + made.stderr:
            stop("this Python lacks ensurepip: install it (Debian: apt install python3-venv)")
        stop(f"cannot make .venv: {(made.stderr or made.stdout).strip()}")
    run(
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-e",
        f".[{EXTRAS}]",
    )
    stamp.write_text(wanted)


def demo(arguments: list[str]) -> None:
    # not in the checkout, which is a desk itself: the demo speaks the reader's language, not its
    run(BIN / "svcdesk", "demo", *arguments, cwd=Path(tempfile.gettempdir()))


def test(arguments: list[str]) -> None:
    workers = [] if any(one.startswith("-n") for one in arguments) else ["-n", "auto"]
    run(PYTHON, "-m", "pytest", *workers, *arguments)


def lint(_: list[str]) -> None:
    run(PYTHON, "-m", "ruff", "format", "--check", ".")
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "mypy")


def fix(_: list[str]) -> None:
    run(PYTHON, "-m", "ruff", "check", "--fix", ".")
    run(PYTHON, "-m", "ruff", "format", ".")


def docs(_: list[str]) -> None:
    for part in ("command_reference", "settings_page", "terminal_pictures"):
        run(PYTHON, "-m", f"tests.{part}")


def translate(_: list[str]) -> None:
    run(PYTHON, "-m", "tests.translations")


def package(_: list[str]) -> None:
    run(PYTHON, "-m", "tests.packaging_smoke")


def bench(arguments: list[str]) -> None:
    run(PYTHON, "-m", "benchmarks", *arguments)


TASKS = {
    "demo": demo,
    "test": test,
    "lint": lint,
    "fix": fix,
    "docs": docs,
    "translate": translate,
    "package": package,
    "bench": bench,
}


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in TASKS:
        sys.exit(__doc__)
    prepare()
    TASKS[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    main()
