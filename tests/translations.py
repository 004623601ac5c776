"""Collects the sentences that people see and keeps the Chinese catalogue in step with them.

    python -m tests.translations

Sentences are the templates of `T(…)` and `translate(…)`, the help of every command and option, the
headings of help, and click's own messages. Translations that are there stay; a sentence that is
no longer used stays as an obsolete entry, so that a move between files loses nothing.
"""

from __future__ import annotations

import io
import re
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from tests.command_tree import every_command

import svcdesk
from svcdesk.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "svcdesk"
PO = SOURCE / "locale" / "zh" / "LC_MESSAGES" / "svcdesk.po"
MO = PO.with_suffix(".mo")

_CLICK = ("core", "exceptions", "formatting", "parser", "termui", "types", "_termui_impl")
_FOR_PROGRAMMERS = re.compile(
    "DeprecationWarning|declaration|defined twice|Boolean option|No options|iterable|olor|UUID"
)
_SLOT = re.compile(r"%?\{[^{}]*\}|%\([a-z_]+\)s")
_HEADER = (
    "# The Chinese sentences of svcdesk; `python3 dev.py translate` collects and compiles them."
)
_NO_CHURN = datetime(2026, 1, 1, tzinfo=UTC)

Sentence = str | tuple[str, ...]
"""What is translated; a tuple is click's singular and plural."""
Found = dict[Sentence, list[str]]


def collect() -> Found:
    """Every sentence to be translated → where it stands (click's under `click/`)."""
    found: defaultdict[Sentence, list[str]] = defaultdict(list)
    for sentence, place in (*_of_source(), *_of_commands(), *_of_click()):
        if _says_something(sentence) and place not in found[sentence]:
            found[sentence].append(place)
    return dict(found)


def slots(template: str) -> list[str]:
    """The placeholders of a template, sorted; doubled braces are no placeholder."""
    return sorted(_SLOT.findall(template.replace("{{", "").replace("}}", "")))


def update(old: Catalog | None, found: Found) -> Catalog:
    """A catalogue of the sentences found, with the translations that `old` has."""
    new = Catalog(
        locale="zh",
        domain="svcdesk",
        header_comment=_HEADER,
        project="svcdesk",
        version=svcdesk.__version__,
        msgid_bugs_address="svcdesk",
        last_translator="svcdesk",
        language_team="zh",
        creation_date=_NO_CHURN,
        revision_date=_NO_CHURN,
        fuzzy=False,
    )
    known = {_key(one.id): one for one in _messages(old)} if old else {}
    for sentence, places in found.items():
        before = known.pop(_key(sentence), None)
        new.add(
            sentence,
            string=before.string if before else None,
            locations=[(place, 0) for place in sorted(places)],
            user_comments=before.user_comments if before else (),
        )
    for unused in known.values():
        if unused.string:
            unused.locations = []
            new.obsolete[_key(unused.id)] = unused
    return new


def main() -> None:
    old = read_catalogue() if PO.exists() else None
    catalogue = update(old, collect())
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po_bytes(catalogue))
    MO.write_bytes(mo_bytes(catalogue))
    missing = [one for one in catalogue if one.id and not translated(one)]
    for one in missing:
        print(f"not translated: {_key(one.id)!r}", file=sys.stderr)
    print(f"{len(catalogue)} sentences, {len(missing)} not translated → {PO.relative_to(ROOT)}")


def read_catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="zh", domain="svcdesk")


def po_bytes(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalogue, width=100, sort_by_file=True, include_lineno=False)
    return out.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def translated(message: Message) -> bool:
    """Whether every form of the message has a translation."""
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms)


def _messages(catalogue: Catalog) -> list[Message]:
    return [one for one in (*catalogue, *catalogue.obsolete.values()) if one.id]


def _key(sentence: Sentence | list[str]) -> str:
    return sentence if isinstance(sentence, str) else sentence[0]


def _of_source() -> list[tuple[Sentence, str]]:
    keywords = {"T": None, "translate": None}
    return [
        (sentence, f"src/svcdesk/{Path(name).as_posix()}")
        for name, _, sentence, _, _ in extract_from_dir(SOURCE, keywords=keywords)
    ]


def _of_commands() -> list[tuple[Sentence, str]]:
    main_file = "src/svcdesk/cli/main.py"
    said: list[tuple[Sentence, str]] = [("Plugins", main_file)]
    for heading, commands in COMMANDS.items():
        said.append((heading, main_file))
        said += [(text, main_file) for _, _, text in commands]
    for words, command in every_command().items():
        place = f"svcdesk {' '.join(words)}".strip()
        texts = [command.help, command.short_help, command.epilog]
        texts += [one.help for one in command.params if isinstance(one, click.Option)]
        said += [(text, place) for text in texts if text]
    return said


def _of_click() -> list[tuple[Sentence, str]]:
    keywords = {"_": None, "ngettext": (1, 2)}
    said: list[tuple[Sentence, str]] = []
    for name in _CLICK:
        with (Path(click.__file__).parent / f"{name}.py").open("rb") as file:
            said += [(one[1], f"click/{name}.py") for one in extract("python", file, keywords)]
    return [one for one in said if not _FOR_PROGRAMMERS.search(_key(one[0]))]


def _says_something(sentence: Sentence) -> bool:
    """Whether there are words beside the placeholders."""
    return any(letter.isalpha() for letter in _SLOT.sub("", _key(sentence)))


if __name__ == "__main__":
    main()
