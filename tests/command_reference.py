"""Writes docs/commands.md from the commands themselves.

    python -m tests.command_reference

The options that many commands share are described once, above them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from tests.command_tree import Words, every_command

from svcdesk.cli.main import COMMANDS
from svcdesk.cli.options import GLOBAL, command, fields_option, writing
from svcdesk.i18n import translate

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"

HEAD = """\
# Commands

<!-- Written by `python -m tests.command_reference`: change the commands' help, not this page. -->

`svcdesk COMMAND --help` says the same, in Chinese too (`--lang zh`).

- A record's id may be shortened to any ending that no other has: `001`, `1001-001`. A document of a
  request (IR, SD, FB) is meant only where no request ends like that; its full id always works.
  Where several end like that, they are listed and nothing is changed.
- Where several ids may stand (`ID…`) they come first, and a person, time, team or move comes last.
  `-` reads ids from standard input: `svcdesk list label:vip --format ids | svcdesk close -`. More
  than 20 records at once are asked about, or need `--yes`.
- Times may be typed as `2024-10-01 09:30`, `in 2h`, `2h ago`, `yesterday 09:30`, `next friday`,
  `明天 15:00`, `两小时后`, `下周一`, in the desk's zone. What was understood is said; what could mean
  two things is refused.
- Words of a field may be typed in either language: `--type 故障`, `status:待分配`.
- What is missing is asked for on a terminal; elsewhere the error names the option.
- Results go to standard output, everything else to standard error. `--format json`, `jsonl`, `csv`,
  `csv-excel`, `markdown`, `html` and `ids` are for programs and papers. JSON has a promised shape
  with a name and a version (`svcdesk/list/1`), and with it errors are JSON on standard error.
- Nothing is cut in silence: a limited list says `shown 50 of 1,204`, and files that could not be
  read are named.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | findings; rows of an import that were not understood |
| 2 | the call was wrong: an unknown command, option, field or value |
| 3 | refused: not found, not possible now, not allowed, locked, a file that is not let in |
| 4 | a bug of ours; `--debug` shows where |
| 5 | answered, but some records could not be read |
| 130 | interrupted with Ctrl-C |

In the environment, `SVCDESK_DIR` is the desk to use (as `-C` is), `SVCDESK_NOW` the moment that
counts as now (for tests and CI), `SVCDESK_CONFIG` the file with your own settings;
[settings.md](settings.md) has the others.
"""


def page() -> str:
    """The page as it should be."""
    tree = every_command()
    parts = [HEAD, _contents(), *_shared()]
    for group, commands in COMMANDS.items():
        parts.append(f"## {group}\n")
        for name, _, _ in commands:
            parts += [_entry(words, one) for words, one in tree.items() if words[:1] == (name,)]
    return "\n".join(parts)


def _options(*decorators: Callable[[Any], Any]) -> list[click.Option]:
    """The options that decorators add, in the order in which help shows them."""

    def holder() -> None:
        pass

    for decorate in decorators:
        decorate(holder)
    found: list[click.Option] = getattr(holder, "__click_params__", [])
    return list(reversed(found))


def _of_every_command() -> list[click.Option]:
    made = command("any")(lambda _: None)
    return [one for one in made.params if isinstance(one, click.Option)]


_ANYWHERE = _of_every_command()
_WRITING = _options(writing)
_FIELD = _options(fields_option)


def _contents() -> str:
    lines = [
        f"- {group}: " + " · ".join(f"[{name}](#svcdesk-{name})" for name, _, _ in commands)
        for group, commands in COMMANDS.items()
    ]
    return "\n".join([*lines, ""])


def _shared() -> list[str]:
    anywhere = {one.opts[0] for one in _ANYWHERE}
    before = [one for one in reversed(_options(*GLOBAL)) if one.opts[0] not in anywhere]
    return [
        "## Options of every command\n",
        _table(_ANYWHERE),
        "And, before the command's name only:\n",
        _table(before),
        "## Options of everything that writes\n",
        "They are left out below, where “writes” stands for them.\n",
        _table([*_WRITING, *_FIELD]),
    ]


def _entry(words: Words, one: click.Command) -> str:
    name = " ".join(("svcdesk", *words))
    own = [option for option in one.params if isinstance(option, click.Option)]
    writes = _has(own, _WRITING)
    fields = _has(own, _FIELD)
    shared = _names([*_ANYWHERE, *(_WRITING if writes else ()), *(_FIELD if fields else ())])
    own = [option for option in own if option.opts[0] not in shared]
    level = "###" if len(words) == 1 else "####"
    pieces = one.collect_usage_pieces(click.Context(one, info_name=name))
    lines = [f"{level} {name}\n", f"    {' '.join((name, *pieces))}\n", f"{_text(one.help)}\n"]
    if own:
        lines.append(_table(own))
    if writes:
        without = "" if fields else ", without `--field`"
        lines.append(f"Writes{without}.\n")
    return "\n".join(lines)


def _has(options: Iterable[click.Option], wanted: Iterable[click.Option]) -> bool:
    known = {(one.opts[0], one.help) for one in options}
    return all((one.opts[0], one.help) in known for one in wanted)


def _names(options: Iterable[click.Option]) -> set[str]:
    return {one.opts[0] for one in options}


def _table(options: Iterable[click.Option]) -> str:
    rows = ["| option | what it does |", "|---|---|"]
    for one in options:
        spelled = ", ".join(one.opts)
        metavar = f" {one.metavar or _kind(one)}" if not one.is_flag else ""
        needed = "Needed. " if one.required else ""
        rows.append(f"| `{_cell(spelled + metavar)}` | {needed}{_text(one.help)} |")
    return "\n".join([*rows, ""])


def _kind(one: click.Option) -> str:
    if isinstance(one.type, click.Choice):
        return "|".join(map(str, one.type.choices))
    return one.type.name.upper()


def _text(text: str | None) -> str:
    """A help text as Markdown: nothing in it may be taken for markup."""
    shown = translate(text or "").replace("<", "\\<").replace("|", "\\|").replace("*", "\\*")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in shown.split("\n\n"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")


if __name__ == "__main__":
    main()
