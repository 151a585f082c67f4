"""Roles of permission sets belong to Identity Center: nobody else makes, changes, removes or assumes them."""

from typing import Any

import pytest
from tests.identity.pem import metadata
from tests.services.sso_admin.harness import LIST_BUCKETS, Center, code

from watchword.testing import Server

TRUST = (
    '{"Version":"2012-10-17","Statement":'
    '{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}}'
)


@pytest.fixture(scope="module")
def center() -> Any:
    with Server.start() as server:
        center = Center(server)
        center.assign(center.permission_set(), center.user("ann"))
        yield center


CHANGES: dict[str, dict[str, Any]] = {
    "attach_role_policy": {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    "put_role_policy": {"PolicyName": "p", "PolicyDocument": LIST_BUCKETS},
    "delete_role_policy": {"PolicyName": "AwsSSOInlinePolicy"},
    "update_assume_role_policy": {"PolicyDocument": TRUST},
    "update_role": {"Description": "mine"},
    "update_role_description": {"Description": "mine"},
    "put_role_permissions_boundary": {"PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    "delete_role_permissions_boundary": {},
    "tag_role": {"Tags": [{"Key": "a", "Value": "b"}]},
    "untag_role": {"TagKeys": ["a"]},
    "delete_role": {},
}


@pytest.mark.parametrize("operation", CHANGES)
def test_not_even_root_changes_one(center: Center, operation: str) -> None:
    (role,) = center.roles()
    call = getattr(center.iam, operation)
    assert code(call, RoleName=role["RoleName"], **CHANGES[operation]) == "UnmodifiableEntity"


def test_no_machine_gets_one(center: Center) -> None:
    (role,) = center.roles()
    center.iam.create_instance_profile(InstanceProfileName="machines")
    add = center.iam.add_role_to_instance_profile
    refused = code(add, InstanceProfileName="machines", RoleName=role["RoleName"])
    assert refused == "UnmodifiableEntity"


@pytest.mark.parametrize(
    ("name", "path", "refused"),
    [
        ("AWSReservedSSO_Read_0123456789abcdef", "/", "EntityAlreadyExists"),
        ("awsreservedsso_x", "/", "EntityAlreadyExists"),
        ("mine", "/aws-reserved/sso.amazonaws.com/", "InvalidInput"),
        ("mine", "/aws-reserved/", "InvalidInput"),
    ],
)
def test_nobody_makes_one(center: Center, name: str, path: str, refused: str) -> None:
    create = center.iam.create_role
    assert code(create, RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST) == refused


def test_nobody_is_the_provider_that_they_trust(center: Center) -> None:
    """Or its assertions could begin sessions of every such role of the account."""
    hexadecimal = center.instance.rpartition("-")[2]
    for name in (f"AWSSSO_{hexadecimal}_DO_NOT_DELETE", f"awssso_{hexadecimal}_do_not_delete"):
        create = center.iam.create_saml_provider
        assert code(create, Name=name, SAMLMetadataDocument=metadata()) == "EntityAlreadyExists"
