"""The roles of a pool: SetIdentityPoolRoles, GetIdentityPoolRoles.

Setting roles replaces them all. It is passing each of them: users who log in act in it (`pass_role`).
Source: Amazon Cognito Identity API Reference, SetIdentityPoolRoles; Amazon Cognito Developer Guide, "Using
role-based access control" (25 rules).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import structs

from watchword.access import Demand
from watchword.identity.pools.errors import error
from watchword.identity.pools.logins import COGNITO
from watchword.identity.pools.roles import RULES
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.services.cognito_identity.demands import named, on_anything, on_pool, pool_of
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.pass_role import to_pass_role
from watchword.store.cognito_identity import pools
from watchword.store.cognito_identity.pools import RoleMapping, Rule

MOST_RULES = 25


def set_identity_pool_roles(call: Call) -> Output:
    """SetIdentityPoolRoles."""
    pool = pool_of(call)
    mappings = {name: _mapping(name, each) for name, each in call.input.get("RoleMappings", {}).items()}
    settings = structs.replace(pool.settings, roles=call.input["Roles"], mappings=mappings)
    pools.update(call.tx, structs.replace(pool, settings=settings))
    return {}


def get_identity_pool_roles(call: Call) -> Output:
    """GetIdentityPoolRoles."""
    pool = pool_of(call)
    shown: dict[str, object] = {"IdentityPoolId": pool.id}
    if pool.settings.roles:
        shown["Roles"] = dict(pool.settings.roles)
    if pool.settings.mappings:
        shown["RoleMappings"] = {name: _shown(each) for name, each in pool.settings.mappings.items()}
    return shown


def to_set(call: Call) -> tuple[Demand, ...]:
    """cognito-identity:SetIdentityPoolRoles, and iam:PassRole on each role."""
    arn = str(named(call))
    passed = [to_pass_role(call, _role(text), COGNITO, arn) for text in dict.fromkeys(_roles(call.input))]
    return (*on_anything(call), *passed)


def _roles(given: Mapping[str, Any]) -> Iterator[str]:
    yield from given["Roles"].values()
    for mapping in given.get("RoleMappings", {}).values():
        for rule in mapping.get("RulesConfiguration", {}).get("Rules", ()):
            yield rule["RoleARN"]


def _role(text: str) -> EntityArn:
    arn = EntityArn.parse(text, nouns.ROLE)
    if arn is None:
        raise error("InvalidParameter", f"{text} is not the ARN of a role.")
    return arn


def _mapping(provider: str, given: Mapping[str, Any]) -> RoleMapping:
    """Raises InvalidParameterException."""
    rules = given.get("RulesConfiguration", {}).get("Rules", ())
    if "AmbiguousRoleResolution" not in given:
        raise error("InvalidParameter", f"AmbiguousRoleResolution is required for {provider}.")
    if (given["Type"] == RULES) is not bool(rules):
        raise error(
            "InvalidParameter", f"Rules are required for {provider}, if Type is {RULES} and only then."
        )
    if len(rules) > MOST_RULES:
        raise error("InvalidParameter", f"{provider} has more than {MOST_RULES} rules.")
    listed = tuple(Rule(each["Claim"], each["MatchType"], each["Value"], each["RoleARN"]) for each in rules)
    return RoleMapping(given["Type"], given["AmbiguousRoleResolution"], listed)


def _shown(mapping: RoleMapping) -> dict[str, object]:
    shown: dict[str, object] = {"Type": mapping.type, "AmbiguousRoleResolution": mapping.ambiguous}
    if mapping.rules:
        rules = [
            {"Claim": each.claim, "MatchType": each.match, "Value": each.value, "RoleARN": each.role}
            for each in mapping.rules
        ]
        shown["RulesConfiguration"] = {"Rules": rules}
    return shown


OPERATIONS: dict[str, Operation] = {
    "SetIdentityPoolRoles": writes(set_identity_pool_roles, to_set),
    "GetIdentityPoolRoles": reads(get_identity_pool_roles, on_pool),
}
