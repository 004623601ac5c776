"""The words that a query may use: fields with their choices, groups of states, flags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from svcdesk.errors import UsageError
from svcdesk.model.field_info import Choice, FieldInfo, plain
from svcdesk.model.fields import FieldTable
from svcdesk.model.kind import Words
from svcdesk.values import NamedTuple

STATUS: Final = "status"
KIND: Final = "kind"
KEYWORDS: Final = {
    "is": "is",
    "是": "is",
    "has": "has",
    "有": "has",
    "no": "no",
    "无": "no",
    "没有": "no",
    "sla": "sla",
    "时限": "sla",
    "sort": "sort",
    "排序": "sort",
    "linked": "linked",
    "关联": "linked",
    "query": "query",
    "查询": "query",
}
"""Names that stand before a colon without being fields."""
SLA_STATES: Final = (
    Choice("breached", {"en": "breached", "zh": "已超时"}, ("超时", "overdue")),
    Choice("risk", {"en": "at risk", "zh": "有风险"}, ("将超时",)),
    Choice("ok", {"en": "ok", "zh": "正常"}),
)


_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Group(NamedTuple):
    """Several stored words of one field under a name: `open` for the states that are."""

    values: frozenset[str]
    labels: Mapping[str, str]

    def means(self, name: str, word: str) -> bool:
        return word in map(plain, (name, *self.labels.values()))


class Vocabulary(NamedTuple):
    """`groups`: field path → name of the group → the group. `flags`: name → labels."""

    fields: FieldTable
    groups: Mapping[str, Mapping[str, Group]] = _NOTHING
    flags: Mapping[str, Mapping[str, str]] = _NOTHING

    def find(self, name: str) -> FieldInfo:
        """The field of that path or label; a list also by its singular (`label` for `labels`).

        Raises UsageError naming near ones.
        """
        try:
            return self.fields.find(name)
        except UsageError:
            several = self.fields.get(f"{plain(name)}s")
            if several is not None and several.is_list:
                return several
            raise

    def near(self, name: str) -> tuple[str, ...]:
        """The paths and labels most like a name that is none, labels in the name's own script."""
        from difflib import get_close_matches

        wanted = plain(name)
        labels = {
            plain(label): label
            for field in self.fields.values()
            for label in field.labels.values()
            if label.isascii() == name.isascii() and not field.in_list
        }
        # one character of two is a lot in Chinese
        found = get_close_matches(wanted, list(labels), 3, 0.6 if name.isascii() else 0.5)
        return tuple(dict.fromkeys((*self.fields.near(name), *(labels[one] for one in found))))[:3]

    def group(self, path: str, word: str) -> tuple[str, frozenset[str]] | None:
        """The name and the values of a field's group that a typed word means."""
        wanted = plain(word)
        for name, group in self.groups.get(path, {}).items():
            if group.means(name, wanted):
                return name, group.values
        return None

    def flag(self, word: str) -> str | None:
        """The flag that a typed word means."""
        wanted = plain(word)
        for name, labels in self.flags.items():
            if wanted in map(plain, (name, *labels.values())):
                return name
        return None


def vocabulary_of(fields: FieldTable, words: Iterable[Words]) -> Vocabulary:
    """The vocabulary of a desk's kinds: `open` is every state that one of them calls so, and a
    printed form's word (待分配 … 已关闭) the states that it stands for, where no state has it.
    A kind goes by its name and its labels."""
    is_open: set[str] = set()
    forms: dict[str, set[str]] = {}
    kinds: dict[str, Group] = {}
    for one in words:
        kinds[one.kind] = Group(frozenset({one.kind}), one.labels)
        for name, state in one.states.items():
            if state.is_open:
                is_open.add(name)
            forms.setdefault(state.form, set()).add(name)
    groups = {"open": Group(frozenset(is_open), {"zh": "未完成"})} | {
        form: Group(frozenset(states), {}) for form, states in forms.items()
    }
    return Vocabulary(
        fields,
        groups={STATUS: groups, KIND: kinds},
        flags={"unsettled": {"en": "unsettled", "zh": "未定"}},
    )
