"""Explanations: why a request was refused, why it would be, and what if its policies were other ones.

These operations are Watchword's own (`reference.additions`); docs/explaining.md is their manual. Each answers
with JSON, whose decisions have one form (`policy.evaluation.path`). Who may ask is decided by actions of AWS
that tell as much:

1. ExplainEvent: the recorded decisions of a request, by its id or by the sentence of its refusal:
   cloudtrail:LookupEvents. Only of the caller's account, and of those across accounts its own side.
2. ExplainMessage: an encoded authorization message: sts:DecodeAuthorizationMessage. It opens for the account
   that was refused.
3. ExplainAccess: a request that nobody sent, by the policies that are stored, perhaps with changes to try:
   iam:SimulatePrincipalPolicy on the user or role. Both the principal and the resource are the account's own:
   what another account decides is known from its refusals only.
4. ExplainCase: a request with all its policies given: iam:SimulateCustomPolicy.

Few run at once (`World.simulating`, `World.looking`), and decisions have a budget.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from watchword.access import Demand
from watchword.access.event_pages import Event, Looked, event_of, first
from watchword.facts.credentials import KEYRING
from watchword.names import AwsError
from watchword.names.members import decoded, fit
from watchword.policy import PolicyError
from watchword.policy.evaluation.changes import MOST_CHANGES, Change
from watchword.policy.evaluation.path import VERSION, Json, path_of
from watchword.proofs import authorization_message
from watchword.proofs.keyring import Unopenable
from watchword.services.accessanalyzer.policies import invalid
from watchword.services.accessanalyzer.simulated import check_same, to_simulate_principal
from watchword.services.operation import Call, Operation, Output, reads

TOLD = ("eventTime", "eventSource", "eventName", "errorCode", "errorMessage", "requestID", "userIdentity")
"""Members of an event that come with the explanation of its decisions."""
ELSEWHERE = "The resource is not in this account: what decides there is known from a refusal only."


def explain_event(call: Call) -> Output:
    """ExplainEvent: rule 1."""
    request_id, sentence = call.input.get("requestId"), call.input.get("sentence")
    if (request_id is None) == (sentence is None):
        raise invalid("Give either requestId or sentence.")
    with call.world.looking:
        if request_id is not None:
            event = event_of(call.world, call.account, request_id)
        else:
            event = first(call.world, call.account, Looked(partial(_said, str(sentence))))
    if event is None:
        raise AwsError("ResourceNotFoundException", 404, "There is no such event in this account.")
    decisions = event.get("additionalEventData", {}).get("decisions", [])
    told = [path_of(each) for each in decisions if "matches" in each]
    return _explanation(told, event={name: event[name] for name in TOLD if name in event})


def explain_message(call: Call) -> Output:
    """ExplainMessage: rule 2."""
    ring = call.world.facts.need(KEYRING)
    try:
        text = authorization_message.open(call.input["encodedMessage"], call.account, ring)
    except Unopenable:
        raise invalid("The message is not one of this account.") from None
    message = msgspec.json.decode(text)
    if "explanation" not in message:
        raise invalid("The message was too short to hold reasons.")
    items = message["context"]["conditions"]["items"]
    context = {item["key"]: [each["value"] for each in item["values"]["items"]] for item in items}
    return _explanation([path_of(message["explanation"], context)])


def explain_access(call: Call) -> Output:
    """ExplainAccess: rule 3."""
    from watchword.policy.lines.explain import path_of_decision  # noqa: PLC0415 many servers explain nothing

    given = call.input
    keys = {
        key: tuple(values) if len(values) > 1 else values[0]
        for key, values in given.get("context", {}).items()
    }
    asked = given["principalArn"], given["action"], given["resource"], keys
    changes = _changes(given.get("changes"))
    try:
        with call.world.simulating:
            decision = call.world.simulate(call.world, *asked, changes)
    except PolicyError as error:
        raise invalid(f"changes: {error.meant}") from None
    except ValueError as error:
        raise invalid(str(error)) from None
    check_same(call, decision)
    if decision.request.resource_account != call.account:
        raise invalid(ELSEWHERE)
    return _explanation([path_of_decision(decision)])


def explain_a_case(call: Call) -> Output:
    """ExplainCase: rule 4."""
    from watchword.policy.lines.explain import explain_case  # noqa: PLC0415 the same

    with call.world.simulating:
        told = explain_case(_json(call.input["case"]))
    return _explanation([], error=told["error"]) if "error" in told else _explanation([told])


def _explanation(decisions: Sequence[Json], **more: object) -> Output:
    text = msgspec.json.encode({"version": VERSION, "decisions": decisions, **more})
    return {"explanation": text.decode()}


def _said(sentence: str, event: Event) -> bool:
    """Whether a refusal was told in that sentence; programs print it within a longer one."""
    said: str = event.get("errorMessage", "")
    return said != "" and said in sentence


def _changes(text: str | None) -> list[Change]:
    if text is None:
        return []
    try:
        changes = fit(_json(text), list[Change])
    except ValueError as error:
        raise invalid(f"changes: {error}") from None
    if len(changes) > MOST_CHANGES:
        raise invalid(f"There are at most {MOST_CHANGES} changes.")
    return changes


def _json(text: str) -> Any:  # noqa: ANN401 any JSON value
    try:
        return decoded(text)
    except (ValueError, RecursionError) as error:
        raise invalid(f"This is not JSON: {error}") from None


# Who may ask


def to_look_up(call: Call) -> tuple[Demand, ...]:
    return (Demand("cloudtrail:LookupEvents", "*", call.account),)


def to_decode(call: Call) -> tuple[Demand, ...]:
    return (Demand("sts:DecodeAuthorizationMessage", "*", call.account),)


def to_simulate(call: Call) -> tuple[Demand, ...]:
    return (Demand("iam:SimulateCustomPolicy", "*", call.account),)


OPERATIONS: dict[str, Operation] = {
    "ExplainEvent": reads(explain_event, to_look_up),
    "ExplainMessage": reads(explain_message, to_decode),
    "ExplainAccess": reads(explain_access, to_simulate_principal),
    "ExplainCase": reads(explain_a_case, to_simulate),
}
