"""Hostile and broken files and schemas, met by the installed command and by `open_desk`."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ruamel.yaml import YAML
from tests.commands.command_runner import CONSOLE_SCRIPT, svcdesk
from tests.threats.threat_helpers import (
    FIRST,
    FOLDER,
    copy_as,
    found_by_check,
    new_request,
    refusal,
    unchanged,
)
from tests.unit.store.yaml_hostile import GENERATED

from svcdesk.errors import FileRefused
from svcdesk.testing import Sandbox

EXAMPLES = Path(__file__).parents[1] / "examples" / "hostile"
HOSTILE = {
    **{
        path.name.split(".")[0]: (path.name.split(".")[1], path.read_bytes())
        for path in sorted(EXAMPLES.glob("*.yaml"))
    },
    **GENERATED,
}
IDS = {name: f"SR-20241001-{number:03}" for number, name in enumerate(HOSTILE, 100)}


@pytest.fixture
def request_id(desk: Sandbox) -> str:
    return new_request(desk)


# ── what the guard does not let in ─────────────────────────────────────────────────────────────


@pytest.fixture
def hostile(desk: Sandbox, request_id: str) -> Sandbox:
    """A desk with one good record, and every hostile file there is in a record's place."""
    for name, (_, data) in HOSTILE.items():
        desk.write(f"{FOLDER}/{IDS[name]}.yaml", data)
    return desk


@pytest.mark.case(1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 15, 17, 18)
@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_check_and_list_name_each_hostile_file_within_their_budget(hostile: Sandbox) -> None:
    """All of them in one process: half a gigabyte of addresses, and a second of work for each."""
    limits = f'ulimit -v 524288; ulimit -t {len(HOSTILE)}; exec "$0" "$@"'

    def call(*argv: str) -> subprocess.CompletedProcess[str]:
        with unchanged(hostile):
            return subprocess.run(
                ["sh", "-c", limits, str(CONSOLE_SCRIPT), *argv],
                cwd=hostile.root,
                capture_output=True,
                text=True,
                check=False,
            )

    checked = call("check", "--quiet", "--format", "json")
    assert checked.returncode == 1, checked.stderr
    found = {item["path"]: item for item in json.loads(checked.stdout)["items"]}
    for name, (code, _) in HOSTILE.items():
        item = found[f"{FOLDER}/{IDS[name]}.yaml"]
        assert item["code"] == code, name
        assert item["hint"] or code == "E_SIZE", name
        assert item["line"] or code == "E_SIZE", name
    assert len(found) == len(HOSTILE)
    listed = call("list")
    assert listed.returncode == 5
    assert FIRST in listed.stdout
    for name in HOSTILE:
        assert f"unreadable: {FOLDER}/{IDS[name]}.yaml" in listed.stderr, name
    assert "Traceback" not in checked.stderr + listed.stderr


@pytest.mark.case(1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 15, 17, 18)
def test_no_door_hands_out_a_hostile_record(hostile: Sandbox) -> None:
    desk = hostile.open()
    for name, (code, _) in HOSTILE.items():
        with pytest.raises(FileRefused) as caught:
            desk.show(IDS[name])
        assert caught.value.code == code, name


SHOWN = [
    "01-alias-bomb", "02-merge-bomb", "03-list-in-itself", "04-nested-block-maps",
    "05-too-many-keys", "06-duplicate-key", "08-markers-in-text", "09-tab-after-colon",
    "10-python-object", "11-yaml-directive", "12-two-documents", "13-key-date",
    "15-five-thousand-digits", "17-escaped-terminal", "18-crlf",
]  # fmt: skip


@pytest.mark.case(1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 15, 17, 18)
@pytest.mark.parametrize("name", SHOWN)
def test_showing_and_moving_one_is_refused_with_its_line(
    desk: Sandbox, request_id: str, name: str
) -> None:
    code, data = HOSTILE[name]
    desk.write(f"{FOLDER}/SR-20241001-002.yaml", data)
    shown = refusal(desk, "show", "002")
    assert (shown["code"], shown["path"]) == (code, f"{FOLDER}/SR-20241001-002.yaml")
    assert shown["line"]
    assert shown["hint"]
    desk.commit("hostile")
    assert refusal(desk, "start", "002")["code"] in (code, "E_CONVERTED")


@pytest.mark.case(6)
def test_both_lines_of_a_key_that_stands_twice_are_named(desk: Sandbox, request_id: str) -> None:
    path = copy_as(desk, request_id, "SR-20241001-002", "\nchannel: ", '\n"kind": x\nchannel: ')
    lines = desk.read(path).splitlines()
    first, second = lines.index("kind: request") + 1, lines.index('"kind": x') + 1
    [found] = found_by_check(desk)[path]
    assert (found["code"], found["line"]) == ("E_DUPLICATE", second)
    assert f"line {first}" in found["message"]


@pytest.mark.case(7)
def test_a_merge_without_a_conflict_can_leave_a_key_twice_and_check_says_so(
    desk: Sandbox, request_id: str
) -> None:
    desk.git("config", "merge.svcdesk.driver", "false")
    (desk.root / ".git/info").mkdir(exist_ok=True)
    desk.write(".git/info/attributes", "records/** merge=text\n")
    desk.git("switch", "--quiet", "--create", "side")
    desk.edit(request_id, "\nstatus: new\n", "\npriority: P1\nstatus: new\n")
    desk.commit("one side")
    desk.git("switch", "--quiet", "main")
    desk.edit(request_id, "\nevents:\n", "\npriority: P2\nevents:\n")
    desk.commit("other side")
    desk.git("merge", "--quiet", "--no-edit", "side")
    assert desk.read(request_id).count("\npriority: P") == 2
    [found] = found_by_check(desk)[desk.path_of(request_id)]
    assert found["code"] == "E_DUPLICATE"


@pytest.mark.case(8)
def test_a_merge_that_stopped_is_named_and_nothing_is_written_over_it(
    desk: Sandbox, request_id: str
) -> None:
    desk.write(".git/info/attributes", "records/** merge=text\n")
    desk.git("switch", "--quiet", "--create", "side")
    desk.edit(request_id, "生产系统无法登录", "一边")
    desk.commit("one side")
    desk.git("switch", "--quiet", "main")
    desk.edit(request_id, "生产系统无法登录", "另一边")
    desk.commit("other side")
    desk.git("merge", "side", check=False)
    assert "<<<<<<< " in desk.read(request_id)
    assert refusal(desk, "show", request_id)["code"] == "E_CONFLICT"
    assert refusal(desk, "start", request_id)["code"] == "E_UNDER_WAY"


# ── what people type ───────────────────────────────────────────────────────────────────────────

TITLES_OF_OTHER_TYPES = [
    "no", "on", "1e3", "017", "12:30", "~", "null", "yes", "true", "0x1F", "1_000", "2024-10-01",
    ".inf", "=", "<<", "0o17", "1.0", "+1", "Ｎｏ",
]  # fmt: skip


@pytest.mark.case(14)
def test_titles_that_look_like_another_type_stay_texts_for_every_reader(desk: Sandbox) -> None:
    for title in TITLES_OF_OTHER_TYPES:
        text = desk.read(new_request(desk, title=title))
        assert yaml.safe_load(text)["title"] == title  # YAML 1.1
        assert YAML(typ="safe").load(text)["title"] == title  # YAML 1.2


TITLES_OF_YAML = [
    "? b", "- x", ": ", "'", '"', "# x", "a # b", "a: b", "[x", "{x}", "&a", "*a", "!x", "|", ">",
    "%YAML 1.1", "---", "...", "@x", "`x`", "x " * 150, "\\", "\\e", "键: 值", "“引号”",
]  # fmt: skip


@pytest.mark.case(20)
def test_titles_made_of_yaml_take_one_line_and_come_back(desk: Sandbox) -> None:
    for title in TITLES_OF_YAML:
        wanted = title.strip() or title
        record_id = new_request(desk, title=wanted)
        [line] = [one for one in desk.read(record_id).splitlines() if one.startswith("title:")]
        assert desk.open().load(record_id).record.title == wanted
        desk.open().move([record_id], "start")
        assert line in desk.read(record_id).splitlines()
    assert not [one for one in desk.open().check().findings if not one.code.startswith("DESK")]


@pytest.mark.case(14, 20)
def test_a_title_typed_at_the_shell_comes_back_as_it_was_typed(desk: Sandbox) -> None:
    title = "no: [1e3] - 'x' # \\e {y}"
    made = svcdesk(desk.root, "new", "--title", title, "--requester", "李*", "--description", "x")
    assert made.code == 0, made.err
    shown = svcdesk(desk.root, "show", "001", "--format", "json").json()
    assert shown["items"][0]["record"]["title"] == title


@pytest.mark.case(16)
@pytest.mark.parametrize(
    "time",
    ["2026-02-30", "2024-10-01 25:61", "0000-01-01 10:00", "2024-10-01T09:30:60+08:00",
     "9999-12-31T23:59:59-23:00", "2023-02-29 10:00", "2024-13-01"],
)  # fmt: skip
def test_a_typed_time_that_does_not_exist_is_refused(
    desk: Sandbox, request_id: str, time: str
) -> None:
    at = "2024-10-01T10:00:00+08:00"
    assert refusal(desk, "promise", request_id, time, exits=2, at=at)["code"].startswith("E_")
    error = refusal(desk, "note", request_id, "-m", "x", "--at", time, exits=2, at=at)
    assert error["message"]


@pytest.mark.case(16)
def test_times_in_files_are_rfc_3339_with_a_zone_and_exist(desk: Sandbox, request_id: str) -> None:
    times = [
        "2026-02-30T00:00:00+08:00", "2024-10-01T25:61:00+08:00", "0000-01-01T00:00:00+08:00",
        "2024-10-01T09:30:00", "2024-10-01T09:30:60+08:00", "9999-12-31T23:59:59-23:00",
        "2024-10-01", "2024-10-01 09:30:00+08:00", "2024-10-01T09:30:00+25:00",
        "２０２４-10-01T09:30:00+08:00", "2024-10-01T09:30:00+08:00Z", "2024-10-01t09:30:00+08:00",
    ]  # fmt: skip
    old = "    at: 2024-10-01T09:30:00+08:00"
    paths = [
        copy_as(desk, request_id, f"SR-20241001-{number:03}", old, f"    at: '{time}'")
        for number, time in enumerate(times, 2)
    ]
    found = found_by_check(desk)
    for path, time in zip(paths, times, strict=True):
        assert any(one["field"] == "events.0.at" for one in found[path]), time
    assert desk.path_of(request_id) not in found
    listed = svcdesk(desk.root, "list")
    assert listed.code in (0, 5)
    assert "Traceback" not in listed.err


# ── ids, hidden characters, unknown fields ─────────────────────────────────────────────────────

IDS_THAT_ARE_NONE = {
    "with a line end": '"SR-20241001-002\\n"',
    "full-width": "SR-２０２４１００１-003",
    "arabic digits": "SR-20241001-٠٠٤",
    "small": "sr-20241001-005",
    "hidden mark": "SR-20241001-\u200b006",
    "right to left": "\u202eSR-20241001-007",
    "path": "../SR-20241001-008",
    "blank": "SR-20241001 -009",
}


@pytest.mark.case(19, 22)
def test_an_id_that_only_looks_like_one_is_refused_wherever_it_stands(
    desk: Sandbox, request_id: str
) -> None:
    text = desk.read(request_id)
    for number, written in enumerate(IDS_THAT_ARE_NONE.values(), 2):
        text_of_it = text.replace(f"id: {FIRST}\n", f"id: {written}\n")
        assert text_of_it != text
        desk.write(f"{FOLDER}/SR-20241001-{number:03}.yaml", text_of_it)
    named = {"SR-２０２４１００１-003", "SR-20241001-٠٠٤", "sr-20241001-005"}
    for name in named:  # the file's name agrees with it: still no id
        desk.write(f"{FOLDER}/{name}.yaml", text.replace(f"id: {FIRST}\n", f"id: {name}\n"))
    found = found_by_check(desk)
    paths = [f"{FOLDER}/SR-20241001-{n:03}.yaml" for n in range(2, len(IDS_THAT_ARE_NONE) + 2)]
    paths += [f"{FOLDER}/{name}.yaml" for name in named]
    for path in paths:
        assert "E_ID" in [one["code"] for one in found[path]], path
    assert set(found) == set(paths)
    listed = svcdesk(desk.root, "list", "--format", "json")
    assert listed.code == 5
    assert [one["id"] for one in listed.json()["items"]] == [FIRST]


@pytest.mark.case(22)
def test_full_width_digits_are_understood_when_typed(desk: Sandbox, request_id: str) -> None:
    for typed in ("００１", "ＳＲ－２０２４１００１－００１", "sr-20241001-001", " 001\n"):
        shown = svcdesk(desk.root, "show", typed, "--format", "json")
        assert shown.code == 0, (typed, shown.err)
        assert shown.json()["items"][0]["id"] == FIRST
    at = "2024-10-01T10:00:00+08:00"
    done = svcdesk(desk.root, "promise", "００１", "２０２４-１０-０２　０９：３０", at=at)
    assert done.code == 0, done.err
    done = svcdesk(
        desk.root, "set", "００１", "priority=Ｐ１", "--at", "２０２４-１０-０１ ０９：４０", at=at
    )
    assert done.code == 0, done.err
    record = desk.open().load(FIRST).record
    assert (record.get("promise"), record.get("priority")) == ("2024-10-02T09:30:00+08:00", "P1")
    for typed in ("٠٠١", "SR-20241001-٠٠١", "\u202e001", "0\u200b01"):
        assert refusal(desk, "show", typed)["code"] == "E_NOT_FOUND"


@pytest.mark.case(17, 19)
def test_what_hides_in_typed_titles_is_left_out_and_what_commands_is_refused(
    desk: Sandbox,
) -> None:
    def new(**fields: str) -> tuple[str, ...]:
        return ("new", "--requester", "李*", *(f"--{key}={text}" for key, text in fields.items()))

    made = svcdesk(desk.root, *new(title="付款\u202e单\u200b 2024\u2066", description="a\u202eb"))
    assert made.code == 0, made.err
    record = desk.open().load("001").record
    assert record.get("title") == "付款单 2024"
    assert record.get("description") == "a\u202eb"  # a longer text may need it; it is shown escaped
    shown = svcdesk(desk.root, "show", "001")
    assert "a\\u202eb" in shown.out
    assert "\u202e" not in shown.out
    for title in ("a\x1b]0;x\x07", "a\x9b31m", "a\x7f", "a\x08", "a\ufeffb"):
        assert refusal(desk, *new(title=title, description="x"))["code"] == "E_CTRL"
    two_lines = refusal(desk, *new(title="a\nApproved-by: b", description="x"))
    assert two_lines["field"] == "title"


@pytest.mark.case(19)
def test_what_hides_in_titles_of_files_is_found_and_shown_by_its_code(
    desk: Sandbox, request_id: str
) -> None:
    desk.edit(request_id, "\nkind: request\n", "\nkind: request\ntitle: 付款\u202e单\u200b\n")
    [found] = found_by_check(desk)[desk.path_of(request_id)]
    assert (found["code"], found["field"]) == ("DESK021", "title")
    for argv in (("list",), ("show", "001"), ("check",), ()):
        done = svcdesk(desk.root, *argv)
        assert "付款\\u202e单\\u200b" in done.out
        assert not {"\u202e", "\u200b"} & set(done.out + done.err)


@pytest.mark.case(21)
def test_unknown_fields_and_other_types_are_named_with_the_nearest_field_and_kept(
    desk: Sandbox, request_id: str
) -> None:
    changes = {
        "SCHEMA_UNKNOWN": ("\nchannel: email\n", "\nchanel: email\n"),
        "SCHEMA_TYPE": ("\nchannel: email\n", "\nchannel: email\nround: true\n"),
        "SCHEMA_CHOICE": ("\nchannel: email\n", "\nchannel: 3\n"),
    }
    for number, (old, new) in enumerate(changes.values(), 2):
        copy_as(desk, request_id, f"SR-20241001-{number:03}", old, new)
    desk.edit(request_id, "\nevents:\n", "\nx-ours: 1\ncustom:\n  mine: [a]\nevents:\n")
    desk.commit("by hand")
    found = found_by_check(desk)
    for number, code in enumerate(changes, 2):
        items = found[f"{FOLDER}/SR-20241001-{number:03}.yaml"]
        named = [one for one in items if one["code"].startswith("SCHEMA_")]
        assert named, code
        assert all(one["line"] for one in named)
    [unknown] = found[f"{FOLDER}/SR-20241001-002.yaml"]
    assert unknown["code"] == "SCHEMA_UNKNOWN"
    assert "channel" in f"{unknown['message']} {unknown['hint']}"
    assert desk.path_of(request_id) not in found
    assert svcdesk(desk.root, "start", request_id).code == 0
    text = desk.read(request_id)
    assert "\nx-ours: 1\ncustom:\n  mine: [a]\n" in text
    assert refusal(desk, "set", request_id, "chanel=phone", exits=2)["code"] == "E_FIELD"


# ── schemas ────────────────────────────────────────────────────────────────────────────────────


def _own_schema(desk: Sandbox, **properties: Any) -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
    }
    desk.write("schemas/request.schema.json", json.dumps(schema))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that nobody must call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


@pytest.mark.case(23)
@pytest.mark.parametrize(
    "reference",
    ["http://127.0.0.1:{port}/x.json", "file:///etc/passwd", "../../../etc/passwd",
     "other.schema.json#/$defs/line", "https://json-schema.org/draft/2020-12/schema"],
)  # fmt: skip
def test_a_schema_that_refers_elsewhere_is_refused_and_nothing_is_fetched(
    desk: Sandbox, request_id: str, listener: socket.socket, reference: str
) -> None:
    port = listener.getsockname()[1]
    _own_schema(desk, rack={"$ref": reference.format(port=port)})
    [found] = found_by_check(desk)["schemas/request.schema.json"]
    assert found["code"] == "E_SCHEMA"
    assert refusal(desk, "show", request_id)["code"] == "E_SCHEMA"
    with pytest.raises(TimeoutError):
        listener.accept()


@pytest.mark.case(24)
def test_a_pattern_that_may_never_end_is_refused_with_its_schema(
    desk: Sandbox, request_id: str
) -> None:
    desk.edit(request_id, "\nevents:\n", f"\nrack: {'a' * 40}!\nevents:\n")
    for pattern in ("^(a+)+$", "^(a|a)*$", "^(a*)*b", "(.*a){20}"):
        _own_schema(desk, rack={"type": "string", "pattern": pattern})
        [found] = found_by_check(desk)["schemas/request.schema.json"]
        assert found["code"] == "E_SCHEMA", pattern
        assert "pattern" in str(found["field"]) + found["message"]


@pytest.mark.case(25)
@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_lists_beyond_their_limit_are_refused_by_their_number(
    desk: Sandbox, request_id: str
) -> None:
    labels = "".join(f"  - label-{number}\n" for number in range(3000))
    path = copy_as(
        desk, request_id, "SR-20241001-002", "\nevents:\n", f"\nlabels:\n{labels}events:\n"
    )
    text = desk.read(request_id)
    event = text.partition("events:\n")[2]
    many = "".join(event.replace(event[8:34], f"01J92V{number:020}") for number in range(2500))
    desk.write(f"{FOLDER}/SR-20241001-003.yaml", copy_text(text, "003") + many)
    done = subprocess.run(
        [
            "sh",
            "-c",
            'ulimit -t 20; exec "$0" "$@"',
            str(CONSOLE_SCRIPT),
            "check",
            "--format",
            "json",
        ],
        cwd=desk.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    codes: dict[str, set[str]] = {}
    for item in json.loads(done.stdout)["items"]:
        codes.setdefault(item["path"], set()).add(f"{item['code']} {item['field']}")
    assert any(one.startswith("SCHEMA_") and "labels" in one for one in codes[path])


def copy_text(text: str, serial: str) -> str:
    return text.replace(FIRST, f"SR-20241001-{serial}").partition("  - id: ")[0]


@pytest.mark.case(26)
@pytest.mark.parametrize(
    "schema",
    ['{"$ref": "#"}', '{"$schema": "https://example.org/x", "type": "object"}', "[]", '"x"',
     "true", "{", '{"type": "object", "properties": {"rack": {"type": "strin"}}}', ""],
)  # fmt: skip
def test_a_schema_that_is_none_is_refused_by_name(
    desk: Sandbox, request_id: str, schema: str
) -> None:
    desk.write("schemas/request.schema.json", schema)
    [found] = found_by_check(desk)["schemas/request.schema.json"]
    assert found["code"].startswith(("E_SCHEMA", "E_SYNTAX", "E_"))
    assert refusal(desk, "start", request_id)["path"] == "schemas/request.schema.json"


@pytest.mark.case(27)
def test_a_schema_that_changes_names_every_record_that_it_makes_invalid(desk: Sandbox) -> None:
    ids = [new_request(desk) for _ in range(3)]
    desk.edit(ids[1], "\nevents:\n", "\nrack: A-12\nevents:\n")
    text = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"rack": {"type": "string", "pattern": "^[A-Z]-[0-9]{2}$"}},
        "required": ["rack"],
    }
    desk.write("schemas/request.schema.json", json.dumps(text))
    found = found_by_check(desk)
    assert set(found) == {desk.path_of(ids[0]), desk.path_of(ids[2])}
    assert {one["code"] for items in found.values() for one in items} == {"SCHEMA_MISSING"}
    assert svcdesk(desk.root, "list").code == 0  # they can still be read, and mended
    assert svcdesk(desk.root, "set", ids[1], "rack=B-03", "--include-dirty").code == 0


# ── whatever else may stand in a file ──────────────────────────────────────────────────────────

ODD: list[Any] = [
    None, True, 0, -1, 1e308, (1 << 63) - 1, "", "x", "\u202e", "2024-13-45", "7" + "Z" * 25,
    "0" * 26, "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", [], {}, [[]], [None], [{}],
    {"redacted": {}}, {"redacted": 1}, {"a": {"b": {}}}, FIRST, "../../x", "x" * 5000, ["a", "a"],
    "{0.__class__}",
]  # fmt: skip


@pytest.mark.case(21)
@pytest.mark.parametrize("seed", range(3))
def test_no_value_of_a_record_stops_a_command(
    desk: Sandbox, request_id: str, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Any one value of a record is made odd, or taken out: commands answer, or refuse in words."""
    from svcdesk.cli.app import App
    from svcdesk.cli.boundary import guarded
    from svcdesk.cli.main import svcdesk_command

    rng = random.Random(seed)
    for move, fields in (("assign", {"assignee": "engineer-1"}), ("step", {"action": "远程登录"})):
        desk.open().move([request_id], move, fields)
    texts = {path: desk.read(path) for path in desk.open().tickets.paths()}
    for _ in range(25):
        path, text = rng.choice(list(texts.items()))
        record_id = path.rpartition("/")[2].removesuffix(".yaml")
        value = desk.open().tickets.load(path).document.value
        place = rng.choice([one for one in _places(value) if one])
        odd = _with(value, place, *([] if rng.random() < 0.15 else [rng.choice(ODD)]))
        desk.write(path, json.dumps(odd, ensure_ascii=False, indent=1))
        for argv in rng.sample(
            [
                ("check",), ("list",), (), ("show", record_id), ("log", record_id),
                ("sla", "check", "--all"), ("sla", "show", record_id), ("report", "summary"),
                ("adopt", record_id, "--dry-run"), ("set", record_id, "priority=P1", "--dry-run"),
                ("start", record_id, "--include-dirty", "--dry-run"), ("list", "assignee:me"),
            ],
            4,
        ):  # fmt: skip
            code = guarded(svcdesk_command, App(), ["-C", str(desk.root), *argv])
            said = capsys.readouterr()
            assert code in (0, 1, 2, 3, 5), (path, place, odd, argv, said.err)
        desk.write(path, text)


def _places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    if isinstance(value, dict | list):
        for key, one in inside:
            yield from _places(one, (*here, key))


def _with(value: Any, place: tuple[Any, ...], *new: Any) -> Any:
    """A copy of the value with something else, or nothing, at a place."""
    copied = value.copy()
    if len(place) > 1:
        copied[place[0]] = _with(value[place[0]], place[1:], *new)
    elif new:
        copied[place[0]] = new[0]
    else:
        del copied[place[0]]
    return copied
