"""The form of a document: elements that are missing, unknown, of another JSON type, or empty.

Source: IAM User Guide, "Grammar of the IAM JSON policy language". The JSON itself is looked at, so that
all faults are found and not only the first, at which `parse` stops.
"""

from collections.abc import Mapping
from typing import Any, Final

from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import Found, under
from watchword.policy.evaluation.conditions import FOR_ALL, FOR_ANY, IF_EXISTS, NULL, operator
from watchword.policy.language.grammar import EVERYONE, VERSIONS, Effect
from watchword.policy.language.text import Number

_POLICY: Final = ("Version", "Id", "Statement")
_PAIRS: Final = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
STATEMENT: Final = ("Sid", "Effect", *(name for pair in _PAIRS for name in pair), "Condition")
_PRINCIPAL_TYPES: Final = ("AWS", "Service", "Federated", "CanonicalUser")
_NULL_IF_EXISTS: Final = (NULL + IF_EXISTS).lower()


def shape(document: object) -> Found:
    """Every fault in the form of a document."""
    if not isinstance(document, dict):
        yield Finding("Data type mismatch", "A policy is an object.")
        return
    yield from _unknown(document, _POLICY)
    yield from _text(document, "Id")
    if "Version" in document:
        yield from _version(document["Version"])
    else:
        details = f'Without "Version": "{VERSIONS[-1]}" variables are literal text.'
        yield Finding("Missing version", details)
    statements = statements_of(document)
    if not statements:
        yield Finding("Missing statement", "A policy needs a statement.", ("Statement",))
    for index, each in enumerate(statements):
        yield from under(("Statement", index), _statement(each))


def statements_of(document: object) -> list[Any]:
    """The values in the place of statements, one after the other."""
    found = document.get("Statement", []) if isinstance(document, dict) else []
    return found if isinstance(found, list) else [found]


def _version(version: object) -> Found:
    if type(version) is not str:
        yield Finding("Data type mismatch", "Version is a string.", ("Version",))
    elif version not in VERSIONS:
        details = f"{version} is none of the versions {' and '.join(VERSIONS)}."
        yield Finding("Invalid version", details, ("Version",))


def _statement(statement: object) -> Found:
    if not isinstance(statement, dict):
        yield Finding("Data type mismatch", "A statement is an object.")
        return
    yield from _unknown(statement, STATEMENT)
    yield from _text(statement, "Sid")
    yield from _effect(statement)
    for name, negation in _PAIRS:
        if name in statement and negation in statement:
            details = f"A statement has {name} or {negation}, not both."
            yield Finding("Unsupported element combination", details, (negation,))
    if "Action" not in statement and "NotAction" not in statement:
        yield Finding("Missing action", "The statement says nothing about any action.")
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if name in statement:
            yield from under((name,), _texts(statement[name], name))
    for name in ("Principal", "NotPrincipal"):
        if name in statement:
            yield from under((name,), _principal(statement[name]))
    if "Condition" in statement:
        yield from under(("Condition",), _condition(statement["Condition"]))


def _effect(statement: Mapping[str, Any]) -> Found:
    effect = statement.get("Effect")
    if "Effect" not in statement:
        yield Finding("Missing effect", "Effect says whether the statement allows or denies.")
    elif type(effect) is not str:
        yield Finding("Data type mismatch", "Effect is a string.", ("Effect",))
    elif effect not in list(Effect):
        yield Finding("Invalid effect", f"{effect} is neither Allow nor Deny.", ("Effect",))


def _texts(value: object, name: str) -> Found:
    if isinstance(value, list):
        if not value:
            kind = name.removeprefix("Not").lower()
            yield Finding(f"Empty array {kind}", f"The statement names no {kind}s.")
        for index, each in enumerate(value):
            if type(each) is not str:
                yield Finding("Data type mismatch", f"{name} is a string or a list of strings.", (index,))
    elif type(value) is not str:
        yield Finding("Data type mismatch", f"{name} is a string or a list of strings.")


def _principal(value: object) -> Found:
    if value == EVERYONE:
        return
    if not isinstance(value, dict):
        yield Finding(
            "Invalid principal format", f'A principal is "{EVERYONE}" or an object of type and names.'
        )
        return
    if not value:
        yield Finding("Empty object principal", "The statement names no principals.")
    for kind, names in value.items():
        if kind not in _PRINCIPAL_TYPES:
            details = f"{kind} is none of the types {', '.join(_PRINCIPAL_TYPES)}."
            yield Finding("Invalid principal key", details, (kind,), named=True)
        elif names == []:
            yield Finding("Empty array principal", "The statement names no principals here.", (kind,))
        else:
            yield from under((kind,), _texts(names, kind))


def _condition(value: object) -> Found:
    if not isinstance(value, dict):
        yield Finding("Data type mismatch", "Condition is an object.")
        return
    if not value:
        yield Finding("Empty object condition", "There is no condition here.")
    for name, keys in value.items():
        yield from under((name,), _operator(name))
        if not isinstance(keys, dict):
            yield Finding("Data type mismatch", f"{name} has an object of keys and values.", (name,))
            continue
        if not keys:
            yield Finding("Empty object condition", f"{name} compares no key.", (name,))
        for key, values in keys.items():
            yield from under((name, key), _values(values, name))


def _operator(name: str) -> Found:
    if name.lower().rpartition(":")[2] == _NULL_IF_EXISTS:
        details = "Null tests whether a key exists and takes no IfExists."
        yield Finding("Null with if exists", details, named=True)
    elif operator(name) is None:
        yield Finding("Invalid condition operator", f"There is no operator {name}.", named=True)


def _values(value: object, name: str) -> Found:
    values = value if isinstance(value, list) else [value]
    kinds = {_json_type(each) for each in values}
    if None in kinds:
        yield Finding("Data type mismatch", "A value is a string, a number or a Boolean.")
    elif len(kinds) > 1:
        details = f"The values are of different types: {', '.join(sorted(map(str, kinds)))}."
        yield Finding("Invalid condition data type", details)
    elif not kinds:
        yield _without_values(name)


def _without_values(name: str) -> Finding:
    found = operator(name)
    if found is not None and found.quantifier == FOR_ALL:
        details = "This holds only when the key is missing; Null says that plainly."
        return Finding("Empty array condition ForAllValues", details)
    if found is not None and found.quantifier == FOR_ANY:
        return Finding("Empty array condition ForAnyValue", "This never holds.")
    if found is not None and found.if_exists:
        details = "This holds only when the key is missing; Null says that plainly."
        return Finding("Empty array condition IfExists", details)
    return Finding("Empty array condition", "There is no value to compare with.")


def _json_type(value: object) -> str | None:
    if isinstance(value, Number):
        return "number"
    return {str: "string", bool: "Boolean"}.get(type(value))


def _unknown(found: Mapping[str, Any], names: tuple[str, ...]) -> Found:
    for name in found:
        if name not in names:
            yield Finding("Invalid policy element", f"There is no element {name} here.", (name,), named=True)


def _text(found: Mapping[str, Any], name: str) -> Found:
    if name in found and type(found[name]) is not str:
        yield Finding("Data type mismatch", f"{name} is a string.", (name,))
