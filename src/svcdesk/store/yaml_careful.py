"""The careful way to a file's value: node by node, so that what is wrong has its line and words.

`yaml_read` comes here where the quick way is not sure, and who changes a text for its nodes.
"""

from __future__ import annotations

from svcdesk.i18n import T, Text
from svcdesk.model.record import Value
from svcdesk.store.guard import DEFAULT_LIMITS, Limits, decode, find_forbidden
from svcdesk.store.yaml_compose import compose
from svcdesk.store.yaml_core import NumberOutOfRange, is_date, plain_value
from svcdesk.store.yaml_nodes import Collection, Flaw, Node, Scalar, Tree, merge_key

_NO_LIMITS = Limits(size=1 << 62, line=1 << 62, depth=1 << 30, nodes=1 << 62)


def read(
    data: bytes, *, path: str, limits: Limits = DEFAULT_LIMITS
) -> tuple[str, Tree, dict[str, Value]]:
    """A file's text, its tree of nodes and its value; for whoever goes on to edit the text.

    Raises FileRefused as `yaml_read.parse` does.
    """
    text = decode(data, path=path, limits=limits)
    tree, value = read_text(text, path=path, limits=limits)
    return text, tree, value


def read_text(
    text: str, *, path: str, limits: Limits = DEFAULT_LIMITS
) -> tuple[Tree, dict[str, Value]]:
    """The tree and the value of a text that the guard let in. Raises FileRefused."""
    tree = compose(text, path=path, limits=limits)
    try:
        value = value_of(tree.root)
    except Flaw as flaw:
        raise flaw.refused(tree.root, path) from None
    assert isinstance(value, dict)
    return tree, value


def value_of(node: Node) -> Value:
    """The plain value of a node. Raises Flaw."""
    if type(node) is Scalar:
        return _scalar(node)
    assert isinstance(node, Collection)
    if not node.mapping:
        return [value_of(item) for item in node.items]
    found: dict[str, Value] = {}
    items = node.items
    for index in range(0, len(items), 2):
        key = _key(items[index])
        if key in found:
            raise _duplicate(node, key, items[index])
        found[key] = value_of(items[index + 1])
    return found


def _scalar(node: Scalar) -> Value:
    if not node.style:
        try:
            return plain_value(node.text)
        except NumberOutOfRange:
            raise Flaw(
                "E_NUMBER",
                node,
                T("the number is not finite, or needs more than 64 bits"),
                T("put it between quotes if it is an identifier"),
            ) from None
    # Only an escape between double quotes can bring in what the guard looked for in the text.
    if node.style == '"':
        bad = find_forbidden(node.text)
        if bad is not None:
            message = T("an escape stands for the control character {character}", character=bad)
            raise Flaw("E_CTRL", node, message, T("remove the escape"))
    return node.text


def _key(node: Node) -> str:
    if isinstance(node, Scalar):
        if node.text == "<<":
            raise merge_key(node)
        value = _scalar(node)
        # A date is a text in YAML 1.2, and none in 1.1: such a key is not the same for everyone.
        if isinstance(value, str) and (node.style or not is_date(value)):
            return value
    message = T("a key is not a text")
    raise Flaw("E_KEY", node, message, T("put a key that looks like a number or date in quotes"))


def _duplicate(parent: Collection, key: str, second: Node) -> Flaw:
    first = next(one for one in parent.items[::2] if isinstance(one, Scalar) and one.text == key)
    return Flaw(
        "E_DUPLICATE",
        second,
        T("“{key}” stands here and in line {line}", key=key, line=first.start.line + 1),
        T("keep one of the two; after a merge, see what each side meant"),
    )


def warnings(data: bytes, tree: Tree, limits: Limits) -> tuple[Text, ...]:
    """A warning for each limit that is over half reached."""
    found = []
    if len(data) * 2 > limits.size:
        found.append(_half(T("size in bytes"), len(data), limits.size))
    if len(data) * 2 > limits.line:
        longest = max(len(line) for line in data.split(b"\n"))
        if longest * 2 > limits.line:
            found.append(_half(T("longest line in bytes"), longest, limits.line))
    if tree.depth * 2 > limits.depth:
        found.append(_half(T("depth of nesting"), tree.depth, limits.depth))
    if tree.nodes * 2 > limits.nodes:
        found.append(_half(T("number of values"), tree.nodes, limits.nodes))
    return tuple(found)


def _half(what: Text, value: int, limit: int) -> Text:
    return T("{what}: {value}, over half of the limit of {limit}", what=what, value=value,
             limit=limit)  # fmt: skip


def tree_of(text: str) -> Tree:
    """The nodes of a text that was let in before."""
    return compose(text, path="", limits=_NO_LIMITS)
