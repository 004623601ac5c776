"""The norms' rules, through the plugins that carry them: what they find, and what they let be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import (
    CHECKS,
    DATA,
    IMPORTER,
    event,
    findings,
    norm_sample,
    record,
    request,
    without_confirmation,
)

from svcdesk.model.finding import Severity
from svcdesk.model.record import Record

SIGNED = {
    "signature.customer.name": "李*",
    "signature.customer.at": "2024-10-01T11:30:00+08:00",
}


def phrases(name: str) -> list[str]:
    return (DATA / "wording" / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def weights(given: Record, code: str, **keys: Any) -> list[Severity]:
    return [one.weight for one in findings(given, code, **keys)]


# ── the norm's own sample ───────────────────────────────────────────────────────────────────────


def test_the_norms_sample_has_exactly_the_two_findings_that_it_deserves() -> None:
    sample = norm_sample()
    documents = [one for kind, one in sample.items() if kind != "request"]
    found = [
        one
        for kind, given in sample.items()
        for one in findings(given, documents=documents if kind == "request" else ())
    ]
    assert [(one.code, one.weight, one.record) for one in found] == [
        ("DESK301", Severity.WARNING, "SR-20241001-001"),
        ("DESK201", Severity.WARNING, "FB-20241001-001"),
    ]


def test_its_findings_are_mended_one_by_one() -> None:
    sample = norm_sample()
    mended = sample["feedback"].with_fields(
        {"improvements": [{"action": "a", "owner": "engineer-1", "due": "2024-12-31"}]}
    )
    assert findings(mended) == []
    done = request(
        event(100, "resolve", set={"result": "重启数据库服务"}),
        event(120, "confirm", on_behalf="requester"),
        priority="P1",
        assignee="engineer-1",
    )
    assert findings(done, documents=[sample["handling"], sample["delivery"]]) == []


def test_every_rule_explains_itself() -> None:
    assert len({one.rule.code for one in CHECKS}) == len({one.rule.name for one in CHECKS})
    for one in CHECKS:
        assert str(one.rule.title)
        assert str(one.rule.why)
        assert str(one.rule.remedy)
        assert one.rule.norm


# ── DESK101: vague results ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", phrases("vague"))
def test_a_result_that_says_nothing_is_refused(text: str) -> None:
    assert weights(request(result=text), "DESK101") == [Severity.ERROR]


@pytest.mark.parametrize("text", phrases("concrete"))
def test_a_result_that_says_something_passes(text: str) -> None:
    assert findings(request(result=text), "DESK101") == []


@given(st.lists(st.sampled_from(phrases("vague")), min_size=1, max_size=5))
def test_empty_words_put_together_stay_empty(texts: list[str]) -> None:
    assert weights(request(result="，".join(texts)), "DESK101") == [Severity.ERROR]


@given(
    st.sampled_from(phrases("vague")),
    st.sampled_from(phrases("concrete")),
    st.sampled_from(["：", ", ", "\n", "。"]),
)
def test_one_concrete_word_is_enough_wherever_it_stands(
    vague: str, concrete: str, mark: str
) -> None:
    for text in (vague + mark + concrete, concrete + mark + vague):
        assert findings(request(result=text), "DESK101") == []


def test_the_longest_text_is_judged_at_once() -> None:
    """Trying every way to cut it into words would take years."""
    assert weights(request(result="已处理" * 20_000), "DESK101") == [Severity.ERROR]
    assert findings(request(result="电" * 60_000), "DESK101") == []


def test_steps_of_a_handling_record_are_judged_too_and_only_warned_of() -> None:
    steps = [
        {"at": "2024-10-01T09:30:00+08:00", "action": "已处理"},
        {"at": "2024-10-01T09:40:00+08:00", "action": "重启数据库服务"},
    ]
    (found,) = findings(record("handling", steps=steps, result="重启服务"), "DESK101")
    assert (found.weight, found.field) == (Severity.WARNING, "steps.0.action")


def test_what_an_import_brought_in_is_a_note() -> None:
    old = event(5, "resolve", IMPORTER, set={"result": "已处理"}, via="import")
    assert weights(request(old), "DESK101") == [Severity.NOTE]
    typed = event(5, "resolve", set={"result": "已处理"}, via="import")
    assert weights(request(typed), "DESK101") == [Severity.ERROR]
    again = event(6, "resolve", set={"result": "fixed"})
    reopened = event(5, "resolve", IMPORTER, set={"result": "x"}, via="import")
    assert weights(request(reopened, event(5, "reopen"), again), "DESK101") == [Severity.ERROR]


# ── DESK102: evasive wording ────────────────────────────────────────────────────────────────────


def reply(text: str, minute: int = 5) -> Any:
    return event(minute, "reply", text=text)


@pytest.mark.parametrize(
    "text",
    [
        "好像是网络的问题",
        "这个我不太清楚",
        "不知道什么时候能好",
        "您好，原因不清楚，请等等。",
        "说不准，过几天再说",
        "这不归我管",
        "这不是我们的事，您自己看",
        "大概是吧",
        "I don't know.",
        "I do not really know when",
        "No idea, sorry",
        "We are not sure",
        "That is not my department.",
        "I guess it is the network",
    ],
)
def test_evasive_words_to_a_user_are_flagged(text: str) -> None:
    assert weights(request(reply(text)), "DESK102") == [Severity.WARNING]


@pytest.mark.parametrize(
    "text",
    [
        "已定位为网络故障，预计 15:00 前恢复",
        "如有不清楚之处，请致电服务台",
        "如果您不知道密码，请点击“忘记密码”",
        "若仍不确定，请告诉我们",
        "请点击“不知道密码”按钮",
        "您说的「不清楚」是指画面吗？请发截图",
        "可能需要 30 分钟，15:00 前给您答复",
        "If you are not sure which, press F1.",
        "Please click “I don't know” and go on",
        "The engineer will call you at 15:00.",
        "",
    ],
)
def test_plain_words_and_quotations_are_not(text: str) -> None:
    assert findings(request(reply(text)), "DESK102") == []


def test_a_better_reply_mends_it_and_an_internal_note_is_nobodys_business() -> None:
    evasive = reply("不知道")
    assert findings(request(evasive, reply("网络故障，15:00 前恢复", 6)), "DESK102") == []
    assert findings(request(event(5, "note", text="不知道原因")), "DESK102") == []
    assert findings(request(event(5, "message", text="不知道密码")), "DESK102") == []


def test_once_the_request_is_done_it_is_a_note() -> None:
    done = event(9, "resolve", set={"result": "重启服务"})
    assert weights(request(reply("不知道"), done), "DESK102") == [Severity.NOTE]


# ── DESK201: improvements ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("improvement", "count"),
    [
        ({"action": "a"}, 1),
        ({"action": "a", "owner": "engineer-1"}, 1),
        ({"action": "a", "due": "2024-12-31"}, 1),
        ({"action": "a", "owner": "", "due": " "}, 1),
        ({"action": "a", "owner": "engineer-1", "due": "2024-12-31"}, 0),
        ({"action": "a", "done": "2024-10-05"}, 0),
        ("a", 0),
    ],
)
def test_an_improvement_has_an_owner_and_a_date(improvement: object, count: int) -> None:
    found = findings(record("feedback", improvements=[improvement, improvement]), "DESK201")
    assert len(found) == 2 * count
    assert [one.field for one in found] == ["improvements.0", "improvements.1"][: 2 * count]


def test_a_finding_names_its_line() -> None:
    lines = {("improvements", 0): 17}
    given = record("feedback", improvements=[{"action": "a"}])
    (found,) = findings(given, "DESK201", line_of=lambda place: lines[tuple(place)])
    assert (found.line, found.path) == (17, f"records/{given.id}.yaml")


# ── DESK301: signed off, still open ─────────────────────────────────────────────────────────────


HANDLING = record("handling", status="signed", result="x", **SIGNED)
PASSED = record("delivery", status="passed", verdict="pass", **SIGNED)


@pytest.mark.parametrize(
    ("documents", "count"),
    [
        ([], 0),
        ([HANDLING], 1),
        ([PASSED], 1),
        ([HANDLING, PASSED], 1),
        ([record("handling", result="x")], 0),
        ([record("delivery", status="failed", verdict="fail", **SIGNED)], 0),
        ([record("delivery", status="passed", verdict="pass")], 0),
    ],
)
def test_an_open_request_that_is_signed_off_is_found_once(
    documents: list[Record], count: int
) -> None:
    assert weights(request(), "DESK301", documents=documents) == [Severity.WARNING] * count


@pytest.mark.parametrize("state", ["resolved", "confirmed", "closed", "cancelled"])
def test_one_that_is_not_open_is_none(state: str) -> None:
    assert findings(request(status=state), "DESK301", documents=[HANDLING]) == []


def test_a_second_round_forgets_the_signatures_of_the_first() -> None:
    first = (event(5, "resolve"), event(130, "reject", reason="又出现了"))
    assert findings(request(*first), "DESK301", documents=[HANDLING, PASSED]) == []
    later = record(
        "delivery",
        status="passed",
        verdict="pass",
        **{**SIGNED, "signature.customer.at": "2024-10-01T18:00:00+08:00"},
    )
    assert len(findings(request(*first), "DESK301", documents=[HANDLING, later])) == 1


# ── DESK302, DESK303: closed ────────────────────────────────────────────────────────────────────

RESOLVE = event(10, "resolve", set={"result": "重启服务"})
CONFIRM = event(20, "confirm", on_behalf="requester")
CLOSE = event(30, "close")
RATED = record("feedback", status="rated", **{"ratings.effect": 5})


@pytest.mark.parametrize(
    ("events", "documents", "count"),
    [
        ((RESOLVE, CLOSE), [], 1),
        ((RESOLVE, CONFIRM, CLOSE), [], 0),
        ((RESOLVE, event(20, "accept", on_behalf="requester"), CLOSE), [], 0),
        ((RESOLVE, CLOSE), [HANDLING], 0),
        ((RESOLVE, CLOSE), [PASSED], 0),
        ((RESOLVE, CLOSE), [RATED], 0),
        ((RESOLVE, CONFIRM, event(22, "reject", reason="r"), event(24, "resolve"), CLOSE), [], 1),
        ((RESOLVE, CONFIRM), [], 0),
        ((event(5, "cancel", reason="r"),), [], 0),
    ],
)
def test_closing_needs_a_sign_that_the_user_agrees(
    events: tuple[Any, ...], documents: list[Record], count: int
) -> None:
    given = request(*events)
    assert weights(given, "DESK302", documents=documents) == [Severity.WARNING] * count


def test_a_desk_may_let_silence_count() -> None:
    assert findings(request(RESOLVE, CLOSE), "DESK302", facts=without_confirmation()) == []


def test_history_that_was_imported_is_a_note() -> None:
    old = event(30, "close", IMPORTER, via="import")
    assert weights(request(RESOLVE, old), "DESK302") == [Severity.NOTE]
    brought = request(status="closed", via="import", by=IMPORTER)
    assert weights(brought, "DESK302") == [Severity.NOTE]
    typed = request(status="closed", via="import")
    assert weights(typed, "DESK302") == [Severity.WARNING]


@pytest.mark.parametrize(
    ("type_", "documents", "missing"),
    [
        ("fault", [], "handling"),
        ("fault", [HANDLING], None),
        ("delivery", [HANDLING], "delivery"),
        ("delivery", [], "handling, delivery"),
        ("consultation", [], None),
        (None, [], None),
    ],
)
def test_the_chain_is_complete_at_the_end(
    type_: str | None, documents: list[Record], missing: str | None
) -> None:
    found = findings(request(RESOLVE, CONFIRM, CLOSE, type=type_), "DESK303", documents=documents)
    assert [str(one.message) for one in found] == ([f"closed without {missing}"] if missing else [])
    assert findings(request(RESOLVE, CONFIRM, type=type_), "DESK303") == []


# ── DESK304: failed acceptance ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"verdict": "fail"}, "failed without unmet, corrections"),
        ({"verdict": "fail", "unmet": ["a"]}, "failed without corrections"),
        ({"verdict": "fail", "unmet": ["a"], "corrections": []}, "failed without corrections"),
        ({"verdict": "fail", "unmet": ["a"], "corrections": ["b"]}, None),
        ({"verdict": "pass"}, None),
    ],
)
def test_a_failed_acceptance_says_what_and_what_then(
    fields: dict[str, Any], message: str | None
) -> None:
    status = "failed" if fields["verdict"] == "fail" else "passed"
    given = record("delivery", status=status, service_item="x", **fields)
    assert [str(one.message) for one in findings(given, "DESK304")] == (
        [message] if message else []
    )
    assert not {"unmet", "corrections"} & {one.field for one in findings(given, "DESK403")}


# ── DESK401, DESK403, DESK404: intake ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"channel": "phone"}, [Severity.WARNING]),
        ({"channel": "phone", "read_back": False}, [Severity.WARNING]),
        ({"channel": "phone", "read_back": True}, []),
        ({"channel": "desk"}, [Severity.NOTE]),
        ({"channel": "onsite"}, [Severity.NOTE]),
        ({"channel": "email"}, []),
        ({}, []),
        ({"channel": "phone", "status": "closed"}, [Severity.NOTE]),
        ({"channel": "phone", "via": "import", "by": IMPORTER}, [Severity.NOTE]),
        ({"channel": "phone", "via": "import"}, [Severity.WARNING]),
    ],
)
def test_oral_requests_are_read_back(fields: dict[str, Any], expected: list[Severity]) -> None:
    assert weights(request(**fields), "DESK401") == expected


def test_what_the_state_asks_for_is_there() -> None:
    given = record("handling", event(5, "finish"), handler="engineer-1")
    found = findings(given, "DESK403")
    assert [one.field for one in found] == ["steps", "result"]
    assert {one.weight for one in found} == {Severity.WARNING}
    assert findings(record("handling", handler="engineer-1"), "DESK403") == []


@pytest.mark.parametrize(
    ("events", "count"),
    [
        ((), 0),
        ((event(5, "take"),), 1),
        ((event(5, "take", set={"promise": "2024-10-01T12:00:00+08:00"}),), 0),
        ((event(5, "reply", text="x"),), 1),
        ((event(5, "reply", text="x", extra={"auto": True}),), 0),
        ((event(5, "reply", text="x", on_behalf="requester"),), 0),
        ((event(5, "reply", by="svcdesk", text="x"),), 0),
        ((event(5, "take"), event(6, "promise", set={"promise": "2024-10-01T12:00:00+08:00"})), 0),
        ((event(5, "assign", set={"assignee": "engineer-1"}),), 0),
    ],
)
def test_the_first_response_says_when(events: tuple[Any, ...], count: int) -> None:
    assert weights(request(*events), "DESK404") == [Severity.NOTE] * count


# ── DESK402: personal data ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请回电 13812345678", "138****5678"),
        ("手机：138-1234-5678，谢谢", "138******5678"),
        ("+86 13812345678", "+86********5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("座机 010-66665555", "010*****5555"),
        ("call +44 20 7946 0958", "+44*********0958"),
        ("write to li.mou@example.com please", "l*@example.com"),
        ("<a.b+c@mail.example.cn>", "a*@mail.example.cn"),
    ],
)
def test_contacts_in_a_text_are_warned_of_and_not_repeated(text: str, masked: str) -> None:
    (found,) = findings(request(description=text), "DESK402")
    assert found.weight is Severity.WARNING
    assert str(found.message).endswith(masked)
    assert found.field == "description"


@pytest.mark.parametrize("number", ["11010519491231002X", "11010519491231002x"])
def test_an_identity_number_is_refused(number: str) -> None:
    """The example of GB 11643-1999; its check digit proves what it is."""
    (found,) = findings(request(description=f"身份证{number}，请核对"), "DESK402")
    assert found.weight is Severity.ERROR
    assert number not in str(found.message)


@pytest.mark.parametrize(
    "text",
    [
        "*5678",
        "138****5678",
        "l*@example.com",
        "分机 5678",
        "10.20.30.40:8080",
        "2024-10-01 09:30:00",
        "工单 SR-20241001-001 与 IR-20241001-001",
        "订单 20241001093000123",
        "资产 A13812345678",
        "no-reply@example.com",
        "git@example.com:owner/name.git",
        "https://user@example.com/x",
        "110105194912310021",
        "0101052099123100",
        "v1.3.8-1234-5678",
        "错误 0x80070005",
        "pip install name@1.2.3",
        "sha256:13812345678abcdef",
    ],
)
def test_what_is_masked_or_no_contact_passes(text: str) -> None:
    contact = text if "*" in text else "*5678"
    given = request(description=text, requester={"name": "李*", "contact": contact})
    assert findings(given, "DESK402") == []


def test_every_text_is_looked_at_in_events_and_lists_too() -> None:
    phone = "13812345678"
    given = request(
        event(5, "note", text=f"a {phone}"),
        event(6, "cancel", reason=f"b {phone}"),
        requester={"name": "李*", "contact": phone},
        custom={"x": [{"y": f"c {phone}"}]},
        customer=f"d {phone}",
    )
    assert [one.field for one in findings(given, "DESK402")] == [
        "requester.contact", "custom.x.0.y", "customer", "events.1.text", "events.2.reason",
    ]  # fmt: skip


def test_a_tombstone_is_no_text() -> None:
    gone = {"redacted": {"at": "2024-10-01T09:30:00+08:00", "by": "supervisor-1", "why": "K8"}}
    assert findings(request(description=gone), "DESK402") == []


# ── DESK501: steps ──────────────────────────────────────────────────────────────────────────────


def step(at: object) -> dict[str, object]:
    return {"at": at, "action": "重启服务"} if at else {"action": "重启服务"}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([], []),
        (["2024-10-01T09:30:00+08:00", "2024-10-01T09:30:00+08:00"], []),
        (["2024-10-01T10:30:00+08:00", "2024-10-01T02:31:00Z"], []),
        ([None], [("steps.0", Severity.WARNING)]),
        (["09:30", "yesterday"], [("steps.0", Severity.WARNING), ("steps.1", Severity.WARNING)]),
        (
            ["2024-10-01T10:30:00+08:00", "2024-10-01T02:29:00Z", "2024-10-01T02:28:00Z"],
            [("steps.1.at", Severity.NOTE)],
        ),
    ],
)
def test_steps_carry_times_in_order(
    times: list[str | None], expected: list[tuple[str, Severity]]
) -> None:
    given = record("handling", steps=[step(at) for at in times])
    assert [(one.field, one.weight) for one in findings(given, "DESK501")] == expected


# ── DESK803: the window of a change ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2024-10-01T22:00:01+08:00", []),
        ("2024-10-01T22:00:00+08:00", ["window.end"]),
        ("2024-10-01T14:30:00Z", []),
        ("2024-10-01T13:00:00Z", ["window.end"]),
        ("22:30", []),
        (None, []),
    ],
)
def test_a_window_ends_after_it_begins(end: str | None, expected: list[str]) -> None:
    given = record("change", **{"window.start": "2024-10-01T22:00:00+08:00", "window.end": end})
    assert [one.field for one in findings(given, "DESK803")] == expected


# ── whatever a file holds ───────────────────────────────────────────────────────────────────────

SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("已处理"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


@given(kind=st.sampled_from(["request", "handling", "delivery", "feedback"]), data=st.data())
def test_no_rule_falls_over_what_a_schema_would_refuse(kind: str, data: st.DataObject) -> None:
    names = [
        "result", "steps", "improvements", "channel", "read_back", "verdict", "unmet", "type",
        "description", "requester", "signature", "ratings", "title", "round",
    ]  # fmt: skip
    header = {name: data.draw(SCRAPS) for name in names}
    given = record(kind, event(5, "reply"), event(6, "take"))
    broken = Record({**given.header, **header}, given.events)
    documents = [
        Record({**HANDLING.header, "signature": data.draw(SCRAPS)}, HANDLING.events),
        Record({**PASSED.header, "verdict": data.draw(SCRAPS)}, PASSED.events),
    ]
    for one in findings(broken, documents=documents):
        str(one.message)
