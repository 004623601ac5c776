"""Hostile and broken files are refused before anything is built from them, by either parser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from yaml_hostile import GENERATED, SIZE

from svcdesk.errors import FileRefused
from svcdesk.store import guard, yaml_compose, yaml_fast
from svcdesk.store.yaml_read import parse

EXAMPLES = Path(__file__).parents[2] / "examples" / "hostile"


def _cases() -> list[object]:
    files = [(path.name.split(".")[0], path) for path in sorted(EXAMPLES.glob("*.yaml"))]
    written = [
        pytest.param(path.read_bytes(), path.name.split(".")[1], id=name) for name, path in files
    ]
    return written + [pytest.param(data, code, id=name) for name, (code, data) in GENERATED.items()]


@pytest.fixture(params=["libyaml", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The parser that reads: libyaml's, or the one that stands in where it was not built."""
    if request.param == "python":
        monkeypatch.setitem(sys.modules, "yaml._yaml", None)
        stand_in = yaml_compose._fastest()
        assert stand_in.__name__ == "_PythonParser"
        monkeypatch.setattr(yaml_compose, "_PARSER", stand_in)
        monkeypatch.setattr(yaml_fast, "_known", [None])
    return str(request.param)


@pytest.mark.parametrize(("data", "code"), _cases())
@pytest.mark.usefixtures("parser")
def test_case_is_refused_with_its_code_its_place_and_a_remedy(data: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        parse(data, path="records/x.yaml")
    error = caught.value
    assert (error.code, error.path) == (code, "records/x.yaml")
    assert error.line is not None
    assert 1 <= error.line <= data.count(b"\n") + 1
    assert str(error.hint)
    assert "{" not in str(error)


@pytest.mark.parametrize(
    ("data", "line", "field"),
    [
        (b"id: a\ntitle: &x b\n", 2, "title"),
        (b"id: a\nevents:\n  - do: x\n  - do: !y x\n", 4, "events.1.do"),
        (b"id: a\nrequester:\n  1: x\n", 3, "requester.1"),
        (b"id: a\nrequester:\n  n: 1e999\n", 3, "requester.n"),
        (b"a: [1,\n  2,\n  *x]\n", 3, "a.2"),
        (b'id: "\\e"\n', 1, "id"),
        (b"id: a\n\n# c\nid: b\n", 4, "id"),
        (b"a: 1\n\n\x00", 3, None),
        (b"a: 1\nb: \r\n", 2, None),
        (b"a: 1\nb: c: d\n", 2, None),
        (b"a: 1\nb: 'c\nd: 1\n", 2, None),
        (b"a: 1\n---\n", 2, None),
    ],
)
def test_refusal_names_line_and_field(data: bytes, line: int, field: str | None) -> None:
    with pytest.raises(FileRefused) as caught:
        parse(data, path="x.yaml")
    assert (caught.value.line, caught.value.field) == (line, field)


def test_duplicate_key_names_both_lines() -> None:
    with pytest.raises(FileRefused, match="stands here and in line 2") as caught:
        parse(b'id: a\ntitle: x\n# between\n"title": y\n', path="x.yaml")
    assert caught.value.line == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: b: c\n", "a colon stands where no key can be"),
        ("a: 1\nb\nc: 1\n", "the line is no `key: value`"),
        ("a: 1\n  b: 2\n", "a colon stands where no key can be"),
        ("a:\n  - 1\n - 2\n", "the indentation does not fit"),
        ("a:\n  b: 1\n c: 2\n", "the indentation does not fit"),
        ("a: [1, 2\nb: 3\n", "in brackets is not closed"),
        ("a: 'x\n", "a quoted text is opened here"),
        ('a: "\\q"\n', "begins no escape that YAML knows"),
        ("a: - b\n", "a dash stands where no list can begin"),
        ("a: @x\n", "a sign that YAML keeps for itself"),
        ("a: `x`\n", "a sign that YAML keeps for itself"),
        ("a: | x\n", "a text stands on the line of | or >"),
        ("a: 1\n? ? b\n", "a key is not a text"),
    ],
)
def test_syntax_error_is_a_sentence(parser: str, text: str, words: str) -> None:
    with pytest.raises(FileRefused) as caught:
        parse(text.encode(), path="x.yaml")
    assert words in str(caught.value)
    assert str(caught.value.hint)


def test_a_complaint_that_nobody_translated_is_passed_on() -> None:
    with pytest.raises(FileRefused, match="this is not YAML: ") as caught:
        parse(b"a: ? b\n", path="x.yaml")
    assert caught.value.code == "E_SYNTAX"


def test_case_37_size_is_judged_before_reading() -> None:
    guard.check_size(SIZE, path="x.yaml")
    with pytest.raises(FileRefused) as caught:
        guard.check_size(2 << 30, path="x.yaml")
    assert caught.value.code == "E_SIZE"
    assert "2147483648" in str(caught.value)


def test_case_37_pointer_of_lfs_is_named() -> None:
    with pytest.raises(FileRefused) as caught:
        parse((EXAMPLES / "37-large-file-pointer.E_TOP.yaml").read_bytes(), path="x.yaml")
    assert "git lfs pull" in str(caught.value.hint)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_hostile_files_stay_within_memory_and_time() -> None:
    """All of them in one process with 200 MB beyond its modules, and 1 s of work for each."""
    code = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from yaml_hostile import GENERATED
from svcdesk.errors import FileRefused
from svcdesk.store.yaml_read import parse
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize() \
    if sys.platform == "linux" else 1 << 40
resource.setrlimit(resource.RLIMIT_AS, (used + (200 << 20),) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (len(GENERATED),) * 2)
for name, (code, data) in GENERATED.items():
    try:
        parse(data, path=name)
    except FileRefused as error:
        assert error.code == code, (name, error.code)
    else:
        raise AssertionError(name)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
