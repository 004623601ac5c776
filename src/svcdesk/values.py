"""`NamedTuple` as `typing` has it, made without a look at the annotations of its fields.

That look compiles each of them, which of all that a command does before it begins is the largest
part; whether they are right, the type checker has said before.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    class _Made(type):
        """Makes of a class body the named tuple of its annotated names, with what else it has."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = body.get("__annotations__", {})
            given = [body[field] for field in fields if field in body]
            made = namedtuple(name, fields, defaults=given, module=body["__module__"])
            for key in body.keys() - fields.keys():
                setattr(made, key, body[key])
            return made

    NamedTuple = type.__new__(_Made, "NamedTuple", (), {})
