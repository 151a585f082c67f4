"""Policies that describe a configuration, such as tag policies: their grammar, and what an account inherits.

A document is a tree of objects. At its leaves stand values, each under an operator:

1. `@@assign` sets the value; `@@append` adds to a list, `@@remove` takes from it. A value is text, a number,
   a boolean, or a list of these. `@@assign` stands alone; the other two go together.
2. Documents are merged from the root down to the account, and those of one level in the order in which they
   were attached. What is below sees what is above as its starting point.
3. `@@operators_allowed_for_child_policies` lists the operators that policies on lower levels may use at this
   node and below: `@@all`, `@@none`, or some of rule 1. A lower level can restrict it further, never widen
   it.
4. An operator that isn't allowed has no effect.
5. The effective policy has the values alone. Nodes without a value aren't in it.

Source: AWS Organizations User Guide, "Policy inheritance for declarative policies", "Inheritance operators",
"Policy syntax and inheritance for management policy types".
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from watchword.names.members import decoded

ASSIGN, APPEND, REMOVE = "@@assign", "@@append", "@@remove"
ALLOWED: Final = "@@operators_allowed_for_child_policies"
EVERYTHING = frozenset({ASSIGN, APPEND, REMOVE})
_CONTROLS = EVERYTHING | {"@@all", "@@none"}
DEEPEST = 16
"""Levels of objects in a document; AWS's deepest has eight."""
Value = Any
"""Text, a number, a boolean, or a list of these."""


class Malformed(Exception):  # noqa: N818 its message says what is wrong
    """A document that isn't of the grammar."""


@dataclass(slots=True)
class Node:
    """A node of the tree that documents are merged into."""

    value: Value = None
    children: "dict[str, Node]" = field(default_factory=dict)
    allowed: frozenset[str] = EVERYTHING
    """What lower levels may use here."""


def check(text: str, top: str) -> None:
    """Raises Malformed for what isn't a document with the only member `top`; with any if that is empty."""
    try:
        document = decoded(text.encode())
    except (ValueError, RecursionError):
        raise Malformed("it is no JSON") from None
    if not isinstance(document, dict):
        raise Malformed("it is no object")
    if top and set(document) - {ALLOWED} != {top}:
        raise Malformed(f"its only member is {top}")
    _check_node(document, ())


def effective(levels: Iterable[Iterable[str]]) -> str:
    """The effective policy of these documents, from the root down to the account."""
    root = Node()
    for level in levels:
        controls: list[tuple[Node, frozenset[str]]] = []
        for text in level:
            _merge(root, json.loads(text), EVERYTHING, controls)
        for node, allowed in controls:  # they bind lower levels, not each other
            node.allowed &= allowed
    return json.dumps(_values(root))


def _check_node(node: Mapping[str, Any], path: tuple[str, ...]) -> None:
    where = ".".join(path) or "the top"
    if len(path) > DEEPEST:
        raise Malformed(f"{where} is too deep")
    used = {key for key in node if key.startswith("@@")} - {ALLOWED}
    if unknown := used - EVERYTHING:
        raise Malformed(f"{where} has an unknown operator, {min(unknown)}")
    if ALLOWED in node:
        _check_controls(node[ALLOWED], where)
    if used:
        _check_leaf(node, used, where)
        return
    for key, below in node.items():
        if key == ALLOWED:
            continue
        if not isinstance(below, dict):
            raise Malformed(f"{where} has a value, {key}, without an operator")
        _check_node(below, (*path, key))


def _check_leaf(node: Mapping[str, Any], used: set[str], where: str) -> None:
    if set(node) - used - {ALLOWED}:
        raise Malformed(f"{where} has operators and members")
    if ASSIGN in used and len(used) > 1:
        raise Malformed(f"{where} has {ASSIGN} beside other operators")
    for operator in used:
        value = node[operator]
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str | int | float | bool) for each in values):
            raise Malformed(f"{operator} of {where} has a value that is neither text, number nor boolean")


def _check_controls(value: object, where: str) -> None:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Malformed(f"{ALLOWED} of {where} is no list of operators")
    if not value or not _CONTROLS.issuperset(value):
        raise Malformed(f"{ALLOWED} of {where} has an unknown operator")


def _merge(
    node: Node,
    document: Mapping[str, Any],
    inherited: frozenset[str],
    controls: list[tuple[Node, frozenset[str]]],
) -> None:
    """Merges a document into a node; `inherited` is what the nodes above allow."""
    allowed = node.allowed & inherited
    for key, below in document.items():
        if key == ALLOWED:
            controls.append((node, _named(below)))
        elif key in EVERYTHING:
            node.value = _applied(key, node.value, below) if key in allowed else node.value
        else:
            _merge(node.children.setdefault(key, Node()), below, allowed, controls)


def _applied(operator: str, value: Value, given: Value) -> Value:
    """Rule 1."""
    if operator == ASSIGN:
        return given
    before = value if isinstance(value, list) else [] if value is None else [value]
    some: Sequence[Value] = given if isinstance(given, list) else [given]
    if operator == APPEND:
        return [*before, *(each for each in some if each not in before)]
    return [each for each in before if each not in some]


def _named(operators: Sequence[str]) -> frozenset[str]:
    if "@@all" in operators:
        return EVERYTHING
    return frozenset(operators) & EVERYTHING


def _values(node: Node) -> dict[str, Any]:
    """Rule 5."""
    found: dict[str, Any] = {}
    for key, child in node.children.items():
        value = child.value if child.value is not None else _values(child)
        if value != {}:
            found[key] = value
    return found
