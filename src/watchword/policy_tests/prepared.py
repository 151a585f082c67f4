"""What a policy test is given and when, as policies and requests.

A policy is written as a mapping, as a document's own text, or as the path of a file, seen from the file of
the test. A principal is written as its ARN, or like the principal of a line of `watchword decide`.
"""

import json
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any, Literal

import msgspec

from watchword.names import AwsError
from watchword.policy import Policies, Policy, Request, Source
from watchword.policy.callers import Caller
from watchword.policy.lines import Asked, Organization, Question, Scalar, request_of

Document = dict[str, Any] | str
Documents = list[Document] | Document

SESSION_NAME = "test"
"""Of whoever is written as a role."""
_TYPES = {
    "user": "user",
    "root": "root",
    "assumed-role": "role-session",
    "federated-user": "federated-user",
}
"""How the resource part of an ARN begins -> the type of principal."""


class Given(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The policies of a test; what is left out is not there."""

    identity: Documents = []
    resource: Document | None = None
    boundary: Documents | None = None
    session: Documents | None = None
    scps: list[Documents] | None = None
    rcps: list[Documents] | None = None
    vpc_endpoint: Documents | None = None


class When(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The request of a test; of several actions or resources each is tried on each."""

    principal: dict[str, Any] | str
    action: list[str] | str
    resource: list[str] | str = "*"
    resource_account: str | None = None
    resource_type: Literal["role", "kms-key"] | None = None
    context: dict[str, Scalar | list[Scalar]] = {}
    org: Organization | None = None


def requests(when: When) -> tuple[Request, ...]:
    """Raises ValueError for a principal that is none."""
    caller = _caller(when.principal)
    asked = [
        Question(caller, action, resource, when.resource_account, when.resource_type, when.context)
        for action, resource in product(_several(when.action), _several(when.resource))
    ]
    return tuple(request_of(Asked(each, org=when.org)) for each in asked)


def policies(given: Given, base: Path) -> Policies:
    """Raises AwsError for a policy that is none, OSError for a file that can't be read."""
    return Policies(
        _sources("identity", given.identity, base),
        None if given.resource is None else _source("resource", given.resource, base),
        None if given.boundary is None else _sources("boundary", given.boundary, base),
        None if given.session is None else _sources("session", given.session, base),
        None if given.scps is None else _levels("scps", given.scps, base),
        None if given.rcps is None else _levels("rcps", given.rcps, base),
        None if given.vpc_endpoint is None else _sources("vpcEndpoint", given.vpc_endpoint, base),
    )


def _caller(written: dict[str, Any] | str) -> Caller:
    principal = written if isinstance(written, dict) else _named_by(written)
    known = {field.encode_name for field in msgspec.structs.fields(Caller)}
    if unknown := set(principal) - known:
        raise ValueError(f"a principal has no {', '.join(sorted(unknown))}")
    return msgspec.convert(principal, Caller, strict=False)


def _named_by(text: str) -> dict[str, str]:
    if text == "*":
        return {"type": "anonymous"}
    if not text.startswith("arn:"):
        return {"type": "service", "service": text}
    kind = text.rpartition(":")[2].partition("/")[0]
    if kind == "role":
        return {"type": "role-session", "roleArn": text, "sessionName": SESSION_NAME}
    if kind not in _TYPES:
        raise ValueError(f"no principal is called {text}")
    return {"type": _TYPES[kind], "arn": text}


def _several(value: list[str] | str) -> list[str]:
    return [value] if isinstance(value, str) else value


def _levels(name: str, levels: Iterable[Documents], base: Path) -> tuple[tuple[Source, ...], ...]:
    return tuple(_sources(f"{name}[{index}]", level, base) for index, level in enumerate(levels))


def _sources(name: str, documents: Documents, base: Path) -> tuple[Source, ...]:
    listed = documents if isinstance(documents, list) else [documents]
    return tuple(_source(f"{name}[{index}]", each, base) for index, each in enumerate(listed))


def _source(name: str, document: Document, base: Path) -> Source:
    """Under the path of its file, or under its place in the test."""
    if isinstance(document, dict):
        return Source(Policy.parse(json.dumps(document)), name)
    if document.lstrip().startswith("{"):
        return Source(Policy.parse(document), name)
    try:
        return Source(Policy.parse((base / document).read_bytes()), document)
    except AwsError as error:
        raise ValueError(f"{document}: {error.meant}") from None
