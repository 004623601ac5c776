"""Every example file is judged as its place says: by us, and by a public validator."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from schema_examples import EXAMPLES, INVALID, KINDS, ROOT, VALID, VERSIONS, kind_of

from svcdesk.store.schema import FILES, file_validator
from svcdesk.store.schema_export import SETTINGS, exported
from svcdesk.store.yaml_read import parse
from svcdesk.testing import Sandbox

CHECKER = Path(sys.executable).with_name("check-jsonschema")


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_record_has_no_problem(path: Path) -> None:
    value = parse(path.read_bytes(), path=path.name).value
    validator = KINDS.validator(kind_of(path))
    assert validator.problems(value) == []
    assert validator.is_valid(value)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_record_has_the_problem_that_it_names(path: Path) -> None:
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expect: ")
    document = parse(path.read_bytes(), path=path.name)
    validator = KINDS.validator(kind_of(path))
    found = validator.problems(document.value, line_of=document.line_of, path=path.name)
    assert [f"{one.code} {one.field}" for one in found] == [expected]
    assert not validator.is_valid(document.value)
    assert found[0].path == path.name
    assert found[0].line is not None
    assert 1 < found[0].line <= len(document.text.splitlines())
    assert found[0].field in str(found[0].message)


@pytest.mark.parametrize("contact", ["13800005678", 13800005678, "user@example.org"])
def test_a_contact_that_is_not_masked_is_not_repeated(contact: object) -> None:
    """What is said goes to terminals and logs of others."""
    value = {"requester": {"name": "王*", "contact": contact}}
    problems = KINDS.validator("request").problems(value)
    assert "requester.contact" in {one.field for one in problems}
    for problem in problems:
        assert str(contact) not in f"{problem.message} {problem.hint}"


@pytest.mark.parametrize(("kind", "wanted"), [("request", "SR-2024"), ("change", "CR-2024")])
def test_an_id_of_another_kind_is_told_with_one_that_is_right(kind: str, wanted: str) -> None:
    problems = KINDS.validator(kind).problems({"id": "XX-20241001-001"})
    [said] = [one for one in problems if one.field == "id"]
    assert wanted in str(said.hint)
    assert "^" not in f"{said.message} {said.hint}"


def test_the_examples_cover_every_kind() -> None:
    assert {kind_of(path) for path in VALID} == set(VERSIONS)
    assert {kind_of(path) for path in INVALID} == set(VERSIONS)


@pytest.mark.parametrize("kind", VERSIONS)
@pytest.mark.parametrize("source", ["shipped", "exported"])
def test_a_public_validator_says_the_same(kind: str, source: str, tmp_path: Path) -> None:
    folder = ROOT / "schemas"
    if source == "exported":
        folder = tmp_path
        for name, text in exported(KINDS).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
    files = [path for path in (*VALID, *INVALID) if kind_of(path) == kind]
    schema = folder / f"{kind}.schema.json"
    run = subprocess.run(
        [CHECKER, "--no-cache", "-o", "json", "--schemafile", schema, *files],
        capture_output=True,
        text=True,
        check=False,
    )
    answer = json.loads(run.stdout)
    assert answer["parse_errors"] == []
    refused = {Path(one["filename"]).relative_to(EXAMPLES) for one in answer["errors"]}
    assert refused == {path.relative_to(EXAMPLES) for path in files if path in INVALID}


def test_every_exported_schema_is_complete_and_known_to_editors() -> None:
    written = exported(KINDS, folder="schemas/all")
    settings = json.loads(written[SETTINGS])["yaml.schemas"]
    assert settings["schemas/all/request.schema.json"] == "records/requests/**/*.yaml"
    for name in (*VERSIONS, *FILES):
        text = written[f"{name}.schema.json"]
        assert f"schemas/all/{name}.schema.json" in settings
        assert "common.schema.json" not in text
        schema = json.loads(text)
        used = set(_references(schema))
        assert used == {f"#/$defs/{one}" for one in schema.get("$defs", {})}


def test_the_shipped_files_hold_to_their_schemas() -> None:
    data = ROOT / "src" / "svcdesk" / "data"
    files = [(path, "workflow") for path in (ROOT / "schemas").glob("*.workflow.yaml")]
    files += [(path, "calendar") for path in (data / "calendars").glob("*.yaml")]
    files += [(path, "policy") for path in (data / "policies").glob("*.yaml")]
    assert len(files) > 4
    for path, name in files:
        document = parse(path.read_bytes(), path=path.name)
        found = file_validator(name).problems(document.value, line_of=document.line_of)
        assert [(path.name, one.line, str(one.message)) for one in found] == []


def test_a_desk_just_made_holds_to_the_schemas_of_its_files(desk: Sandbox) -> None:
    places = {
        "desk": ["records/desk.yaml"],
        "people": ["records/people.yaml"],
        "customers": ["records/customers.yaml"],
        "calendar": _below(desk.root, "records/calendars"),
        "policy": _below(desk.root, "records/policies"),
    }
    for name, paths in places.items():
        assert paths
        for path in paths:
            document = parse((desk.root / path).read_bytes(), path=path)
            found = file_validator(name).problems(document.value, line_of=document.line_of)
            assert [(path, one.line, str(one.message)) for one in found] == []


def _below(root: Path, folder: str) -> list[str]:
    return [path.relative_to(root).as_posix() for path in (root / folder).glob("*.yaml")]


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [one for inner in value.values() for one in _references(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in _references(inner)]
    return []
