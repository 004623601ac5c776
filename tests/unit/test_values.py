"""Values are what `typing.NamedTuple` makes of the same class."""

from __future__ import annotations

import pickle
import typing
from collections.abc import Mapping

from svcdesk import hashes, values


class Ours(values.NamedTuple):
    """A value."""

    name: str
    labels: Mapping[str, str] = {}
    count: int | None = None

    @property
    def shouted(self) -> str:
        return self.name.upper()

    def more(self) -> Ours:
        return self._replace(count=(self.count or 0) + 1)


class Theirs(typing.NamedTuple):
    """A value."""

    name: str
    labels: Mapping[str, str] = {}
    count: int | None = None


def test_what_it_has() -> None:
    one = Ours("a", count=2)
    assert one == ("a", {}, 2) == Theirs("a", count=2)
    assert repr(one) == repr(Theirs("a", count=2)).replace("Theirs", "Ours")
    assert (one.shouted, one.more().count) == ("A", 3)
    assert pickle.loads(pickle.dumps(one)) == one


def test_what_its_class_has() -> None:
    for name in (
        "_fields",
        "_field_defaults",
        "__doc__",
        "__module__",
        "__match_args__",
        "__mro__",
    ):
        ours, theirs = getattr(Ours, name), getattr(Theirs, name)
        assert (ours[1:] == theirs[1:]) if name == "__mro__" else (ours == theirs)
    assert list(Ours.__annotations__) == list(Theirs.__annotations__)
    assert Ours.__qualname__ == "Ours"


def test_hashes_are_the_known_ones() -> None:
    import hashlib

    for data in (b"", b"abc", "工单".encode(), bytes(range(256)) * 999):
        assert hashes.sha1(data).hexdigest() == hashlib.new("sha1", data).hexdigest()
        assert hashes.sha256(data).hexdigest() == hashlib.new("sha256", data).hexdigest()
