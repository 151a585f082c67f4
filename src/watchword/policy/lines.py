"""Batches: one JSON object in, one out, for `watchword decide` and `watchword check --json`.

The shapes are `Asked` and `Offered` below; docs/decide.md is their manual. A line that can't be read
answers with `error`. A member that is null is one that was left out, but in a context, which is complete:
nothing is added to it.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from watchword.names import AwsError
from watchword.policy.callers import Caller, principal_of
from watchword.policy.catalogue import Catalogue
from watchword.policy.decision import Decision, message
from watchword.policy.document import Policy, Source
from watchword.policy.explain import as_json, explain
from watchword.policy.findings import Finding
from watchword.policy.lint import lint
from watchword.policy.parse import PolicyError
from watchword.policy.policies import Policies, decide
from watchword.policy.request import Request
from watchword.policy.text import NAME, Path, Place, places
from watchword.policy.validate import Kind, validate
from watchword.policy.variables import Value

Scalar = str | bool | int | float
Document = dict[str, Any] | str
_PARTS = ("request", "principal", "org", "policies")
"""Members of a line that are objects with members of their own."""


class Question(Struct, rename="camel"):
    """The request of a line."""

    principal: Caller
    action: str
    resource: str
    resource_account: str | None = None
    resource_type: Literal["role", "kms-key"] | None = None
    context: dict[str, Scalar | list[Scalar]] = {}


class Organization(Struct, rename="camel"):
    """Where the two accounts stand in their organization."""

    principal_account_is_management: bool = False
    resource_account_is_management: bool = False


class Documents(Struct, rename="camel"):
    """The policies of a line; null for none of that type."""

    identity: list[Document] | None = None
    resource: Document | None = None
    boundary: list[Document] | None = None
    session: list[Document] | None = None
    scps: list[list[Document]] | None = None
    rcps: list[list[Document]] | None = None
    vpc_endpoint: list[Document] | None = None


class Asked(Struct):
    """A line for `decide`."""

    request: Question
    policies: Documents = msgspec.field(default_factory=Documents)
    org: Organization | None = None


class Offered(Struct, rename="camel"):
    """A line for `check`."""

    kind: Literal["identity", "resource", "trust", "scp", "rcp"]
    document: Any
    encoding: Literal["base64"] | None = None
    attach_to: str | None = None


def decide_line(line: dict[str, Any], *, explained: bool = False) -> dict[str, Any]:
    """The answer to one line: `decision` and `because`, or `error`."""
    answer: dict[str, Any] = {"id": line.get("id")} if isinstance(line, dict) else {"id": None}
    try:
        asked = msgspec.convert(_given(line), Asked)
        decision = decide(request_of(asked), policies_of(asked.policies))
    except AwsError as error:
        return answer | {"error": f"{error.code}: {error.meant or error.said}"}
    except (ValueError, RecursionError) as error:
        return answer | {"error": str(error)}
    told = as_json(explain(decision)) if explained else _sentence(decision)
    return answer | {"decision": decision.verdict.value, "because": told}


def _given(line: Any) -> Any:  # noqa: ANN401 any JSON value
    """A line without the members that are null."""
    if not isinstance(line, dict):
        return line
    return {name: _given(each) if name in _PARTS else each for name, each in line.items() if each is not None}


def check_line(line: dict[str, Any], catalogue: Catalogue | None = None) -> dict[str, Any]:
    """The answer to one line: `valid`, why not, and what is doubtful."""
    answer: dict[str, Any] = {"id": line.get("id")} if isinstance(line, dict) else {"id": None}
    try:
        offered = msgspec.convert(line, Offered)
        kind = _kind(offered)
        document = _document_text(offered)
    except (ValueError, RecursionError) as error:
        return answer | {"error": str(error)}
    return answer | check(document, kind, catalogue)


def check(source: str | bytes, kind: Kind, catalogue: Catalogue | None = None) -> dict[str, Any]:
    """Whether a document may be stored as `kind`, why not, and what is doubtful; each with its place."""
    text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    told: dict[str, Any] = {"valid": True, "error": None, "findings": []}
    try:
        validate(source, kind)
    except PolicyError as error:
        (at,) = _places(text, [error])
        said = {"code": error.code, "message": error.said, "reason": error.meant}
        told |= {"valid": False, "error": said | _place_as_json(at)}
    found = lint(source, kind, catalogue)
    told["findings"] = [
        _finding_as_json(each) | _place_as_json(at)
        for each, at in zip(found, _places(text, found), strict=True)
    ]
    return told


def _places(text: str, found: Sequence[PolicyError | Finding]) -> list[Place | None]:
    """By offset where there is no path: a text that can't be read has none."""
    paths = [_path(each) for each in found if each.offset is None]
    at_paths = iter(places(text, paths) if paths else ())
    return [next(at_paths) if each.offset is None else Place.at(text, each.offset) for each in found]


def _path(found: PolicyError | Finding) -> Path:
    named = isinstance(found, Finding) and found.named
    return (*found.path, NAME) if named else found.path


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "code": finding.code,
        "level": finding.level.value,
        "details": finding.details,
        "path": list(finding.path),
    }


def _place_as_json(at: Place | None) -> dict[str, int]:
    return {} if at is None else {"line": at.line, "column": at.column}


def request_of(asked: Asked) -> Request:
    """The request of a line."""
    question, org = asked.request, asked.org or Organization()
    return Request(
        principal_of(question.principal),
        question.action,
        question.resource,
        {key: _value(value) for key, value in question.context.items()},
        question.resource_account or None,
        question.resource_type,
        service_linked=question.principal.service_linked,
        principal_account_is_management=org.principal_account_is_management,
        resource_account_is_management=org.resource_account_is_management,
    )


def _value(value: Scalar | list[Scalar]) -> Value:
    return tuple(_text(each) for each in value) if isinstance(value, list) else _text(value)


def _text(value: Scalar) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def policies_of(documents: Documents) -> Policies:
    """The policies of a line, named by their place in it."""
    return Policies(
        tuple(_sources("identity", documents.identity or ())),
        None if documents.resource is None else _source("resource", documents.resource),
        None if documents.boundary is None else _sources("boundary", documents.boundary),
        None if documents.session is None else _sources("session", documents.session),
        None if documents.scps is None else _levels("scps", documents.scps),
        None if documents.rcps is None else _levels("rcps", documents.rcps),
        None if documents.vpc_endpoint is None else _sources("vpcEndpoint", documents.vpc_endpoint),
    )


def _levels(name: str, levels: list[list[Document]]) -> tuple[tuple[Source, ...], ...]:
    return tuple(_sources(f"{name}[{index}]", level) for index, level in enumerate(levels))


def _sources(name: str, documents: list[Document] | tuple[()]) -> tuple[Source, ...]:
    return tuple(_source(f"{name}[{index}]", each) for index, each in enumerate(documents))


def _source(name: str, document: Document) -> Source:
    return Source(Policy.parse(document if isinstance(document, str) else _written(document)), name)


def _written(document: Any) -> str:  # noqa: ANN401 any JSON value
    """The shortest text that stands for a document given as a value."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _sentence(decision: Decision) -> str:
    if not decision.allowed:
        return message(decision)
    granted = [each for each in decision.matches if not each.rule.deny]
    if not granted:
        return "nothing has to allow it"
    return "allowed by " + ", ".join(
        f"{each.source.name} statement {each.rule.statement.sid or each.rule.index}" for each in granted
    )


def _kind(offered: Offered) -> Kind:
    if offered.attach_to is None or offered.kind in ("trust", "scp", "rcp"):
        return Kind(offered.kind)
    kind = Kind(offered.attach_to)
    if (kind is Kind.S3_BUCKET) != (offered.kind == "resource"):
        raise ValueError(f"{offered.attach_to} takes no {offered.kind} policy")
    return kind


def _document_text(offered: Offered) -> str | bytes:
    if not isinstance(offered.document, str):
        return _written(offered.document)
    if offered.encoding is None:
        return offered.document
    try:
        return base64.b64decode(offered.document, validate=True)
    except binascii.Error:
        raise ValueError("the document is not base64") from None
