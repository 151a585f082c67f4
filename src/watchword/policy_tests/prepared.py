"""The `given` and the `when` of a policy test, made into policies and requests.

A policy is written as a mapping, as the text of a document, or as the path of a file, relative to the file of
the test. A principal is written as its ARN, or like the principal of a line of `watchword decide`.
"""

from collections.abc import Mapping
from functools import partial
from itertools import product
from pathlib import Path
from typing import Literal

import msgspec

from watchword.names import AwsError
from watchword.policy import Policies, Policy, Request, Source
from watchword.policy.lines.callers import Caller, Type
from watchword.policy.lines.decide import (
    Asked,
    Document,
    Documents,
    Organization,
    Question,
    Scalar,
    policies_of,
    request_of,
    source_of,
)

OneOrMore = list[Document] | Document

SESSION_NAME = "test"
"""The session name of a principal that is written as a role."""
_TYPES: Mapping[str, Type] = {
    "user": "user",
    "root": "root",
    "assumed-role": "role-session",
    "federated-user": "federated-user",
}
"""How the resource part of an ARN begins -> the type of principal."""


class Given(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The policies of a test. What is left out does not exist; a list of one may be written as its member."""

    identity: OneOrMore = []
    resource: Document | None = None
    boundary: OneOrMore | None = None
    session: OneOrMore | None = None
    scps: list[OneOrMore] | None = None
    rcps: list[OneOrMore] | None = None
    vpc_endpoint: OneOrMore | None = None


class When(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The request of a test. Of several actions and resources, each action is tried on each resource."""

    principal: Caller | str
    action: list[str] | str
    resource: list[str] | str = "*"
    resource_account: str | None = None
    resource_type: Literal["role", "kms-key"] | None = None
    context: dict[str, Scalar | list[Scalar]] = {}
    org: Organization | None = None


def requests(when: When) -> tuple[Request, ...]:
    """One for each action on each resource. Raises ValueError for a principal that can't be read."""
    caller = _caller(when.principal)
    asked = [
        Question(caller, action, resource, when.resource_account, when.resource_type, when.context)
        for action, resource in product(_several(when.action), _several(when.resource))
    ]
    return tuple(request_of(Asked(each, org=when.org)) for each in asked)


def policies(given: Given, base: Path) -> Policies:
    """Raises AwsError for a policy that can't be read, OSError for a file that can't."""
    documents = Documents(
        _listed(given.identity),
        given.resource,
        _listed(given.boundary),
        _listed(given.session),
        _levels(given.scps),
        _levels(given.rcps),
        _listed(given.vpc_endpoint),
    )
    return policies_of(documents, partial(_source, base))


def _caller(written: Caller | str) -> Caller:
    return written if isinstance(written, Caller) else _named_by(written)


def _named_by(text: str) -> Caller:
    if text == "*":
        return Caller("anonymous")
    if not text.startswith("arn:"):
        return Caller("service", service=text)
    kind = text.rpartition(":")[2].partition("/")[0]
    if kind == "role":
        return Caller("role-session", role_arn=text, session_name=SESSION_NAME)
    if kind not in _TYPES:
        raise ValueError(f"no principal is called {text}")
    return Caller(_TYPES[kind], arn=text)


def _several(value: list[str] | str) -> list[str]:
    return [value] if isinstance(value, str) else value


def _listed(documents: OneOrMore | None) -> list[Document] | None:
    return [documents] if isinstance(documents, dict | str) else documents


def _levels(levels: list[OneOrMore] | None) -> list[list[Document]] | None:
    return None if levels is None else [each if isinstance(each, list) else [each] for each in levels]


def _source(base: Path, name: str, document: Document) -> Source:
    """Under the path of its file as its name, or, written in the test, under its place there."""
    if isinstance(document, dict) or document.lstrip().startswith("{"):
        return source_of(name, document)
    try:
        return Source(Policy.parse((base / document).read_bytes()), document)
    except AwsError as error:
        raise ValueError(f"{document}: {error.meant}") from None
