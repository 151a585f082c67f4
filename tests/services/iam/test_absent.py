"""What nothing here makes: empty lists for those who exist, NoSuchEntity for those who don't."""

import json

import pytest
from tests.services.iam.harness import MODEL, A, Iam, refused

from watchword.services.iam import absent

OF_USER = ["ListMFADevices", "ListSSHPublicKeys", "ListServiceSpecificCredentials", "ListSigningCertificates"]
OF_ACCOUNT = ["ListAccountAliases", "ListVirtualMFADevices"]
PROFILE = ["GetLoginProfile", "DeleteLoginProfile"]
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"},
}


def is_empty(name: str, output: dict[str, object]) -> bool:
    (member,) = set(MODEL.operation_model(name).output_shape.members) - {"IsTruncated", "Marker"}
    return output == {member: [], "IsTruncated": False}


def test_every_operation_is_tried_here() -> None:
    assert set(absent.OPERATIONS) == {*OF_USER, *OF_ACCOUNT, *PROFILE, "ListInstanceProfilesForRole"}


@pytest.mark.parametrize("name", OF_USER)
def test_a_user_has_none(iam: Iam, name: str) -> None:
    refused("NoSuchEntity", "The user with name ann cannot be found.", iam, name, UserName="ann")
    iam("CreateUser", UserName="ann")
    assert is_empty(name, iam(name, UserName="ann"))
    assert is_empty(name, iam(name))


@pytest.mark.parametrize("name", PROFILE)
def test_a_user_has_no_password(iam: Iam, name: str) -> None:
    refused("NoSuchEntity", "The user with name ann cannot be found.", iam, name, UserName="ann")
    iam("CreateUser", UserName="ann")
    refused("NoSuchEntity", "Login Profile for User ann cannot be found.", iam, name, UserName="Ann")
    said = "Must specify userName when calling with non-User credentials"
    refused("ValidationError", said, iam, name)


@pytest.mark.parametrize("name", OF_ACCOUNT)
def test_an_account_has_none(iam: Iam, name: str) -> None:
    assert is_empty(name, iam(name))


def test_a_role_has_no_instance_profiles(iam: Iam) -> None:
    name = "ListInstanceProfilesForRole"
    refused("NoSuchEntity", "The role with name r cannot be found.", iam, name, RoleName="r")
    iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
    assert is_empty(name, iam(name, RoleName="r"))
