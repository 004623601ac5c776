"""Times that people type: what is taken, what it means, what is refused and how."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.errors import UsageError
from svcdesk.humantime import parse_span, understand, understand_period
from svcdesk.model.instants import format_instant, strict_instant

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2024, 10, 2, 14, 30, 15, 999, tzinfo=SHANGHAI)  # a Wednesday


def taken(text: str, now: datetime = NOW, zone: ZoneInfo = SHANGHAI) -> str:
    understood = understand(text, now=now, zone=zone)
    assert understood.note is None
    return format_instant(understood.instant, zone).removesuffix("+08:00")


def refused(text: str) -> UsageError:
    with pytest.raises(UsageError) as error:
        understand(text, now=NOW, zone=SHANGHAI)
    assert error.value.code == "E_TIME"
    return error.value


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "2024-10-02T14:30:15"),
        ("刚才", "2024-10-02T14:30:15"),
        # ISO 8601
        ("2024-10-01T09:30:00+08:00", "2024-10-01T09:30:00"),
        ("2024-10-01T01:30:00Z", "2024-10-01T09:30:00"),
        ("2024-10-01T01:30:00.123Z", "2024-10-01T09:30:00"),
        ("2024-10-01 09:30:00 +0800", "2024-10-01T09:30:00"),
        ("2024-10-01 01:30 utc", "2024-10-01T09:30:00"),
        ("2024-09-30T21:30-04", "2024-10-01T09:30:00"),
        ("2024-10-01T09:30", "2024-10-01T09:30:00"),
        ("2024-10-01 09:30:15", "2024-10-01T09:30:15"),
        ("2024-10-01", "2024-10-01T00:00:00"),
        ("2024/10/1 9:30", "2024-10-01T09:30:00"),
        ("20241001", "2024-10-01T00:00:00"),
        ("2024-10-01 24:00", "2024-10-02T00:00:00"),
        ("２０２４－１０－０１　０９：３０", "2024-10-01T09:30:00"),
        # today's clock
        ("09:30", "2024-10-02T09:30:00"),
        ("3pm", "2024-10-02T15:00:00"),
        ("12am", "2024-10-02T00:00:00"),
        ("12:15 p.m.", "2024-10-02T12:15:00"),
        ("noon", "2024-10-02T12:00:00"),
        ("下午三点半", "2024-10-02T15:30:00"),
        ("下午3:30", "2024-10-02T15:30:00"),
        ("下午15点", "2024-10-02T15:00:00"),
        ("上午9点一刻", "2024-10-02T09:15:00"),
        ("九点三刻", "2024-10-02T09:45:00"),
        ("晚上十点零五分", "2024-10-02T22:05:00"),
        ("凌晨1点", "2024-10-02T01:00:00"),
        ("中午1点", "2024-10-02T13:00:00"),
        ("15时30分20秒", "2024-10-02T15:30:20"),
        ("零点", "2024-10-02T00:00:00"),
        # from now
        ("2h ago", "2024-10-02T12:30:15"),
        ("2h-ago", "2024-10-02T12:30:15"),
        ("in 2h", "2024-10-02T16:30:15"),
        ("+2h", "2024-10-02T16:30:15"),
        ("-90m", "2024-10-02T13:00:15"),
        ("1h30m ago", "2024-10-02T13:00:15"),
        ("two hours and 5 minutes from now", "2024-10-02T16:35:15"),
        ("half an hour ago", "2024-10-02T14:00:15"),
        ("1.5h ago", "2024-10-02T13:00:15"),
        ("3 days ago 09:30", "2024-09-29T09:30:00"),
        ("in 2 weeks at 3pm", "2024-10-16T15:00:00"),
        ("1 month ago", "2024-09-02T14:30:15"),
        ("两小时后", "2024-10-02T16:30:15"),
        ("两個小時後", "2024-10-02T16:30:15"),
        ("半小时后", "2024-10-02T15:00:15"),
        ("一个半小时后", "2024-10-02T16:00:15"),
        ("再过10分钟", "2024-10-02T14:40:15"),
        ("一刻钟后", "2024-10-02T14:45:15"),
        ("1小时30分后", "2024-10-02T16:00:15"),
        ("二十五分钟前", "2024-10-02T14:05:15"),
        ("三天前", "2024-09-29T14:30:15"),
        ("三天后下午3点", "2024-10-05T15:00:00"),
        ("两周后", "2024-10-16T14:30:15"),
        ("一个月后", "2024-11-02T14:30:15"),
        # days
        ("yesterday 09:30", "2024-10-01T09:30:00"),
        ("tomorrow 3pm", "2024-10-03T15:00:00"),
        ("3pm tomorrow", "2024-10-03T15:00:00"),
        ("day after tomorrow at noon", "2024-10-04T12:00:00"),
        ("明天 15:00", "2024-10-03T15:00:00"),
        ("明天下午3点", "2024-10-03T15:00:00"),
        ("今晚8点", "2024-10-02T20:00:00"),
        ("明早9点", "2024-10-03T09:00:00"),
        ("后天", "2024-10-04T00:00:00"),
        ("大前天", "2024-09-29T00:00:00"),
        ("昨天", "2024-10-01T00:00:00"),
        ("前天", "2024-09-30T00:00:00"),
        ("今天", "2024-10-02T00:00:00"),
        # weekdays
        ("next monday 09:00", "2024-10-07T09:00:00"),
        ("last friday", "2024-09-27T00:00:00"),
        ("this friday", "2024-10-04T00:00:00"),
        ("friday", "2024-10-04T00:00:00"),
        ("15:00 on friday", "2024-10-04T15:00:00"),
        ("friday next week", "2024-10-11T00:00:00"),
        ("coming wednesday", "2024-10-09T00:00:00"),
        ("下周一", "2024-10-07T00:00:00"),
        ("下周五", "2024-10-11T00:00:00"),
        ("本周五", "2024-10-04T00:00:00"),
        ("这周日", "2024-10-06T00:00:00"),
        ("上周三", "2024-09-25T00:00:00"),
        ("下下周一", "2024-10-14T00:00:00"),
        ("下个星期天", "2024-10-13T00:00:00"),
        ("周五下午3点", "2024-10-04T15:00:00"),
        # days of a month
        ("10月8日 14:30", "2024-10-08T14:30:00"),
        ("2024年10月1日9点半", "2024-10-01T09:30:00"),
        ("二〇二四年十月一日", "2024-10-01T00:00:00"),
        ("十月二十八号下午两点", "2024-10-28T14:00:00"),
        ("明年3月1日 9:00", "2025-03-01T09:00:00"),
        ("8号", "2024-10-08T00:00:00"),
        ("下个月3号 9点", "2024-11-03T09:00:00"),
        ("oct 8", "2024-10-08T00:00:00"),
        ("8 Oct 2024 14:30", "2024-10-08T14:30:00"),
        ("October 8th, 2024", "2024-10-08T00:00:00"),
    ],
)
def test_what_people_write_is_understood(text: str, meant: str) -> None:
    assert taken(text) == meant


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("03-04-2024", "2024-03-04 | 2024-04-03"),
        ("03/04/24", "2003-04-24 | 2024-03-04 | 2024-04-03"),
        ("10-08 09:30", "2024-08-10 09:30 | 2024-10-08 09:30"),
        ("5", "05:00 | 2024-10-05"),
        ("1530", "15:30"),
        ("2h", "in 2h | 2h ago"),
        ("两小时", "两小时后 | 两小时前"),
        ("两日", "两日后 | 两日前"),
        ("周一", "2024-09-30 | 2024-10-07"),
        ("wednesday", "2024-10-02 | 2024-10-09"),
        ("next friday", "2024-10-04 | 2024-10-11"),
        ("1月8日", "2024-01-08 | 2025-01-08"),
        ("1号", "2024-10-01 | 2024-11-01"),
        ("明天三点", "03:00 | 15:00"),
        ("上午12点", "00:00 | 12:00"),
        ("midnight", "00:00 | 24:00"),
        ("半天后", "12h | 4h"),
    ],
)
def test_what_could_mean_several_things_is_refused_with_its_readings(
    text: str, readings: str
) -> None:
    assert str(refused(text)).endswith(f"could mean {readings}")


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2024年2月30日",
        "20241301",
        "25:61",
        "9:75",
        "2024-10-01 24:01",
        "13pm",
        "0am",
        "上午15点",
        "2024-10-01T25:00:00+08:00",
        "0000-01-01",
        "9999-12-31",
        "0001-01-01",
        "in 9999y",
        "999999w ago",
    ],
)
def test_what_does_not_exist_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.parametrize(
    ("text", "part_of_hint"),
    [
        ("", "write it as in"),
        ("soon", "write it as in"),
        ("33", "write it as in"),
        ("十十分钟后", "write it as in"),
        ("两三天后", "write it as in"),
        ("2h ago 09:30", "write it as in"),
        ("2024-10-01; rm", "write it as in"),
        ("２٠24-10-01", "write it as in"),
        ("明天下午", "下午3点"),
        ("今晚", "晚8点"),
        ("晚上12点", "00:00 or 24:00"),
        ("晚上1点", "01:00"),
        ("3wd ago", "hours or days"),
        ("三个工作日后", "hours or days"),
        ("last week", "2024-09-23"),
        ("2024-10", "2024-10-01"),
        ("今年", "2024-01-01"),
    ],
)
def test_what_is_not_a_time_is_refused_with_a_remedy(text: str, part_of_hint: str) -> None:
    assert part_of_hint in str(refused(text).hint)


def test_a_page_of_text_is_refused_at_once() -> None:
    assert "too long" in str(refused("1h" * 100_000))
    assert "day does not fit" in str(refused("last week 09:30"))


@pytest.mark.parametrize(
    ("today", "text", "meant"),
    [
        ("2024-10-05", "next friday", "2024-10-11"),
        ("2024-10-07", "next monday", "2024-10-14"),
        ("2024-10-07", "本周一", "2024-10-07"),
        ("2024-10-06", "下周一", "2024-10-07"),
        ("2024-10-06", "上周日", "2024-09-29"),
        ("2024-12-30", "1月3日", "2025-01-03"),
        ("2024-01-03", "12月30日", "2023-12-30"),
        ("2024-01-31", "in 1 month", "2024-02-29"),
        ("2024-10-31", "上个月30号", "2024-09-30"),
    ],
)
def test_the_calendar_turns_over(today: str, text: str, meant: str) -> None:
    now = datetime.fromisoformat(f"{today}T00:00:00+08:00")
    assert taken(text, now).startswith(meant)


def test_today_is_todays_date_in_the_desks_zone() -> None:
    late = datetime(2024, 10, 1, 23, 0, tzinfo=UTC)
    assert taken("today", late) == "2024-10-02T00:00:00"
    assert taken("today", late, NEW_YORK) == "2024-10-01T00:00:00-04:00"


def test_a_bare_day_is_taken_at_the_time_of_day_asked_for() -> None:
    evening = understand("tomorrow", now=NOW, zone=SHANGHAI, day_at=time(18)).instant
    assert evening == datetime(2024, 10, 3, 18, tzinfo=SHANGHAI)
    given_anyway = understand("tomorrow 9:00", now=NOW, zone=SHANGHAI, day_at=time(18)).instant
    assert given_anyway == datetime(2024, 10, 3, 9, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("zone", "text", "meant", "word"),
    [
        ("America/New_York", "2024-03-10 02:30", "2024-03-10T03:30:00-04:00", "skips"),
        ("America/New_York", "2024-11-03 01:30", "2024-11-03T01:30:00-04:00", "twice"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00", "skips"),
        ("Australia/Lord_Howe", "2024-10-06 02:15", "2024-10-06T02:45:00+11:00", "skips"),
    ],
)
def test_a_change_of_the_clock_is_settled_by_rule_and_said(
    zone: str, text: str, meant: str, word: str
) -> None:
    understood = understand(text, now=NOW, zone=ZoneInfo(zone))
    assert understood.instant.isoformat() == meant
    assert word in str(understood.note)
    assert meant in str(understood.note)


def test_hours_elapse_and_days_keep_the_time_of_day_over_a_change_of_the_clock() -> None:
    now = datetime(2024, 3, 9, 12, 0, tzinfo=NEW_YORK)
    assert taken("in 24h", now, NEW_YORK) == "2024-03-10T13:00:00-04:00"
    assert taken("in 1d", now, NEW_YORK) == "2024-03-10T12:00:00-04:00"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024", "2024-01-01T00:00:00", "2025-01-01T00:00:00"),
        ("2024年", "2024-01-01T00:00:00", "2025-01-01T00:00:00"),
        ("去年", "2023-01-01T00:00:00", "2024-01-01T00:00:00"),
        ("2024-12", "2024-12-01T00:00:00", "2025-01-01T00:00:00"),
        ("2024年12月", "2024-12-01T00:00:00", "2025-01-01T00:00:00"),
        ("last-month", "2024-09-01T00:00:00", "2024-10-01T00:00:00"),
        ("上个月", "2024-09-01T00:00:00", "2024-10-01T00:00:00"),
        ("10月", "2024-10-01T00:00:00", "2024-11-01T00:00:00"),
        ("oct 2023", "2023-10-01T00:00:00", "2023-11-01T00:00:00"),
        ("last quarter", "2024-07-01T00:00:00", "2024-10-01T00:00:00"),
        ("本季度", "2024-10-01T00:00:00", "2025-01-01T00:00:00"),
        ("this week", "2024-09-30T00:00:00", "2024-10-07T00:00:00"),
        ("上周", "2024-09-23T00:00:00", "2024-09-30T00:00:00"),
        ("yesterday", "2024-10-01T00:00:00", "2024-10-02T00:00:00"),
        ("09:30", "2024-10-02T09:30:00", "2024-10-02T09:31:00"),
        ("09:30:05", "2024-10-02T09:30:05", "2024-10-02T09:30:06"),
        ("2h ago", "2024-10-02T12:30:15", "2024-10-02T12:30:16"),
        ("2024-10-01T01:30:00Z", "2024-10-01T09:30:00", "2024-10-01T09:30:01"),
    ],
)
def test_a_stretch_of_time_is_as_long_as_what_was_named(text: str, start: str, end: str) -> None:
    period = understand_period(text, now=NOW, zone=SHANGHAI)
    assert [one.isoformat() for one in period] == [f"{start}+08:00", f"{end}+08:00"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2h", 2),
        ("２ｈ", 2),
        ("90m", 1.5),
        ("1d", 24),
        ("1w", 168),
        ("1h30m", 1.5),
        ("1 hour 30 minutes", 1.5),
        ("0.5h", 0.5),
        ("half an hour", 0.5),
        ("两小时", 2),
        ("两个半小时", 2.5),
        ("一小时三十分钟", 1.5),
        ("3天", 72),
        ("一百二十分钟", 2),
        ("0h", 0),
    ],
)
def test_a_length_of_time_is_read(text: str, hours: float) -> None:
    assert parse_span(text) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text",
    ["", "2", "h", "-2h", "2h ago", "1mo", "1y", "3wd", "3 个工作日", "2x", "半天", "1e3h", "2hh"],
)
def test_another_length_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_span(text)
    assert error.value.hint is not None


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([SHANGHAI, NEW_YORK, ZoneInfo("Australia/Lord_Howe")]),
)
def test_what_files_hold_means_the_same_when_typed(instant: datetime, zone: ZoneInfo) -> None:
    written = format_instant(instant, zone)
    understood = understand(written, now=NOW, zone=SHANGHAI)
    assert understood == (strict_instant(written), None)


WORDS = (
    "今 明 昨 后 前 天 日 早 晚 上午 下午 中午 周 星期 下 上 本 个 月 年 点 半 刻 分 秒 小时 一 二 两 三 十 百 零 "
    "next last this monday fri week month ago in at on now today tomorrow pm am oct may "
    "h m d w 1 2 3 9 12 15 30 2024 10 : - / + . , T Z +08:00 00 以后 工作日 half an 季度 noon"
)


@given(st.lists(st.sampled_from([*WORDS.split(), " "]), max_size=9).map("".join) | st.text())
def test_any_words_are_understood_or_refused_never_more(text: str) -> None:
    try:
        understood = understand(text, now=NOW, zone=SHANGHAI)
    except UsageError as error:
        assert str(error)
        return
    assert understood.instant.utcoffset() is not None
    assert understood.instant.microsecond == 0
    assert strict_instant(format_instant(understood.instant, SHANGHAI)) == understood.instant
    period = understand_period(text, now=NOW, zone=SHANGHAI)
    assert period.start == understood.instant
    assert period.start < period.end


@pytest.mark.parametrize("text", ["1000000h", "1000000 hours", "9999999天"])
def test_a_span_that_is_too_long_is_called_so(text):
    with pytest.raises(UsageError) as refusal:
        parse_span(text)
    assert "longer than" in str(refusal.value)
    assert "six digits" in str(refusal.value.hint)
