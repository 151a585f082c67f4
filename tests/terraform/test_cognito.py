"""Terraform against a running server: identity pools are applied, planned clean, changed and destroyed.

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
    settings = tmp_path / "terraform.rc"
    settings.write_text(CLI_SETTINGS)
    directory = shutil.copytree(Path(__file__).parent / "cognito", tmp_path / "cognito")
    ours = {"TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}
    found = Terraform(directory, {"PATH": os.environ["PATH"], **watchword.environment, **ours})
    found.run("init", "-no-color")
    return found


def test_identity_pools(terraform: Terraform, watchword: Server) -> None:
    for changed in (False, True):
        terraform.apply(changed=changed)
        terraform.plan_is_empty(changed=changed)
    pools = boto3.client("cognito-identity", **watchword.client_arguments)
    assert len(pools.list_identity_pools(MaxResults=10)["IdentityPools"]) == 2
    terraform.run("destroy", "-auto-approve", "-no-color", "-compact-warnings")
    assert pools.list_identity_pools(MaxResults=10)["IdentityPools"] == []
