"""What the server would decide is what it then does."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from tests.server.harness import Keys, Running, client, credentials, serve, told, watchword
from typer.testing import Result

ALLOW = {"Effect": "Allow", "Resource": "*"}


def document(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [dict(each) for each in statements]})


class Place:
    """A server with a user, a role, and a bucket whose policy denies one folder."""

    def __init__(self, server: Running) -> None:
        self.data, self.endpoint = server.data, server.endpoint
        self.administrator = credentials(server.data)
        self.account = told("account", "list", "--data", str(self.data))["AccountId"]
        self.ann, self.worker = (
            f"arn:aws:iam::{self.account}:user/ann",
            f"arn:aws:iam::{self.account}:role/worker",
        )
        iam, s3 = self.client("iam", self.administrator), self.client("s3", self.administrator)
        red = [{"Key": "team", "Value": "red"}]
        iam.create_user(UserName="ann", Tags=red)
        iam.create_instance_profile(InstanceProfileName="machines", Tags=red)
        statements = [
            ALLOW | {"Action": ["s3:GetObject", "sts:AssumeRole"]},
            ALLOW
            | {
                "Action": ["iam:GetUser", "iam:GetInstanceProfile"],
                "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
            },
            ALLOW | {"Action": "iam:ListUsers", "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}},
            ALLOW
            | {
                "Action": "iam:ListRoles",
                "Condition": {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
            },
        ]
        iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=document(*statements))
        trust = {"Effect": "Allow", "Principal": {"AWS": self.account}, "Action": "sts:AssumeRole"}
        trust["Condition"] = {"StringEquals": {"sts:ExternalId": "42"}}
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument=document(trust))
        iam.put_role_policy(
            RoleName="worker", PolicyName="own", PolicyDocument=document(ALLOW | {"Action": "s3:*"})
        )
        s3.create_bucket(Bucket="reports")
        for key in ("open", "secret/1"):
            s3.put_object(Bucket="reports", Key=key, Body=b"1")
        denied = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::reports/secret/*",
        }
        s3.put_bucket_policy(Bucket="reports", Policy=document(denied))
        self.keys: Keys = iam.create_access_key(UserName="ann")["AccessKey"]

    def client(self, service: str, keys: Keys) -> BaseClient:
        return client(service, self.endpoint, keys)

    def simulate(self, *arguments: str) -> Result:
        return watchword("simulate", "--data", str(self.data), *arguments)

    def verdict(self, principal: str, action: str, resource: str, *context: str) -> str:
        flags = [word for each in context for word in ("--context", each)]
        said = self.simulate(
            "--principal", principal, "--action", action, "--resource", resource, "--json", *flags
        )
        found: dict[str, Any] = json.loads(said.stdout)
        assert said.exit_code == (0 if found["decision"] == "allow" else 1)
        return str(found["decision"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with serve(tmp_path_factory.mktemp("simulate") / "data") as server:
        yield Place(server)


def happened(call: Any, **given: object) -> str:
    try:
        call(**given)
    except ClientError as refused:
        return "explicitDeny" if "explicit deny" in refused.response["Error"]["Message"] else "implicitDeny"
    return "allow"


@pytest.mark.parametrize(("key", "expected"), [("open", "allow"), ("secret/1", "explicitDeny")])
def test_with_the_policy_of_the_bucket(place: Place, key: str, expected: str) -> None:
    real = happened(place.client("s3", place.keys).get_object, Bucket="reports", Key=key)
    assert place.verdict(place.ann, "s3:GetObject", f"arn:aws:s3:::reports/{key}") == real == expected


def test_with_tags_of_both(place: Place) -> None:
    real = happened(place.client("iam", place.keys).get_user, UserName="ann")
    assert place.verdict(place.ann, "iam:GetUser", place.ann) == real == "allow"
    assert place.verdict(place.ann, "iam:GetUser", place.ann[:-3] + "bob") == "implicitDeny"


def test_with_tags_of_an_instance_profile(place: Place) -> None:
    real = happened(place.client("iam", place.keys).get_instance_profile, InstanceProfileName="machines")
    arn = f"arn:aws:iam::{place.account}:instance-profile/machines"
    assert place.verdict(place.ann, "iam:GetInstanceProfile", arn) == real == "allow"


def test_with_the_trust_of_a_role(place: Place) -> None:
    call = place.client("sts", place.keys).assume_role
    given = {"RoleArn": place.worker, "RoleSessionName": "one"}
    assert (
        place.verdict(place.ann, "sts:AssumeRole", place.worker) == happened(call, **given) == "implicitDeny"
    )
    real = happened(call, **given, ExternalId="42")
    assert place.verdict(place.ann, "sts:AssumeRole", place.worker, "sts:ExternalId=42") == real == "allow"


BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"


def test_with_the_boundary_of_whom_it_is_done_to(place: Place) -> None:
    iam, bound = place.client("iam", place.administrator), {"PermissionsBoundary": BOUNDARY}
    trust = document({"Effect": "Allow", "Principal": {"AWS": place.account}, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=trust, **bound)
    iam.create_role(RoleName="free", AssumeRolePolicyDocument=trust)
    named = {"Condition": {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}}
    allowed = ("iam:GetRole", "iam:ListRolePolicies", "iam:PutRolePermissionsBoundary")
    iam.create_user(UserName="officer")
    iam.put_user_policy(
        UserName="officer", PolicyName="own", PolicyDocument=document(ALLOW | {"Action": allowed} | named)
    )
    officer = place.client("iam", iam.create_access_key(UserName="officer")["AccessKey"])
    principal = place.ann[:-3] + "officer"
    for name, expected in (("bounded", "allow"), ("free", "implicitDeny")):
        arn = f"{place.worker[:-6]}{name}"
        assert place.verdict(principal, "iam:GetRole", arn) == expected
        assert happened(officer.get_role, RoleName=name) == expected
        assert place.verdict(principal, "iam:ListRolePolicies", arn) == "implicitDeny"
        assert happened(officer.list_role_policies, RoleName=name) == "implicitDeny"
        put, same = "iam:PutRolePermissionsBoundary", f"iam:permissionsboundary={BOUNDARY}"
        assert place.verdict(principal, put, arn) == "implicitDeny"
        assert place.verdict(principal, put, arn, same) == "allow"
        assert happened(officer.put_role_permissions_boundary, RoleName=name, **bound) == "allow"


def test_what_is_there_goes_before_what_is_given_whatever_its_case(place: Place) -> None:
    given = ("AWS:resourcetag/TEAM=blue", "IAM:resourcetag/TEAM=blue", "aws:currenttime=2019-01-01")
    assert place.verdict(place.ann, "iam:GetUser", place.ann, *given) == "allow"
    twice = ("--context", "s3:prefix=a", "--context", "S3:Prefix=b")
    said = place.simulate("--principal", place.ann, "--action", "s3:ListBucket", *twice)
    assert said.exit_code == 2
    assert "s3:prefix is given twice, in different case" in said.stderr


def test_at_another_time_and_place(place: Place) -> None:
    users = f"arn:aws:iam::{place.account}:user/"
    assert place.verdict(place.ann, "iam:ListUsers", users) == "implicitDeny"
    assert place.verdict(place.ann, "iam:ListUsers", users, "aws:SourceIp=192.0.2.1") == "allow"
    assert place.verdict(place.ann, "iam:ListRoles", "*") == "implicitDeny"
    assert place.verdict(place.ann, "iam:ListRoles", "*", "aws:CurrentTime=2019-01-01T00:00:00Z") == "allow"


def test_as_a_role_a_session_and_root(place: Place) -> None:
    session = f"arn:aws:sts::{place.account}:assumed-role/worker/one"
    bucket = "arn:aws:s3:::reports"
    assert place.verdict(place.worker, "s3:DeleteBucket", bucket) == "allow"
    assert place.verdict(session, "s3:DeleteBucket", bucket) == "allow"
    assert place.verdict(session, "iam:ListUsers", "*") == "implicitDeny"
    assert place.verdict(f"arn:aws:iam::{place.account}:root", "iam:DeleteUser", place.ann) == "allow"


def test_for_people(place: Place) -> None:
    said = place.simulate("--principal", place.ann, "--action", "s3:GetObject", "--action", "s3:PutObject")
    assert said.exit_code == 1
    assert said.stdout.splitlines()[:3] == ["", "allowed", "  s3:GetObject on *"]
    assert "refused: nothing allows it\n  s3:PutObject on *\n  no Allow in: identity\n" in said.stdout
    assert "would allow it, as identity policy:" in said.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--principal", "ann"], "not an ARN: 'ann'"),
        (
            ["--principal", "arn:aws:iam::000000000000:user/ann"],
            "nobody is called arn:aws:iam::000000000000:user/ann",
        ),
        (["--principal", "{ann}", "--context", "x"], "--context needs key=value, not 'x'"),
        (["--principal", "{ann}", "--context", "aws:CurrentTime=x"], "aws:currenttime is no time: x"),
        (
            ["--principal", "{ann}", "--context", "aws:PrincipalTag/team=blue"],
            "aws:principaltag/team is not for a request to say: the server knows who calls",
        ),
        (["--principal", "{ann}", "--resource", "reports"], "not an ARN: 'reports'"),
    ],
)
def test_what_cannot_be_simulated(place: Place, arguments: list[str], said: str) -> None:
    found = place.simulate("--action", "s3:GetObject", *(each.format(ann=place.ann) for each in arguments))
    assert (found.exit_code, found.stderr) == (2, f"watchword: {said}\n")


@pytest.mark.parametrize("resource", ["root/", "root/anything", "role/nowhere/worker", "user/nowhere/ann"])
def test_an_arn_that_is_nearly_somebodys_names_nobody(place: Place, resource: str) -> None:
    arn = f"arn:aws:iam::{place.account}:{resource}"
    found = place.simulate("--action", "s3:GetObject", "--principal", arn)
    assert (found.exit_code, found.stderr) == (2, f"watchword: nobody is called {arn}\n")


def test_a_session_has_one_name(place: Place) -> None:
    arn = f"arn:aws:sts::{place.account}:assumed-role/worker/one/two"
    assert place.simulate("--action", "s3:GetObject", "--principal", arn).exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["simulate", "--action", "s3:GetObject", "--principal", "{ann}\udcff"],
        [
            "simulate",
            "--action",
            "s3:GetObject",
            "--principal",
            "{ann}",
            "--resource",
            "arn:aws:s3:::\udcff/x",
        ],
        ["explain", "\udcff"],
    ],
    ids=["principal", "resource", "explain"],
)
def test_a_name_that_is_no_utf_8(place: Place, arguments: list[str]) -> None:
    found = watchword(*(each.format(ann=place.ann) for each in arguments), "--data", str(place.data))
    assert found.exit_code == 2
    assert found.stderr.startswith("watchword: not UTF-8: '")


def test_no_role_or_user_has_a_name_that_is_no_utf_8(place: Place) -> None:
    found = watchword("session", "revoke", f"{place.ann}\udcff", "--data", str(place.data))
    assert (found.exit_code, found.stderr) == (2, f"watchword: no such role or user: {place.ann}\\udcff\n")


def test_nothing_is_recorded(place: Place) -> None:
    journal = Path(place.data) / "audit"
    before = [file.read_bytes() for file in sorted(journal.iterdir())]
    place.verdict(place.ann, "s3:GetObject", "*")
    assert [file.read_bytes() for file in sorted(journal.iterdir())] == before
