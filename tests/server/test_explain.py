"""What the operator is told of answers: one, the newest, a list, and as they come."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.server.harness import (
    Draft,
    Keys,
    Line,
    Running,
    client,
    code_of,
    credentials,
    query,
    serve,
    watchword,
)

DENY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Sid": "Network",
            "Effect": "Deny",
            "Action": "iam:ListRoles",
            "Resource": "*",
            "Condition": {
                "StringNotEquals": {"aws:SourceVpc": "vpc-1"},
                "StringLike": {"aws:PrincipalArn": "*alice"},
            },
        },
    ],
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("explain") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def alice(running: Running) -> Keys:
    iam = client("iam", running.endpoint, credentials(running.data))
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=json.dumps(DENY))
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(TRUST))
    keys: Keys = iam.create_access_key(UserName="alice")["AccessKey"]
    return keys


TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "42"}},
    },
}


def explained(running: Running, *arguments: str) -> str:
    return watchword("explain", *arguments, "--data", str(running.data)).stdout


def test_a_malformed_policy_is_explained(running: Running, alice: Keys) -> None:
    iam = client("iam", running.endpoint, alice)
    put = {"UserName": "alice", "PolicyName": "q", "PolicyDocument": '{"Statement": 1}'}
    assert code_of(iam.put_user_policy, **put) == "MalformedPolicyDocument"
    page = explained(running, "--last")
    assert "what     iam:PutUserPolicy\n" in page
    assert "error    MalformedPolicyDocument: " in page


def test_a_bad_signature_is_explained(running: Running, alice: Keys) -> None:
    forged = {**alice, "SecretAccessKey": "x" * 40}
    assert code_of(client("iam", running.endpoint, forged).list_users) == "SignatureDoesNotMatch"
    page = explained(running, "--last")
    assert "error    SignatureDoesNotMatch: " in page
    assert f"who      {alice['AccessKeyId']}\n" in page


def test_each_condition_of_the_statement_that_decided_is_shown(running: Running, alice: Keys) -> None:
    assert code_of(client("iam", running.endpoint, alice).list_roles) == "AccessDenied"
    page = explained(running, "--last-denied")
    assert "Deny by identity policy p, statement Network\n" in page
    assert "      StringNotEquals aws:SourceVpc expected vpc-1, missing, so StringNotEquals holds\n" in page
    assert "      StringLike aws:PrincipalArn expected *alice, had arn:aws:iam::" in page


def test_a_role_that_is_not_there_is_the_operators_to_know(running: Running, alice: Keys) -> None:
    account = client("sts", running.endpoint, alice).get_caller_identity()["Account"]
    sts = client("sts", running.endpoint, alice)
    for name in ("nope", "reader"):
        arn = f"arn:aws:iam::{account}:role/{name}"
        assert code_of(sts.assume_role, RoleArn=arn, RoleSessionName="one") == "AccessDenied"
        page = explained(running, "--last-denied")
        assert (f"meant    there is no role {arn}\n" in page) is (name == "nope")
    assert "nearly: trust policy arn:aws:iam::" in page
    assert "no Allow in: trust" in page


def test_a_list(running: Running, alice: Keys) -> None:
    iam = client("iam", running.endpoint, alice)
    iam.create_group(GroupName="one")
    with Line(running.endpoint) as line:
        request_id = line.send(query("iam", "ListGroups").signed(running.endpoint, alice)).request_id
        line.send(Draft("s3", "GET", "/b/k").request(running.endpoint))
    listed = explained(running, "--list", "--principal", "alice", "--action", "iam:*group*").splitlines()
    assert [line.split()[1:4] for line in listed] == [
        ["ok", "iam:CreateGroup", line.split()[3]]
        if number == 0
        else ["ok", "iam:ListGroups", line.split()[3]]
        for number, line in enumerate(listed)
    ]
    assert listed[-1].endswith(f":user/alice  {request_id}")
    assert explained(running, "--list", "--most", "1").split()[2] == "s3:GetObject"
    assert explained(running, "--list", "--since", "2100-01-01") == ""
    assert explained(running, "--list", "--principal", "*:user/ali") == ""
    (last,) = explained(running, "--list", "--since", "1h", "--most", "1", "--json").splitlines()
    assert json.loads(last)["eventName"] == "GetObject"


def test_following(running: Running, alice: Keys) -> None:
    command = [sys.executable, "-m", "watchword", "explain", "--follow", "--action", "iam:*Group"]
    with subprocess.Popen(
        [*command, "--data", str(running.data)], stdout=subprocess.PIPE, text=True
    ) as follower:
        assert follower.stdout
        iam, seen = client("iam", running.endpoint, alice), threading.Event()

        def ask() -> None:  # again and again: the follower may not look yet
            while not seen.wait(0.2):
                code_of(iam.list_users)
                code_of(iam.get_group, GroupName="none")

        with ThreadPoolExecutor(1) as thread:
            asking = thread.submit(ask)
            line = follower.stdout.readline()
            seen.set()
            asking.result()
        follower.terminate()
    assert line.split()[1:3] == ["NoSuchEntity", "iam:GetGroup"]


@pytest.mark.parametrize("since", ["yesterday", "10", "5w", ""])
def test_a_time_that_is_none(tmp_path: Path, since: str) -> None:
    refused = watchword("explain", "--list", "--since", since, "--data", str(tmp_path))
    assert refused.exit_code == 2


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("s3:GetObjcet", "there is no action 's3:GetObjcet'; did you mean 's3:GetObject'?"),
        ("iamm:GetUser", "there is no service 'iamm'; did you mean 'iam'?"),
        ("s3:*", "there is no action 's3:*'"),
        ("GetObject", "there is no service 'getobject'"),
    ],
)
def test_only_actions_that_exist_are_simulated(running: Running, action: str, said: str) -> None:
    refused = watchword(
        "simulate", "--principal", "arn:aws:iam::1:root", "--action", action, "--data", str(running.data)
    )
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr
