"""The pages below docs/ say what is true: keys, states, moves, examples, and links that lead on."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest

from svcdesk.cli.list_cmd import query_text
from svcdesk.errors import SvcdeskError
from svcdesk.importing.mapping import parse_mapping
from svcdesk.plugins import build_plugins
from svcdesk.store.schema import load_kinds, shipped_kinds
from svcdesk.store.yaml_read import parse
from svcdesk.testing import Sandbox

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "README.zh-CN.md"])
_CODE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(([^)\s]+)\)")


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def code(name: str, sort: str) -> list[str]:
    return [body for one, body in _CODE.findall(text_of(name)) if one == sort]


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next of its level."""
    level = heading.partition(" ")[0]
    found = re.search(
        rf"^{re.escape(heading)}\n(.*?)(?=^{level} |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, heading
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in a text, cell by cell."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def first_cells(text: str) -> set[str]:
    return {name for row in rows(text) for name in re.findall(r"`([^`]+)`", row[0])}


# ── links ───────────────────────────────────────────────────────────────────────────────────────


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    plain = _CODE.sub("", page.read_text(encoding="utf-8"))
    found = re.findall(r"^#+ (.+)$", plain, re.MULTILINE)
    words = (re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", one).lower() for one in found)
    return {re.sub(r"[^\w -]", "", one).replace(" ", "-") for one in words}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = unquote(link).partition("#")
        if link.startswith(("http:", "https:")):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        for link in _LINK.findall(page.read_text(encoding="utf-8")):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.is_file():
                waiting.append(target)
    assert [one for one in PAGES if one not in reached] == []


def test_the_pages_that_errors_name_are_there() -> None:
    named = {
        name
        for source in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"docs/([\w.-]+\.md)", source.read_text(encoding="utf-8"))
    }
    assert named, "no error names a page any more"
    assert [name for name in sorted(named) if not (DOCS / name).exists()] == []


# ── desk.md ─────────────────────────────────────────────────────────────────────────────────────


def keys_of(schema: Mapping[str, object]) -> Iterator[str]:
    """The names of all keys that a schema knows, below lists too."""
    properties = schema.get("properties")
    for name, inner in properties.items() if isinstance(properties, Mapping) else ():
        yield name
        yield from keys_of(inner)
    items = schema.get("items")
    if isinstance(items, Mapping):
        yield from keys_of(items)


@pytest.mark.parametrize("name", ["desk", "people", "customers"])
def test_every_key_of_the_desks_files_has_its_line(name: str) -> None:
    schema = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    shown = first_cells(section(text_of("desk.md"), f"## {name}.yaml"))
    known = set(keys_of(schema))
    roles = {"front_desk", "dispatcher", "engineer", "supervisor", "approver", "bot", "auditor"}
    assert known - shown == set()
    assert shown - known - roles == set()


@pytest.mark.parametrize(
    ("heading", "name"), [("## Policies", "policy"), ("## Calendars", "calendar")]
)
def test_every_key_of_policies_and_calendars_has_its_line(heading: str, name: str) -> None:
    schema = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    table = [row for row in rows(section(text_of("sla.md"), heading)) if row[0] != "key"]
    shown = {word for row in table for cell in row for word in re.findall(r"`(\w+)", cell)}
    assert set(all_keys(schema)) - {"en", "zh", *WEEK} - shown == set()


WEEK = ("tue", "wed", "thu", "fri", "sat")


def all_keys(schema: object) -> Iterator[str]:
    """The names of all properties anywhere in a schema, its definitions included."""
    if isinstance(schema, Mapping):
        properties = schema.get("properties")
        yield from properties if isinstance(properties, Mapping) else ()
        for inner in schema.values():
            yield from all_keys(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from all_keys(inner)


def test_the_table_of_targets_is_the_workflows() -> None:
    shown = first_cells(section(text_of("sla.md"), "## Targets"))
    rules = REQUEST.targets["rules"]
    assert isinstance(rules, Mapping)
    assert shown == set(rules)


def test_the_policy_that_is_shown_is_one_without_fault(desk: Sandbox) -> None:
    desk.write("records/policies/own.yaml", code("sla.md", "yaml")[0])
    desk.edit("records/desk.yaml", "policy: delivery-template", "policy: own")
    desk.commit("a policy of our own")
    assert desk.open().check().findings == ()
    assert desk.open().sla.policy("own").in_force(desk.clock.now.date()) is None


# ── life-of-a-request.md ────────────────────────────────────────────────────────────────────────

ROLES = {
    "en": {"front desk": "front_desk"},
    "zh": {
        "客服": "front_desk",
        "调度": "dispatcher",
        "工程师": "engineer",
        "用户服务经理": "approver",
        "机器人": "bot",
        "申请人": "requester",
    },
}
LIFE = {"en": "life-of-a-request.md", "zh": "life-of-a-request.zh-CN.md"}
REQUEST = load_kinds({}, shipped_kinds(), ())["request"].workflow


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_of_states_has_the_workflows_states_and_moves(language: str) -> None:
    heading = {"en": "## States", "zh": "## 状态"}[language]
    table = rows(section(text_of(LIFE[language]), heading))[1:]
    assert [re.findall(r"`(\w+)`", row[0])[0] for row in table] == list(REQUEST.states)
    for row in table:
        state = REQUEST.states[re.findall(r"`(\w+)`", row[0])[0]]
        assert row[1] == state.form
        assert bool(row[2]) == state.is_open
        named = {word for word in re.findall(r"[a-z_]+", row[3]) if word in REQUEST.moves}
        possible = {name for name, move in REQUEST.moves.items() if move.counts_as_move(state.name)}
        assert named <= possible
        assert possible - named <= {"start"}, "starting what is started says nothing"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_of_moves_has_the_workflows_moves_and_roles(language: str) -> None:
    heading = {"en": "## Moves and words", "zh": "## 动作"}[language]
    text = section(text_of(LIFE[language]), heading)
    table = {re.findall(r"`(\w+)`", row[0])[0]: row[1] for row in rows(text)[1:]}
    elsewhere = set(re.findall(r"svcdesk do (?:ID|编号) (\w+)", text))
    assert {"submit" if name == "new" else name for name in table} | elsewhere == {
        "submit",
        *REQUEST.moves,
    }
    for name, who in table.items():
        right = "submit" if name == "new" else name
        known = set(REQUEST.roles.holding(right)) - {"supervisor"}
        assert _roles(who, language) | {"requester"} == known | {"requester"}, name


def _roles(who: str, language: str) -> set[str]:
    said = re.split(r", | for the |、|代", who)
    return {ROLES[language].get(one, one) for one in said}


# ── examples ────────────────────────────────────────────────────────────────────────────────────


def test_the_record_that_is_shown_is_one(desk: Sandbox) -> None:
    shown = code("record-format.md", "yaml")[0]
    team = "".join(
        f"  - id: {person}\n    roles:\n      - {role}\n    emails:\n      - {person}@example.org\n"
        for person, role in (("front-desk-1", "front_desk"), ("dispatcher-1", "dispatcher"))
    )
    desk.write("records/people.yaml", desk.read("records/people.yaml") + team)
    desk.write("records/requests/2024/10/SR-20241010-001.yaml", shown)
    desk.commit("the example")
    desk.clock.forward(days=10)
    result = desk.open().check()
    assert [(one.code, str(one.message)) for one in result.findings] == []
    assert desk.open().load("001").record.status == "assigned"


def test_the_events_table_has_every_key_that_the_record_shows() -> None:
    shown = first_cells(section(text_of("record-format.md"), "### Events"))
    events = parse(code("record-format.md", "yaml")[0].encode(), path="x").value["events"]
    assert isinstance(events, list)
    assert {key for one in events if isinstance(one, dict) for key in one} <= shown


def test_the_mapping_that_is_shown_imports(desk: Sandbox, tmp_path: Path) -> None:
    _, mapping = code("import.md", "yaml")
    (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
    (tmp_path / "old.csv").write_text(
        "ticket,version,updated,created,user,status,level,owner,client,caller,summary,comment\n"
        "T1,0,2024-01-02 09:00,2024-01-02 08:50,Ann B,新建,紧急,?,客户A,李*,无法登录,-\n"
        "T1,1,2024-01-02 09:30,2024-01-02 08:50,Ann B,处理中,紧急,Ann B,客户A,李*,无法登录,看一下\n"
        "T1,2,2024-01-02 10:00,2024-01-02 08:50,Ann B,等待用户,别的,Ann B,客户A,李*,无法登录,\n"
        "T2,0,2024-01-02 11:00,2024-01-02 11:00,Ann B,未知,紧急,?,客户A,-,打印机,-\n",
        encoding="utf-8",
    )
    from svcdesk.desk import Options
    from svcdesk.desk.importing import import_file

    desk.clock.forward(days=1)
    result = import_file(desk.open(), tmp_path / "old.csv", tmp_path / "map.yaml", Options())
    assert (result.created, result.events, len(result.refusals)) == (1, 3, 1)
    record = desk.open().load("SR-20240102-001").record
    assert (record.status, record.get("waiting.reason")) == ("waiting", "customer")
    assert (record.get("priority"), record.get("assignee")) == ("P3", "ann-b")
    assert record.get("description") == "无法登录 (客户A)"
    assert [event.do for event in record.events] == ["submit", "start", "wait"]


def test_the_smallest_mapping_imports_its_list(desk: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(code("import.md", "yaml")[0], encoding="utf-8")
    (tmp_path / "list.csv").write_text(code("import.md", "csv")[0], encoding="utf-8")
    done = desk.open().import_file(tmp_path / "list.csv", tmp_path / "map.yaml")
    assert (done.created, len(done.refusals)) == (2, 0)
    assert desk.open().load("SR-20240903-001").record.status == "resolved"
    assert [one.code for one in desk.open().check().findings if one.code.startswith("SCHEMA")] == []
    for needed in ("source", "key", "opened", "time", "state"):  # nothing in it is idle
        less = "\n".join(
            line
            for line in re.sub(
                rf"(?m)^{needed}:.*\n(?:  .*\n)*", "", code("import.md", "yaml")[0]
            ).splitlines()
        )
        (tmp_path / "less.yaml").write_text(less, encoding="utf-8")
        with pytest.raises(SvcdeskError):
            desk.open().import_file(tmp_path / "list.csv", tmp_path / "less.yaml")


def test_every_key_of_a_mapping_has_its_line() -> None:
    text = text_of("import.md")
    columns = first_cells(section(text, "### Columns"))
    top = first_cells(section(text, "## The mapping")) - columns
    assert top == _refused_names({"nonsense": 1})
    _, mapping = code("import.md", "yaml")
    whole = dict(parse(mapping.encode(), path="x").value)
    whole["who"] = {"nonsense": "x"}
    assert columns == _refused_names(whole)


def _refused_names(mapping: Mapping[str, object]) -> set[str]:
    """The keys that the reader says it knows, when it refuses one that it does not."""
    with pytest.raises(SvcdeskError) as refused:
        parse_mapping(mapping, "x")  # type: ignore[arg-type]
    return set(str(refused.value.message).rpartition(": ")[2].split(", "))


def test_the_table_of_rules_has_every_rule_of_ours() -> None:
    ours = {one.rule.code: one.rule for one in build_plugins(entry_points=False).checks()}
    table = {row[0]: row[1:] for row in rows(text_of("plugins.md")) if row[0] in ours}
    assert set(table) == set(ours)
    for code, (name, weight, *_) in table.items():
        assert (name, weight) == (ours[code].name, ours[code].severity.name.lower())


def test_the_queries_that_are_shown_are_understood(desk: Sandbox) -> None:
    text = text_of("queries.md")
    [saved] = [body for body in code("queries.md", "yaml") if body.startswith("queries:")]
    desk.edit("records/desk.yaml", "format: 1\n", f"format: 1\n{saved}")
    opened = desk.open()
    opened.new("request", {"description": "x", "requester.name": "李*"})
    asked = re.findall(r"^\$ svcdesk (?:list|search|board) (.+)$", text, re.MULTILINE)
    assert len(asked) >= 9
    terms = [
        one
        for row in rows(text)
        for one in re.findall(r"`([^`]+)`", row[0])
        if not re.search(r"\b(field|x|NAME)\b|^a\.\.|^\.\.b|\( \)|:mine|^now-7d$", one)
    ]
    assert len(terms) > 15
    for call in asked:
        words = shlex.split(re.sub(r"--count|--\S+ \S+", "", call).replace("team:mine", "team:x"))
        opened.find(query_text(words))
    for term in terms:
        opened.find(term)
