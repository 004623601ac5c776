"""What an approval is bound to: canonical JSON of the fields approved, and its SHA-256.

docs/record-format.md defines both to the byte, with an example that needs nothing of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from svcdesk.hashes import sha256
from svcdesk.model.record import Event, Values, value_at

DECISION, FIELDS, DIGEST, SIGNATURE = "decision", "fields", "digest", "sig"
APPROVE, REJECT = "approve", "reject"


def canonical(value: object) -> bytes:
    """JSON in one way only: keys sorted by code point, no spaces, UTF-8, texts as they stand.

    Raises ValueError for a number that JSON cannot say.
    """
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return text.encode("utf-8")


def digest_of(uid: str, fields: Iterable[str], values: Values) -> str:
    """The SHA-256, in hexadecimal, over {uid, fields: path → value}; a field that is not there is
    null. `values` is a header (nested mappings), or tracked values by dotted path."""
    said = {path: values[path] if path in values else value_at(values, path) for path in fields}
    return sha256(canonical({"fields": said, "uid": uid})).hexdigest()


def signed_bytes(uid: str, event: Event) -> bytes:
    """What an approval's signature is over: who decided what about which content, when, for whom.

    The event's own id is in it, so that a signature cannot be used a second time.
    """
    said = {
        "at": event.at,
        "by": event.by,
        "decision": event.extra.get(DECISION),
        "digest": event.extra.get(DIGEST),
        "id": event.id,
        "uid": uid,
    }
    if event.on_behalf is not None:
        said["for"] = event.on_behalf
    return canonical(said)
