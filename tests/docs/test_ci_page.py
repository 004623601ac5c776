"""The recipes for CI: valid by the forges' own schemas, and their shell lines do what is said."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from svcdesk.testing import Sandbox

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(\w+)\n(?:# (\S+)\n)?(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = {name or sort: body for sort, name, body in _BLOCK.findall(TEXT)}
SCHEMAS = {
    ".github/workflows/desk.yml": "github-workflows",
    ".github/workflows/desk-steps.yml": "github-workflows",
    ".gitea/workflows/desk.yml": "github-workflows",
    ".gitlab-ci.yml": "gitlab-ci",
    "gitlab/desk.gitlab-ci.yml": "gitlab-ci",
}
NOW = "2024-10-10T13:00:00+08:00"
POLICY = """\
from: 2000-01-01
targets:
  resolution:
    clock: 24x7
    duration: 4h
    levels:
      - at: 0
        notify:
          - assignee
"""


def schema(name: str) -> Mapping[str, Any]:
    """A schema of SchemaStore's or GitLab's, as the package check-jsonschema brings it."""
    place = files("check_jsonschema.builtin_schemas.vendor") / f"{name}.json"
    found: Mapping[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return found


def errors(name: str, value: object) -> list[str]:
    return [one.message for one in Draft7Validator(schema(name)).iter_errors(value)]


def load(text: str) -> Any:
    """As the forges read it: `on` is a key, not true."""
    return yaml.load(text.replace("\non:", '\n"on":'), Loader=yaml.SafeLoader)


ACTION = load((ROOT / "action.yml").read_text(encoding="utf-8"))
COMPONENT = list(
    yaml.safe_load_all((ROOT / "templates" / "svcdesk.yml").read_text(encoding="utf-8"))
)


# ── shapes ──────────────────────────────────────────────────────────────────────────────────────


def test_every_yaml_block_is_checked() -> None:
    named = {name for sort, name, _ in _BLOCK.findall(TEXT) if sort == "yaml"}
    assert named == {*SCHEMAS, ".pre-commit-config.yaml"}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_recipe_is_valid(name: str) -> None:
    assert errors(SCHEMAS[name], load(BLOCKS[name])) == []


def test_the_action_and_the_component_are_valid() -> None:
    assert errors("github-actions", ACTION) == []
    spec, jobs = COMPONENT
    assert errors("gitlab-ci", spec) == []
    assert errors("gitlab-ci", jobs) == []
    assert set(spec) == {"spec"}


def test_the_schemas_find_faults() -> None:
    assert errors("github-workflows", {"on": "push", "jobs": {"a": {"runs-on": 1}}})
    assert errors("github-actions", {**ACTION, "runs": {"using": "composite"}})
    assert errors("gitlab-ci", {"desk": {"script": "true", "rules": [{"iff": "x"}]}})


def test_the_hooks_are_valid_for_pre_commit(tmp_path: Path) -> None:
    from pre_commit.clientlib import InvalidManifestError, load_config, load_manifest

    hooks = load_manifest(ROOT / ".pre-commit-hooks.yaml")
    config = tmp_path / ".pre-commit-config.yaml"
    config.write_text(BLOCKS[".pre-commit-config.yaml"], encoding="utf-8")
    (named,) = load_config(config)["repos"]
    assert {one["id"] for one in named["hooks"]} == {one["id"] for one in hooks}
    (tmp_path / "bad.yaml").write_text("- id: x\n", encoding="utf-8")
    with pytest.raises(InvalidManifestError):
        load_manifest(tmp_path / "bad.yaml")


def test_inputs_that_are_named_are_inputs() -> None:
    used = load(BLOCKS[".github/workflows/desk.yml"])["jobs"]["desk"]["steps"][-1]
    assert set(used["with"]) <= set(ACTION["inputs"])
    (included,) = load(BLOCKS[".gitlab-ci.yml"])["include"]
    known = COMPONENT[0]["spec"]["inputs"]
    assert set(included["inputs"]) <= set(known)
    assert {name for name, one in known.items() if "default" not in one} <= set(included["inputs"])
    for name in (*ACTION["inputs"], *known):
        assert f"`{name}`" in TEXT, name


def test_nothing_that_a_stranger_writes_becomes_part_of_a_script() -> None:
    """An expression in a script is pasted into it before the shell reads it."""
    for name in SCHEMAS:
        for script in scripts(load(BLOCKS[name])):
            assert "${{" not in script and "$[[" not in script, script
    for script in (*scripts(ACTION), *scripts(COMPONENT[1])):
        assert "${{" not in script and "$[[" not in script, script


@pytest.mark.parametrize("name", [name for name in SCHEMAS if "workflows" in name])
def test_forks_get_a_token_that_only_reads(name: str) -> None:
    workflow = load(BLOCKS[name])
    assert "pull_request_target" not in workflow["on"]
    assert "secrets." not in BLOCKS[name]
    if ".github" in name:
        assert workflow["permissions"] == {"contents": "read"}
    (checkout,) = [
        one for one in workflow["jobs"]["desk"]["steps"] if "checkout" in one.get("uses", "")
    ]
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}


def scripts(value: object) -> Iterator[str]:
    """Every line that a shell runs, anywhere in a recipe."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in ("run", "script", "before_script"):
                yield from [inner] if isinstance(inner, str) else inner
            else:
                yield from scripts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scripts(inner)


# ── what they do ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def late(desk: Sandbox) -> Sandbox:
    """A desk with one request that is an hour late, with a title that a runner would obey."""
    desk.write("records/policies/delivery-template.yaml", POLICY)
    desk.commit("four hours")
    made = desk_call(
        desk, "svcdesk new --requester '李*' --description '::error::登录失败 ##[add-mask]x' "
        "--type consultation --priority P2 --channel online", now="2024-10-10T08:00:00+08:00"
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return desk


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder for PATH: svcdesk as it is installed, and a python3 that installs nothing."""
    folder = tmp_path / "tools"
    folder.mkdir()
    ours = Path(sys.executable).with_name("svcdesk")
    (folder / "svcdesk").symlink_to(ours)
    stub = folder / "python3"
    stub.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >> {shlex.quote(str(tmp_path / "asked"))}\n'
        'if [ "$2" = venv ]; then\n'
        f'  mkdir -p "$3/bin"; ln -s {shlex.quote(str(ours))} "$3/bin/svcdesk"\n'
        f'  ln -s {shlex.quote(str(stub))} "$3/bin/python"\n'
        "fi\n"
    )
    stub.chmod(0o755)
    return folder


def desk_call(
    desk: Sandbox, script: str, *, path: Path | None = None, now: str = NOW, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a script in the desk as the forges do: bash, ending at the first failure."""
    folders = [str(path)] if path else []
    search = os.pathsep.join([*folders, str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=desk.root,
        env={**os.environ, "PATH": search, "SVCDESK_NOW": now, "SVCDESK_LANG": "en", **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def github_steps(steps: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for one in steps if "run" in one]


def test_the_action_annotates_and_fails_as_it_was_asked(
    late: Sandbox, tools: Path, tmp_path: Path
) -> None:
    install, records, limits = github_steps(ACTION["runs"]["steps"])
    base = {"RUNNER_TEMP": str(tmp_path / "temp"), "GITHUB_ACTIONS": "true"}
    done = desk_call(late, install["run"], path=tools, SVCDESK_SOURCE=str(ROOT), **base)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "asked").read_text().splitlines()[-1] == f"-m pip install --quiet {ROOT}"
    assert desk_call(late, records["run"], path=tools, **base).returncode == 0
    defaults = {name: one["default"] for name, one in ACTION["inputs"].items()}
    for given, code in (({}, 1), ({"fail-on": "none"}, 0), ({"query": "priority:P1"}, 0),
                        ({"fail-on": "risk"}, 1)):  # fmt: skip
        env = filled(limits["env"], {**defaults, **given})
        done = desk_call(late, limits["run"], path=tools, **base, **env)
        assert done.returncode == code, (given, done.stderr)
        commands = [line for line in done.stdout.splitlines() if line]
        assert [line[:8] for line in commands] == ([] if "query" in given else ["::error "])


def filled(env: Mapping[str, str], inputs: Mapping[str, str]) -> dict[str, str]:
    """The environment with inputs in their places, as GitHub and GitLab put them there."""
    place = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}|\$\[\[ inputs\.(\w+) \]\]")
    return {
        key: place.sub(lambda found: inputs[found[1] or found[2]], value)
        for key, value in env.items()
    }


@pytest.mark.parametrize(
    "name", [".github/workflows/desk-steps.yml", ".gitea/workflows/desk.yml"]
)  # fmt: skip
def test_the_steps_of_ones_own_run(late: Sandbox, tools: Path, name: str) -> None:
    steps = github_steps(load(BLOCKS[name])["jobs"]["desk"]["steps"])
    env = {"SVCDESK_SOURCE": str(ROOT), "GITHUB_ACTIONS": "true"}
    env["GITHUB_BASE_REF"] = "main"
    late.git("update-ref", "refs/remotes/origin/main", "HEAD")
    outcomes = [desk_call(late, one["run"], path=tools, **env) for one in steps]
    codes = [one.returncode for one in outcomes]
    assert codes == ([0, 0, 0, 1] if "github" in name else [0, 0, 1]), outcomes[-1].stderr
    said = outcomes[-1].stdout
    if "github" in name:
        assert said.startswith("::error file=records/requests/2024/10/SR-20241010-001.yaml,line=")
        assert len(said.splitlines()) == 1
    else:
        assert "SR-20241010-001" in said
        assert "##[" not in said and not re.search(r"^\s*::", said, re.MULTILINE)


def test_the_review_of_a_pull_request_runs(late: Sandbox, tools: Path) -> None:
    """The lines for GitHub and GitLab pass a good branch, and fail one with an edit by hand."""
    github = github_steps(load(BLOCKS[".github/workflows/desk-steps.yml"])["jobs"]["desk"]["steps"])
    gitlab = load(BLOCKS["gitlab/desk.gitlab-ci.yml"])["desk"]["script"]
    base = late.git("rev-parse", "HEAD").strip()
    late.git("update-ref", "refs/remotes/origin/main", base)
    env = {"GITHUB_BASE_REF": "main", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}
    (path,) = (late.root / "records" / "requests").rglob("*.yaml")
    lines = [one["run"] for one in github] + gitlab
    reviews = [line for line in lines if "svcdesk review" in line]
    assert len(reviews) == 2
    assert [desk_call(late, line, path=tools, **env).returncode for line in reviews] == [0, 0]
    late.edit(str(path.relative_to(late.root)), "\npriority: P2", "\npriority: P1")
    late.commit("by hand")
    assert [desk_call(late, line, path=tools, **env).returncode for line in reviews] == [1, 1]


def test_the_component_runs_with_its_defaults_and_with_inputs(late: Sandbox, tools: Path) -> None:
    spec, jobs = COMPONENT
    inputs = {name: one.get("default", str(ROOT)) for name, one in spec["spec"]["inputs"].items()}
    for given, codes in (({}, [0, 1]), ({"fail_on": "none"}, [0, 0])):
        chosen = {**inputs, **given}
        found = []
        for name in ("svcdesk-check", "svcdesk-sla"):
            job = {**jobs[jobs[name]["extends"]], **jobs[name]}
            env = {**jobs[".svcdesk"]["variables"], **job["variables"]}
            env = filled(env, chosen)
            lines = "\n".join([*job["before_script"], *job["script"]])
            found.append(desk_call(late, lines, path=tools, **env).returncode)
        assert found == codes


def test_the_jobs_for_gitlab_run_and_leave_their_reports(
    late: Sandbox, tools: Path, tmp_path: Path
) -> None:
    job = load(BLOCKS["gitlab/desk.gitlab-ci.yml"])["desk"]
    packages = tmp_path / "packages"
    install_ci(packages)
    late.write("records/desk.yaml", late.read("records/desk.yaml") + "plugins:\n  - ci\n")
    late.commit("reports")
    env = {
        "SVCDESK_SOURCE": str(ROOT),
        "SVCDESK_CI_SOURCE": str(ROOT / "plugins" / "svcdesk-ci"),
        "PYTHONPATH": str(packages),
        **job["variables"],
    }
    script = "\n".join([*job["before_script"], *job["script"]])
    done = desk_call(late, script, path=tools, **env)
    assert done.returncode == 1, done.stderr
    (entry,) = json.loads((late.root / "gl-code-quality.json").read_text())
    assert entry["check_name"].startswith("DESK711")
    assert "<failure" in (late.root / "junit.xml").read_text()
    assert set(job["artifacts"]["reports"].values()) == {"gl-code-quality.json", "junit.xml"}


def install_ci(packages: Path) -> None:
    """Put svcdesk-ci where Python finds it, as pip would."""
    packages.mkdir()
    (packages / "svcdesk_ci").symlink_to(ROOT / "plugins" / "svcdesk-ci" / "src" / "svcdesk_ci")
    facts = packages / "svcdesk_ci-1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: svcdesk-ci\nVersion: 1\n")
    (facts / "entry_points.txt").write_text("[svcdesk]\nci = svcdesk_ci\n")


def test_cron_records_pushes_and_mails_what_is_late(
    late: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare, clone = tmp_path / "bare.git", tmp_path / "clone"
    late.edit("records/people.yaml", "people:\n", "people:\n  - id: clock\n    roles:\n      - bot\n"
              "    emails:\n      - clock@example.org\n")  # fmt: skip
    late.commit("a bot")
    late.git("clone", "--bare", "--quiet", str(late.root), str(bare))
    late.git("clone", "--quiet", str(bare), str(clone))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "clock")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "clock@example.org")
    place = Sandbox(clone, late.clock)
    first = desk_call(place, BLOCKS["bin/desk-check"], DESK=str(clone))
    assert "SR-20241010-001" in first.stdout and "breached" in first.stdout, first.stderr
    subjects = late.git("-C", str(bare), "log", "--format=%s", "-2").splitlines()
    assert subjects == ["SR-20241010-001: escalate resolution (level 0)", "a bot"]
    desk_call(place, BLOCKS["bin/desk-check"], DESK=str(clone))
    assert late.git("-C", str(bare), "log", "--format=%s", "-2").splitlines() == subjects
    early = desk_call(place, BLOCKS["bin/desk-check"], DESK=str(clone),
                      now="2024-10-10T09:00:00+08:00")  # fmt: skip
    assert (early.stdout, early.returncode) == ("", 0)


def test_the_crontab_is_one(tmp_path: Path) -> None:
    variables, lines = [], []
    for line in BLOCKS["crontab"].splitlines():
        (variables if re.match(r"[A-Z]+=", line) else lines).append(line)
    (entry,) = lines
    times, command = entry.split()[:5], entry.split()[5:]
    assert all(re.fullmatch(r"\*|\*/[0-9]+|[0-9]+", one) for one in times)
    assert command == ["sh", "$DESK/bin/desk-check"]
    assert {one.partition("=")[0] for one in variables} == {"DESK", "PATH"}


def test_the_hooks_let_a_good_commit_through_and_stop_a_bad_one(late: Sandbox) -> None:
    hooks = {
        one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    }
    entry = hooks["svcdesk-check"]["entry"]
    hook = late.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec {entry}\n")
    hook.chmod(0o755)
    moved = desk_call(late, "svcdesk note 001 -m '先查网络'")
    assert moved.returncode == 0, moved.stderr
    path = late.path_of("SR-20241010-001")
    assert re.search(hooks["svcdesk-check"]["files"], path)
    late.write(path, late.read(path).replace("priority: P2", "priority: P99"))
    stopped = desk_call(late, "git commit -qam wrong")
    assert stopped.returncode == 1
    assert "P99" in stopped.stdout + stopped.stderr
    assert desk_call(late, hooks["svcdesk-sla"]["entry"]).returncode == 1
