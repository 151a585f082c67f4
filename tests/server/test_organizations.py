"""An organization on a running server, by unmodified boto3: across accounts, across processes, to its end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.server.harness import client, code_of, credentials, eventually, serve, told, watchword
from tests.server.test_start import fails

from watchword.testing import Server

ROLE = "OrganizationAccountAccessRole"
NO_S3 = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Sid": "NoS3", "Effect": "Deny", "Action": "s3:*", "Resource": "*"},
    }
)


class Organization:
    """Of the account whose credentials these are."""

    def __init__(self, endpoint: str, keys: dict[str, str]) -> None:
        self.endpoint, self.keys = endpoint, keys
        self.api: Any = self.client("organizations")

    def client(self, service: str, keys: dict[str, str] | None = None) -> Any:
        return client(service, self.endpoint, keys or self.keys)

    def member(self, name: str) -> str:
        made = self.api.create_account(AccountName=name, Email=f"{name}@example.com")
        request = made["CreateAccountStatus"]["Id"]
        ended = self.api.describe_create_account_status(CreateAccountRequestId=request)
        return str(ended["CreateAccountStatus"]["AccountId"])

    def into(self, account: str) -> dict[str, str]:
        """Credentials in a member account."""
        arn = f"arn:aws:iam::{account}:role/{ROLE}"
        found: dict[str, str] = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="ci")[
            "Credentials"
        ]
        return found

    def guard(self, target: str) -> None:
        root = self.api.list_roots()["Roots"][0]["Id"]
        self.api.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        made = self.api.create_policy(
            Name="no s3", Description="", Type="SERVICE_CONTROL_POLICY", Content=NO_S3
        )
        self.api.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=target)


@pytest.fixture
def organization(watchword: Server) -> Organization:
    """On an ephemeral server, of a user who may do everything."""
    iam = boto3.client("iam", **watchword.client_arguments)
    iam.create_user(UserName="ci")
    iam.attach_user_policy(UserName="ci", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    made = Organization(watchword.endpoint, iam.create_access_key(UserName="ci")["AccessKey"])
    made.api.create_organization()
    return made


def test_a_test_across_accounts_needs_create_account_alone(organization: Organization) -> None:
    account = organization.member("dev")
    s3 = organization.client("s3", organization.into(account))
    s3.create_bucket(Bucket="of-dev")
    assert code_of(organization.client("s3").list_objects_v2, Bucket="of-dev") == "AccessDenied"


def test_credentials_of_a_closed_account_end(organization: Organization) -> None:
    account = organization.member("dev")
    session = organization.into(account)
    iam = organization.client("iam", session)
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    callers = [organization.client("sts", keys) for keys in (session, key)]
    for sts in callers:
        assert sts.get_caller_identity()["Account"] == account
    organization.api.close_account(AccountId=account)
    for sts in callers:
        assert code_of(sts.get_caller_identity) == "InvalidClientTokenId"


def test_the_waiting_period_is_on_the_servers_clock(organization: Organization, watchword: Server) -> None:
    account = organization.member("dev")
    remove = organization.api.remove_account_from_organization
    with pytest.raises(organization.api.exceptions.ConstraintViolationException) as refused:
        remove(AccountId=account)
    assert refused.value.response["Reason"] == "WAIT_PERIOD_ACTIVE"
    watchword.advance(7 * 86400)
    remove(AccountId=account)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[Path, Organization]]:
    """On a server that keeps its data; its users are the administrator."""
    data = tmp_path / "data"
    with serve(data) as server:
        made = Organization(server.endpoint, credentials(data))
        made.api.create_organization()
        yield data, made


def test_another_process_knows_at_once(kept: tuple[Path, Organization]) -> None:
    data, organization = kept
    account = organization.member("dev")
    session = organization.into(account)
    with serve(data) as second:
        s3 = client("s3", second.endpoint, session)
        s3.list_buckets()
        organization.guard(account)
        assert eventually(lambda: code_of(s3.list_buckets) == "AccessDenied", 1.0)
        organization.api.close_account(AccountId=account)
        assert eventually(lambda: code_of(s3.list_buckets) == "InvalidToken", 1.0)


def test_why_a_policy_of_the_organization_refused(kept: tuple[Path, Organization]) -> None:
    data, organization = kept
    account = organization.member("dev")
    organization.guard(account)
    s3 = organization.client("s3", organization.into(account))
    assert code_of(s3.list_buckets) == "AccessDenied"
    said = " ".join(watchword("explain", "--last-denied", "--data", str(data)).stdout.split())
    root = organization.api.list_roots()["Roots"][0]["Id"]
    assert f"attached to account {account}, statement NoS3" in said
    path = f"root {root}: allows it account {account}: denies it"
    assert f"the path of SCPs, from the root to the account: {path}" in said


def test_account_create_and_organizations_are_two_faces_of_one_thing(
    kept: tuple[Path, Organization],
) -> None:
    data, organization = kept
    where = ("--data", str(data))
    manager = organization.api.describe_organization()["Organization"]["MasterAccountId"]
    arguments = ("account", "create", "ops", "--email", "ops@example.com", "--organization", manager)
    made = told(*arguments, *where)["AccountId"]
    assert organization.api.describe_account(AccountId=made)["Account"]["Email"] == "ops@example.com"
    organization.into(made)
    assert "has the address" in fails(*arguments, *where)
    assert "manages no organization" in fails("account", "create", "x", "--organization", made, *where)

    organization.api.close_account(AccountId=made)
    listed = [json.loads(line) for line in watchword("account", "list", *where).stdout.splitlines()]
    (found,) = (each for each in listed if each["AccountId"] == made)
    assert (found["Name"], found["Status"]) == ("ops", "SUSPENDED")
    assert f"account {made} is closed" in fails("credentials", "--account", made, *where)
    assert told("account", "reopen", made, *where) == {"AccountId": made, "Status": "ACTIVE"}
    organization.into(made)
    assert "no such account is closed" in fails("account", "reopen", made, *where)
