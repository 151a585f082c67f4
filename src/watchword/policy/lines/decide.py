"""Lines of `watchword decide`: a request and its policies as one JSON object in, the decision out.

`Asked` is the shape of a line; docs/decide.md is its manual. A line that can't be read is answered with
`error`. A member that is null counts as left out, except within the context: a null there is an error. The
context is taken as given; nothing is added to it.
"""

import json
from collections.abc import Callable
from typing import Any, Literal

import msgspec
from msgspec import Struct

from watchword.names import AwsError
from watchword.names.members import fit
from watchword.policy.evaluation.decision import Decision, message
from watchword.policy.evaluation.document import Policy, Source
from watchword.policy.evaluation.explain import as_json, explain
from watchword.policy.evaluation.policies import Policies, decide
from watchword.policy.evaluation.request import Request
from watchword.policy.evaluation.setting import Levels
from watchword.policy.language.print import print_value
from watchword.policy.language.variables import Value
from watchword.policy.lines.callers import Caller, principal_of

Scalar = str | bool | int | float
Document = dict[str, Any] | str


class Question(Struct, rename="camel", forbid_unknown_fields=True):
    """The request of a line."""

    principal: Caller
    action: str
    resource: str
    resource_account: str | None = None
    resource_type: Literal["role", "kms-key"] | None = None
    context: dict[str, Scalar | list[Scalar]] = {}


class Organization(Struct, rename="camel", forbid_unknown_fields=True):
    """Whether the two accounts are the management accounts of their organizations."""

    principal_account_is_management: bool = False
    resource_account_is_management: bool = False


class Documents(Struct, rename="camel", forbid_unknown_fields=True):
    """The policies of a line; null for none of that type."""

    identity: list[Document] | None = None
    resource: Document | None = None
    boundary: list[Document] | None = None
    session: list[Document] | None = None
    scps: list[list[Document]] | None = None
    rcps: list[list[Document]] | None = None
    vpc_endpoint: list[Document] | None = None


class Asked(Struct, forbid_unknown_fields=True):
    """A line for `decide`."""

    request: Question
    policies: Documents = msgspec.field(default_factory=Documents)
    org: Organization | None = None
    id: Any = None


_PARTS = ("request", "principal", "org", "policies")
"""Members of a line that are objects with members of their own."""


def decide_line(
    line: dict[str, Any], *, explained: bool = False, refuse: Callable[[str], str] | None = None
) -> dict[str, Any]:
    """The answer to one line: `decision` and `because`, or `error`.

    refuse: what is wrong with an action, if anything is.
    """
    answer: dict[str, Any] = {"id": line.get("id")} if isinstance(line, dict) else {"id": None}
    try:
        asked = _asked(line, refuse)
        decision = decide(request_of(asked), policies_of(asked.policies))
    except AwsError as error:
        return answer | {"error": f"{error.code}: {error.meant or error.said}"}
    except (ValueError, RecursionError) as error:
        return answer | {"error": str(error)}
    because = as_json(explain(decision)) if explained else _sentence(decision)
    return answer | {"decision": decision.verdict.value, "because": because}


def _asked(line: Any, refuse: Callable[[str], str] | None) -> Asked:  # noqa: ANN401 any JSON value
    """The shape of a line. Raises ValueError."""
    asked = fit(given(line), Asked)
    if refuse and (why := refuse(asked.request.action)):
        raise ValueError(why)
    return asked


def given(line: Any) -> Any:  # noqa: ANN401 any JSON value
    """A line without the members that are null."""
    if not isinstance(line, dict):
        return line
    return {name: given(each) if name in _PARTS else each for name, each in line.items() if each is not None}


def request_of(asked: Asked) -> Request:
    """The request of a line."""
    question, org = asked.request, asked.org or Organization()
    return Request(
        principal_of(question.principal),
        question.action,
        question.resource,
        {**_tags(question), **{key: _value(value) for key, value in question.context.items()}},
        question.resource_account or None,
        question.resource_type,
        service_linked=question.principal.service_linked,
        principal_account_is_management=org.principal_account_is_management,
        resource_account_is_management=org.resource_account_is_management,
    )


def _tags(question: Question) -> dict[str, str]:
    """The caller's tags as condition keys. A key of the context can't say something else."""
    tags = {f"aws:PrincipalTag/{key}": value for key, value in question.principal.tags.items()}
    folded = {key.lower(): value for key, value in question.context.items()}
    for key, value in tags.items():
        if folded.get(key.lower(), value) != value:
            raise ValueError(f"the principal's tags and the context contradict each other: {key}")
    return {key: value for key, value in tags.items() if key.lower() not in folded}


def _value(value: Scalar | list[Scalar]) -> Value:
    return tuple(_text(each) for each in value) if isinstance(value, list) else _text(value)


def _text(value: Scalar) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def source_of(name: str, document: Document) -> Source:
    """A policy given as its text or as a JSON object, under the name of its place."""
    return Source(Policy.parse(document if isinstance(document, str) else print_value(document)), name)


def policies_of(documents: Documents, source: Callable[[str, Document], Source] = source_of) -> Policies:
    """The policies of a line. `source` reads a document, given its place in the line as its name."""

    def sources(name: str, given: list[Document]) -> tuple[Source, ...]:
        return tuple(source(f"{name}[{index}]", each) for index, each in enumerate(given))

    def levels(name: str, given: list[list[Document]]) -> Levels:
        return tuple(sources(f"{name}[{index}]", each) for index, each in enumerate(given))

    return Policies(
        sources("identity", documents.identity or []),
        None if documents.resource is None else source("resource", documents.resource),
        None if documents.boundary is None else sources("boundary", documents.boundary),
        None if documents.session is None else sources("session", documents.session),
        None if documents.scps is None else levels("scps", documents.scps),
        None if documents.rcps is None else levels("rcps", documents.rcps),
        None if documents.vpc_endpoint is None else sources("vpcEndpoint", documents.vpc_endpoint),
    )


def _sentence(decision: Decision) -> str:
    if not decision.allowed:
        return message(decision)
    granted = [each for each in decision.matches if not each.rule.deny]
    if not granted:
        return "nothing has to allow it"
    return "allowed by " + ", ".join(
        f"{each.source.name} statement {each.rule.statement.sid or each.rule.index}" for each in granted
    )
