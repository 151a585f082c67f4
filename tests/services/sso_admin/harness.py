"""Identity Center as its administrators see it: unmodified boto3, an instance, and short calls."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from watchword.testing import Server

LIST_BUCKETS = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}}
)
RESERVED = "/aws-reserved/"


class Center:
    """An account that owns an instance."""

    def __init__(self, server: Server) -> None:
        self.server, self.account = server, server.account
        self.sso = boto3.client("sso-admin", **server.client_arguments)
        self.people = boto3.client("identitystore", **server.client_arguments)
        self.iam = boto3.client("iam", **server.client_arguments)
        self.instance: str = self.sso.create_instance(Name="main")["InstanceArn"]
        self.directory: str = self.sso.describe_instance(InstanceArn=self.instance)["IdentityStoreId"]

    def user(self, name: str, **more: Any) -> str:
        given = {
            "UserName": name,
            "DisplayName": name,
            "Name": {"GivenName": name, "FamilyName": "Example"},
        }
        made = self.people.create_user(IdentityStoreId=self.directory, **(given | more))
        return str(made["UserId"])

    def group(self, name: str, *members: str) -> str:
        group = str(self.people.create_group(IdentityStoreId=self.directory, DisplayName=name)["GroupId"])
        for each in members:
            self.join(group, each)
        return group

    def join(self, group: str, user: str) -> str:
        made = self.people.create_group_membership(
            IdentityStoreId=self.directory, GroupId=group, MemberId={"UserId": user}
        )
        return str(made["MembershipId"])

    def permission_set(self, name: str = "Read", **more: Any) -> str:
        made = self.sso.create_permission_set(InstanceArn=self.instance, Name=name, **more)
        return str(made["PermissionSet"]["PermissionSetArn"])

    def assign(self, permission_set: str, principal: str, **more: str) -> dict[str, Any]:
        """How it ended."""
        return self._end("creation", self.sso.create_account_assignment, permission_set, principal, more)

    def take_away(self, permission_set: str, principal: str, **more: str) -> dict[str, Any]:
        """How it ended."""
        return self._end("deletion", self.sso.delete_account_assignment, permission_set, principal, more)

    def provision(self, permission_set: str) -> dict[str, Any]:
        """How it ended."""
        begun = self.sso.provision_permission_set(
            InstanceArn=self.instance,
            PermissionSetArn=permission_set,
            TargetType="ALL_PROVISIONED_ACCOUNTS",
        )["PermissionSetProvisioningStatus"]
        found = self.sso.describe_permission_set_provisioning_status(
            InstanceArn=self.instance, ProvisionPermissionSetRequestId=begun["RequestId"]
        )
        status: dict[str, Any] = found["PermissionSetProvisioningStatus"]
        return status

    def roles(self, iam: Any = None) -> list[dict[str, Any]]:
        """The reserved ones of an account."""
        found: list[dict[str, Any]] = (iam or self.iam).list_roles(PathPrefix=RESERVED)["Roles"]
        return found

    def _end(
        self, kind: str, call: Callable[..., Any], permission_set: str, principal: str, more: dict[str, str]
    ) -> dict[str, Any]:
        given = {"TargetId": self.account, "TargetType": "AWS_ACCOUNT", "PrincipalType": "USER"} | more
        named = {"InstanceArn": self.instance, "PermissionSetArn": permission_set, "PrincipalId": principal}
        member = f"AccountAssignment{kind.capitalize()}"
        begun = call(**named, **given)[f"{member}Status"]
        assert begun["Status"] == "IN_PROGRESS"
        describe = getattr(self.sso, f"describe_account_assignment_{kind}_status")
        asked = {f"{member}RequestId": begun["RequestId"]}
        ended: dict[str, Any] = describe(InstanceArn=self.instance, **asked)[f"{member}Status"]
        return ended


def code(call: Callable[..., Any], **given: Any) -> str:
    """The error code of a call that is refused."""
    with pytest.raises(ClientError) as refused:
        call(**given)
    return str(refused.value.response["Error"]["Code"])
