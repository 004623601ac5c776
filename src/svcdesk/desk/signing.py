"""Signatures of approvals: which key signs, and whether one that is there is somebody's own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.errors import Refused
from svcdesk.i18n import T
from svcdesk.lifecycle.approval_digest import SIGNATURE, signed_bytes
from svcdesk.lifecycle.approval_people import within
from svcdesk.lifecycle.approval_values import Problem, Verify, Why
from svcdesk.model.people import People
from svcdesk.model.record import Event
from svcdesk.store.ssh_keygen import is_good, public_key_of, sign

if TYPE_CHECKING:
    from svcdesk.desk.parts import Parts

KEY = "approval.key"


def verifier(people: People, moment: datetime | None = None) -> Verify:
    """What verifies signatures by the keys of these people; each signature is looked at once.

    A key has to be valid at the event's own time (`check`), or at `moment` (`review`: the checker's
    clock, for approvals that are new).
    """
    at = moment.isoformat(timespec="seconds") if moment is not None else None
    answers: dict[tuple[str, str], tuple[Event, Problem | None]] = {}

    def verify(uid: str, event: Event) -> Problem | None:
        key = (uid, event.id)
        if key not in answers or answers[key][0] != event:
            answers[key] = (event, _problem(people, uid, event, at or event.at))
        return answers[key][1]

    return verify


def signature_over(desk: Parts, uid: str, event: Event, *, needed: bool) -> str | None:
    """A signature by the key that the user's settings or git's name; None where nothing asks for
    one and no key is set for approvals. Raises Refused (E_SSH)."""
    key = desk.config.text(KEY)
    if key is None and needed:
        key = _key_of_git(desk)
    if key is None:
        return None
    return sign(signed_bytes(uid, event), key)


def _key_of_git(desk: Parts) -> str:
    key, form = (
        desk.repository.git("config", "--get", name, check=False).decode("utf-8", "replace").strip()
        for name in ("user.signingkey", "gpg.format")
    )
    if key and form == "ssh":
        return key
    raise Refused(
        T("this desk asks for signed approvals, and no key is set to sign with"),
        hint=T("set `{setting}` in your own settings to the path of an SSH key, or git's "
               "gpg.format to ssh and user.signingkey to the key", setting=KEY),
        code="E_SSH",
    )  # fmt: skip


def _problem(people: People, uid: str, event: Event, at: str) -> Problem | None:
    signature = event.extra.get(SIGNATURE)
    blob = public_key_of(signature) if isinstance(signature, str) else None
    if not isinstance(signature, str) or blob is None:
        return Problem(Why.SIGNATURE, T("its signature is none"))
    signer = people.get(event.by)
    own = [key for key in (signer.keys if signer else ()) if key.blob == blob]
    if not own:
        said = T("it is signed with a key that is not listed for {person}", person=event.by)
        return Problem(Why.SIGNATURE, said)
    if any(key.revoked for key in own):
        return Problem(Why.REVOKED, T("the key that it is signed with is revoked"))
    if not any(within(at, key.since, key.until) for key in own):
        dates = ", ".join(f"{key.since} – {key.until or ''}".rstrip() for key in own)
        said = T("the key that it is signed with is valid only {dates}", dates=dates)
        return Problem(Why.SIGNATURE, said)
    try:
        good = is_good(signed_bytes(uid, event), signature, own[0].key)
    except Refused as error:
        return Problem(Why.SIGNATURE, error.message)
    return None if good else Problem(Why.SIGNATURE, T("its signature is not over this decision"))
