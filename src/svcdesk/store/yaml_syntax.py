"""What the YAML parser complains about, said as a sentence with a remedy."""

from __future__ import annotations

from yaml.error import MarkedYAMLError, YAMLError

from svcdesk.errors import FileRefused
from svcdesk.i18n import T, Text

_QUOTE = (
    T("a quoted text is opened here and not closed"),
    T("add the closing quote; a quote inside single quotes is doubled"),
)
_INDENTATION = (
    T("the indentation does not fit the lines above"),
    T("the keys of one mapping, and the dashes of one list, stand in the same column"),
)
_BRACKETS = (
    T("a list or mapping in brackets is not closed, or lacks a comma"),
    T("close the bracket, or put the text between quotes"),
)
_ESCAPE = (
    T("a backslash between double quotes begins no escape that YAML knows"),
    T("use single quotes, or write the backslash twice"),
)
_LIST = (
    T("a dash stands where no list can begin"),
    T("begin the list on the line after its key, or put the text between quotes"),
)
_SIGN = (
    T("a value begins with a sign that YAML keeps for itself"),
    T("put the value between quotes"),
)

# The words of libyaml and of PyYAML's own parser, in the order in which they are looked for.
_SENTENCES: tuple[tuple[str, Text, Text], ...] = (
    ("escape", *_ESCAPE),
    ("hexadecimal", *_ESCAPE),
    ("hexdecimal", *_ESCAPE),
    (
        "mapping values are not allowed",
        T("a colon stands where no key can be"),
        T("put a text that holds `: ` between quotes, or mend the indentation"),
    ),
    (
        "could not find expected ':'",
        T("the line is no `key: value`"),
        T("add the colon and a space, or indent the line under the text that it continues"),
    ),
    ("sequence entries are not allowed", *_LIST),
    ("',' or", *_BRACKETS),
    ("node content", *_BRACKETS),
    ("did not find expected key", *_INDENTATION),
    ("did not find expected '-' indicator", *_INDENTATION),
    ("expected <block end>", *_INDENTATION),
    ("cannot start any token", *_SIGN),
    ("alphabetic or numeric", *_SIGN),
    (
        "comment or",
        T("a text stands on the line of | or >"),
        T("begin the text on the next line, indented"),
    ),
)


def refusal(error: YAMLError, path: str) -> FileRefused:
    """The parser's error as ours, with the line where the trouble is (or began, for a quote)."""
    problem, mark, context = str(error), None, ""
    if isinstance(error, MarkedYAMLError):
        problem = str(error.problem)
        mark, context = error.problem_mark or error.context_mark, str(error.context)
    if "invalid Unicode character escape" in problem:
        message = T("an escape stands for a character that no text can hold")
        hint = T("remove the escape; surrogates are not characters")
        return _refused("E_CTRL", message, hint, path, mark)
    if "undefined tag handle" in problem:
        return _refused("E_TAG", *TAG, path, mark)
    if "quoted scalar" in context and "escape" not in problem and "hex" not in problem:
        assert isinstance(error, MarkedYAMLError)
        return _refused("E_SYNTAX", *_QUOTE, path, error.context_mark)
    for words, message, hint in _SENTENCES:
        if words in problem:
            return _refused("E_SYNTAX", message, hint, path, mark)
    message = T("this is not YAML: {problem}", problem=problem)
    return _refused("E_SYNTAX", message, T("mend the line, or quote its text"), path, mark)


TAG = (
    T("the value has a YAML tag"),
    T("remove the tag, or put a text that begins with ! between quotes"),
)


def _refused(code: str, message: Text, hint: Text, path: str, mark: object) -> FileRefused:
    line = getattr(mark, "line", 0) + 1
    return FileRefused(message, code=code, hint=hint, path=path, line=line)
