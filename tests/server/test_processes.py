"""Several processes on one database: what is taken away through one is gone for the others (N42)."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from botocore.client import BaseClient
from tests.server.harness import (
    Answer,
    Draft,
    Keys,
    Line,
    Running,
    client,
    code_of,
    credentials,
    eventually,
    query,
    serve,
    told,
)

BOUND_SECONDS = 1.0
ANSWER_SECONDS = 2.0
"""What a request may take on a busy machine, which the bound doesn't count."""


@dataclass(frozen=True)
class Pair:
    """Two servers on one database. Through the first things are changed, the second is asked."""

    first: Running
    second: Running
    keys: Keys
    at_once: bool

    def change(self, service: str) -> BaseClient:
        return client(service, self.first.endpoint, self.keys)

    def ask(self, service: str, keys: Keys) -> BaseClient:
        return client(service, self.second.endpoint, keys)

    def becomes(self, wanted: set[str], call: Callable[..., object], **given: object) -> None:
        """With the next request on SQLite, else within the bound."""
        until = time.monotonic() + (0 if self.at_once else BOUND_SECONDS + ANSWER_SECONDS)
        while (code := code_of(call, **given)) not in wanted and time.monotonic() < until:
            time.sleep(0.02)
        assert code in wanted


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "workers"])
def pair(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_database_url: Callable[[str], str],
) -> Iterator[Pair]:
    place = tmp_path_factory.mktemp("pair")
    if request.param == "workers":  # either of two processes may be asked, so all are tried
        with serve(place / "data", "--workers", "2") as server:
            yield Pair(server, server, credentials(server.data), at_once=True)
        return
    url = new_database_url(request.param)
    told_where = "--database", url, "--root-key-file", str(place / "root.key")
    with serve(place / "a", *told_where) as first, serve(place / "b", *told_where) as second:
        yield Pair(first, second, credentials(place / "a", *told_where), at_once=request.param == "sqlite")


def allow(action: str, resource: str = "*", **more: object) -> str:
    return statement(Effect="Allow", Action=action, Resource=resource, **more)


def statement(**members: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [members]})


def trust(arn: str) -> str:
    return statement(Effect="Allow", Principal={"AWS": arn}, Action="sts:AssumeRole")


def user(pair: Pair, name: str, policy: str = "") -> tuple[str, Keys]:
    iam = pair.change("iam")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    if policy:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
    return arn, iam.create_access_key(UserName=name)["AccessKey"]


NO_KEY = {"InvalidClientTokenId"}
DENIED = {"AccessDenied"}
ALLOWED = {""}


def test_a_key_that_is_made_inactive_or_deleted(pair: Pair) -> None:
    _, key = user(pair, "keyholder")
    asked = pair.ask("sts", key).get_caller_identity
    pair.becomes(ALLOWED, asked)
    change = {"UserName": "keyholder", "AccessKeyId": key["AccessKeyId"]}
    pair.change("iam").update_access_key(**change, Status="Inactive")
    pair.becomes(NO_KEY, asked)
    pair.change("iam").update_access_key(**change, Status="Active")
    pair.becomes(ALLOWED, asked)
    pair.change("iam").delete_access_key(**change)
    pair.becomes(NO_KEY, asked)


def test_policies_attached_and_detached(pair: Pair) -> None:
    _, key = user(pair, "reader")
    asked = pair.ask("iam", key).list_users
    iam = pair.change("iam")
    arn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    pair.becomes(DENIED, asked)
    iam.attach_user_policy(UserName="reader", PolicyArn=arn)
    pair.becomes(ALLOWED, asked)
    iam.detach_user_policy(UserName="reader", PolicyArn=arn)
    pair.becomes(DENIED, asked)
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="p", PolicyDocument=allow("iam:ListUsers"))
    iam.add_user_to_group(GroupName="readers", UserName="reader")
    pair.becomes(ALLOWED, asked)
    iam.remove_user_from_group(GroupName="readers", UserName="reader")
    pair.becomes(DENIED, asked)


def test_a_policy_whose_version_changes(pair: Pair) -> None:
    _, key = user(pair, "versioned")
    iam = pair.change("iam")
    arn = iam.create_policy(PolicyName="v", PolicyDocument=allow("iam:ListUsers"))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="versioned", PolicyArn=arn)
    asked = pair.ask("iam", key).list_users
    pair.becomes(ALLOWED, asked)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("iam:ListRoles"), SetAsDefault=True)
    pair.becomes(DENIED, asked)


def test_trust_that_is_withdrawn_and_a_role_that_is_deleted(pair: Pair) -> None:
    arn, key = user(pair, "visitor")
    iam = pair.change("iam")
    role = iam.create_role(RoleName="house", AssumeRolePolicyDocument=trust(arn))["Role"]["Arn"]
    sts = pair.ask("sts", key)
    wish = {"RoleArn": role, "RoleSessionName": "visit"}
    pair.becomes(ALLOWED, sts.assume_role, **wish)
    inside = pair.ask("sts", sts.assume_role(**wish)["Credentials"]).get_caller_identity
    nobody = statement(Effect="Deny", Principal="*", Action="sts:AssumeRole")
    iam.update_assume_role_policy(RoleName="house", PolicyDocument=nobody)
    pair.becomes(DENIED, sts.assume_role, **wish)
    pair.becomes(ALLOWED, inside)
    iam.delete_role(RoleName="house")
    pair.becomes(NO_KEY, inside)
    iam.create_role(RoleName="house", AssumeRolePolicyDocument=trust(arn))
    pair.becomes(NO_KEY, inside)
    pair.becomes(ALLOWED, sts.assume_role, **wish)


def test_a_session_that_is_revoked(pair: Pair) -> None:
    _, key = user(pair, "revoked")
    minted = client("sts", pair.first.endpoint, key).get_session_token()["Credentials"]
    asked = pair.ask("sts", minted).get_caller_identity
    pair.becomes(ALLOWED, asked)
    arguments = _arguments(pair)
    told("session", "revoke", minted["AccessKeyId"], *arguments)
    pair.becomes(NO_KEY, asked)


def test_a_chain_that_is_revoked(pair: Pair) -> None:
    """Also where the audit that named it is another host's: the token itself says what it came of."""
    arn, key = user(pair, "chained")
    role = pair.change("iam").create_role(RoleName="chain", AssumeRolePolicyDocument=trust(arn))["Role"]
    own = client("sts", pair.first.endpoint, key).get_session_token()["Credentials"]
    asked = {"RoleArn": role["Arn"], "RoleSessionName": "last"}
    last = client("sts", pair.first.endpoint, own).assume_role(**asked)["Credentials"]
    inside = pair.ask("sts", last).get_caller_identity
    pair.becomes(ALLOWED, inside)
    told("session", "revoke", own["AccessKeyId"], "--chain", *_arguments(pair))
    pair.becomes(NO_KEY, inside)


def _arguments(pair: Pair) -> list[str]:
    """What commands need to find the same database."""
    command = pair.first.process.args
    assert isinstance(command, list)
    words = [str(word) for word in command]
    wanted = ("--data", "--database", "--root-key-file")
    return [part for flag in wanted if flag in words for part in (flag, words[words.index(flag) + 1])]


def test_a_bucket_policy(pair: Pair) -> None:
    arn, key = user(pair, "guest")
    s3 = pair.change("s3")
    s3.create_bucket(Bucket="shared-bucket")
    open_to_guest = statement(
        Effect="Allow", Principal={"AWS": arn}, Action="s3:ListBucket", Resource="arn:aws:s3:::shared-bucket"
    )
    asked = pair.ask("s3", key).list_objects_v2
    pair.becomes(DENIED | {"NoSuchBucket"}, asked, Bucket="shared-bucket")
    s3.put_bucket_policy(Bucket="shared-bucket", Policy=open_to_guest)
    pair.becomes(ALLOWED, asked, Bucket="shared-bucket")
    s3.delete_bucket_policy(Bucket="shared-bucket")
    pair.becomes(DENIED, asked, Bucket="shared-bucket")


def test_a_user_who_is_deleted_and_made_again(pair: Pair) -> None:
    _, key = user(pair, "phoenix")
    iam = pair.change("iam")
    session = client("sts", pair.first.endpoint, key).get_session_token()["Credentials"]
    asked = pair.ask("sts", session).get_caller_identity
    pair.becomes(ALLOWED, asked)
    iam.delete_access_key(UserName="phoenix", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="phoenix")
    pair.becomes(NO_KEY, asked)
    iam.create_user(UserName="phoenix")
    pair.becomes(NO_KEY, asked)


# --- an organization -----------------------------------------------------------------------------------

SCP = "SERVICE_CONTROL_POLICY"
NO_BUCKETS = statement(Effect="Deny", Action="s3:*", Resource="*")
NOTHING = statement(Effect="Deny", Action="ec2:*", Resource="*")


@dataclass(frozen=True)
class Sandbox:
    """An account below the root, an empty unit, and a policy that denies the account's one request."""

    api: Any
    root: str
    unit: str
    account: str
    policy: str
    asked: Callable[..., object]
    """The request, which a session in the account sends to the second server."""

    def move(self, source: str, destination: str) -> None:
        where = {"SourceParentId": source, "DestinationParentId": destination}
        self.api.move_account(AccountId=self.account, **where)


@pytest.fixture
def sandbox(pair: Pair) -> Iterator[Sandbox]:
    api: Any = pair.change("organizations")
    if code_of(api.describe_organization):
        api.create_organization()
    root = api.list_roots()["Roots"][0]["Id"]
    api.enable_policy_type(RootId=root, PolicyType=SCP)
    unit = api.create_organizational_unit(ParentId=root, Name="Sandbox")["OrganizationalUnit"]["Id"]
    name = os.urandom(4).hex()
    status = api.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]
    ended = api.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"]
    account = ended["AccountId"]
    policy = api.create_policy(Name="no buckets", Description="", Type=SCP, Content=NO_BUCKETS)["Policy"]
    role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    session = pair.change("sts").assume_role(RoleArn=role, RoleSessionName="ci")["Credentials"]
    asked = pair.ask("s3", session).list_buckets
    pair.becomes(ALLOWED, asked)
    made = Sandbox(api, root, unit, account, policy["PolicySummary"]["Id"], asked)
    yield made
    for target in api.list_targets_for_policy(PolicyId=made.policy)["Targets"]:
        api.detach_policy(PolicyId=made.policy, TargetId=target["TargetId"])
    api.delete_policy(PolicyId=made.policy)
    (parent,) = api.list_parents(ChildId=account)["Parents"]
    if parent["Id"] == unit:
        made.move(unit, root)
    api.delete_organizational_unit(OrganizationalUnitId=unit)
    api.disable_policy_type(RootId=root, PolicyType=SCP)


@pytest.mark.parametrize("level", ["root", "account"])
def test_an_scp_that_is_attached(pair: Pair, sandbox: Sandbox, level: str) -> None:
    where = {"PolicyId": sandbox.policy, "TargetId": getattr(sandbox, level)}
    sandbox.api.attach_policy(**where)
    pair.becomes(DENIED, sandbox.asked)
    sandbox.api.update_policy(PolicyId=sandbox.policy, Content=NOTHING)
    pair.becomes(ALLOWED, sandbox.asked)
    sandbox.api.update_policy(PolicyId=sandbox.policy, Content=NO_BUCKETS)
    pair.becomes(DENIED, sandbox.asked)
    sandbox.api.detach_policy(**where)
    pair.becomes(ALLOWED, sandbox.asked)


def test_an_account_that_moves(pair: Pair, sandbox: Sandbox) -> None:
    sandbox.api.attach_policy(PolicyId=sandbox.policy, TargetId=sandbox.unit)
    pair.becomes(ALLOWED, sandbox.asked)
    sandbox.move(sandbox.root, sandbox.unit)
    pair.becomes(DENIED, sandbox.asked)
    sandbox.move(sandbox.unit, sandbox.root)
    pair.becomes(ALLOWED, sandbox.asked)


def test_a_type_of_policies_that_is_switched_off(pair: Pair, sandbox: Sandbox) -> None:
    sandbox.api.attach_policy(PolicyId=sandbox.policy, TargetId=sandbox.account)
    pair.becomes(DENIED, sandbox.asked)
    sandbox.api.disable_policy_type(RootId=sandbox.root, PolicyType=SCP)
    pair.becomes(ALLOWED, sandbox.asked)
    sandbox.api.enable_policy_type(RootId=sandbox.root, PolicyType=SCP)


def test_an_account_that_is_closed(pair: Pair, sandbox: Sandbox) -> None:
    sandbox.api.close_account(AccountId=sandbox.account)
    pair.becomes({"InvalidToken"}, sandbox.asked)


# --- processes that come and go ------------------------------------------------------------------------


def test_an_object_that_is_replaced_and_deleted(tmp_path: Path) -> None:
    """Of two workers, both of which have its bytes in memory, either may be asked."""
    with serve(tmp_path, "--workers", "2") as server:
        keys, tries = credentials(server.data), 20
        s3 = [client("s3", server.endpoint, keys) for _ in range(tries)]
        s3[0].create_bucket(Bucket="shared")
        for body in (b"first", b"second"):
            s3[0].put_object(Bucket="shared", Key="k", Body=body)
            for one in s3 * 2:
                assert one.get_object(Bucket="shared", Key="k")["Body"].read() == body
        s3[0].delete_object(Bucket="shared", Key="k")
        assert {code_of(one.get_object, Bucket="shared", Key="k") for one in s3} == {"NoSuchKey"}


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    with serve(tmp_path / "data", "--workers", "2") as server:
        keys = credentials(server.data)
        assert eventually(lambda: len(server.workers) == 2)
        before = set(server.workers)
        os.kill(next(iter(before)), signal.SIGKILL)
        assert eventually(lambda: len(server.workers) == 2 and set(server.workers) != before)
        assert client("sts", server.endpoint, keys).get_caller_identity()
        assert server.stop() == 0


def test_workers_on_postgresql(tmp_path: Path, new_database_url: Callable[[str], str]) -> None:
    url = new_database_url("postgresql")
    with serve(tmp_path / "data", "--workers", "2", "--database", url) as server:
        keys = credentials(server.data, "--database", url)
        assert client("sts", server.endpoint, keys).get_caller_identity()
        assert eventually(lambda: len(server.workers) == 2)
        assert server.stop(signal.SIGINT) == 0
        assert "Traceback" not in server.said


# --- PostgreSQL goes away ------------------------------------------------------------------------------

UNAVAILABLE = {
    "query": (query("iam", "ListUsers"), "ServiceUnavailable"),
    "rest-xml": (Draft("s3", "GET", "/some-bucket/key"), "ServiceUnavailable"),
    "json": (
        Draft("organizations", headers={"x-amz-target": "AWSOrganizationsV20161128.ListRoots"}, body=b"{}"),
        "ServiceUnavailableException",
    ),
}


def test_a_node_without_its_database_refuses_and_recovers(
    tmp_path: Path, postgresql: str, new_database_url: Callable[[str], str]
) -> None:
    url = new_database_url("postgresql")
    name = url.split("/")[3].split("?")[0]
    told_where = "--database", url
    with (
        serve(tmp_path / "data", *told_where) as server,
        psycopg.connect(postgresql, autocommit=True) as operator,
    ):
        keys = credentials(server.data, *told_where)
        sts = client("sts", server.endpoint, keys)
        assert code_of(sts.get_caller_identity) == ""
        operator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        operator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        assert eventually(lambda: code_of(sts.get_caller_identity) == "ServiceUnavailable")
        for draft, code in UNAVAILABLE.values():
            answer = ask(server, draft, keys)
            assert (answer.status, answer.code) == (503, code)
        health = ask(server, Draft("s3", "GET", "/_watchword/health"), keys)
        assert health.status == 503
        assert json.loads(health.body)["status"] == "unavailable"
        operator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert eventually(lambda: code_of(sts.get_caller_identity) == "")
        assert code_of(client("iam", server.endpoint, keys).create_user, UserName="after") == ""
        assert "Traceback" not in server.said


def ask(server: Running, draft: Draft, keys: Keys) -> Answer:
    with Line(server.endpoint) as line:
        return line.send(draft.signed(server.endpoint, keys))


def test_within_the_bound_a_lost_database_is_no_fault_of_ours(
    tmp_path: Path, postgresql: str, new_database_url: Callable[[str], str]
) -> None:
    """Before the watch notices: 503 where the database is needed, never 500."""
    url = new_database_url("postgresql")
    name = url.split("/")[3].split("?")[0]
    told_where = "--database", url
    with (
        serve(tmp_path / "data", *told_where) as server,
        psycopg.connect(postgresql, autocommit=True) as operator,
    ):
        keys = credentials(server.data, *told_where)
        iam = client("iam", server.endpoint, keys)
        iam.list_users()
        operator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        operator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        codes = {code_of(iam.list_users) for _ in range(5)} | {code_of(iam.create_user, UserName="x")}
        operator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert codes == {"ServiceUnavailable"}


def test_nul_reaches_no_database(pair: Pair) -> None:
    """PostgreSQL takes no NUL in a text: refused, or not found, before it is asked."""
    drafts = [
        query("iam", "GetUser", UserName="a%00b"),
        query("iam", "GetRole", RoleName="%00"),
        query("sts", "AssumeRole", RoleArn="arn:aws:iam::123456789012:role/a%00b", RoleSessionName="ab"),
        query("sts", "GetAccessKeyInfo", AccessKeyId="AKIA%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00"),
        query("iam", "GetPolicy", PolicyArn="arn:aws:iam::123456789012:policy/a%00b"),
        query("iam", "ListUsers", Marker="a%00b"),
        query(
            "iam", "CreateUser", UserName="nul", **{"Tags.member.1.Key": "k", "Tags.member.1.Value": "%00"}
        ),
        Draft("s3", "GET", "/shared%00bucket/key"),
        Draft("s3", "GET", "/nul-bucket/a%00b"),
        Draft("s3", "PUT", "/nul-bucket/a%00b", body=b"x"),
        Draft("s3", "PUT", "/nul-bucket/meta", headers={"x-amz-meta-x": "=?UTF-8?B?AA==?="}, body=b"x"),
        Draft("s3", "GET", "/nul-bucket", "list-type=2&prefix=%00&start-after=%00"),
        Draft("s3", "GET", "/nul-bucket", "list-type=2&continuation-token=%00"),
        Draft("s3", "DELETE", "/nul-bucket/a%00b"),
        Draft("s3", "GET", "/nul-bucket/a", "uploadId=%00"),
        Draft("s3", "GET", "/nul-bucket", "key-marker=%00&upload-id-marker=%00&uploads="),
        Draft("s3", "PUT", "/nul-bucket/a", "partNumber=1&uploadId=a%00", body=b"x"),
        Draft("s3", "DELETE", "/nul-bucket/a", "uploadId=%00"),
    ]
    pair.change("s3").create_bucket(Bucket="nul-bucket")
    answers = [(draft.body or draft.path, ask(pair.first, draft, pair.keys)) for draft in drafts]
    presigned = Draft(
        "sts",
        "GET",
        "/",
        "Action=GetCallerIdentity&Version=2011-06-15"
        "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%00%2F20261123%2Fus-east-1%2Fsts%2Faws4_request"
        "&X-Amz-Date=20261123T000000Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host&X-Amz-Signature="
        + "0"
        * 64,
    )
    with Line(pair.first.endpoint) as line:
        answers.append(("presigned", line.send(presigned.request(pair.first.endpoint))))
    wrong = [(asked, answer.status) for asked, answer in answers if answer.status >= 500]
    assert not wrong
