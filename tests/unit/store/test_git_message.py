"""No text can form a trailer, a comment, or an instruction to git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svcdesk.store.git_message import SUBJECT_LIMIT, compose_message, trailers_of

OURS = [("Svcdesk-Record", "SR-20241001-001"), ("Svcdesk-Op", "01J92V7KX8")]
HOSTILE = [
    "close\nApproved-by: supervisor-1",
    "close\n\nApproved-by: supervisor-1",
    "# all comment",
    "; other comment",
    "",
    "   \n\t ",
    "fixup! SR-20241001-001: start",
    "---\nApproved-by: supervisor-1",
    "x" * 1_000_000,
    "a\r\nb\x1b]0;t\x07\u202e\u2028c\x00",
    "Svcdesk-Op: stolen",
    "-----8<-----",
    "diff --git a/x b/x",
    "(cherry picked from commit 0000)",
]


def _parsed(message: str) -> list[str]:
    """What git reads as trailers."""
    args = ["git", "interpret-trailers", "--parse"]
    answer = subprocess.run(args, input=message.encode(), capture_output=True, check=True)
    return answer.stdout.decode().splitlines()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.case(61)
def test_the_trailers_are_ours_whatever_the_text(text: str) -> None:
    for message in (
        compose_message(text, "", OURS),
        compose_message("SR-1: x", text, OURS),
        compose_message(text, text, OURS),
    ):
        assert _parsed(message) == [f"{key}: {value}" for key, value in OURS]
        assert trailers_of(message) == tuple(OURS)


@given(st.text(), st.text(), st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_same_for_any_text(subject: str, body: str, value: str) -> None:
    message = compose_message(subject, body, [("Svcdesk-Forced", value), *OURS])
    keys = [line.partition(":")[0] for line in _parsed(message)]
    assert keys == ["Svcdesk-Forced", "Svcdesk-Record", "Svcdesk-Op"]
    assert [key for key, _ in trailers_of(message)] == keys


@pytest.mark.parametrize("text", HOSTILE)
def test_a_subject_is_one_ordinary_line(text: str) -> None:
    subject, blank, *_ = compose_message(text, "body", OURS).split("\n")
    assert blank == ""
    assert subject[0].isalnum()
    assert len(subject) <= SUBJECT_LIMIT + len("svcdesk: ")
    assert subject.isprintable()
    assert not subject.startswith(("fixup!", "squash!"))


def test_an_ordinary_message() -> None:
    assert compose_message("SR-1: 分派给 engineer-2", "第一行\n\n第二行", OURS) == (
        "SR-1: 分派给 engineer-2\n\n  第一行\n\n  第二行\n\n"
        "Svcdesk-Record: SR-20241001-001\nSvcdesk-Op: 01J92V7KX8\n"
    )
    assert compose_message("SR-1: x") == "SR-1: x\n"
    assert trailers_of("SR-1: x\n") == ()
    assert trailers_of("Fixes: x\n") == ()
    assert trailers_of("a\n\nnot one\nKey: v\n") == ()


def test_a_key_is_never_a_users() -> None:
    with pytest.raises(ValueError, match="trailer key"):
        compose_message("x", "", [("a b", "c")])


def test_a_message_survives_an_amend_in_an_editor(tmp_path: Path) -> None:
    """`git commit --amend` strips comment lines: nothing of ours is one."""
    message = compose_message("#1 first", "#2 second\n# third", OURS)
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    args = ["git", "commit", "-q", "--allow-empty", "--cleanup=strip", "-F", "-"]
    subprocess.run(args, cwd=tmp_path, input=message.encode(), check=True)
    args = ["git", "log", "-1", "--format=%B"]
    kept = subprocess.run(args, cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    assert kept.strip() == message.strip()
