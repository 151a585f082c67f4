"""The principal whose request is simulated: iam:SimulatePrincipalPolicy is demanded on its user or role.

What was found when that was decided is what is simulated: an ARN that means another user by then is refused.
Source: Service Authorization Reference, "AWS Identity and Access Management (IAM)", SimulatePrincipalPolicy.
"""

from collections.abc import Mapping
from functools import partial

from msgspec import Struct

from watchword.access import Demand
from watchword.facts.entities import ROLE, TAGS, USER
from watchword.identity.tags import as_condition_keys
from watchword.names import Arn, nouns
from watchword.policy import Decision
from watchword.services.accessanalyzer.policies import invalid
from watchword.services.operation import Call
from watchword.services.resources import NONE

REPLACED = "The principal was just replaced by another one of its name."


class Simulated(Struct, frozen=True):
    """A user, the role of a session, or a root user; its id is empty where there is none."""

    arn: str
    account: str
    id: str = ""
    tags: Mapping[str, str] = NONE


def to_simulate_principal(call: Call) -> tuple[Demand, ...]:
    found = _of(call)
    keys = as_condition_keys("iam:ResourceTag", found.tags.items())
    return (Demand("iam:SimulatePrincipalPolicy", found.arn, found.account, keys, resource_tags=found.tags),)


def check_same(call: Call, decision: Decision) -> None:
    """Raises ValidationException unless the decision is about the principal that the caller may simulate."""
    principal = decision.request.principal
    if principal.account != call.account or principal.unique_id != _of(call).id:
        raise invalid(REPLACED)


def _of(call: Call) -> Simulated:
    given = call.input["principalArn"]
    found: Simulated = call.resolve("simulated", given, partial(_find, call, given))
    return found


def _find(call: Call, given: str) -> Simulated:
    try:
        arn = Arn.parse(given)
    except ValueError as error:
        raise invalid(str(error)) from None
    facts, (kind, _, rest) = call.world.facts, arn.resource.partition("/")
    name = rest.partition("/")[0] if kind == "assumed-role" else rest.rpartition("/")[2]
    if arn.account != call.account:
        return Simulated(given, arn.account)
    if arn.resource == "root":
        return Simulated(given, arn.account, arn.account)
    role = facts.get(ROLE, arn.account, name) if kind in (nouns.ROLE, "assumed-role") else None
    if role and (kind == "assumed-role" or role.arn == given):
        return Simulated(role.arn, arn.account, role.role.id, role.tags)
    if kind == nouns.USER and (user := facts.get(USER, arn.account, name)) and user.arn == given:
        return Simulated(given, arn.account, user.id, facts.need(TAGS, nouns.USER, user.id))
    return Simulated(given, arn.account)
