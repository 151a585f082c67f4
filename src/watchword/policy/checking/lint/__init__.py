"""Findings: what is wrong with a policy, what does not do what its author meant, and what allows more.

Source: IAM User Guide, "IAM policy validation check reference". Each module looks for one family of checks;
`_CHECKS` is all that is looked for in a statement. A statement is looked at when it can be read by itself,
even in a document that can't; `shape` says why it can't. Without a catalogue, what only a catalogue knows
(actions, services' keys, forms of ARNs) is not looked for.

A finding never decides whether a document may be stored: `validate` does.
"""

import json
from typing import Any

from msgspec.structs import replace

from watchword.policy.checking.catalogue import Catalogue
from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.actions import actions, of_kind
from watchword.policy.checking.lint.addresses import addresses
from watchword.policy.checking.lint.arns import arns
from watchword.policy.checking.lint.key_values import key_values
from watchword.policy.checking.lint.keys import for_actions, keys
from watchword.policy.checking.lint.organizations import resource_control, service_control, services_in_rcps
from watchword.policy.checking.lint.principals import principals, required, services
from watchword.policy.checking.lint.risky import risky
from watchword.policy.checking.lint.shape import STATEMENT, shape, statements_of
from watchword.policy.checking.lint.statements import (
    Statements,
    redundant,
    same_sids,
    same_statements,
    sid,
    size,
)
from watchword.policy.checking.lint.subject import Check, Found, Subject, under
from watchword.policy.checking.lint.tags import tags
from watchword.policy.checking.lint.trust import trust
from watchword.policy.checking.lint.values import values
from watchword.policy.checking.lint.variables import variables
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.language.grammar import Effect, Statement
from watchword.policy.language.parse import PolicyError, parse
from watchword.policy.language.text import MAX_LENGTH, JsonError, Path, read

__all__ = ["lint"]

_CHECKS: tuple[Check, ...] = (
    sid,
    required,
    principals,
    services,
    trust,
    service_control,
    resource_control,
    services_in_rcps,
    actions,
    of_kind,
    arns,
    risky,
    redundant,
    keys,
    values,
    addresses,
    key_values,
    for_actions,
    tags,
    variables,
)


def lint(source: str | bytes, kind: DocumentKind, catalogue: Catalogue | None = None) -> tuple[Finding, ...]:
    """Every finding, each statement's together, each with a path that the document has."""
    text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    if len(text) > MAX_LENGTH:
        return tuple(replace(each, offset=0) for each in size(text, kind))
    try:
        document = read(source)
    except JsonError as error:
        return (Finding("Json syntax error", f"This is no JSON: {error.why}.", offset=error.offset),)
    statements = _statements(source, document)
    found = [*size(text, kind), *shape(document), *_of_statements(document, statements, kind, catalogue)]
    return tuple(replace(each, path=_path_in(document, each.path)) for each in found)


def _of_statements(
    document: object, statements: Statements, kind: DocumentKind, catalogue: Catalogue | None
) -> Found:
    version = document.get("Version") if isinstance(document, dict) else None
    yield from same_sids(statements, kind)
    yield from same_statements(statements)
    for index, statement in statements:
        subject = Subject(statement, kind, version if type(version) is str else None, catalogue)
        for check in _CHECKS:
            yield from under(("Statement", index), check(subject))


def _statements(source: str | bytes, document: object) -> Statements:
    """The statements that can be read, each with its index."""
    try:
        return list(enumerate(parse(source)[2]))
    except PolicyError:
        alone = ((index, _statement(each)) for index, each in enumerate(statements_of(document)))
        return [(index, each) for index, each in alone if each is not None]


def _statement(value: object) -> Statement | None:
    """The statement without unknown elements, if it can be read; an invalid Effect counts as Deny."""
    if not isinstance(value, dict):
        return None
    found = {name: value[name] for name in value if name in STATEMENT}
    if found.get("Effect") not in list(Effect):
        found["Effect"] = Effect.DENY
    try:
        _, _, statements = parse(json.dumps({"Statement": [found]}, ensure_ascii=False))
    except PolicyError:
        return None
    return statements[0]


def _path_in(document: Any, path: Path) -> Path:  # noqa: ANN401 any JSON value
    """As much of a path as the document has; without the index of a value that is in no list."""
    found: list[str | int] = []
    here = document
    for step in path:
        if step in (here if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()):
            here = here[step]
            found.append(step)
        elif isinstance(step, str):
            break
    return tuple(found)
