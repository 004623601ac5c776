"""SHA-1 and SHA-256 as Python itself brings them.

hashlib has the same ones out of OpenSSL, which takes three milliseconds to load; what most calls
hash is far too little to win them back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha1, sha256
else:
    try:
        from _sha1 import sha1

        try:
            from _sha2 import sha256
        except ImportError:  # before Python 3.12
            from _sha256 import sha256
    except ImportError:  # a Python without its own
        from hashlib import sha1, sha256

__all__ = ["OBJECT_FORMATS", "expect_many", "sha1", "sha256"]

OBJECT_FORMATS = {"sha1": sha1, "sha256": sha256}
"""What git calls the kinds of its objects' ids → the hash that makes them."""


def expect_many() -> None:
    """Take OpenSSL's for ids of objects from now on: it is several times as quick, which a few
    hundred files win back."""
    import hashlib

    OBJECT_FORMATS.update(sha1=hashlib.sha1, sha256=hashlib.sha256)
