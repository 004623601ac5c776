"""Who git says the author is: never guessed, never mended in silence."""

from __future__ import annotations

import subprocess

import pytest
from git_clone import Clone

from svcdesk.errors import RepositoryState
from svcdesk.store.git import Identity


@pytest.fixture(autouse=True)
def _no_author(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_AUTHOR_NAME")
    monkeypatch.delenv("GIT_AUTHOR_EMAIL")


def test_the_environment_goes_before_the_configuration(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone.git("config", "user.name", "李*")
    clone.git("config", "user.email", "li@example.org")
    assert clone.repo.identity() == Identity("李*", "li@example.org")
    clone.git("config", "author.name", "engineer-2")
    assert clone.repo.identity().name == "engineer-2"
    monkeypatch.setenv("GIT_AUTHOR_NAME", "engineer-3")
    assert clone.repo.identity() == Identity("engineer-3", "li@example.org")


@pytest.mark.parametrize("name", ["engineer-1", " Dr. X, ", "'李*'", "a  b", "O'Neil;", "x\ty"])
def test_it_is_what_git_itself_would_write(name: str, clone: Clone) -> None:
    clone.git("config", "user.name", name)
    clone.git("config", "user.email", " x@example.org. ")
    found = clone.repo.identity()
    said = subprocess.run(
        ["git", "var", "GIT_AUTHOR_IDENT"], cwd=clone.root, capture_output=True, check=True
    ).stdout.decode()
    assert said.startswith(f"{found.name} <{found.email}> ")


@pytest.mark.parametrize(
    ("name", "email"),
    [
        (None, "x@example.org"),
        ("engineer-1", None),
        ("engineer-1", ""),
        ("", "x@example.org"),
        ("...", "x@example.org"),
        ("a\nApproved-by: b", "x@example.org"),
        ("a <b@c>", "x@example.org"),
        ("a", "x>y@example.org"),
    ],
)
@pytest.mark.case(62)
def test_what_is_missing_or_odd_is_refused(
    name: str | None, email: str | None, clone: Clone
) -> None:
    if name is not None:
        clone.git("config", "user.name", name)
    if email is not None:
        clone.git("config", "user.email", email)
    with pytest.raises(RepositoryState) as caught:
        clone.repo.identity()
    assert caught.value.code == "E_IDENTITY"
    assert "git config --global user.name" in str(caught.value.hint)


@pytest.mark.case(62)
def test_an_odd_name_in_the_environment_is_refused(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "a\nb")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "x@example.org")
    with pytest.raises(RepositoryState):
        clone.repo.identity()
