"""Which role a pool gives to whom, as a table: identity/pools/roles.py."""

from datetime import UTC, datetime
from typing import Any

import pytest

from watchword.identity.pools.logins import COGNITO, Login, VouchedForPool
from watchword.identity.pools.roles import LISTED, PREFERRED, role_of
from watchword.names import AwsError
from watchword.store.cognito_identity.pools import Pool, PoolSettings, RoleMapping, Rule

A, B = "111111111111", "222222222222"
USER, GUEST, RED, BLUE = (f"arn:aws:iam::{A}:role/{name}" for name in ("user", "guest", "red", "blue"))
ELSEWHERE = f"arn:aws:iam::{B}:role/red"
PROVIDER = "idp.example.com"
ARN = f"arn:aws:iam::{A}:oidc-provider/{PROVIDER}"
TOKEN, STRICT = RoleMapping("Token", "AuthenticatedRole"), RoleMapping("Token", "Deny")
DENIED, CONFIGURATION = "NotAuthorizedException", "InvalidIdentityPoolConfigurationException"


def rules(*given: tuple[str, str, str, str], ambiguous: str = "Deny") -> RoleMapping:
    return RoleMapping("Rules", ambiguous, tuple(Rule(*each) for each in given))


def role(
    mapping: RoleMapping | None,
    claims: dict[str, Any],
    custom: str | None = None,
    name: str = PROVIDER,
    roles: dict[str, str] | None = None,
) -> str:
    """The role, or the code of the refusal."""
    mappings = {name: mapping} if mapping else {}
    given = {"authenticated": USER, "unauthenticated": GUEST} if roles is None else roles
    settings = PoolSettings(guests=True, roles=given, mappings=mappings)
    pool = Pool("us-east-1:1", A, "us-east-1", "app", "", settings, datetime.now(UTC))
    login = Login(PROVIDER, "ann", "app", ARN, claims)
    return outcome(VouchedForPool(pool, (login,)), custom)


def outcome(vouched: VouchedForPool, custom: str | None) -> str:
    try:
        return role_of(vouched, custom)
    except AwsError as refused:
        return refused.code


TEAM = rules(("team", "Equals", "red", RED), ("team", "StartsWith", "bl", BLUE))
CASES: dict[str, tuple[str, tuple[Any, ...]]] = {
    "no mapping": (USER, (None, {LISTED: [RED]})),
    "the preferred one": (RED, (TOKEN, {PREFERRED: RED, LISTED: [RED, BLUE]})),
    "the only one": (RED, (STRICT, {LISTED: [RED]})),
    "the only one, as a text": (RED, (STRICT, {LISTED: RED})),
    "several": (DENIED, (STRICT, {LISTED: [RED, BLUE]})),
    "several, with a default": (USER, (TOKEN, {LISTED: [RED, BLUE]})),
    "none": (DENIED, (STRICT, {})),
    "no list": (DENIED, (STRICT, {LISTED: {"a": RED}})),
    "chosen": (BLUE, (STRICT, {PREFERRED: RED, LISTED: [RED, BLUE]}, BLUE)),
    "chosen but not listed": (DENIED, (TOKEN, {LISTED: [RED]}, BLUE)),
    "chosen without a mapping": (DENIED, (None, {LISTED: [RED]}, RED)),
    "the default, chosen": (DENIED, (None, {}, USER)),
    "chosen against the rules": (DENIED, (TEAM, {"team": "red"}, BLUE)),
    "the first rule": (RED, (TEAM, {"team": "red"})),
    "the second rule": (BLUE, (TEAM, {"team": "blue"})),
    "no rule": (DENIED, (TEAM, {"team": "green"})),
    "case counts": (DENIED, (TEAM, {"team": "Red"})),
    "one of several values": (RED, (TEAM, {"team": ["green", "red"]})),
    "contains": (RED, (rules(("team", "Contains", "ed", RED)), {"team": "red"})),
    "not equal": (RED, (rules(("team", "NotEqual", "red", RED)), {"team": "blue"})),
    "not equal, and equal": (DENIED, (rules(("team", "NotEqual", "red", RED)), {"team": "red"})),
    "not equal, not there": (DENIED, (rules(("team", "NotEqual", "red", RED)), {})),
    "a flag": (RED, (rules(("staff", "Equals", "true", RED)), {"staff": True})),
    "by the provider's ARN": (RED, (TEAM, {"team": "red"}, None, ARN)),
    "by the client id": (RED, (TEAM, {"team": "red"}, None, f"{PROVIDER}:app")),
    "by another client id": (USER, (TEAM, {"team": "red"}, None, f"{PROVIDER}:other")),
    "a role of another account": (CONFIGURATION, (STRICT, {LISTED: [ELSEWHERE]})),
    "no role at all": (CONFIGURATION, (STRICT, {LISTED: ["red"]})),
    "no role for users": (CONFIGURATION, (None, {}, None, PROVIDER, {"unauthenticated": GUEST})),
}


@pytest.mark.parametrize("name", CASES)
def test_which_role(name: str) -> None:
    expected, given = CASES[name]
    assert role(*given) == expected


def test_guests_and_users_of_developers_choose_nothing() -> None:
    settings = PoolSettings(
        guests=True, roles={"authenticated": USER, "unauthenticated": GUEST}, mappings={COGNITO: TOKEN}
    )
    pool = Pool("us-east-1:1", A, "us-east-1", "app", "", settings, datetime.now(UTC))
    assert outcome(VouchedForPool(pool), None) == GUEST
    assert outcome(VouchedForPool(pool), GUEST) == DENIED
    own = Login(COGNITO, "us-east-1:2", "us-east-1:1", claims={"amr": ["authenticated"]})
    assert outcome(VouchedForPool(pool, (own,)), None) == USER
    assert outcome(VouchedForPool(pool, (own,)), USER) == DENIED
