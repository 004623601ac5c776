"""Reads a desk's own files – `desk.yaml`, `people.yaml`, `customers.yaml` – into values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from svcdesk.errors import Invalid, NotADesk
from svcdesk.i18n import LANGUAGES, T
from svcdesk.model.facts import FORMAT, PUBLISH, Facts
from svcdesk.model.record import Value, Values

if TYPE_CHECKING:
    from svcdesk.model.people import People, Person


def parse_facts(data: Values, path: str) -> Facts:
    """`desk.yaml` as Facts. Raises NotADesk for a later format, Invalid for a value that is wrong.

    Keys that are none of a desk's are passed over: `check` names them, nothing reads them.
    """
    version = data.get("format")
    if not isinstance(version, int) or isinstance(version, bool):
        raise _wrong(
            path, "format", T("must be the number of the desk's format (now {now})", now=FORMAT)
        )
    if version > FORMAT:
        raise NotADesk(
            T("{path}: this desk has format {theirs}; this svcdesk knows {ours}",
              path=path, theirs=version, ours=FORMAT),
            hint=T("install a newer svcdesk"),
            code="E_LATER_FORMAT",
            path=path,
            field="format",
        )  # fmt: skip
    language = data.get("language", "en")
    if language not in LANGUAGES:
        raise _wrong(path, "language", T("must be one of {names}", names=", ".join(LANGUAGES)))
    return Facts(
        name=str(data.get("name") or ""),
        zone=_zone(data.get("zone"), path),
        language=str(language),
        format=version,
        kinds={
            name: _whole(value, f"kinds.{name}", path)
            for name, value in _map(data, "kinds", path).items()
        },
        numbering=str(data.get("numbering", "daily")),
        policy=str(data.get("policy", "delivery-template")),
        calendar=str(data.get("calendar", "office")),
        documents={
            kind: _names(value, f"documents.{kind}", path)
            for kind, value in _map(data, "documents", path).items()
        },
        confirm_own=data.get("confirm_own") is True,
        close_without_confirmation=data.get("close_without_confirmation") is True,
        signed_approvals=data.get("signed_approvals") is True,
        reopen_within_days=_days(data.get("reopen_within"), path),
        attachment_mib=_whole(data.get("attachment_mib", 10), "attachment_mib", path),
        publish=_publish(data, path),
        plugins=_names(data.get("plugins"), "plugins", path),
        routes={
            op: _names(value, f"routes.{op}", path)
            for op, value in _map(data, "routes", path).items()
        },
        queries={name: str(text) for name, text in _map(data, "queries", path).items()},
        custom=_map(data, "custom", path),
    )  # fmt: skip


def _publish(data: Values, path: str) -> str:
    value = data.get("publish", "on-sync")
    if value not in PUBLISH:
        raise _wrong(path, "publish", T("must be one of {names}", names=", ".join(PUBLISH)))
    return str(value)


def parse_people(data: Values, path: str) -> People:
    """`people.yaml` as People. Raises Invalid, also for two people of one id or e-mail."""
    from svcdesk.model.people import People

    listed = data.get("people")
    if not isinstance(listed, list):
        raise _wrong(path, "people", T("must be a list of people"))
    by_id: dict[str, Person] = {}
    owners: dict[str, str] = {}
    for index, entry in enumerate(listed):
        field = f"people.{index}"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("id"), str):
            raise _wrong(path, field, T("must be a person with an id"))
        person = _person(entry, field, path)
        if person.id in by_id:
            raise _wrong(path, field, T("{id} is listed twice", id=person.id))
        for email in person.emails:
            other = owners.setdefault(email.casefold(), person.id)
            if other != person.id:
                raise _wrong(path, field, T("{email} is also {other}'s", email=email, other=other))
        by_id[person.id] = person
    return People(by_id)


def _person(entry: Values, field: str, path: str) -> Person:
    from svcdesk.model.people import Person, SigningKey, Substitute

    return Person(
        id=str(entry["id"]),
        name=str(entry.get("name") or ""),
        roles=_names(entry.get("roles"), f"{field}.roles", path),
        team=_text(entry.get("team")),
        supervisor=_text(entry.get("supervisor")),
        emails=_names(entry.get("emails"), f"{field}.emails", path),
        skills=_names(entry.get("skills"), f"{field}.skills", path),
        active=entry.get("active") is not False,
        keys=tuple(
            SigningKey(
                key=str(one.get("key") or ""),
                since=str(one.get("from") or ""),
                until=_text(one.get("until")),
                revoked=one.get("revoked") is True,
            )
            for one in _items(entry, "keys", field, path)
        ),
        substitutes=tuple(
            Substitute(
                str(one.get("id") or ""), str(one.get("from") or ""), _text(one.get("until"))
            )
            for one in _items(entry, "substitutes", field, path)
        ),
        same_as=_text(entry.get("same_as")),
    )


def _items(entry: Values, key: str, field: str, path: str) -> list[Values]:
    value = entry.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise _wrong(path, f"{field}.{key}", T("must be a list of mappings"))
    return [one for one in value if isinstance(one, Mapping)]


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and value else None


def _zone(value: Value, path: str) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong(
            path, "zone", T("“{zone}” is not a time zone such as Asia/Shanghai", zone=value)
        ) from None


def _days(value: Value, path: str) -> int | None:
    if value is None:
        return None
    text = str(value)
    if not (text.endswith("d") and text[:-1].isascii() and text[:-1].isdigit()):
        raise _wrong(path, "reopen_within", T("must be a number of days such as 30d"))
    return int(text[:-1])


def _whole(value: Value, field: str, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(path, field, T("must be a whole number"))
    return value


def _map(data: Values, field: str, path: str) -> Values:
    value = data.get(field)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong(path, field, T("must be a mapping"))
    return value


def _names(value: Value, field: str, path: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(path, field, T("must be a list of names"))
    return tuple(str(one) for one in value)


def _wrong(path: str, field: str, what: object) -> Invalid:
    return Invalid(
        T("{path}: {field}: {what}", path=path, field=field, what=what),
        path=path,
        field=field,
        hint=T("docs/desk.md lists every key"),
    )
