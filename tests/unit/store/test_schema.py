"""Which kinds a desk has, and what each is put together from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from schema_examples import ROOT, VERSIONS
from tests.kinds_page import documented_files

from svcdesk.errors import Invalid, NotFound
from svcdesk.store import schema_sources
from svcdesk.store.schema import FILES, file_validator, load_kinds, shipped_dir, shipped_kinds

SHIPPED = ROOT / "schemas"


def own(name: str, text: str = "{}") -> dict[str, bytes]:
    return {name: text.encode()}


def loan(**changes: str) -> dict[str, bytes]:
    """The documented kind, with lines of its workflow changed."""
    files = {name: data for name, data in documented_files().items() if name.startswith("loan")}
    text = files["loan.workflow.yaml"].decode()
    for key, value in changes.items():
        lines = [f"{key}: {value}" if one.startswith(f"{key}:") else one
                 for one in text.splitlines()]  # fmt: skip
        text = "\n".join(lines) + "\n"
    return {**files, "loan.workflow.yaml": text.encode()}


def refused(desk: dict[str, bytes], versions: dict[str, int] | None = None) -> Invalid:
    with pytest.raises(Invalid) as caught:
        dict(load_kinds(desk, VERSIONS if versions is None else versions))
    return caught.value


def test_the_kinds_that_are_shipped() -> None:
    kinds = load_kinds({}, VERSIONS)
    assert list(kinds) == ["request", "handling", "delivery", "feedback", "change"]
    assert kinds.folders == {
        "SR": "requests", "IR": "handlings", "SD": "deliveries", "FB": "feedback", "CR": "changes",
    }  # fmt: skip
    assert kinds.by_prefix["IR"] == "handling"
    assert kinds.documents == {"handling", "delivery", "feedback"}
    assert {kind.origin for kind in kinds.values()} == {"svcdesk"}
    for name, kind in kinds.items():
        assert kind.workflow.prefix == next(p for p, one in kinds.by_prefix.items() if one == name)
        assert bool(kind.workflow.request_link) == (name in kinds.documents)


def test_only_what_is_asked_for_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = load_kinds({}, VERSIONS)
    assert kinds.folders
    assert kinds.documents
    assert kinds["feedback"].workflow.initial == "asked"
    read: list[str] = []
    original = schema_sources.Source.shipped_bytes

    def noting(source: schema_sources.Source, ending: str) -> bytes:
        read.append(source.name)
        return original(source, ending)

    monkeypatch.setattr(schema_sources.Source, "shipped_bytes", noting)
    assert kinds["feedback"] is kinds["feedback"]
    assert read == []
    assert kinds["delivery"].name == "delivery"
    assert set(read) == {"delivery"}


def test_a_kind_that_is_not_there_is_refused_with_near_names() -> None:
    with pytest.raises(NotFound) as caught:
        load_kinds({}, VERSIONS)["requests"]
    assert "request" in str(caught.value.hint)
    assert "requests" not in load_kinds({}, VERSIONS)


def test_the_states_of_a_schema_are_those_of_its_workflow() -> None:
    for name, kind in load_kinds({}, VERSIONS).items():
        shipped = json.loads((SHIPPED / f"{name}.schema.json").read_text(encoding="utf-8"))
        assert shipped["properties"]["status"]["enum"] == list(kind.workflow.states)
        composed = kind.schema["properties"]["status"]  # type: ignore[index,call-overload]
        assert list(composed["x-svcdesk-choices"]) == list(kind.workflow.states)


@pytest.mark.parametrize(("number", "said"), [(2, "later than this svcdesk knows"), (0, "no vers")])
def test_a_version_that_is_not_here_is_refused(number: int, said: str) -> None:
    error = refused({}, {**VERSIONS, "delivery": number})
    assert said in str(error)
    assert error.field == "kinds.delivery"
    assert error.path == "records/desk.yaml"


def test_a_kind_that_nobody_ships_is_refused() -> None:
    assert refused({}, {**VERSIONS, "lone": 1}).field == "kinds.lone"


def test_a_document_that_a_move_writes_must_be_in_use() -> None:
    error = refused({}, {"request": 1, "handling": 1, "feedback": 1})
    assert error.field == "kinds.delivery"
    assert "accept" in str(error)


def test_an_older_version_stays_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a later svcdesk does: its own version is 2, and the desk still says 1."""
    shutil.copytree(SHIPPED, tmp_path / "schemas")
    later = tmp_path / "schemas" / "feedback.workflow.yaml"
    (tmp_path / "schemas" / "versions").mkdir()
    for ending in (".workflow.yaml", ".schema.json"):
        source = tmp_path / "schemas" / f"feedback{ending}"
        shutil.copy(source, tmp_path / "schemas" / "versions" / f"feedback.1{ending}")
    later.write_text(
        later.read_text(encoding="utf-8").replace("version: 1", "version: 2")
        .replace("asked", "sent"),
        encoding="utf-8",
    )  # fmt: skip
    monkeypatch.setattr(schema_sources, "shipped_dir", lambda: tmp_path / "schemas")
    shipped_kinds.cache_clear()
    try:
        old = load_kinds({}, VERSIONS)["feedback"].workflow
        new = load_kinds({}, {**VERSIONS, "feedback": 2})["feedback"].workflow
        assert (old.version, old.initial) == (1, "asked")
        assert (new.version, new.initial) == (2, "sent")
    finally:
        shipped_kinds.cache_clear()


def test_a_desk_whose_schemas_are_the_shipped_ones_changes_nothing() -> None:
    """This project's own repository is such a desk."""
    files = {path.name: path.read_bytes() for path in SHIPPED.iterdir() if path.is_file()}
    kinds = load_kinds(files, VERSIONS)
    assert {kind.origin for kind in kinds.values()} == {"svcdesk"}
    other = {
        name: json.dumps(json.loads(data)).encode() if name.endswith(".json") else b"# x\n" + data
        for name, data in files.items()
    }
    assert other != files
    assert {kind.origin for kind in load_kinds(other, VERSIONS).values()} == {"svcdesk"}


@pytest.mark.parametrize(
    ("files", "place"),
    [
        (own("loan.schema.json"), "schemas/loan.workflow.yaml"),
        (own("loan.workflow.yaml", "kind: loan\n"), "schemas/loan.schema.json"),
        (own("loan.json"), "schemas/loan.json"),
        (own("Loan.schema.json"), "schemas/Loan.schema.json"),
        (own("..schema.json"), "schemas/..schema.json"),
        (own("common.schema.json"), "schemas/common.schema.json"),
        (own("desk.schema.json"), "schemas/desk.schema.json"),
        (loan(kind="lend"), "schemas/loan.workflow.yaml"),
        (loan(prefix="SR"), "schemas/loan.workflow.yaml"),
        (loan(prefix="L"), "schemas/loan.workflow.yaml"),
        (loan(prefix="ln"), "schemas/loan.workflow.yaml"),
        (loan(folder="requests"), "schemas/loan.workflow.yaml"),
        (loan(folder="attachments"), "schemas/loan.workflow.yaml"),
        (loan(folder="../out"), "schemas/loan.workflow.yaml"),
        (loan(folder="Loans"), "schemas/loan.workflow.yaml"),
        (loan(folder="nul"), "schemas/loan.workflow.yaml"),
        (loan(initial="borrowed"), "schemas/loan.workflow.yaml"),
        ({**loan(), "loan.schema.json": b"[]"}, "schemas/loan.schema.json"),
        ({**loan(), "loan.schema.json": b"{}"}, "schemas/loan.workflow.yaml"),
    ],
)
def test_a_file_that_makes_no_kind_is_refused_by_name(files: dict[str, bytes], place: str) -> None:
    error = refused(files)
    assert error.path == place
    assert place in str(error)


def test_a_version_in_desk_yaml_has_to_be_that_of_the_workflow() -> None:
    assert load_kinds(loan(), {**VERSIONS, "loan": 1})["loan"].origin == "desk"
    assert refused(loan(), {**VERSIONS, "loan": 2}).field == "kinds.loan"


def test_an_extension_of_a_kind_that_is_not_in_use_is_refused() -> None:
    versions = {name: 1 for name in VERSIONS if name != "feedback"}
    assert refused(own("feedback.schema.json"), versions).field == "kinds.feedback"


def test_a_workflow_of_the_desk_replaces_the_shipped_one() -> None:
    text = (SHIPPED / "feedback.workflow.yaml").read_text(encoding="utf-8")
    changed = text.replace("initial: asked", "initial: rated")
    kind = load_kinds({"feedback.workflow.yaml": changed.encode()}, VERSIONS)["feedback"]
    assert kind.workflow.initial == "rated"
    assert kind.origin == "svcdesk+desk"
    for key, other in (("prefix: FB", "prefix: FC"), ("folder: feedback", "folder: fb")):
        error = refused({"feedback.workflow.yaml": text.replace(key, other).encode()})
        assert error.field == key.partition(":")[0]


def test_a_move_of_the_desk_sets_only_tracked_fields() -> None:
    text = (SHIPPED / "feedback.workflow.yaml").read_text(encoding="utf-8")
    changed = text.replace("      - taken_by\n", "      - taken_by\n      - title\n")
    error = refused({"feedback.workflow.yaml": changed.encode()})
    assert error.field == "moves.rate"
    assert "x-svcdesk-tracked" in str(error.hint)


def test_the_files_of_a_desk_have_validators() -> None:
    for name in FILES:
        assert file_validator(name).problems({"nonsense": 1})
    with pytest.raises(NotFound):
        file_validator("request")


def test_a_users_setting_does_not_belong_in_the_desk() -> None:
    desk = {"format": 1, "name": "x", "zone": "Asia/Shanghai", "kinds": VERSIONS}
    validator = file_validator("desk")
    assert validator.problems(desk) == []
    for key in ("pager", "colour", "token"):
        (problem,) = validator.problems({**desk, key: "x"})
        assert problem.field == key
        assert "user's own configuration" in str(problem.hint)
    (problem,) = validator.problems({**desk, "numbring": "daily"})
    assert "numbering" in str(problem.hint)
    (problem,) = validator.problems({**desk, "format": "table"})
    assert problem.code == "SCHEMA_TYPE"


def test_the_schemas_are_found_in_a_checkout() -> None:
    assert (shipped_dir() / "common.schema.json").is_file()
