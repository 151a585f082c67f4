"""Which condition keys a call fills, over the wire, with unmodified boto3."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError

from watchword.access import Caller, Demand, RequestContext
from watchword.access.caller import NOBODY
from watchword.access.condition_keys import Gathering, principal_tags
from watchword.access.request_context import DIRECT, Via
from watchword.facts import Facts
from watchword.facts.organizations import STANDING, Standing
from watchword.names import HttpRequest
from watchword.names.principal import FederatedUser, RoleSession, Root, Saml, Service, User, WebIdentity
from watchword.policy.checking.lint.global_keys import GLOBAL_KEYS
from watchword.sessions.session import Session, SessionKind, milliseconds
from watchword.store.organizations.organizations import Organization
from watchword.testing import Server
from watchword.world import World

PAGE = Path(__file__).parents[2] / "docs" / "condition-keys.md"
TRUST_ALL_OF_THE_ACCOUNT = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:*"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def client(server: Server, service: str, credentials: dict[str, str]) -> Any:
    return boto3.client(
        service,
        endpoint_url=server.endpoint,
        region_name="eu-central-1",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
    )


@pytest.fixture
def alice(watchword: Server) -> dict[str, str]:
    iam = boto3.client("iam", **watchword.client_arguments)
    iam.create_user(UserName="alice", Tags=[{"Key": "team", "Value": "red"}])
    keys: dict[str, str] = iam.create_access_key(UserName="alice")["AccessKey"]
    return keys


def allowed(server: Server, credentials: dict[str, str], condition: dict[str, dict[str, str]]) -> bool:
    iam = boto3.client("iam", **server.client_arguments)
    policy = document({"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": condition})
    iam.put_user_policy(UserName="alice", PolicyName="when", PolicyDocument=policy)
    try:
        client(server, "iam", credentials).list_users()
    except ClientError as refused:
        assert refused.response["Error"]["Code"] == "AccessDenied"
        return False
    return True


@pytest.mark.parametrize(
    ("operator", "key", "true", "false"),
    [
        ("StringEquals", "aws:username", "alice", "bob"),
        ("StringEquals", "aws:PrincipalType", "User", "AssumedRole"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/alice", "arn:aws:iam::*:user/bob"),
        ("StringEquals", "aws:PrincipalAccount", "123456789012", "210987654321"),
        ("StringEquals", "aws:PrincipalTag/team", "red", "blue"),
        ("StringEquals", "aws:PrincipalTag/TEAM", "red", "blue"),
        ("IpAddress", "aws:SourceIp", "127.0.0.0/8", "10.0.0.0/8"),
        ("StringEquals", "aws:RequestedRegion", "us-east-1", "eu-central-1"),
        ("Bool", "aws:SecureTransport", "false", "true"),
        ("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"),
        ("NumericGreaterThan", "aws:EpochTime", "1600000000", "99999999999"),
        ("StringLike", "aws:UserAgent", "Boto3/*", "curl/*"),
        ("Null", "aws:TokenIssueTime", "true", "false"),
        ("Null", "aws:MultiFactorAuthPresent", "true", "false"),
        ("Bool", "aws:ViaAWSService", "false", "true"),
        ("StringEquals", "aws:ResourceAccount", "123456789012", "210987654321"),
    ],
)
def test_a_users_keys(
    watchword: Server, alice: dict[str, str], operator: str, key: str, true: str, false: str
) -> None:
    assert allowed(watchword, alice, {operator: {key: true}})
    assert not allowed(watchword, alice, {operator: {key: false}})


def test_n13_no_header_fills_a_key_of_the_servers(watchword: Server, alice: dict[str, str]) -> None:
    """N13, N14, N39: who calls and from where is never taken from what the client sends."""
    iam = boto3.client("iam", **watchword.client_arguments)
    condition = {"StringEquals": {"aws:PrincipalTag/team": "blue"}, "IpAddress": {"aws:SourceIp": "10.0.0.1"}}
    policy = document({"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": condition})
    iam.put_user_policy(UserName="alice", PolicyName="when", PolicyDocument=policy)
    mine = client(watchword, "iam", alice)

    def pretend(request: Any, **_: object) -> None:
        for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Aws-SourceIp"):
            request.headers[name] = "10.0.0.1"
        for name in ("Aws-PrincipalTag-team", "X-Amz-Principal-Tag-team"):
            request.headers[name] = "blue"

    mine.meta.events.register("before-sign", pretend)
    with pytest.raises(ClientError, match="AccessDenied"):
        mine.list_users()


def test_a_sessions_keys(watchword: Server, alice: dict[str, str]) -> None:
    iam = boto3.client("iam", **watchword.client_arguments)
    iam.create_role(
        RoleName="reader",
        AssumeRolePolicyDocument=document(TRUST_ALL_OF_THE_ACCOUNT),
        Tags=[{"Key": "Team", "Value": "blue"}, {"Key": "floor", "Value": "2"}],
    )
    role = f"arn:aws:iam::{watchword.account}:role/reader"
    iam.put_user_policy(
        UserName="alice",
        PolicyName="assume",
        PolicyDocument=document({"Effect": "Allow", "Action": "sts:*", "Resource": role}),
    )
    conditions = {
        "StringEquals": {
            "aws:PrincipalType": "AssumedRole",
            "aws:PrincipalArn": role,
            "aws:PrincipalTag/team": "green",
            "aws:PrincipalTag/floor": "2",
            "aws:SourceIdentity": "alice",
        },
        "Null": {"aws:username": "true", "aws:TokenIssueTime": "false"},
        "Bool": {"aws:MultiFactorAuthPresent": "false"},
    }
    iam.put_role_policy(
        RoleName="reader",
        PolicyName="list",
        PolicyDocument=document(
            {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": conditions}
        ),
    )
    sts = client(watchword, "sts", alice)
    arguments = {"RoleArn": role, "RoleSessionName": "morning", "SourceIdentity": "alice"}
    session = sts.assume_role(**arguments, Tags=[{"Key": "team", "Value": "green"}])
    assert session["SourceIdentity"] == "alice"
    assert session["PackedPolicySize"] > 0
    assert client(watchword, "iam", session["Credentials"]).list_users()["Users"]
    other = sts.assume_role(**arguments, Tags=[{"Key": "team", "Value": "grey"}])
    with pytest.raises(ClientError, match="AccessDenied"):
        client(watchword, "iam", other["Credentials"]).list_users()
    twice = [{"Key": "team", "Value": "x"}, {"Key": "TEAM", "Value": "y"}]
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        sts.assume_role(**arguments, Tags=twice)


def test_a_bucket_is_where_it_is(watchword: Server, alice: dict[str, str]) -> None:
    """Whatever region a request is signed for: no signer chooses aws:RequestedRegion of what is there."""
    iam = boto3.client("iam", **watchword.client_arguments)
    boto3.client("s3", **watchword.client_arguments).create_bucket(
        Bucket="there", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    in_frankfurt = {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}
    policy = document({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": in_frankfurt})
    iam.put_user_policy(UserName="alice", PolicyName="when", PolicyDocument=policy)
    mine = client(watchword, "s3", alice)
    with pytest.raises(ClientError, match="AccessDenied"):
        mine.list_objects_v2(Bucket="there")
    assert mine.list_buckets()["Buckets"]
    iam.put_user_policy(
        UserName="alice", PolicyName="when", PolicyDocument=policy.replace("eu-central-1", "eu-west-1")
    )
    assert mine.list_objects_v2(Bucket="there")["KeyCount"] == 0


# --- which key is there for whom -----------------------------------------------------------------------


class Tagged:
    """Facts that know a tag of everybody, and one organization, which every account is in."""

    def need(self, fact: object, *key: str) -> object:
        return IN_ORGANIZATION if fact is STANDING else {"team": " ".join(key)}


ACCOUNT = "123456789012"
IN_ORGANIZATION = Standing(
    Organization("o-a1b2c3d4e5", ACCOUNT, "r-f6g7", datetime(2026, 1, 1, tzinfo=UTC)), "o-a1b2c3d4e5/r-f6g7/"
)
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com"
SAML_PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
ALWAYS = {
    *("aws:CurrentTime", "aws:EpochTime", "aws:SecureTransport", "aws:ViaAWSService", "aws:RequestedRegion"),
    *("aws:SourceIp", "aws:UserAgent", "aws:referer", "aws:ResourceAccount", "aws:ResourceTag/team"),
    *("aws:RequestTag/team", "aws:TagKeys", "aws:PrincipalType", "aws:userid"),
    *("aws:ResourceOrgID", "aws:ResourceOrgPaths"),
}
SIGNED = ALWAYS | {"aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalIsAWSService"}
SIGNED |= {"aws:PrincipalOrgID", "aws:PrincipalOrgPaths"}
TEMPORARY = {"aws:TokenIssueTime", "aws:MultiFactorAuthPresent"}
TAGS = {"aws:PrincipalTag/team"}
USER = User(ACCOUNT, "ann", "AIDA1")
ROLE = RoleSession(ACCOUNT, "worker", "AROA1", "morning", "/teams/")


def session(kind: SessionKind, **more: Any) -> Session:
    start = milliseconds(NOW) - 5000
    return Session(kind, "ASIA1", "", ACCOUNT, "AROA1", "ann", "/", "morning", start, start + 9000, **more)


PRESENT: list[tuple[Caller, set[str], dict[str, str | tuple[str, ...]]]] = [
    (
        Caller(Root(ACCOUNT)),
        SIGNED,
        {
            "aws:PrincipalType": "Account",
            "aws:userid": ACCOUNT,
            "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:root",
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalOrgID": "o-a1b2c3d4e5",
            "aws:PrincipalOrgPaths": ("o-a1b2c3d4e5/r-f6g7/",),
        },
    ),
    (
        Caller(USER),
        SIGNED | TAGS | {"aws:username"},
        {"aws:PrincipalType": "User", "aws:userid": "AIDA1", "aws:username": "ann"},
    ),
    (
        Caller(USER, "ASIA1", session("user")),
        SIGNED | TAGS | TEMPORARY | {"aws:username"},
        {"aws:MultiFactorAuthPresent": "false", "aws:TokenIssueTime": "2026-11-22T23:59:55Z"},
    ),
    (
        Caller(USER, "ASIA1", session("user", mfa_at=milliseconds(NOW) - 3000)),
        SIGNED | TAGS | TEMPORARY | {"aws:username", "aws:MultiFactorAuthAge"},
        {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "3"},
    ),
    (
        Caller(ROLE, "ASIA1", session("role", tags={"Team": "passed"}, source_identity="ann")),
        SIGNED | TEMPORARY | {"aws:PrincipalTag/Team", "aws:SourceIdentity"},
        {
            "aws:PrincipalType": "AssumedRole",
            "aws:userid": "AROA1:morning",
            "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/teams/worker",
            "aws:MultiFactorAuthPresent": "false",
            "aws:PrincipalTag/Team": "passed",
        },
    ),
    (
        Caller(
            FederatedUser(ACCOUNT, "bob", USER.arn, user_id=USER.unique_id), "ASIA1", session("federated")
        ),
        SIGNED | {"aws:TokenIssueTime", "aws:PrincipalTag/team"},
        {
            "aws:PrincipalType": "FederatedUser",
            "aws:userid": f"{ACCOUNT}:bob",
            "aws:PrincipalArn": f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
        },
    ),
    (
        Caller(Root(ACCOUNT), "ASIA1", session("root", assumed_root=True)),
        SIGNED | TEMPORARY | {"aws:AssumedRoot"},
        {"aws:PrincipalType": "Account", "aws:AssumedRoot": "true"},
    ),
    (
        Caller(Service("cloudtrail.amazonaws.com")),
        ALWAYS | {"aws:PrincipalIsAWSService", "aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"},
        {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": "cloudtrail.amazonaws.com"},
    ),
    (
        Caller(WebIdentity(PROVIDER, "ann", "client")),
        ALWAYS | {"aws:FederatedProvider"},
        {
            "aws:PrincipalType": "WebIdentityUser",
            "aws:userid": f"{PROVIDER}:client:ann",
            "aws:FederatedProvider": PROVIDER,
        },
    ),
    (
        Caller(Saml(SAML_PROVIDER, "ann", "hash=")),
        ALWAYS | {"aws:FederatedProvider"},
        {
            "aws:PrincipalType": "SAMLUser",
            "aws:userid": "hash=:ann",
            "aws:FederatedProvider": SAML_PROVIDER,
        },
    ),
    (
        Caller(ROLE, "ASIA1", session("role", provider=PROVIDER, claims={"idp.example.com:sub": "ann"})),
        SIGNED | TAGS | TEMPORARY | {"aws:FederatedProvider", "idp.example.com:sub"},
        {"aws:FederatedProvider": PROVIDER, "idp.example.com:sub": "ann"},
    ),
    (
        NOBODY,
        ALWAYS | {"aws:PrincipalAccount"},
        {"aws:PrincipalType": "Anonymous", "aws:userid": "anonymous", "aws:PrincipalAccount": "anonymous"},
    ),
]
"""Caller, the keys that are there, and some of their values."""


def context_of(facts: object, caller: Caller, request: HttpRequest, via: Via = DIRECT) -> RequestContext:
    world = cast("World", SimpleNamespace(facts=facts))
    return RequestContext(world, caller, request, "eu-west-1", NOW, via)


def gathered(caller: Caller, via: Via = DIRECT) -> dict[str, Any]:
    headers = (("user-agent", "curl"), ("referer", "https://example.com"))
    asked = Demand(
        "s3:GetObject",
        "arn:aws:s3:::bucket/key",
        ACCOUNT,
        {"aws:RequestTag/team": "red", "aws:TagKeys": ("team",)},
        resource_tags={"team": "blue"},
    )
    request = HttpRequest("GET", headers=headers, peer="127.0.0.1")
    keys = Gathering(context_of(Tagged(), caller, request, via))
    return keys.of(asked, keys.standing_of(ACCOUNT))


@pytest.mark.parametrize(("caller", "keys", "values"), PRESENT)
def test_which_keys_are_there_for_whom(caller: Caller, keys: set[str], values: dict[str, Any]) -> None:
    context = gathered(caller)
    assert context.keys() == keys
    assert {key: context[key] for key in values} == values


def test_a_repeated_header_is_one_value_with_all_of_it() -> None:
    """So a Deny of one User-Agent is not escaped by another that stands before it."""
    names = "user-agent", "x", "referer", "user-agent", "referer"
    headers = tuple((name, f"{number}") for number, name in enumerate(names))
    keys = Gathering(context_of(Tagged(), Caller(USER), HttpRequest("GET", headers=headers)))
    found = keys.of(Demand("iam:ListUsers", "*", ACCOUNT))
    assert (found["aws:UserAgent"], found["aws:referer"]) == ("0, 3", "2, 4")


@pytest.mark.parametrize("session", [None, session("user"), session("user", mfa_at=milliseconds(NOW) - 9000)])
def test_a_code_that_came_with_the_call_proves_more_than_the_session(session: Session | None) -> None:
    gathering = Gathering(context_of(Tagged(), Caller(USER, "ASIA1", session), HttpRequest("GET")))
    keys = gathering.of(
        Demand("sts:AssumeRole", "arn:aws:iam::111111111111:role/r", ACCOUNT, multi_factor=True)
    )
    assert (keys["aws:MultiFactorAuthPresent"], keys["aws:MultiFactorAuthAge"]) == ("true", "0")


FROM_CLIENTS = {"aws:SourceIp", "aws:referer"}
"""Keys of a connection, which a call from inside doesn't have."""
BY_SERVICES = Via(("states.amazonaws.com", "lambda.amazonaws.com"))
FOR_A_RESOURCE = Via(source_arn=f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f", source_account=ACCOUNT)


def test_a_service_that_acts_for_a_caller_is_named() -> None:
    caller = Caller(USER)
    direct, inside = gathered(caller), gathered(caller, BY_SERVICES)
    assert direct.keys() - inside.keys() == FROM_CLIENTS
    assert inside.keys() - direct.keys() == {"aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"}
    assert (direct["aws:ViaAWSService"], inside["aws:ViaAWSService"]) == ("false", "true")
    assert inside["aws:CalledVia"] == ("states.amazonaws.com", "lambda.amazonaws.com")
    assert (inside["aws:CalledViaFirst"], inside["aws:CalledViaLast"]) == BY_SERVICES.services
    assert inside["aws:UserAgent"] == "lambda.amazonaws.com"
    assert inside["aws:PrincipalArn"] == USER.arn


def test_a_service_that_acts_for_a_resource_names_it() -> None:
    keys = gathered(Caller(Service("lambda.amazonaws.com")), FOR_A_RESOURCE)
    assert keys["aws:SourceArn"] == f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"
    assert keys["aws:SourceAccount"] == ACCOUNT
    assert (keys["aws:SourceOrgID"], keys["aws:SourceOrgPaths"]) == (
        "o-a1b2c3d4e5",
        ("o-a1b2c3d4e5/r-f6g7/",),
    )
    assert keys["aws:PrincipalIsAWSService"] == "true"


def test_the_page_of_keys_is_true() -> None:
    """Every key of AWS's has a row, and those with a tick are those that some caller has."""
    rows = re.findall(r"^\| `([\w:]+)/?\*?` \| (yes|no) \|", PAGE.read_text(), re.MULTILINE)
    told = dict(rows)
    assert len(told) == len(rows)
    elsewhere = {key for key in told if not key.startswith("aws:")}
    assert {key.lower() for key in told} - {key.lower() for key in elsewhere} == {
        key.rstrip("/") for key in GLOBAL_KEYS
    }
    present = [keys for _, keys, _ in PRESENT] + [
        {*gathered(NOBODY, via)} for via in (BY_SERVICES, FOR_A_RESOURCE)
    ]
    there = {key.partition("/")[0].lower() for keys in present for key in keys if key.startswith("aws:")}
    assert {key.lower() for key, answer in rows if answer == "yes" and key not in elsewhere} == there


def test_no_operation_fills_a_key_of_the_servers() -> None:
    """What is true of the caller wins over what a call's own keys say."""
    claimed = {"aws:PrincipalAccount": "999999999999", "aws:PrincipalArn": "*", "aws:SourceIp": "10.0.0.1"}
    request, caller = HttpRequest("POST", peer="127.0.0.1"), Caller(Root("123456789012"))
    keys = Gathering(context_of(Tagged(), caller, request))
    context = keys.of(Demand("iam:ListUsers", "*", "123456789012", claimed))
    assert context["aws:PrincipalAccount"] == "123456789012"
    assert context["aws:PrincipalArn"] == "arn:aws:iam::123456789012:root"
    assert context["aws:SourceIp"] == "127.0.0.1"


def test_a_session_tag_replaces_the_role_tag_of_the_same_key() -> None:
    """Whatever the case, also beyond ASCII: the store holds both spellings for one key."""

    class Streets(Tagged):
        def need(self, _fact: object, kind: str, entity_id: str) -> dict[str, str]:
            return {"straße": "of the role", "team": "blue"}

    caller = Caller(ROLE, "ASIA1", session("role", tags={"STRASSE": "passed"}))
    assert principal_tags(cast("Facts", Streets()), caller) == {"STRASSE": "passed", "team": "blue"}
