"""What files that are let in hold: the core schema of YAML 1.2, lines, and warnings."""

from __future__ import annotations

import pytest

from svcdesk.store.guard import Limits
from svcdesk.store.yaml_read import parse


def read(text: str) -> object:
    return parse(text.encode(), path="x.yaml").value["a"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True), ("True", True), ("FALSE", False), ("null", None), ("~", None), ("", None),
        ("Null", None), ("tRue", "tRue"), ("nULL", "nULL"),
        ("0", 0), ("-0", 0), ("+12", 12), ("017", 17), ("0o17", 15), ("0x1F", 31), ("0b1", "0b1"),
        ("-0x1F", "-0x1F"), ("1_000", "1_000"), ("9223372036854775807", (1 << 63) - 1),
        ("-9223372036854775808", -(1 << 63)),
        ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-3", -0.0015), ("1e", "1e"),
        (".", "."), ("+.e1", "+.e1"), ("1.2.3", "1.2.3"), ("10.0.0.1", "10.0.0.1"),
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("y", "y"), ("12:30", "12:30"), ("=", "="),
        ("2024-10-01", "2024-10-01"), ("2024-10-01T09:30:00+08:00", "2024-10-01T09:30:00+08:00"),
        ("2026-02-30", "2026-02-30"), ("25:61", "25:61"), ("0000-00-00", "0000-00-00"),
        ("'1'", "1"), ('"true"', "true"), ("'~'", "~"), ("'*5678'", "*5678"),
        ("[1, a, ~]", [1, "a", None]), ("{b: 1, c}", {"b": 1, "c": None}), ("[]", []), ("{}", {}),
        ("|\n  x\n  y", "x\ny"), ("|\n  x\n", "x\n"), ("|+\n  x\n\n", "x\n\n"), ("|-\n  x\n", "x"),
        (">\n  x\n  y\n\n  z\n", "x y\nz\n"), ("|2\n    x\n  y\n", "  x\ny\n"),
        ("x\n  y", "x y"), ("'x\n\n  y'", "x\ny"), ('"x\\\n  y\\u4e2d"', "xy中"),
        ("登录失败！", "登录失败！"), ("😀", "😀"), ("a & b ! c * d", "a & b ! c * d"),
        ("x # comment", "x"), ("x#y", "x#y"), ("http://x/y?z", "http://x/y?z"),
        ("a\u200bb\u202ec", "a\u200bb\u202ec"),
    ],
)  # fmt: skip
def test_value_is_what_yaml_1_2_says(written: str, value: object) -> None:
    found = read(f"a: {written}")
    assert found == value
    assert type(found) is type(value)


def test_case_22_odd_ids_come_as_they_are_for_the_id_check_to_refuse() -> None:
    assert read('a: "SR-1\\n"') == "SR-1\n"
    assert read("a: SR-２０２４") == "SR-２０２４"


def test_one_leading_document_marker_is_let_in() -> None:
    assert read("---\n# c\na: 1\n") == 1


def test_order_of_keys_is_that_of_the_file() -> None:
    value = parse(b"z: 1\na: 2\nm: {y: 1, b: 2}\n", path="x.yaml").value
    assert list(value) == ["z", "a", "m"]
    assert list(value["m"]) == ["y", "b"]  # type: ignore[call-overload, arg-type]


TEXT = """\
# a record
id: SR-1
requester:
  name: 李*

  contact: '*5678'
labels: [a, b]
events:
  - id: one
    set:
      status: new
  -
    id: two
x: {y:
  z}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (["id"], 2), (["requester"], 3), (["requester", "contact"], 6), (["labels", 1], 7),
        (["events"], 8), (["events", 0], 9), (["events", 0, "set", "status"], 11),
        (["events", 1, "id"], 13), (["x", "y"], 14), ([], 2),
        (["nothing"], None), (["events", 2], None), (["id", "deeper"], None), (["events", "0"], None),
        (["events", -1], None), (["labels", 0, 0], None),
    ],
)  # fmt: skip
def test_line_of_a_field(path: list[str | int], line: int | None) -> None:
    assert parse(TEXT.encode(), path="x.yaml").line_of(path) == line


def test_half_a_limit_is_a_warning_and_a_whole_one_is_let_in() -> None:
    limits = Limits(size=100, line=40, depth=4, nodes=10)
    text = "a:\n  b:\n    c:\n      d: 1\n"
    document = parse(text.encode(), path="x", limits=limits)
    assert [str(one) for one in document.warnings] == [
        "depth of nesting: 4, over half of the limit of 4",
        "number of values: 9, over half of the limit of 10",
    ]
    long = parse(f"a: {'x' * 37}\n#{'y' * 38}\n".encode(), path="x", limits=limits)
    assert [str(one).partition(":")[0] for one in long.warnings] == [
        "size in bytes",
        "longest line in bytes",
    ]


def test_ordinary_file_has_no_warning() -> None:
    assert parse(TEXT.encode(), path="x.yaml").warnings == ()


def test_what_limits_allow_is_let_in() -> None:
    deep = "a: " + "[" * 39 + "]" * 39
    many = "a: [" + "1, " * 49_997 + "]"
    assert parse(deep.encode(), path="x").warnings
    limits = Limits(line=1 << 20)
    values = parse(many.encode(), path="x", limits=limits).value["a"]
    assert isinstance(values, list)
    assert len(values) == 49_997
