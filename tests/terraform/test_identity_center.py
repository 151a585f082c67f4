"""Terraform against a running server: a directory and permission sets are applied, planned clean, changed and
destroyed.

It runs where the provider is unpacked, as test_iam.py does.
"""

import os
import shutil
from pathlib import Path

import boto3
import pytest
from tests.terraform.test_iam import CLI_SETTINGS, Terraform, pytestmark

from watchword.testing import Server

__all__ = ["pytestmark"]


@pytest.fixture
def terraform(watchword: Server, tmp_path: Path) -> Terraform:
    boto3.client("sso-admin", **watchword.client_arguments).create_instance()
    settings = tmp_path / "terraform.rc"
    settings.write_text(CLI_SETTINGS)
    directory = shutil.copytree(Path(__file__).parent / "identity_center", tmp_path / "identity_center")
    ours = {"TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}
    ours["TF_VAR_account"] = watchword.account
    found = Terraform(directory, {"PATH": os.environ["PATH"], **watchword.environment, **ours})
    found.run("init", "-no-color")
    return found


def test_a_directory_and_permission_sets(terraform: Terraform, watchword: Server) -> None:
    iam = boto3.client("iam", **watchword.client_arguments)
    for changed in (False, True):
        terraform.apply(changed=changed)
        terraform.plan_is_empty(changed=changed)
        assert terraform.run("output", "-no-color").strip() == "same = true"
    (role,) = iam.list_roles(PathPrefix="/aws-reserved/")["Roles"]
    attached = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert {each["PolicyName"] for each in attached} == {"ReadOnlyAccess", "Team"}
    terraform.run("destroy", "-auto-approve", "-no-color", "-compact-warnings")
    assert iam.list_roles(PathPrefix="/aws-reserved/")["Roles"] == []
