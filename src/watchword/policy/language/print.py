"""The values of `grammar` -> JSON; the other half of `parse`.

A list of one is written as its member, elements in the order of the IAM grammar.
"""

import json
from typing import Any

from watchword.policy.language.grammar import (
    EVERYONE,
    Condition,
    Patterns,
    Principals,
    Statement,
    element_name,
)


def print_policy(version: str | None, identifier: str | None, statements: tuple[Statement, ...]) -> str:
    """The document as compact JSON."""
    document = _present(
        Version=version, Id=identifier, Statement=[statement_as_json(each) for each in statements]
    )
    return json.dumps(document, separators=(",", ":"))


def print_value(document: Any) -> str:  # noqa: ANN401 any JSON value
    """A document that is given as a JSON value, as compact JSON; nothing about it has been checked."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def statement_as_json(statement: Statement) -> dict[str, Any]:
    """One statement as the object it would be in a document."""
    return _present(Sid=statement.sid, Effect=statement.effect.value) | {
        **_principals(statement.principal),
        **_patterns("Action", statement.action),
        **_patterns("Resource", statement.resource),
        **({"Condition": _conditions(statement.conditions)} if statement.conditions else {}),
    }


def _principals(principal: Principals | None) -> dict[str, Any]:
    if principal is None:
        return {}
    written = {kind: _one(names) for kind, names in principal.entries}
    return {element_name("Principal", principal): EVERYONE if principal.everyone else written}


def _patterns(name: str, patterns: Patterns | None) -> dict[str, Any]:
    if patterns is None:
        return {}
    return {element_name(name, patterns): _one(patterns.values)}


def _conditions(conditions: tuple[Condition, ...]) -> dict[str, dict[str, Any]]:
    written: dict[str, dict[str, Any]] = {}
    for condition in conditions:
        written.setdefault(condition.operator, {})[condition.key] = _one(condition.values)
    return written


def _one(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _present(**elements: object) -> dict[str, Any]:
    return {name: value for name, value in elements.items() if value is not None}
