"""`init`: a desk where there was none, what is missing where there was one, nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import svcdesk
from svcdesk.desk.initialising import ATTRIBUTE_LINES, FIRST_ROLES, init_desk
from svcdesk.errors import NotADesk, RepositoryState, SvcdeskError, UsageError
from svcdesk.testing import Sandbox

ZONE = "Asia/Shanghai"


def git(folder: Path, *args: str) -> str:
    return subprocess.run(
        ["git", *args], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def repository(isolated: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def test_an_empty_folder_becomes_a_repository_with_a_desk_in_one_commit(
    isolated: Path, tmp_path: Path
) -> None:
    created = init_desk(tmp_path / "new", name="演示服务台", zone=ZONE, language="zh")
    root = created.root
    assert created.repository_made
    assert git(root, "branch", "--show-current").strip() == "main"
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "rev-list", "--count", "HEAD").strip() == "1"
    assert set(git(root, "ls-files").split()) == set(created.made)
    desk = svcdesk.open_desk(root)
    assert (desk.facts.name, desk.facts.zone.key, desk.facts.language) == ("演示服务台", ZONE, "zh")
    assert {"request", "handling", "delivery", "feedback"} <= set(desk.kinds)
    assert not desk.check().findings


def test_the_caller_is_the_first_person_with_every_role(repository: Path) -> None:
    created = init_desk(repository, zone=ZONE)
    person = svcdesk.open_desk(repository).people.by_email("engineer-1@example.org")
    assert person is not None
    assert created.person == person.id == "engineer-1"
    assert person.roles == FIRST_ROLES


@pytest.mark.parametrize(
    ("email", "person"),
    [
        ("Zhang.San@example.org", "zhang.san"),
        ("12345+octo@users.noreply.example.org", "octo"),
        ("李@example.org", "person-1"),
    ],
)
def test_the_first_id_comes_from_the_address(
    repository: Path, monkeypatch: pytest.MonkeyPatch, email: str, person: str
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", email)
    assert init_desk(repository, zone=ZONE).person == person


def test_again_it_changes_nothing_and_says_what_was_there(desk: Sandbox) -> None:
    head = desk.git("rev-parse", "HEAD")
    again = init_desk(desk.root, name="another", zone="Europe/Berlin")
    assert again.made == ()
    assert again.commit is None
    assert "records/desk.yaml" in again.present
    assert desk.git("rev-parse", "HEAD") == head
    assert desk.open().facts.name == "desk"


def test_what_is_missing_comes_back_and_the_rest_stays(desk: Sandbox) -> None:
    people = desk.read("records/people.yaml") + "# a line of ours\n"
    desk.write("records/people.yaml", people)
    (desk.root / "records/customers.yaml").unlink()
    desk.commit("customers gone")
    again = init_desk(desk.root)
    assert again.made == ("records/customers.yaml",)
    assert desk.touched() == ["records/customers.yaml"]
    assert desk.read("records/people.yaml") == people


def test_existing_files_hooks_and_staged_work_are_not_touched(repository: Path) -> None:
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 0\n")
    hook.chmod(0o755)
    (repository / ".gitattributes").write_text("*.png binary\n/records/attachments/** -text")
    (repository / "README.md").write_text("mine\n")
    git(repository, "add", ".gitattributes")
    git(repository, "commit", "--quiet", "-m", "mine")
    (repository / "staged.txt").write_text("staged\n")
    git(repository, "add", "staged.txt")
    init_desk(repository, zone=ZONE)
    assert hook.read_text() == "#!/bin/sh\nexit 0\n"
    lines = (repository / ".gitattributes").read_text().splitlines()
    assert lines[:2] == ["*.png binary", "/records/attachments/** -text"]
    assert sorted(lines[1:]) == sorted(ATTRIBUTE_LINES)
    status = git(repository, "status", "--porcelain")
    assert status.splitlines() == ["A  staged.txt", "?? README.md"]


def test_records_get_one_line_end_and_attachments_none(repository: Path) -> None:
    init_desk(repository, zone=ZONE)
    answers = git(
        repository, "check-attr", "text", "eol", "--",
        "records/requests/2024/10/SR-20241001-001.yaml", "records/attachments/01/01J/a.yaml",
    )  # fmt: skip
    record, eol, attachment, _ = (line.rpartition(": ")[2] for line in answers.splitlines())
    assert (record, eol, attachment) == ("set", "lf", "unset")


def test_missing_identity_is_one_sentence_and_nothing_is_made(
    isolated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"):
        monkeypatch.delenv(name)
    folder = tmp_path / "new"
    with pytest.raises(RepositoryState) as caught:
        init_desk(folder, zone=ZONE)
    assert caught.value.code == "E_IDENTITY"
    assert list(folder.iterdir()) == []


def test_a_bare_repository_is_refused(isolated: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    with pytest.raises(NotADesk) as caught:
        init_desk(tmp_path / "bare.git", zone=ZONE)
    assert caught.value.code == "E_BARE"
    assert not (tmp_path / "bare.git" / "records").exists()


def test_inside_a_repository_only_its_root_can_be_a_desk(repository: Path) -> None:
    (repository / "below").mkdir()
    with pytest.raises(NotADesk) as caught:
        init_desk(repository / "below", zone=ZONE)
    assert caught.value.code == "E_NOT_ROOT"
    assert list((repository / "below").iterdir()) == []


def test_inside_git_s_own_directory_it_is_refused(repository: Path) -> None:
    with pytest.raises(NotADesk) as caught:
        init_desk(repository / ".git", zone=ZONE)
    assert caught.value.code in ("E_NO_REPO", "E_BARE")
    assert not (repository / ".git" / "records").exists()


def test_a_desk_of_a_later_format_is_refused(desk: Sandbox) -> None:
    desk.edit("records/desk.yaml", "format: 1\n", "format: 99\n")
    desk.commit("later")
    with pytest.raises(NotADesk) as caught:
        init_desk(desk.root)
    assert caught.value.code == "E_LATER_FORMAT"


@pytest.mark.parametrize(
    "words",
    [
        {"zone": "Asia/Shanghei"},
        {"zone": "../../etc/passwd"},
        {"zone": ZONE, "language": "de"},
        {"zone": ZONE, "person": "two words"},
        {"zone": ZONE, "person": "a/b"},
        {"zone": ZONE, "person": "a‮b"},
    ],
)
def test_words_that_mean_nothing_are_refused(
    isolated: Path, tmp_path: Path, words: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        init_desk(tmp_path / "new", **words)
    assert not (tmp_path / "new" / ".git").exists()


def test_records_as_a_link_is_refused(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (repository / "records").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SvcdeskError) as caught:
        init_desk(repository, zone=ZONE)
    assert caught.value.code == "E_SYMLINK"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_hook_that_refuses_leaves_nothing_behind(repository: Path) -> None:
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho no; exit 1\n")
    hook.chmod(0o755)
    with pytest.raises(SvcdeskError):
        init_desk(repository, zone=ZONE)
    assert not (repository / "records").exists()
    assert git(repository, "status", "--porcelain") == ""
