"""Readers that are not ours, to hold ours against: ruamel.yaml as YAML 1.2, PyYAML as 1.1."""

from __future__ import annotations

import os
import re
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.resolver import VersionedResolver

FUZZ = int(os.environ.get("SVCDESK_FUZZ", "0"))
"""Examples for each property; the default run takes fewer."""

_PREFIX = "tag:yaml.org,2002:"
# The core schema as YAML 1.2 §10.3.2 prints it; ruamel's own mixes in underscores and 0b.
_CORE = (
    ("null", r"^(?:null|Null|NULL|~|)$", ["n", "N", "~", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.nan)$",
        list("-+.0123456789"),
    ),
)


def examples(default: int) -> int:
    return FUZZ or default


class _Core(VersionedResolver):
    @property
    def versioned_resolver(self) -> Any:
        rules: dict[str, list[Any]] = {}
        for name, pattern, first in _CORE:
            for sign in first:
                rules.setdefault(sign, []).append((_PREFIX + name, re.compile(pattern)))
        return rules


class _TimesAreText(VersionedResolver):
    @property
    def versioned_resolver(self) -> Any:
        known = super().versioned_resolver
        return {
            first: [rule for rule in rules if not str(rule[0]).endswith(":timestamp")]
            for first, rules in known.items()
        }


class _Times11AreText(yaml.SafeLoader):
    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [rule for rule in rules if not rule[0].endswith(":timestamp")]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_core(text: str) -> Any:
    """ruamel.yaml with exactly the core schema."""
    reader = YAML(typ="safe", pure=True)
    reader.Resolver = _Core
    return reader.load(text)


def read_1_2(text: str) -> Any:
    """ruamel.yaml as people use it, timestamps left as texts."""
    reader = YAML(typ="safe", pure=True)
    reader.Resolver = _TimesAreText
    return reader.load(text)


def read_1_1(text: str) -> Any:
    """PyYAML's safe loader, timestamps left as texts."""
    return yaml.load(text, Loader=_Times11AreText)
