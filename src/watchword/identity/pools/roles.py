"""Which role somebody gets who calls with an identity of a pool.

1. A guest gets the role "unauthenticated".
2. The first of the logins for whose provider there is a mapping has its role by the mapping:
   * Token: the claim `cognito:preferred_role`, otherwise the only one of `cognito:roles`. With CustomRoleArn,
     that one, if it is among them;
   * Rules: the role of the first rule that matches a claim. A claim with several values matches if one does;
     one that isn't there doesn't match, whatever the rule.
3. Where a mapping finds none or several, its AmbiguousRoleResolution says whether that is refused.
4. All others get the role "authenticated". Nobody but 2. has a choice.
5. The role is one of the pool's account.

Whether the role trusts the pool is decided afterwards, by its trust policy.
Source: Amazon Cognito Developer Guide, "Using role-based access control"; Amazon Cognito Identity API
Reference, RoleMapping, MappingRule.
"""

from collections.abc import Callable, Iterable, Mapping

from watchword.identity.pools.errors import CONFIGURATION, error
from watchword.identity.pools.logins import VouchedForPool
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.store.cognito_identity.pools import RoleMapping, Rule

AUTHENTICATED, GUEST = "authenticated", "unauthenticated"
TOKEN, RULES = "Token", "Rules"
DENY = "Deny"
AMBIGUOUS = "The role of this login is ambiguous."
NO_CHOICE = "CustomRoleArn is not a role of this login."
PREFERRED, LISTED = "cognito:preferred_role", "cognito:roles"
MATCHES: Mapping[str, Callable[[str, str], bool]] = {
    "Equals": lambda value, expected: value == expected,
    "Contains": lambda value, expected: expected in value,
    "StartsWith": lambda value, expected: value.startswith(expected),
    "NotEqual": lambda value, expected: value != expected,
}


def role_of(vouched: VouchedForPool, custom: str | None) -> str:
    """The ARN of the role. Raises NotAuthorized and InvalidIdentityPoolConfiguration."""
    kind = AUTHENTICATED if vouched.logins else GUEST  # 1.
    mapping, claims = _mapping(vouched)
    role = _mapped(mapping, claims, custom) if mapping else ""  # 2.
    if custom and role != custom:
        raise error("NotAuthorized", NO_CHOICE, f"{custom} isn't in the claim {LISTED}")
    if mapping and not role and mapping.ambiguous == DENY:  # 3.
        raise error("NotAuthorized", AMBIGUOUS, "the mapping of roles finds none or several, and denies then")
    role = role or vouched.pool.settings.roles.get(kind, "")  # 4.
    arn = EntityArn.parse(role, nouns.ROLE)
    if arn is None or arn.account != vouched.pool.account:  # 5.
        meant = (
            f"{role} isn't a role of account {vouched.pool.account}" if role else f"no role for {kind} users"
        )
        raise error("InvalidIdentityPoolConfiguration", CONFIGURATION, meant)
    return role


def texts(claim: object) -> tuple[str, ...]:
    """The values of a claim; none for what is no text, number or list of texts."""
    match claim:
        case bool():
            return ("true" if claim else "false",)
        case str() | int():
            return (str(claim),)
        case list() if all(isinstance(each, str) for each in claim):
            return tuple(claim)
    return ()


def _mapping(vouched: VouchedForPool) -> tuple[RoleMapping | None, Mapping[str, object]]:
    mappings = vouched.pool.settings.mappings
    for login in vouched.logins:
        for name in login.names:
            if name in mappings:
                return mappings[name], login.claims
    return None, {}


def _mapped(mapping: RoleMapping, claims: Mapping[str, object], custom: str | None) -> str:
    """Empty where none or several are found."""
    if mapping.type == RULES:
        found = (rule.role for rule in mapping.rules if _matches(texts(claims.get(rule.claim)), rule))
        return next(found, "")
    listed, preferred = texts(claims.get(LISTED)), texts(claims.get(PREFERRED))
    if custom:
        return custom if custom in listed else ""
    return (preferred or listed)[0] if len(preferred or listed) == 1 else ""


def _matches(values: Iterable[str], rule: Rule) -> bool:
    return any(MATCHES[rule.match](value, rule.value) for value in values)
