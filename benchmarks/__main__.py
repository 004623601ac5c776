"""Prints what commands cost, as ratios measured in one run.

    python -m benchmarks [--size 10000]… [--only NAME]… [--runs 15] [--no-peers] [--rows DIR]
                         [--desks DIR]

docs/benchmarks.md says what each row means. Nothing is asserted: the table says what is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import svcdesk
from benchmarks.bench import Bench, compile_bytecode, usual_folder
from benchmarks.generate import ROOT
from benchmarks.peers import PEERS
from benchmarks.rows import ROWS
from benchmarks.table import HEADINGS, as_text, keeper, run_row


def main() -> None:
    asked = _arguments()
    if os.name != "posix":
        sys.exit("benchmarks need wait4(): Linux, macOS or another Unix")
    chosen = [row for row in ROWS if not asked.only or row.name in asked.only]
    compile_bytecode()
    bench = Bench(asked.desks, () if asked.no_peers else PEERS)
    asked.rows.mkdir(parents=True, exist_ok=True)
    about = machine()
    path = asked.rows / f"{about['at'].replace(':', '')}.jsonl"
    measured = []
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(about) + "\n")
        for row in chosen:
            for records in sorted(asked.size) if row.sized else [min(asked.size)]:
                print(f"{row.name}, {records:,} records …", file=sys.stderr)
                keep = keeper(file, row, records)
                measured.append(run_row(row, bench, records, asked.runs, keep))
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    print(as_text([HEADINGS, *(one.cells() for one in measured)]))
    print(f"floor: this interpreter importing click · {asked.runs} runs each · rows: {path}")


def machine() -> dict[str, str]:
    """What the figures depend on."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True
    )
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True)
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "svcdesk": f"{svcdesk.__version__} ({commit.stdout.strip() or 'no checkout'})",
        "python": platform.python_version(),
        "click": version("click"),
        "git": git.stdout.split()[-1],
        "system": f"{platform.system()} {platform.machine()}",
        "processor": f"{os.cpu_count()} × {_processor()}",
        "load": f"{os.getloadavg()[0]:.2f}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "unknown")


def _arguments() -> argparse.Namespace:
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--size", type=int, action="append", metavar="RECORDS")
    parser.add_argument("--only", action="append", choices=names, metavar="|".join(names))
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--no-peers", action="store_true", help="ask no other programs")
    parser.add_argument("--rows", type=Path, default=Path("benchmarks/results"), metavar="DIR")
    parser.add_argument("--desks", type=Path, default=usual_folder(), metavar="DIR")
    asked = parser.parse_args()
    asked.size = asked.size or [10_000]
    return asked


if __name__ == "__main__":
    main()
