"""What is unwise in a policy, though it is well formed: the traps of the norms' own figures.

Rules are compared by what they come to, for every combination of the values that the policy's
conditions look at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

from svcdesk.i18n import T, Text
from svcdesk.model.finding import Finding
from svcdesk.model.finding import Rule as Trap
from svcdesk.model.record import Value, Values
from svcdesk.sla import lint_rules as traps
from svcdesk.sla.calendar import ALWAYS
from svcdesk.sla.dues import Calendars
from svcdesk.sla.lint_levels import level_troubles, untimely
from svcdesk.sla.lint_targets import each_terms, troubles
from svcdesk.sla.lint_times import Year
from svcdesk.sla.policy import Level, Policy, Rule, Terms, Version
from svcdesk.sla.targets import TargetRules

PRIORITY = "priority"
_MOST_COMBINATIONS = 20_000


@dataclass(frozen=True, slots=True)
class Context:
    """What a policy is judged against.

    `vocabulary`: field → its values, for the fields that have a fixed set; those of `priority`
    from the highest down. `tracked`: the fields that events record. `fields_of`: the fields that
    a `when:` looks at. `around`: the instant from which a year of starts is tried. `notifiable`:
    whom a level can tell (see lint_levels). `reasons`: see `troubles`.
    """

    rules: TargetRules
    calendars: Calendars
    around: int
    vocabulary: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tracked: Collection[str] | None = None
    fields_of: Callable[[str], Iterable[str]] | None = None
    notifiable: Collection[str] | None = None
    reasons: Mapping[str, str] | None = None


def lint(policy: Policy, context: Context) -> list[Finding]:
    """The findings of every version of a policy, in the order of its rules."""
    return [
        finding
        for version in policy.versions
        for finding in _Version(policy, version, context).findings()
    ]


class _Version:
    def __init__(self, policy: Policy, version: Version, context: Context) -> None:
        self.policy, self.version, self.context = policy, version, context
        self.fields = {rule.when: self._fields(rule) for rule in version.rules}
        self.combinations = tuple(self._combinations())
        self.year = Year(context.around, context.calendars)

    def findings(self) -> Iterator[Finding]:
        broken = list(self._ill_formed())
        yield from broken
        yield from self._untracked()
        yield from self._ill_formed_levels()
        yield from self._unreachable()
        yield from self._gaps()
        yield from self._mixed_units()
        yield from self._circles()
        if not broken:
            yield from self._late_responses()
            yield from self._priorities()
            yield from self._levels()
            yield from self._no_time()

    # ── each rule for itself ─────────────────────────────────────────────────────────────────────

    def _ill_formed(self) -> Iterator[Finding]:
        context = self.context
        for one in troubles(
            self.version,
            context.rules,
            context.calendars,
            context.around,
            reasons=context.reasons,
        ):
            yield self._found(one.trap, one.at, one.said, one.hint)

    def _untracked(self) -> Iterator[Finding]:
        tracked = self.context.tracked
        for rule in self.version.rules:
            for name in sorted(self.fields[rule.when]):
                if tracked is not None and name not in tracked:
                    said = T("{field} is not tracked", field=name)
                    yield self._found(traps.UNTRACKED, rule.at, said)

    def _ill_formed_levels(self) -> Iterator[Finding]:
        context = self.context
        seen: list[Level] = []
        for terms in each_terms(self.version):
            for level in terms.levels:
                if level in seen:
                    continue
                seen.append(level)
                for said in level_troubles(
                    level, context.vocabulary, context.tracked, context.notifiable
                ):
                    yield self._found(traps.LEVEL_ILL_FORMED, level.place or terms.at, said)

    # ── the rules together ───────────────────────────────────────────────────────────────────────

    def _unreachable(self) -> Iterator[Finding]:
        reached = {id(rule) for _, rule in self.combinations}
        rules = self.version.rules
        for place, rule in enumerate(rules):
            seen = {other.when for other in rules[:place]}
            if id(rule) in reached or (self._is_free(rule) and rule.when not in seen):
                reached.add(id(rule))
                continue
            reason = T("every record that it matches comes to a rule before it, or none matches it")
            if rule.predicate is None:
                reason = T("a rule without a condition only matches as the last one")
            yield self._found(traps.UNREACHABLE, rule.at, reason)
        if not reached:
            yield self._found(traps.MATCHES_NOTHING, "rules", T("none of its rules can match"))

    def _gaps(self) -> Iterator[Finding]:
        """The first values with which a record comes to no rule."""
        if not self.combinations or self.version.rules[-1].predicate is None:
            return
        for values in self._possible():
            if self.version.match(values) is None:
                said = T("a record without priority, type and the like comes to no rule")
                if values:
                    shown = ", ".join(f"{name}={value}" for name, value in sorted(values.items()))
                    said = T("a record with {values} comes to no rule", values=shown)
                yield self._found(traps.GAP, "rules", said)
                return

    def _no_time(self) -> Iterator[Finding]:
        for terms in each_terms(self.version):
            duration = terms.duration
            if duration is not None and not duration.seconds and not duration.working_days:
                said = T("{target}: {duration}", target=terms.target, duration=duration)
                yield self._found(traps.NO_TIME, f"{terms.at}.duration", said)

    def _mixed_units(self) -> Iterator[Finding]:
        by_clock: dict[tuple[str, str], dict[bool, Terms]] = {}
        for terms in each_terms(self.version):
            if terms.duration is None or terms.clock == ALWAYS:
                continue
            if terms.duration.names_days:
                said = T(
                    "{target}: {duration} on {clock} means {hours} open hours",
                    target=terms.target,
                    duration=terms.duration,
                    clock=terms.clock,
                    hours=terms.duration.seconds // 3600,
                )
                yield self._found(traps.MIXED_UNITS, terms.at, said)
            kinds = by_clock.setdefault((terms.target, terms.clock), {})
            kinds.setdefault(bool(terms.duration.working_days), terms)
        for (target, clock), kinds in by_clock.items():
            if len(kinds) > 1:
                said = T(
                    "{target}: {one} and {other}, both on {clock}",
                    target=target,
                    one=kinds[False].duration,
                    other=kinds[True].duration,
                    clock=clock,
                )
                yield self._found(traps.MIXED_UNITS, kinds[True].at, said)

    def _circles(self) -> Iterator[Finding]:
        steps = {
            _frozen(values): {
                _frozen({**values, **level.set})
                for terms in rule.terms.values()
                for level in terms.levels
                if level.set
            }
            - {_frozen(values)}
            for values, rule in self.combinations
        }
        for start in steps:
            seen: set[frozenset[tuple[str, str]]] = set()
            ahead = list(steps[start])
            while ahead:
                here = ahead.pop()
                if here == start:
                    listed = ", ".join(f"{name}={value}" for name, value in sorted(start))
                    said = T("a record with {values} comes back to where it was", values=listed)
                    yield self._found(traps.CIRCLE, "rules", said)
                    return
                if here not in seen:
                    seen.add(here)
                    ahead.extend(steps.get(here, ()))

    def _late_responses(self) -> Iterator[Finding]:
        told: list[tuple[Terms, Terms]] = []
        for rule in self.version.rules:
            pair = rule.terms.get("response"), rule.terms.get("resolution")
            if pair[0] is None or pair[1] is None or pair in told or not self._is_plain("response"):
                continue
            told.append((pair[0], pair[1]))
            later = self.year.later("response", pair[0], "resolution", pair[1])
            if later:
                yield self._found(traps.RESPONSE_LATE, pair[0].at, later)

    def _priorities(self) -> Iterator[Finding]:
        """Each pair of neighbouring priorities, all else equal."""
        order = list(self.context.vocabulary.get(PRIORITY, ()))
        by_rest: dict[frozenset[tuple[str, str]], dict[str, Rule]] = {}
        for values, rule in self.combinations:
            rest = _frozen({name: value for name, value in values.items() if name != PRIORITY})
            if values.get(PRIORITY) in order:
                by_rest.setdefault(rest, {})[str(values[PRIORITY])] = rule
        told: list[tuple[str, Terms, Terms]] = []
        for ranked in by_rest.values():
            for higher, lower in pairwise(sorted(ranked, key=order.index)):
                for target in sorted(set(ranked[higher].terms) & set(ranked[lower].terms)):
                    one, other = ranked[higher].terms[target], ranked[lower].terms[target]
                    key = (higher, one, other)
                    if one == other or key in told or not self._is_plain(target):
                        continue
                    told.append(key)
                    later = self.year.later(f"{higher} {target}", one, f"{lower} {target}", other)
                    if later:
                        yield self._found(traps.PRIORITY_ORDER, one.at, later)

    def _levels(self) -> Iterator[Finding]:
        told: list[Terms] = []
        for terms in (one for rule in self.version.rules for one in rule.terms.values()):
            if terms not in told:
                told.append(terms)
                for trap, at, said in untimely(terms, self.year):
                    yield self._found(trap, at, said)

    # ── the values that rules look at ────────────────────────────────────────────────────────────

    def _fields(self, rule: Rule) -> frozenset[str]:
        if not rule.when or self.context.fields_of is None:
            return frozenset()
        return frozenset(self.context.fields_of(rule.when))

    def _is_free(self, rule: Rule) -> bool:
        """Whether it looks at a field of which nobody knows all values."""
        return any(name not in self.context.vocabulary for name in self.fields[rule.when])

    def _is_plain(self, target: str) -> bool:
        """Whether a target has a duration, rather than a due time from a promise."""
        return not self.context.rules.rules[target].due

    def _combinations(self) -> Iterator[tuple[dict[str, Value], Rule]]:
        """Every combination of values that the rules look at, with the rule that it comes to."""
        for values in self._possible():
            rule = self.version.match(values)
            if rule is not None:
                yield values, rule

    def _possible(self) -> Iterator[dict[str, Value]]:
        """Every combination of values that the rules look at."""
        looked_at = {name for names in self.fields.values() for name in names} | {PRIORITY}
        fields = [
            (name, (*values, None))
            for name, values in sorted(self.context.vocabulary.items())
            if name in looked_at or self.context.fields_of is None
        ]
        for number, chosen in enumerate(product(*(values for _, values in fields))):
            if number >= _MOST_COMBINATIONS:
                return
            yield {
                name: value
                for (name, _), value in zip(fields, chosen, strict=True)
                if value is not None
            }

    def _found(self, trap: Trap, at: str, message: Text, hint: Text | None = None) -> Finding:
        return finding_of(self.policy.name, trap, at, message, hint)


def finding_of(policy: str, trap: Trap, at: str, message: Text, hint: Text | None) -> Finding:
    """A finding about a policy of that name, at a place in its file."""
    said = T("policy {name}: {message}", name=policy, message=message)
    return Finding(trap, said, field=at or None, hint=hint)


def _frozen(values: Values) -> frozenset[tuple[str, str]]:
    return frozenset((name, str(value)) for name, value in values.items())
