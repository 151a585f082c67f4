"""Random chains of all ways into a session: none gains what the session before it, and its role, didn't have.

After each step, whichever it was:

1. Who: the kind of session is one that this kind may ask for, and nothing but a task makes a root session of
   somebody else.
2. Identity: a source identity stays, and transitive tags stay as they are. The chain names its first session.
3. Time: as AWS gives it. Role chaining is an hour at most, a role's own maximum holds, a session of a user 36
   hours and of root an hour; a bounded chain ends with its first session.
4. Permissions: a session of a role can do what the role can and the passed policy allows. All others can do
   at most what the user who asked can. A role is assumed only where the asking session may assume it.

Source: lessons N26, N32 and N38; AWS STS API Reference; IAM User Guide, "Roles terms and concepts".
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.services.harness import call_of, carry_out, world_on

from watchword.access import Caller
from watchword.facts.credentials import KEYRING
from watchword.identity.delegation import Carried, Redeemed
from watchword.identity.token_claims import vouched
from watchword.names import AwsError
from watchword.names.principal import Root, User, WebIdentity
from watchword.policy import Request
from watchword.proofs.identity_token import IdentityToken
from watchword.services.table import SERVED
from watchword.sessions import limits
from watchword.sessions import session as sessions
from watchword.sessions.limited import delegated_session
from watchword.sessions.session import Session
from watchword.store import Database
from watchword.store.iam import inline_policies, oidc_providers, roles, users
from watchword.store.iam.inline_policies import Inline
from watchword.store.iam.oidc_providers import OidcProvider
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User as StoredUser
from watchword.world import World

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
ACCOUNT, HOUR = "111111111111", 3600
ANN, BOB = User(ACCOUNT, "ann", "AIDAANN"), User(ACCOUNT, "bob", "AIDABOB")
ISSUER = "https://idp.example.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com"
NAMES = ("open", "narrow", "closed")
ASSUMING = ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def document(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(**principal: str) -> str:
    statement = {"Effect": "Allow", "Action": ASSUMING, "Principal": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


TRUSTS = {
    "open": trust(AWS=ACCOUNT),
    "narrow": trust(AWS=ACCOUNT, Federated=PROVIDER),
    "closed": trust(AWS=arn("open")),
}
CAN = {
    "ann": {"s3:GetObject", "s3:PutObject", "sts:*"},
    "bob": {"s3:GetObject", "sts:GetFederationToken"},
    "open": {"s3:GetObject", "s3:PutObject", "iam:CreateUser", "sts:*"},
    "narrow": {"s3:GetObject", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"},
    "closed": {"iam:CreateUser"},
}
MAXIMUM = {"open": 12 * HOUR, "narrow": HOUR, "closed": 2 * HOUR}
PROBES = ("s3:GetObject", "s3:PutObject", "iam:CreateUser", "sts:AssumeRole")
PASSED: Mapping[str, frozenset[str]] = {
    "": frozenset(PROBES),
    document("s3:*"): frozenset({"s3:GetObject", "s3:PutObject"}),
    document("sts:*"): frozenset({"sts:AssumeRole"}),
    document("*"): frozenset(PROBES),
    document("s3:GetObject").replace("Allow", "Deny"): frozenset(),
}


class Step(NamedTuple):
    """What is asked for next."""

    operation: str
    role: str
    policy: str
    duration: int | None
    tags: bool
    source_identity: str
    bounded: bool


STEPS = st.builds(
    Step,
    st.sampled_from(["AssumeRole", "AssumeRole", "AssumeRole", "GetSessionToken", "GetFederationToken"]),
    st.sampled_from(NAMES),
    st.sampled_from(list(PASSED)),
    st.sampled_from([None, 900, HOUR, 2 * HOUR, 12 * HOUR, 36 * HOUR]),
    st.booleans(),
    st.sampled_from(["", "", "ann", "eve"]),
    st.booleans(),
)
ENTRIES = st.sampled_from(["ann", "bob", "root", "web identity", "delegation"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An account with two users and three roles."""
    place: Path = tmp_path_factory.mktemp("chains")
    database = Database.open(f"sqlite:///{place / 'db'}", durable=False)
    found = world_on(database, place, NOW, ACCOUNT)
    with database.write(NOW) as tx:
        for user in (ANN, BOB):
            users.insert(tx, StoredUser(user.unique_id, ACCOUNT, user.name, "/", NOW))
            inline_policies.put(tx, Inline("user", user.unique_id, "own", document(*CAN[user.name])))
        for name in NAMES:
            role = Role(f"AROA{name}", ACCOUNT, name, "/", NOW, TRUSTS[name], max_session=MAXIMUM[name])
            roles.insert(tx, role)
            inline_policies.put(tx, Inline("role", role.id, "own", document(*CAN[name])))
        oidc_providers.insert(tx, OidcProvider("P", ACCOUNT, "idp.example.com", NOW, ("me",), ()))
    yield found
    found.journal.close()
    database.close()


def enter(world: World, how: str) -> Caller:
    """The first caller of a chain."""
    match how:
        case "root":
            return Caller(Root(ACCOUNT), "AKIAROOT")
        case "web identity":
            return assumed_by_token(world)
        case "delegation":
            expires = NOW + timedelta(hours=4)
            policy = document("s3:GetObject", "sts:AssumeRole")
            session = delegated_session(
                Redeemed(ANN, policy, Carried(source_identity="ann"), expires), NOW, os.urandom
            )
            return Caller(session.principal, session.access_key_id, session)
    user = {"ann": ANN, "bob": BOB}[how]
    return Caller(user, f"AKIA{how}")


def assumed_by_token(world: World) -> Caller:
    """A session of `narrow`, for a token that names a person and a tag."""
    tags = {"principal_tags": {"team": ["red"]}, "transitive_tag_keys": ["team"]}
    of_aws = "https://aws.amazon.com/"
    claims: dict[str, Any] = {f"{of_aws}tags": tags, f"{of_aws}source_identity": "ann"}
    token = IdentityToken("", "RS256", "1", ISSUER, "ann", ("me",), "", 0, 0, 0, claims)
    told = vouched(token, "me", arn("narrow"))
    caller = Caller(WebIdentity(PROVIDER, "ann", "me"), vouched=told)
    asked = {"RoleArn": arn("narrow"), "RoleSessionName": "ann", "WebIdentityToken": "x.y.z"}
    return answered(world, caller, "AssumeRoleWithWebIdentity", asked)


def answered(world: World, caller: Caller, operation: str, asked: Mapping[str, Any]) -> Caller:
    """Who the answer's session is. Raises AwsError."""
    if caller.session:
        limits.check(caller.session, "sts", operation)
    call = call_of(world, caller, ("sts", operation), asked, now=NOW)
    output = carry_out(call, SERVED["sts"][operation].demands(call))
    token = output["Credentials"]["SessionToken"]
    session = sessions.open(token, world.facts.need(KEYRING))
    return Caller(session.principal, session.access_key_id, session)


def asked_for(step: Step) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if step.duration:
        given["DurationSeconds"] = step.duration
    if step.operation == "GetSessionToken":
        return given
    if step.policy:
        given["Policy"] = step.policy
    if step.tags:
        given["Tags"] = [{"Key": "team", "Value": "blue"}]
    if step.operation == "GetFederationToken":
        return given | {"Name": "guest"}
    if step.tags:
        given["TransitiveTagKeys"] = ["team"]
    if step.source_identity:
        given["SourceIdentity"] = step.source_identity
    return given | {"RoleArn": arn(step.role), "RoleSessionName": "chain"}


def can(world: World, caller: Caller) -> set[str]:
    """Which of the probes the caller may do, by its own policies and those of its session."""
    engine = world.facts.engine(caller.principal, caller.session)
    return {
        action
        for action in PROBES
        if engine.decide(
            Request(caller.principal, action, "arn:aws:s3:::b/k", {}, resource_account=ACCOUNT)
        ).allowed
    }


def listed(name: str) -> set[str]:
    return {probe for probe in PROBES if probe in CAN[name] or f"{probe.partition(':')[0]}:*" in CAN[name]}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRIES, st.lists(STEPS, max_size=6))
def test_no_chain_gains_anything(world: World, entry: str, steps: list[Step]) -> None:
    caller = enter(world, entry)
    for step in steps:
        bounded = _with(world, bounded_chains=step.bounded)
        try:
            after = answered(bounded, caller, step.operation, asked_for(step))
        except AwsError:
            continue
        check(bounded, caller, step, after)
        caller = after


def _with(world: World, **changed: Any) -> World:
    return replace(world, settings=replace(world.settings, **changed))


def check(world: World, before: Caller, step: Step, after: Caller) -> None:
    assert after.session is not None
    old, new = before.session, after.session
    kinds = {"AssumeRole": "role", "GetSessionToken": "user", "GetFederationToken": "federated"}
    is_root = isinstance(before.principal, Root)
    assert new.kind == ("root" if is_root and new.kind == "root" else kinds[step.operation])  # 1.
    assert not new.assumed_root
    check_identity(old, new)
    check_time(step, before, new)
    check_permissions(world, before, step, after)


def check_identity(old: Session | None, new: Session) -> None:
    if old is None:
        assert new.chain == new.access_key_id
        return
    assert new.chain == old.chain  # 2.
    if old.source_identity:
        assert new.source_identity == old.source_identity
    for key in old.transitive if old.kind == "role" else ():
        assert new.tags[key] == old.tags[key]
        assert key in new.transitive


def check_time(step: Step, before: Caller, new: Session) -> None:
    seconds = (new.expires - new.issued) // 1000
    if new.kind == "role":  # 3.
        assert seconds <= MAXIMUM[step.role]
        assert seconds <= HOUR or not new.chained
        assert new.chained == (before.session is not None and before.session.kind == "role")
    assert seconds <= (HOUR if isinstance(before.principal, Root) else 36 * HOUR)
    if step.bounded and before.session and new.kind == "role":
        assert new.expires <= before.session.chain_expires


def check_permissions(world: World, before: Caller, step: Step, after: Caller) -> None:
    held, passed = can(world, after), PASSED[step.policy]
    if step.operation == "AssumeRole":  # 4.
        assert held <= listed(step.role) & passed
        # `closed` names the role `open`: what its sessions' policies deny or leave out still counts.
        assert "sts:AssumeRole" in can(world, before)
        assert step.role != "closed" or before.principal.arn.startswith(
            f"arn:aws:sts::{ACCOUNT}:assumed-role/open/"
        )
        return
    assert held <= can(world, before)
    if step.operation == "GetFederationToken":
        assert held <= (passed if step.policy else set())


PLAIN = Step("AssumeRole", "open", "", None, tags=False, source_identity="", bounded=False)


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        ("ann", ["open", "closed"]),
        ("ann", ["narrow", "open"]),
        ("web identity", ["open"]),
        ("delegation", ["open"]),
    ],
)
def test_chains_there_are(world: World, entry: str, names: list[str]) -> None:
    """So that the property above isn't one of refusals."""
    caller = enter(world, entry)
    for name in names:
        caller = answered(world, caller, "AssumeRole", asked_for(PLAIN._replace(role=name)))
        assert can(world, caller) == listed(name)
    if entry in {"web identity", "delegation"}:
        assert caller.session
        assert caller.session.source_identity == "ann"
