"""JSON -> the values of `grammar`; the other half of `print`.

Source: IAM User Guide, "Grammar of the IAM JSON policy language". Element names and the values of Effect
are case-sensitive. A list of one may be written as its member. Only in conditions may values be numbers and
Booleans without quotes. What can't be read as a policy at all is refused here; `validate` refuses what can be
read, but not stored.

Errors are `PolicyError`: code and message for the caller are AWS's, `meant` says what is wrong, and `path`
and `offset` where. `read_document` goes on after a fault that IAM reports late, so that `validate` can report
the first fault in IAM's order. `parse` raises it.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from watchword.names import AwsError
from watchword.policy.language.grammar import (
    EVERYONE,
    VERSIONS,
    Condition,
    Effect,
    Patterns,
    Principals,
    Statement,
)
from watchword.policy.language.text import JsonError, Number, Path, read

SYNTAX = "Syntax errors in policy."
LEGACY = "The policy failed legacy parsing"
NOT_JSON = "This policy contains invalid Json"
NO_ACTIONS = "Policy statement must contain actions."

_POLICY = frozenset({"Version", "Id", "Statement"})
_STATEMENT = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)
_EFFECTS: Mapping[object, Effect] = {effect.value: effect for effect in Effect}
_PRINCIPAL_TYPES = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


class PolicyError(AwsError):
    """A document that is no policy, or may not be stored as one of its kind."""

    def __init__(
        self,
        said: str,
        meant: str = "",
        path: Path = (),
        offset: int | None = None,
        *,
        code: str = "MalformedPolicyDocument",
        status: int = 400,
    ) -> None:
        super().__init__(code, status, said, meant or said)
        self.path = path
        self.offset = offset


class Document(Struct, frozen=True):
    """What a text says."""

    version: str | None
    id: str | None
    statements: tuple[Statement, ...]
    faults: tuple[PolicyError, ...]
    """Why it is no policy after all: a statement without an Action, which names none here, or with an Effect
    in another case, which counts as Deny."""
    statement_first: bool
    """Whether its one statement stands before the Version, in no list."""


def parse(source: str | bytes) -> tuple[str | None, str | None, tuple[Statement, ...]]:
    """Version, Id and statements; raises PolicyError."""
    document = read_document(source)
    for fault in document.faults:
        raise fault
    return document.version, document.id, document.statements


def read_document(source: str | bytes) -> Document:
    """What the text says; raises PolicyError for all faults but those that the document has."""
    try:
        value = read(source)
    except JsonError as error:
        raise PolicyError(NOT_JSON, error.why, offset=error.offset) from None
    document = _object(value, _POLICY, ())
    version = _optional_text(document, "Version", ())
    if version is not None and version not in VERSIONS:
        raise _wrong(f"Version is {version!r}, not one of {', '.join(VERSIONS)}", ("Version",))
    if "Statement" not in document:
        raise _wrong("Statement is missing", ())
    faults: list[PolicyError] = []
    statements = _statements(document["Statement"], faults)
    names = [name for name in document if name != "Id"]
    first = names == ["Statement", "Version"] and isinstance(document["Statement"], dict)
    return Document(version, _optional_text(document, "Id", ()), statements, tuple(faults), first)


def _statements(value: object, faults: list[PolicyError]) -> tuple[Statement, ...]:
    if isinstance(value, dict):
        return (_statement(value, ("Statement",), faults),)
    if not isinstance(value, list):
        raise _wrong("Statement is neither an object nor a list", ("Statement",))
    return tuple([_statement(each, ("Statement", index), faults) for index, each in enumerate(value)])


def _statement(value: object, path: Path, faults: list[PolicyError]) -> Statement:
    found = _object(value, _STATEMENT, path)
    action = _patterns(found, "Action", "NotAction", path)
    if action is None:
        faults.append(PolicyError(NO_ACTIONS, "neither Action nor NotAction", path))
    return Statement(
        _effect(found, path, faults),
        action or Patterns(()),
        _patterns(found, "Resource", "NotResource", path),
        _principals(found, path),
        _conditions(found["Condition"], (*path, "Condition")) if "Condition" in found else (),
        _optional_text(found, "Sid", path),
    )


def _effect(found: dict[str, Any], path: Path, faults: list[PolicyError]) -> Effect:
    text, why = found.get("Effect"), "Effect must be Allow or Deny"
    if (effect := _EFFECTS.get(text) if isinstance(text, str) else None) is not None:
        return effect
    if not isinstance(text, str) or text.capitalize() not in _EFFECTS:
        raise _wrong(why, (*path, "Effect") if "Effect" in found else path)
    faults.append(PolicyError(LEGACY, why, (*path, "Effect")))
    return Effect.DENY


def _patterns(found: dict[str, Any], name: str, negation: str, path: Path) -> Patterns | None:
    if name in found:
        if negation in found:
            raise _wrong(f"both {name} and {negation}", path)
        return Patterns(_texts(found[name], (*path, name)))
    if negation in found:
        return Patterns(_texts(found[negation], (*path, negation)), negated=True)
    return None


def _principals(found: dict[str, Any], path: Path) -> Principals | None:
    if "Principal" in found and "NotPrincipal" in found:
        raise _wrong("both Principal and NotPrincipal", path)
    for name in ("Principal", "NotPrincipal"):
        if name in found:
            return _principal_map(found[name], (*path, name), negated=name == "NotPrincipal")
    return None


def _principal_map(value: object, path: Path, *, negated: bool) -> Principals:
    if isinstance(value, str) and value == EVERYONE and not isinstance(value, Number):
        return Principals(everyone=True, negated=negated)
    entries = _object(value, _PRINCIPAL_TYPES, path)
    return Principals(
        tuple((kind, _texts(names, (*path, kind))) for kind, names in entries.items()), negated=negated
    )


def _conditions(value: object, path: Path) -> tuple[Condition, ...]:
    return tuple(
        [
            Condition(operator, key, _values(values, (*path, operator, key)))
            for operator, keys in _object(value, None, path).items()
            for key, values in _object(keys, None, (*path, operator)).items()
        ]
    )


def _values(value: object, path: Path) -> tuple[str, ...]:
    if type(value) is str:
        return (value,)
    return tuple([_scalar(each, path) for each in (value if isinstance(value, list) else [value])])


def _scalar(value: object, path: Path) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    raise _wrong("a condition's value must be a string, a number or a Boolean", path)


def _texts(value: object, path: Path) -> tuple[str, ...]:
    if type(value) is str:
        return (value,)
    values = value if isinstance(value, list) else [value]
    for each in values:
        if type(each) is not str:
            raise _wrong(f"{path[-1]} must be a string or a list of strings", path)
    return tuple(values)


def _optional_text(found: dict[str, Any], name: str, path: Path) -> str | None:
    value = found.get(name)
    if name in found and type(value) is not str:
        raise _wrong(f"{name} must be a string", (*path, name))
    return value


def _object(value: object, names: frozenset[str] | None, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(f"{path[-1] if path else 'a policy'} must be an object", path)
    if names is not None and not names.issuperset(value):
        unknown = next(name for name in value if name not in names)
        raise _wrong(f"there is no element {unknown!r} here", (*path, unknown))
    return value


def _wrong(why: str, path: Path) -> PolicyError:
    return PolicyError(SYNTAX, why, path)
