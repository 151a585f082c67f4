"""Terraform against a running server: buckets are applied, planned clean, changed and destroyed: who
may use them, and what they keep.

aws_s3_account_public_access_block isn't among it: its client puts the account before the name of the host.
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
    directory = shutil.copytree(Path(__file__).parent / "s3", tmp_path / "s3")
    ours = {"TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}
    found = Terraform(directory, {"PATH": os.environ["PATH"], **watchword.environment, **ours})
    found.run("init", "-no-color")
    return found


def test_buckets_and_what_they_keep(terraform: Terraform, watchword: Server) -> None:
    for changed in (False, True):
        terraform.apply(changed=changed)
        terraform.plan_is_empty(changed=changed)
    s3 = boto3.client("s3", **watchword.client_arguments)
    assert {each["Name"] for each in s3.list_buckets()["Buckets"]} == {"granted", "kept", "open", "vault"}
    terraform.run("destroy", "-auto-approve", "-no-color", "-compact-warnings", "-var", "changed=true")
    assert s3.list_buckets()["Buckets"] == []
