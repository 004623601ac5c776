"""Running ssh-keygen: signatures over approvals, made and verified (OpenSSH 8.2 or later)."""

from __future__ import annotations

import base64
import binascii
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from svcdesk.errors import Refused, reason_of
from svcdesk.i18n import T
from svcdesk.store.git_process import visible

NAMESPACE = "svcdesk"
"""What a signature is for: one made for something else is none here."""
_VERIFY_TIMEOUT = 30.0
_SIGN_TIMEOUT = 120.0
"""So long may it take to type a passphrase, or to touch a token."""
_ARMOUR = re.compile(
    r"\s*-----BEGIN SSH SIGNATURE-----\s(.*)\s-----END SSH SIGNATURE-----\s*", re.DOTALL
)
_KEY = re.compile(r"(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}")
_SIGNER = "signer"


def public_key_of(signature: str) -> str | None:
    """The public key, in base64, that a signature says that it is by; None if it is no signature
    for us. What it says is proved only by `is_good`."""
    armour = _ARMOUR.fullmatch(signature)
    try:
        raw = base64.b64decode("".join(armour[1].split()), validate=True) if armour else b""
    except (binascii.Error, ValueError):
        return None
    if not raw.startswith(b"SSHSIG") or len(raw) > 1 << 16:
        return None
    key, rest = _string(raw[10:])
    namespace, _ = _string(rest)
    return base64.b64encode(key).decode() if key and namespace == NAMESPACE.encode() else None


def is_good(message: bytes, signature: str, key: str) -> bool:
    """Whether the signature is by that public key (`TYPE BASE64 …`) over the message.

    Raises Refused (E_SSH) where ssh-keygen is missing or gives no answer.
    """
    found = _KEY.match(" ".join(key.split()[:2]))
    if found is None:
        return False
    with tempfile.TemporaryDirectory(prefix="svcdesk-") as folder:
        allowed, sig = Path(folder, "allowed"), Path(folder, "sig")
        allowed.write_text(f'{_SIGNER} namespaces="{NAMESPACE}" {found[0]}\n', encoding="utf-8")
        sig.write_text(signature, encoding="utf-8")
        asked = ["-Y", "verify", "-f", str(allowed), "-I", _SIGNER, "-n", NAMESPACE]
        return _run([*asked, "-s", str(sig)], message, _VERIFY_TIMEOUT).returncode == 0


def sign(message: bytes, key: str) -> str:
    """A signature over the message. `key` is the path of a private key, or of a public one whose
    private half an agent has; or such a public key itself, as git's user.signingkey may be.

    Raises Refused (E_SSH), with ssh-keygen's own words.
    """
    literal = key.removeprefix("key::").strip()
    with tempfile.TemporaryDirectory(prefix="svcdesk-") as folder:
        path = Path(key).expanduser()
        if _KEY.match(literal):
            path = Path(folder, "key.pub")
            path.write_text(f"{literal}\n", encoding="utf-8")
        done = _run(["-Y", "sign", "-q", "-n", NAMESPACE, "-f", str(path)], message, _SIGN_TIMEOUT)
    if done.returncode != 0 or public_key_of(done.stdout.decode("utf-8", "replace")) is None:
        raise Refused(
            T("ssh-keygen did not sign: {words}", words=visible(done.stderr) or done.returncode),
            hint=T("`approval.key` in your own settings, or git's user.signingkey, names the key"),
            code="E_SSH",
        )
    return done.stdout.decode("ascii")


def _string(raw: bytes) -> tuple[bytes, bytes]:
    """A string of the SSH wire format (RFC 4251, 5), and what comes after it."""
    length = int.from_bytes(raw[:4], "big")
    return raw[4 : 4 + length], raw[4 + length :]


def _run(args: Sequence[str], message: bytes, timeout: float) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [_program(), *args],
            input=message,
            capture_output=True,
            env={**os.environ, "LC_ALL": "C"},
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused(
            T("ssh-keygen gave no answer within {seconds} s and was stopped",
              seconds=round(timeout)),
            hint=T("a passphrase that nobody types, or a token that nobody touches, is the usual "
                   "cause"),
            code="E_SSH",
        ) from None  # fmt: skip
    except OSError as error:
        raise Refused(
            T("ssh-keygen could not be started: {reason}", reason=reason_of(error)),
            code="E_SSH",
        ) from error


def _program() -> str:
    # As with git: never from the current directory, which may be a stranger's clone.
    name = "ssh-keygen.exe" if os.name == "nt" else "ssh-keygen"
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        candidate = Path(folder) / name
        if candidate.is_absolute() and os.access(candidate, os.X_OK) and candidate.is_file():
            return str(candidate)
    raise Refused(
        T("ssh-keygen is not installed, or not on the PATH"),
        hint=T("install OpenSSH: `apt install openssh-client`, or the system's own package"),
        code="E_SSH",
    )
