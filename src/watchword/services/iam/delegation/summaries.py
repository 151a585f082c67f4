"""A delegation request in plain words: who asks for what, on what, and for how long.

AWS lets a language model write the text, in the languages of its console. Here it is made of the policy,
always in the same way, and in English: for other locales the state is NOT_SUPPORTED.
Source: IAM API Reference, GetHumanReadableSummary.
"""

from collections.abc import Iterable, Iterator

from watchword.policy import Policy
from watchword.policy.language.grammar import Condition, Effect, Patterns, Statement, element_name
from watchword.services.iam.delegation.demands import on_entity, request_id, request_of
from watchword.services.operation import Call, Operation, Output, reads
from watchword.store.iam.delegation_requests import DelegationRequest

LONGEST = 10_000
"""Characters of a summary."""
_CUT = "\n..."
_ENGLISH = "en"
_VERBS = {Effect.ALLOW: "It may", Effect.DENY: "It may never"}


def get_summary(call: Call) -> Output:
    """GetHumanReadableSummary."""
    locale = call.input.get("Locale", _ENGLISH)
    request = request_of(call, request_id(call))
    if locale.replace("_", "-").partition("-")[0].lower() != _ENGLISH:
        return {"SummaryContent": "", "Locale": locale, "SummaryState": "NOT_SUPPORTED"}
    text = "\n".join(_lines(request))
    if len(text) > LONGEST:
        text = text[: LONGEST - len(_CUT)] + _CUT
    return {"SummaryContent": text, "Locale": locale, "SummaryState": "AVAILABLE"}


def _lines(request: DelegationRequest) -> Iterator[str]:
    hours, minutes = divmod(request.session_seconds // 60, 60)
    spans = ((hours, "h"), (minutes, "min"))
    time = " ".join(f"{number} {unit}" for number, unit in spans if number)
    yield f"Account {request.requestor} asks for temporary access for {time}: {request.description}"
    yield "It acts as the user or role that accepts this, and never beyond these permissions:"
    for statement in Policy.parse(request.policy).statements:
        yield f"- {_VERBS[statement.effect]} {_sentence(statement)}"
    if request.boundaries:
        yield f"Roles that it creates are limited by {_listed(request.boundaries)}."


def _sentence(statement: Statement) -> str:
    what = _patterns("Action", statement.action, "do anything but ", "do ")
    where = _patterns("Resource", statement.resource, "on anything but ", "on ")
    return f"{what} {where}{''.join(map(_condition, statement.conditions))}"


def _patterns(name: str, found: Patterns | None, but: str, plain: str) -> str:
    if found is None:
        return ""
    word = but if element_name(name, found) != name else plain
    everything = "everything" if found.values == ("*",) else _listed(found.values)
    return f"{word}{everything}"


def _condition(condition: Condition) -> str:
    return f", where {condition.key} satisfies {condition.operator} {_listed(condition.values)}"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(values)


OPERATIONS: dict[str, Operation] = {"GetHumanReadableSummary": reads(get_summary, on_entity)}
