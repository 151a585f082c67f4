"""Encoded authorization messages with unmodified boto3: handed out, decoded, and kept from everybody else."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.server.harness import client as client_of
from tests.server.harness import credentials, journal, serve, told
from tests.server.harness import watchword as command
from tests.services.sts.harness import ACCOUNT, arn, client, code, document, make_role

from watchword.testing import Server

HEADER = "x-watchword-authorization-message"
INVALID = "InvalidAuthorizationMessageException"
LENGTH = 2048
RED = [{"Key": "Team", "Value": "red"}]


def refused(call: Any, **arguments: Any) -> str:
    """The message that a refusal carries."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response["ResponseMetadata"]
    assert answer["HTTPStatusCode"] == 403, caught.value
    return str(answer["HTTPHeaders"].get(HEADER, ""))


def decoded(sts: Any, message: str) -> Any:
    return json.loads(sts.decode_authorization_message(EncodedMessage=message)["DecodedMessage"])


def conditions(found: Any) -> dict[str, list[str]]:
    items = found["context"]["conditions"]["items"]
    return {each["key"]: [value["value"] for value in each["values"]["items"]] for each in items}


@pytest.fixture
def keys(iam: Any) -> dict[str, str]:
    """Of a user who may do nothing."""
    iam.create_user(UserName="bob", Tags=RED)
    made: dict[str, str] = iam.create_access_key(UserName="bob")["AccessKey"]
    return made


def test_what_nothing_allows(watchword: Server, iam: Any, ann: Any, keys: dict[str, str]) -> None:
    blue = {"StringEquals": {"aws:PrincipalTag/Team": "blue"}}
    policy = document("iam:ListUsers", Resource="*", Condition=blue)
    iam.put_user_policy(UserName="bob", PolicyName="blue", PolicyDocument=policy)
    found = decoded(ann, refused(client(watchword, "iam", keys).list_users))
    assert found.keys() == {
        *("allowed", "explicitDeny", "matchedStatements", "failures", "context", "explanation"),
    }
    assert (found["allowed"], found["explicitDeny"]) == (False, False)
    assert found["matchedStatements"] == found["failures"] == {"items": []}
    bob = {"arn": f"arn:aws:iam::{ACCOUNT}:user/bob", "name": "bob"}
    assert found["context"]["principal"].items() >= bob.items()
    assert found["context"]["principal"]["id"].startswith("AIDA")
    assert found["context"]["action"] == "iam:ListUsers"
    assert found["context"]["resource"] == f"arn:aws:iam::{ACCOUNT}:user/"
    assert conditions(found)["aws:principaltag/team"] == ["red"]
    assert conditions(found)["aws:sourceip"] == ["127.0.0.1"]
    (miss,) = found["explanation"]["nearMisses"]
    assert miss["failed"][0]["actual"] == "red"


def test_what_is_denied(watchword: Server, iam: Any, ann: Any, keys: dict[str, str]) -> None:
    red = {"StringEquals": {"aws:PrincipalTag/Team": ["red", "green"]}}
    statement = json.loads(document(["iam:List*", "s3:*"], Resource="*", Condition=red))["Statement"][0]
    policy = {"Version": "2012-10-17", "Statement": [statement | {"Effect": "Deny", "Sid": "NoReds"}]}
    iam.put_user_policy(UserName="bob", PolicyName="no", PolicyDocument=json.dumps(policy))
    found = decoded(ann, refused(client(watchword, "iam", keys).list_users))
    assert (found["allowed"], found["explicitDeny"]) == (False, True)
    assert found["matchedStatements"]["items"] == [
        {
            "statementId": "NoReds",
            "effect": "DENY",
            "principals": {"items": []},
            "principalGroups": {"items": []},
            "actions": {"items": [{"value": "iam:List*"}, {"value": "s3:*"}]},
            "resources": {"items": [{"value": "*"}]},
            "conditions": {
                "items": [
                    {
                        "key": "aws:PrincipalTag/Team",
                        "values": {"items": [{"value": "red"}, {"value": "green"}]},
                    }
                ]
            },
        }
    ]


def test_who_may_decode(watchword: Server, iam: Any, ann: Any, keys: dict[str, str]) -> None:
    message = refused(client(watchword, "iam", keys).list_users)
    bob = client(watchword, "sts", keys)
    assert code(bob.decode_authorization_message, EncodedMessage=message) == "AccessDenied"
    assert code(bob.decode_authorization_message, EncodedMessage="rubbish") == "AccessDenied"
    permission = document("sts:DecodeAuthorizationMessage", Resource="*")
    iam.put_user_policy(UserName="bob", PolicyName="own", PolicyDocument=permission)
    assert decoded(bob, message) == decoded(ann, message)
    # A role's session, and root.
    make_role(iam, "reader", "sts:AssumeRole")
    session = ann.assume_role(RoleArn=arn("reader"), RoleSessionName="one")["Credentials"]
    assert decoded(client(watchword, "sts", session), message)["allowed"] is False
    assert decoded(boto3.client("sts", **watchword.client_arguments), message)["allowed"] is False


def test_what_is_no_message(watchword: Server, ann: Any, keys: dict[str, str]) -> None:
    message = refused(client(watchword, "iam", keys).list_users)
    token = ann.get_session_token()["Credentials"]["SessionToken"]
    wrong = ["x", "é", "AAAA", "a b", message[:-4], message + "AAAA", message[:-1] + "=", token]
    wrong += [f"{message[:99]}\n{message[99:]}", message.swapcase(), "A" * LENGTH, "A" * 10_240]
    for each in wrong:
        assert code(ann.decode_authorization_message, EncodedMessage=each) == INVALID, each
    with pytest.raises(ClientError, match="Message is not valid") as caught:
        ann.decode_authorization_message(EncodedMessage="x")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert code(ann.decode_authorization_message, EncodedMessage="A" * 10_241) == "ValidationError"
    # Nor is a message a session token.
    keys = {"AccessKeyId": "ASIAAAAAAAAAAAAAAAAA", "SecretAccessKey": "x", "SessionToken": message}
    assert code(client(watchword, "sts", keys).get_caller_identity) == "InvalidClientTokenId"


def test_its_length_tells_nothing(watchword: Server, iam: Any, ann: Any, keys: dict[str, str]) -> None:
    """Whether a role exists, and what is attached to anything, shows in no length."""
    sts = client(watchword, "sts", keys)
    make_role(iam, "closed", "sts:TagSession")
    for name in ("closed", "absent"):
        assert len(refused(sts.assume_role, RoleArn=arn(name), RoleSessionName="one")) == LENGTH
    for size in (0, 100, 10_000, 60_000):
        mine = client(watchword, "iam", keys)
        mine.meta.events.register(
            "before-sign",
            lambda request, size=size, **_: request.headers.add_header("User-Agent", "x" * size),
        )
        assert len(refused(mine.list_users)) == LENGTH


def test_what_does_not_fit_is_left_out(watchword: Server, iam: Any, ann: Any, keys: dict[str, str]) -> None:
    hard_to_pack = [f"arn:aws:s3:::{number**9:x}" for number in range(1, 140)]
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    policy["Statement"] |= {"Condition": {"StringNotEquals": {"aws:username": hard_to_pack}}}  # type: ignore[operator]
    made = iam.create_policy(PolicyName="long", PolicyDocument=json.dumps(policy))["Policy"]
    iam.attach_user_policy(UserName="bob", PolicyArn=made["Arn"])
    found = decoded(ann, refused(client(watchword, "iam", keys).list_users))
    assert found["explicitDeny"]
    assert "explanation" not in found
    assert found["matchedStatements"]["items"] == []
    assert conditions(found)["aws:username"] == ["bob"]


def test_who_gets_none(watchword: Server, iam: Any, ann: Any) -> None:
    s3 = boto3.client("s3", **watchword.client_arguments)
    s3.create_bucket(Bucket="closed")
    unsigned = boto3.client("s3", endpoint_url=watchword.endpoint, config=Config(signature_version=UNSIGNED))
    assert refused(unsigned.get_object, Bucket="closed", Key="x") == ""
    wrong = client(watchword, "sts", {"AccessKeyId": "AKIAAAAAAAAAAAAAAAAA", "SecretAccessKey": "x"})
    assert refused(wrong.get_caller_identity) == ""
    assert HEADER not in ann.get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]


def test_head_has_one_too(watchword: Server, ann: Any, keys: dict[str, str]) -> None:
    boto3.client("s3", **watchword.client_arguments).create_bucket(Bucket="closed")
    found = decoded(ann, refused(client(watchword, "s3", keys).head_object, Bucket="closed", Key="x"))
    assert found["context"]["action"] == "s3:GetObject"
    assert found["context"]["resource"] == "arn:aws:s3:::closed/x"


class TestTwoAccounts:
    """Rule 2 of `access.refused`, and that a message is its account's."""

    def test_the_other_side_is_kept_quiet(self, tmp_path: Path) -> None:
        with serve(tmp_path / "data") as server:
            other = str(told("account", "create", "other", "--data", str(server.data))["AccountId"])
            ours, theirs = credentials(server.data), credentials(server.data, "--account", other)
            s3, iam = (client_of(service, server.endpoint, theirs) for service in ("s3", "iam"))
            s3.create_bucket(Bucket="theirs")
            secret = {
                "StringEquals": {"aws:PrincipalTag/hush": "a secret"},
                "Null": {"aws:SourceVpc": "true"},
            }
            grant = {"Principal": "*", "Resource": "arn:aws:s3:::theirs/*", "Condition": secret}
            s3.delete_public_access_block(Bucket="theirs")
            s3.put_bucket_policy(Bucket="theirs", Policy=document("s3:GetObject", **grant))
            role = {"RoleName": "closed", "Tags": [{"Key": "hush", "Value": "a secret"}]}
            trust = document("sts:AssumeRole", Principal={"AWS": "*"}, Condition=secret)
            made = iam.create_role(AssumeRolePolicyDocument=trust, **role)["Role"]["Arn"]

            s3.put_object(Bucket="theirs", Key="tagged", Tagging="hush=a secret")

            mine = client_of("sts", server.endpoint, ours)
            messages = [
                refused(client_of("s3", server.endpoint, ours).get_object, Bucket="theirs", Key="tagged"),
                refused(client_of("s3", server.endpoint, ours).get_object, Bucket="theirs", Key="x"),
                refused(mine.assume_role, RoleArn=made, RoleSessionName="one"),
            ]
            for message in messages:
                found = decoded(mine, message)
                assert found["allowed"] is False
                text = json.dumps(found)
                assert not any(word in text for word in ("hush", "a secret", "SourceVpc"))
                assert "aws:resourceaccount" not in conditions(found)
                foreign = client_of("sts", server.endpoint, theirs)
                assert code(foreign.decode_authorization_message, EncodedMessage=message) == INVALID
                # A new key seals from now on; the old one opens.
                assert command("keyring", "rotate", "--data", str(server.data)).exit_code == 0
                assert decoded(mine, message) == found

    def test_explain_prints_it(self, tmp_path: Path) -> None:
        with serve(tmp_path / "data") as server:
            ours = credentials(server.data)
            iam, sts = (client_of(service, server.endpoint, ours) for service in ("iam", "sts"))
            iam.create_user(UserName="bob")
            bob = client_of("iam", server.endpoint, iam.create_access_key(UserName="bob")["AccessKey"])
            message = refused(bob.list_users)
            printed = command("explain", "--last-denied", "--encoded", "--data", str(server.data))
            assert printed.stdout == f"{message}\n"
            assert decoded(sts, printed.stdout.strip())["context"]["action"] == "iam:ListUsers"
            fine = iam.list_users()["ResponseMetadata"]["RequestId"]
            assert journal(server.data)
            printed = command("explain", fine, "--encoded", "--data", str(server.data))
            assert (printed.exit_code, printed.stdout) == (2, "")
            assert "this request has no message" in printed.stderr
