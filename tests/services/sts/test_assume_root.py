"""AssumeRoot: principals of a management account act as root users of its organization, each for one task."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.services.sts.harness import client, code, document

from watchword.testing import Server

MANAGER, MEMBER, NOBODYS = "111111111111", "222222222222", "333333333333"
TASK = "arn:aws:iam::aws:policy/root-task/"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Two accounts, of which the first manages the second, whose bucket has locked everybody out."""
    with Server.start("--account", f"{MANAGER},{MEMBER}") as started:
        organize(started)
        s3 = boto3.client("s3", **started.arguments_of(MEMBER))
        s3.create_bucket(Bucket="locked")
        deny = document("s3:*", Resource=["arn:aws:s3:::locked", "arn:aws:s3:::locked/*"], Principal="*")
        s3.put_bucket_policy(Bucket="locked", Policy=deny.replace("Allow", "Deny"))
        yield started


def organize(server: Server) -> None:
    """The first account's organization has the second one as a member, and both features."""
    managing = boto3.client("organizations", **server.arguments_of(MANAGER))
    managing.create_organization()
    invitation = managing.invite_account_to_organization(Target={"Id": MEMBER, "Type": "ACCOUNT"})
    invited = boto3.client("organizations", **server.arguments_of(MEMBER))
    invited.accept_handshake(HandshakeId=invitation["Handshake"]["Id"])
    managing.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    iam = boto3.client("iam", **server.arguments_of(MANAGER))
    iam.enable_organizations_root_credentials_management()
    iam.enable_organizations_root_sessions()


@pytest.fixture(scope="module")
def boss(server: Server) -> Any:
    """STS as a user of the managing account who may ask for every task."""
    return user(server, MANAGER, "boss", document("sts:AssumeRoot", Resource="*"))


def user(server: Server, account: str, name: str, policy: str) -> Any:
    iam = boto3.client("iam", **server.arguments_of(account))
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
    return client(server, "sts", iam.create_access_key(UserName=name)["AccessKey"])


def asked(task: str = "S3UnlockBucketPolicy", target: str = MEMBER, **more: Any) -> dict[str, Any]:
    return {"TargetPrincipal": target, "TaskPolicyArn": {"arn": TASK + task}, **more}


def session(sts: Any, **wanted: Any) -> dict[str, str]:
    credentials: dict[str, str] = sts.assume_root(**asked(**wanted))["Credentials"]
    return credentials


@pytest.mark.parametrize("target", [MEMBER, f"arn:aws:iam::{MEMBER}:root"])
def test_it_is_the_root_user(server: Server, boss: Any, target: str) -> None:
    root = client(server, "sts", session(boss, target=target))
    assert root.get_caller_identity()["Arn"] == f"arn:aws:iam::{MEMBER}:root"


def test_a_locked_bucket_is_opened(server: Server, boss: Any) -> None:
    """That, and nothing else."""
    made = session(boss)
    s3 = client(server, "s3", made)
    assert s3.get_bucket_policy(Bucket="locked")["Policy"]
    assert code(s3.list_objects_v2, Bucket="locked") == "AccessDenied"
    assert code(s3.create_bucket, Bucket="another") == "AccessDenied"
    assert code(client(server, "iam", made).list_access_keys) == "AccessDenied"
    s3.delete_bucket_policy(Bucket="locked")


def test_roots_credentials_are_audited_and_deleted(server: Server, boss: Any) -> None:
    """Of the root user alone."""
    audit = client(server, "iam", session(boss, task="IAMAuditRootUserCredentials"))
    delete = client(server, "iam", session(boss, task="IAMDeleteRootUserCredentials"))
    root = boto3.client("iam", **server.arguments_of(MEMBER))
    key = root.create_access_key()["AccessKey"]["AccessKeyId"]
    assert key in str(audit.list_access_keys()["AccessKeyMetadata"])
    assert code(audit.delete_access_key, AccessKeyId=key) == "AccessDenied"
    assert code(delete.list_users) == "AccessDenied"
    assert code(delete.create_access_key) == "AccessDenied"
    root.create_user(UserName="ann")
    assert code(delete.list_access_keys, UserName="ann") == "AccessDenied"
    delete.delete_access_key(AccessKeyId=key)
    assert key not in str(audit.list_access_keys()["AccessKeyMetadata"])


@pytest.mark.parametrize(
    "wrong",
    [
        asked(target=MANAGER),
        asked(target=NOBODYS),
    ],
    ids=["its own account", "an account that isn't there"],
)
def test_who_it_cant_be(boss: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(
        ClientError, match=r"Not authorized to perform sts:AssumeRoot on arn:aws:iam::\d+:root"
    ):
        boss.assume_root(**wrong)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (asked(target=f"arn:aws:iam::{MEMBER}:user/ann"), "ValidationError"),
        (asked(task="../AdministratorAccess"), "ValidationError"),
        (
            asked() | {"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}},
            "ValidationError",
        ),
        (asked(DurationSeconds=901), "ValidationError"),
    ],
)
def test_what_cant_be_asked_for(server: Server, wrong: dict[str, Any], expected: str) -> None:
    sts = boto3.client(
        "sts",
        **server.arguments_of(MANAGER),
        config=boto3.session.Config(parameter_validation=False),  # type: ignore[attr-defined]
    )
    assert code(sts.assume_root, **wrong) == expected


def test_who_cant_ask(server: Server, boss: Any) -> None:
    """Root users, the member itself, and those whose policies don't allow the task."""
    for account in (MANAGER, MEMBER):
        assert (
            code(boto3.client("sts", **server.arguments_of(account)).assume_root, **asked()) == "AccessDenied"
        )
    only = {"StringEquals": {"sts:TaskPolicyArn": TASK + "SQSUnlockQueuePolicy"}}
    other = user(server, MANAGER, "other", document("sts:AssumeRoot", Resource="*", Condition=only))
    with pytest.raises(ClientError, match=rf"sts:AssumeRoot on resource: arn:aws:iam::{MEMBER}:root"):
        other.assume_root(**asked())
    assert session(other, task="SQSUnlockQueuePolicy")
    stranger = user(server, MEMBER, "stranger", document("sts:AssumeRoot", Resource="*"))
    assert code(stranger.assume_root, **asked(target=MANAGER)) == "AccessDenied"


def test_without_an_organization_nobody_can(watchword: Server, iam: Any, ann: Any) -> None:
    assert code(ann.assume_root, **asked()) == "AccessDenied"


def test_its_session_goes_no_further(server: Server, boss: Any) -> None:
    sts = client(server, "sts", session(boss))
    assert code(sts.assume_root, **asked()) == "AccessDenied"
    assert code(sts.get_session_token) == "AccessDenied"
    assert code(sts.get_federation_token, Name="bob") == "AccessDenied"
