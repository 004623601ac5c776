"""`svcdesk merge`: one process, one commit, all or nothing."""

from __future__ import annotations

import pytest
from merging_work import Apart, assign, note, prioritise, set_title
from tests.sample_request import REQUEST

from svcdesk.desk.merging import MergeDone, merge_branches
from svcdesk.errors import Refused, RepositoryState, UsageError
from svcdesk.store import transaction


def merge(apart: Apart, *takes: str, branch: str = "side") -> MergeDone:
    [done] = merge_branches(apart.desk.open(), [branch], takes=takes)
    return done


def parents(apart: Apart) -> list[str]:
    return apart.desk.git("log", "-1", "--format=%P").split()


def test_both_sides_stand_afterwards_in_a_commit_with_two_parents(apart: Apart) -> None:
    apart.on("main", assign("engineer-1"))
    apart.on("side", note("已联系用户"), set_title("登录失败"))
    done = merge(apart)
    assert (done.merged, done.troubles) == ((apart.record_id,), ())
    record = apart.desk.open().load(apart.record_id).record
    assert (record.status, record.get("title")) == ("assigned", "登录失败")
    assert [event.do for event in record.events] == ["submit", "assign", "note"]
    assert len(parents(apart)) == 2
    assert apart.desk.status() == ""
    assert apart.desk.git("merge-base", "--is-ancestor", "side", "HEAD", check=False) == ""
    assert merge(apart).commit is None


def test_conflicts_are_shown_and_nothing_changes(apart: Apart) -> None:
    apart.on("main", set_title("登录失败"))
    apart.on("side", set_title("无法登录"))
    head = apart.desk.git("rev-parse", "HEAD")
    done = merge(apart)
    [trouble] = done.troubles
    assert (trouble.record, trouble.conflict.field) == (apart.record_id, "title")
    assert (trouble.conflict.one, trouble.conflict.other) == ("登录失败", "无法登录")
    assert trouble.one_by.startswith("engineer-1, ")
    assert (apart.desk.git("rev-parse", "HEAD"), apart.desk.status()) == (head, "")


@pytest.mark.parametrize(
    ("take", "title"),
    [
        ("title=登录", "登录"),
        ("title@side", "无法登录"),
        ("title@main", "登录失败"),
        ("001:title@side", "无法登录"),
    ],
)
def test_a_take_settles_a_conflict(apart: Apart, take: str, title: str) -> None:
    apart.on("main", set_title("登录失败"))
    apart.on("side", set_title("无法登录"))
    assert merge(apart, take).commit
    assert apart.desk.open().load(apart.record_id).record.get("title") == title


@pytest.mark.parametrize("take", ["title", "titel=x", "title@nowhere"])
def test_a_take_that_says_nothing_is_refused(apart: Apart, take: str) -> None:
    apart.on("side", set_title("无法登录"))
    with pytest.raises(UsageError):
        merge(apart, take)


def test_moves_that_crossed_are_named(apart: Apart) -> None:
    apart.on("main", prioritise("P1"))
    apart.on("side", prioritise("P3"))
    done = merge(apart)
    [(record, step)] = done.unsettled
    assert record == apart.record_id
    assert dict(step.collisions) == {"priority": ("P2", "P1")}
    assert apart.desk.open().load(apart.record_id).record.get("priority") == "P3"
    assert merge(apart).unsettled == ()


def test_a_record_deleted_on_one_side_stays(apart: Apart) -> None:
    path = apart.path
    apart.on("main", lambda desk: (desk.root / path).unlink(), lambda desk: desk.commit("gone"))
    apart.on("side", note("已联系用户"))
    done = merge(apart)
    assert "note" in apart.desk.read(path)
    assert any(path in str(note) for note in done.notes)


def test_new_records_and_other_files_come_along(apart: Apart) -> None:
    apart.on("main", assign("engineer-1"))
    apart.on(
        "side",
        lambda desk: desk.open().new("request", REQUEST),
        lambda desk: (desk.write("docs/page.txt", "text\n"), desk.commit("a page")),
    )
    done = merge(apart)
    assert done.brought >= 2
    assert apart.desk.read("docs/page.txt") == "text\n"
    assert apart.desk.open().check().findings == ()


def test_a_conflict_outside_of_records_is_left_to_git(apart: Apart) -> None:
    for branch, text in (("main", "one\n"), ("side", "other\n")):
        apart.on(
            branch, lambda desk, t=text: (desk.write("docs/page.txt", t), desk.commit("a page"))
        )
    head = apart.desk.git("rev-parse", "HEAD")
    with pytest.raises(Refused, match=r"docs/page\.txt"):
        merge(apart)
    assert (apart.desk.git("rev-parse", "HEAD"), apart.desk.status()) == (head, "")


def test_edits_in_the_way_are_refused_and_others_stay(apart: Apart) -> None:
    apart.on("side", note("已联系用户"))
    apart.desk.write("notes.txt", "mine\n")
    apart.desk.edit(apart.path, "channel: email", "channel: phone")
    with pytest.raises(RepositoryState):
        merge(apart)
    apart.desk.git("checkout", "--", apart.path)
    assert merge(apart).commit
    assert apart.desk.status() == "?? notes.txt\n"


def test_unrelated_histories_are_refused(apart: Apart) -> None:
    apart.desk.git("switch", "--quiet", "--orphan", "alone")
    apart.desk.write("x.txt", "x\n")
    apart.desk.commit("alone")
    apart.desk.git("switch", "--quiet", "main")
    with pytest.raises(Refused, match="no commit in common"):
        merge(apart, branch="alone")


def test_of_two_records_under_one_number_main_s_keeps_it(apart: Apart) -> None:
    path = apart.path.replace("-001.", "-777.")
    uid = apart.desk.open().load(apart.record_id).record.uid
    for branch, letter in (("main", "A"), ("side", "B")):
        text = apart.text().replace(apart.record_id, "SR-20241001-777")
        other = text.replace(uid, uid[:-1] + letter)
        apart.on(branch, lambda desk, t=other: (desk.write(path, t), desk.commit("new")))
    apart.desk.git("switch", "--quiet", "side")
    with pytest.raises(Refused, match="two records"):
        merge(apart, branch="main")
    apart.desk.git("switch", "--quiet", "main")
    assert [str(note)[:16] for note in merge(apart).notes] == ["SR-20241001-777 "]
    desk = apart.desk.open()
    assert desk.load("SR-20241001-777").record.uid == f"{uid[:-1]}A"
    [other] = [path for path in desk.tickets.paths() if "-777" not in path and "-001" not in path]
    assert desk.tickets.load(other).record.uid == f"{uid[:-1]}B"
    assert desk.tickets.load(other).record.get("formerly") == ["SR-20241001-777"]


def test_the_bases_of_a_criss_cross_history_are_merged_first(apart: Apart) -> None:
    apart.on("main", set_title("甲"))
    apart.on("side", set_title("乙"), note("一"))
    apart.desk.git("branch", "old-main", "main")
    assert merge(apart, "title@main").commit
    apart.desk.git("switch", "--quiet", "side")
    assert merge_branches(apart.desk.open(), ["old-main"], takes=["title@side"])[0].commit
    apart.on("side", note("二"))
    apart.on("main", note("三"))
    done = merge(apart)
    assert [trouble.conflict.field for trouble in done.troubles] == ["title"]
    assert merge(apart, "title=丙").commit
    record = apart.desk.open().load(apart.record_id).record
    assert sorted(event.text or "" for event in record.events) == ["", "一", "三", "二"]


@pytest.mark.parametrize("step", ["journalled", "swapped", "committing", "committed", "verified"])
def test_a_merge_that_is_broken_off_is_whole_or_never_was(
    apart: Apart, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart.on("main", assign("engineer-1"), lambda desk: desk.open().new("request", REQUEST))
    apart.on("side", note("已联系用户"))
    before = apart.desk.git("rev-parse", "HEAD^{tree}")

    class Killed(BaseException):
        pass

    real, settle = transaction.begin, transaction.Transaction._broken_off

    def begin(*args: object, **settings: object) -> transaction.Transaction:
        def told(name: str) -> None:
            if name == step:
                raise Killed

        return real(*args, **settings, step=told)  # type: ignore[arg-type]

    monkeypatch.setattr("svcdesk.desk.merging.begin", begin)
    # What a killed process cannot do: settle before it goes.
    monkeypatch.setattr(
        transaction.Transaction,
        "_broken_off",
        lambda self, journal, swapped, error: (_ for _ in ()).throw(error),
    )
    with pytest.raises(Killed):
        merge(apart)
    monkeypatch.setattr("svcdesk.desk.merging.begin", real)
    monkeypatch.setattr(transaction.Transaction, "_broken_off", settle)
    apart.desk.open().set(["001"], {"title": "之后"})
    first = apart.desk.git("rev-parse", "HEAD^")
    merged = len(apart.desk.git("log", "-1", "--format=%P", "HEAD^").split()) == 2
    assert merged or apart.desk.git("rev-parse", f"{first.strip()}^{{tree}}") == before
    assert merged == (step in ("committed", "verified"))
    assert apart.desk.status() == ""
    assert merge(apart).troubles == ()
