"""The project stands alone, every command explains itself, and the READMEs name them all."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from tests.command_tree import Words, every_command

from svcdesk import i18n
from svcdesk.cli.app import App
from svcdesk.cli.main import COMMANDS, svcdesk_command

ROOT = Path(__file__).resolve().parent.parent.parent
README = {"en": ROOT / "README.md", "zh": ROOT / "README.zh-CN.md"}
TREE = every_command()

# One letter of each word stands in brackets, so that this file does not hold what it looks for.
FOREIGN = re.compile(
    r"""(?<![\w.])/w[o]rk/ | (?<![\w.])/r[o]ot/ | (?<![\w.])/t[m]p/[a-z]
    | \bi[s]sues?\ \#?[0-9]\b | \b[1-4]\ o[f]\ 4\b | \bthis\ s[e]ssion\b | \bs[h]ared/(design|cases)
    | \b(cl[a]ude|anthr[o]pic|op[e]nai|chatg[p]t|cop[i]lot|l[l]ms?)\b
    | \b(coding|another|other)\ ag[e]nts?\b | \bsub-?ag[e]nts?\b
    | https?://[^/\s]*(py[p]i|pythonh[o]sted|mirr[o]r|artif[a]ct|regis[t]ry)
    | (?-i:\bTO[D]O\b | \bFIX[M]E\b | \bXX[X]\b)""",
    re.IGNORECASE | re.VERBOSE,
)
# A path of the sort is what these test, explain or attribute.
MAY_NAME_SCRATCH = re.compile(r"^(tests/|docs/|README)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TYPED = re.compile(r"^(?:\$ )?((?:svcdesk|python3|git) .+)$", re.MULTILINE)
SENTENCE = re.compile(r"(?<![-\w./])[A-Za-z][a-z]+(?:,? [a-z]+){2,}")


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Every file that git holds here and that is text, by path."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    for path in filter(None, listed.split("\0")):
        try:
            yield path, (ROOT / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue


def test_nothing_speaks_of_the_place_where_it_was_made() -> None:
    found = [
        f"{path}:{number}: {hit[0]}"
        for path, text in tracked_texts()
        for number, line in enumerate(text.splitlines(), 1)
        for hit in FOREIGN.finditer(line)
        if not (MAY_NAME_SCRATCH.match(path) and hit[0].startswith("/t"))
    ]
    assert found == []


def test_python_files_stay_short() -> None:
    """Over 300 lines a module wants a reason; over 400 it wants two modules."""
    long = {
        path: text.count("\n")
        for path, text in tracked_texts()
        if re.match(r"src/.*\.py$", path) and text.count("\n") > 400
    }
    assert long == {}


def test_every_module_opens_with_its_concern() -> None:
    silent = [
        path
        for path, text in tracked_texts()
        if path.endswith(".py") and text.strip() and not text.startswith(('"""', 'r"""'))
    ]
    assert silent == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_readmes_give_every_command_its_place(language: str) -> None:
    text = README[language].read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:svcdesk )?([a-z][a-z-]*)[^`\n]*`|\bsvcdesk ([a-z][a-z-]*)", text))
    words = {one for pair in named for one in pair if one}
    missing = [name for group in COMMANDS.values() for name, _, _ in group if name not in words]
    assert missing == []


def test_the_readmes_have_equal_headings_and_commands() -> None:
    texts = [README[language].read_text(encoding="utf-8") for language in ("en", "zh")]
    levels = [re.findall(r"^(#+) ", CODE.sub("", text), re.MULTILINE) for text in texts]
    assert levels[0] == levels[1]
    typed = [
        [line for code in CODE.findall(text) for line in TYPED.findall(code)] for text in texts
    ]
    verbs = [[line.split()[:2] for line in lines] for lines in typed]
    assert verbs[0] == verbs[1]
    assert verbs[0]


@pytest.mark.parametrize("words", TREE, ids=lambda words: " ".join(words) or "svcdesk")
def test_every_command_and_option_has_help(words: Words) -> None:
    command = TREE[words]
    assert command.help, "what does it do?"
    silent = [
        one.opts[0] for one in command.params if isinstance(one, click.Option) and not one.help
    ]
    assert silent == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("words", TREE, ids=lambda words: " ".join(words) or "svcdesk")
def test_every_help_page_can_be_shown(
    words: Words, language: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = show_help(words, language, monkeypatch, tmp_path)
    assert page.startswith(("Usage: svcdesk", "用法")), page
    if language == "zh":
        assert left_in_english(page) == [], "run `python3 dev.py translate` and translate"


def show_help(words: Words, language: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    """The help page of a command in a language, outside any desk."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SVCDESK_LANG", language)
    monkeypatch.setenv("SVCDESK_CONFIG", str(folder / "none.yaml"))
    monkeypatch.setenv("LANGUAGE", language)
    app = App()
    app.use_language()
    try:
        done = CliRunner().invoke(svcdesk_command, [*words, "--help"], prog_name="svcdesk", obj=app)
    finally:
        i18n.use("en")
    assert done.exit_code == 0, done.output
    return done.output


def left_in_english(page: str) -> list[str]:
    """What reads like an English sentence in a Chinese page; the usage line and code may be."""
    body = page.split("\n\n", 1)[-1]
    return SENTENCE.findall(re.sub(r"`[^`]*`", "", body))


def test_the_guard_sees_an_english_sentence() -> None:
    page = "用法：svcdesk show [OPTIONS] ID…\n\n  显示记录。\n\n选项：\n  --at TIME  Answer as of TIME.\n"
    assert left_in_english(page) == ["Answer as of"]
    assert left_in_english("用法：x\n\n  显示 `a b c d` 记录，table、json 或 csv。\n") == []
