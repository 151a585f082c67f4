"""What an encoded authorization message says of a refusal: the decision in the shape of AWS, and its reasons.

1. It is sealed for the caller's account, whose administrators decode it; callers of no account get none.
2. Across accounts it keeps quiet about the other side: nothing of policies and tags of the resource, nor
   whose it is.
3. It has a fixed length. What doesn't fit is left out in this order: the reasons, then the statements,
   then the conditions.

Source: AWS STS API Reference, DecodeAuthorizationMessage; the members are those that AWS's own messages
have. Condition keys are in lower case: their case means nothing, and a decision has them folded.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from watchword.access.caller import Caller
from watchword.access.demand import Demand
from watchword.access.own_side import THEIRS, own_side, tells_of_theirs
from watchword.facts.credentials import KEYRING
from watchword.policy import Decision, explain
from watchword.policy.evaluation.combine import Verdict
from watchword.policy.evaluation.entries import Cited
from watchword.policy.evaluation.explain import as_json
from watchword.policy.language.grammar import Patterns
from watchword.proofs import authorization_message as message
from watchword.world import World

Json = dict[str, Any]

LONGEST_VALUE = 256
"""Characters kept of one value of the context."""
NOTHING: Json = {"items": []}
_encoder = msgspec.json.Encoder()


def authorization_message(
    world: World, caller: Caller, demands: tuple[Demand, ...], decisions: tuple[Decision, ...]
) -> str:
    """The message about the first refusal that ended a call; empty for callers of no account."""
    for demand, decision in zip(demands, decisions, strict=True):
        if not (decision.allowed or demand.optional) and caller.account:
            texts = map(_encoder.encode, _ever_shorter(decision))
            return message.seal(texts, caller.account, world.facts.need(KEYRING))
    return ""


def _ever_shorter(decision: Decision) -> Iterator[Json]:
    """Rule 3."""
    told: Json = {
        "allowed": False,
        "explicitDeny": decision.verdict is Verdict.EXPLICIT_DENY,
        "matchedStatements": {
            "items": [_statement(each) for each in decision.matches if _speaks(decision, each)]
        },
        "failures": NOTHING,
        "context": _context(decision),
    }
    without_statements = told | {"matchedStatements": NOTHING}
    yield told | {"explanation": _explanation(decision)}
    yield told
    yield without_statements
    yield without_statements | {"context": told["context"] | {"conditions": NOTHING}}


def _context(decision: Decision) -> Json:
    request = decision.request
    principal = {"id": request.principal.userid, "arn": request.principal.arn}
    if name := getattr(request.principal, "name", ""):
        principal["name"] = name
    across = not decision.applicability.same_account
    conditions = [
        {"key": key, "values": _items([value] if isinstance(value, str) else value)}
        for key, value in sorted(request.context.items())
        if not (across and tells_of_theirs(key))
    ]
    return {
        "principal": principal,
        "action": request.action,
        "resource": request.resource,
        "conditions": {"items": conditions},
    }


def _speaks(decision: Decision, cited: Cited) -> bool:
    """Whether the statement denies, and may be told of: rule 2."""
    return cited.rule.deny and (decision.applicability.same_account or cited.type not in THEIRS)


def _statement(cited: Cited) -> Json:
    statement = cited.rule.statement
    principal = statement.principal
    named = [name for _, names in principal.entries for name in names] if principal else []
    return {
        "statementId": statement.sid or "",
        "effect": statement.effect.value.upper(),
        "principals": _items(["*"] if principal and principal.everyone else named),
        "principalGroups": NOTHING,
        **_patterns("actions", "notActions", statement.action),
        **_patterns("resources", "notResources", statement.resource or Patterns(())),
        "conditions": {
            "items": [{"key": each.key, "values": _items(each.values)} for each in statement.conditions]
        },
    }


def _patterns(name: str, negated: str, patterns: Patterns) -> Json:
    return {negated if patterns.negated else name: _items(patterns.values)}


def _explanation(decision: Decision) -> Json:
    return own_side(as_json(explain(decision)), decision.request.principal.account)


def _items(values: Iterable[str]) -> Json:
    return {"items": [{"value": value[:LONGEST_VALUE]} for value in values]}
