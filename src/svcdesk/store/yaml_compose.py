"""A file's text as a tree of nodes, built from parser events within limits.

Events come one by one, so a hostile file is left at the first event that breaks a rule: nothing
is expanded, and no tree grows beyond the limits. libyaml reads; PyYAML's own parser stands in
where it is missing: the same values, the same codes but for a few corners of broken YAML (`{a:}`),
twenty times the time.
"""

from __future__ import annotations

import re
from typing import Any

from yaml.error import Mark, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from svcdesk.i18n import T
from svcdesk.store.guard import DEFAULT_LIMITS, Limits
from svcdesk.store.yaml_nodes import Collection, Flaw, Node, Scalar, Tree, merge_key
from svcdesk.store.yaml_syntax import TAG, refusal

_MERGE = re.compile(r"(?:^|[ {,\[])<< *:(?=\s)", re.MULTILINE)


class _PythonParser(Reader, Scanner, Parser):
    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


def _fastest() -> Any:
    """libyaml's parser, or PyYAML's own where it was built without."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        return _PythonParser
    return CParser


_PARSER = _fastest()


def compose(text: str, *, path: str, limits: Limits = DEFAULT_LIMITS) -> Tree:
    """The tree of a text that the guard let in.

    Raises FileRefused: E_TOP, E_MULTIDOC, E_ANCHOR, E_MERGE, E_TAG, E_DIRECTIVE, E_DEPTH, E_NODES,
    E_SYNTAX, and E_CTRL for an escape that is no character.
    """
    parser: Any = None
    builder = _Builder(text, limits)
    try:
        parser = _PARSER(text)
        return builder.build(parser.get_event)
    except Flaw as flaw:
        raise flaw.refused(builder.root, path) from None
    except YAMLError as error:
        raise refusal(error, path) from None
    except (ValueError, OverflowError):  # PyYAML's own parser, over "\UFFFFFFFF"
        raise refusal(YAMLError("invalid Unicode character escape"), path) from None
    finally:
        if parser is not None:
            parser.dispose()


class _Builder:
    """Grows the tree; `root` can be asked for at any time, to say where a flaw is."""

    def __init__(self, text: str, limits: Limits) -> None:
        self._text = text
        self._limits = limits
        self.root: Node | None = None

    def build(self, get: Any) -> Tree:
        get()  # the beginning of the stream
        self._begin(get())
        top: list[Node] = []
        items = top
        stack: list[list[Node]] = []
        depth = count = 0
        while True:
            event = get()
            kind = type(event)
            if kind is MappingEndEvent or kind is SequenceEndEvent:
                items = stack.pop()
                items[-1].end = event.end_mark
                continue
            if kind is DocumentEndEvent:
                break
            node = _node(event, kind)
            items.append(node)
            self.root = top[0]
            if kind is AliasEvent or event.anchor is not None or event.tag is not None:
                raise self._property(event, node)
            count += 1
            if count > self._limits.nodes:
                raise _too_many(node, self._limits)
            if type(node) is Collection:
                stack.append(items)
                items = node.items
                depth = max(depth, len(stack))
                if depth > self._limits.depth:
                    raise _too_deep(node, self._limits)
        root = top[0]
        if not isinstance(root, Collection) or not root.mapping:
            raise _no_mapping(root)
        _end(event, get())
        return Tree(root, depth, count)

    def _begin(self, event: Any) -> None:
        if type(event) is StreamEndEvent:
            start: Any = Mark("", 0, 0, 0, None, 0)
            raise _no_mapping(Scalar("", "", start, start))
        if event.version or event.tags:
            raise Flaw(
                "E_DIRECTIVE",
                Scalar("", "", event.start_mark, event.start_mark),
                T("the file begins with a YAML directive"),
                T("remove the line; files are YAML 1.2 without directives"),
            )

    def _property(self, event: Any, node: Node) -> Flaw:
        if _MERGE.search(self._text):
            return merge_key(node)
        if event.anchor is None:
            return Flaw("E_TAG", node, *TAG)
        return Flaw(
            "E_ANCHOR",
            node,
            T("the value has a YAML anchor or alias"),
            T("write the value out, or put a text that begins with & or * between quotes"),
        )


def _node(event: Any, kind: type) -> Node:
    if kind is ScalarEvent:
        return Scalar(event.value, event.style or "", event.start_mark, event.end_mark)
    if kind is AliasEvent:
        return Scalar("", "", event.start_mark, event.end_mark)
    mapping = kind is MappingStartEvent
    return Collection(mapping, bool(event.flow_style), event.start_mark, event.end_mark)


def _end(end: Any, after: Any) -> None:
    """Nothing may follow the one document, not even its end marker."""
    if type(after) is StreamEndEvent and not end.explicit:
        return
    event = end if end.explicit else after
    raise Flaw(
        "E_MULTIDOC",
        Scalar("", "", event.start_mark, event.start_mark),
        T("the file ends a document here; a file holds one, without “...”"),
        T("keep one document a file, and remove the lines “---” and “...” after it"),
    )


def _too_many(node: Node, limits: Limits) -> Flaw:
    message = T("the file has more than {limit} values", limit=limits.nodes)
    return Flaw("E_NODES", node, message, T("split it, or keep the data as an attachment"))


def _too_deep(node: Node, limits: Limits) -> Flaw:
    message = T("the values are nested more than {limit} deep", limit=limits.depth)
    return Flaw("E_DEPTH", node, message, T("put the text between quotes, or flatten the values"))


def _no_mapping(node: Node) -> Flaw:
    return Flaw(
        "E_TOP",
        node,
        T("the file does not hold `key: value` lines at its top"),
        T("begin with `id: …`; a file that Git LFS keeps has to be fetched with `git lfs pull`")
        if isinstance(node, Scalar) and "git-lfs" in node.text
        else T("begin with `id: …`, without dashes or brackets around"),
    )
