"""Terraform against a running server: tags, CORS, encryption and notifications of buckets, tags of objects.

It runs where the provider is unpacked, as test_iam.py does.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from tests.services.lambda_.packages import ECHO
from tests.terraform.test_iam import CLI_SETTINGS, Terraform, pytestmark

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter
from watchword.testing import Server

__all__ = ["pytestmark"]


@pytest.fixture
def server() -> Iterator[Server]:
    if strongest(Interpreter.own()) is None:
        pytest.skip("functions can't be isolated on this host")
    with Server.start("--functions") as server:
        yield server


@pytest.fixture
def terraform(server: Server, tmp_path: Path) -> Terraform:
    settings = tmp_path / "terraform.rc"
    settings.write_text(CLI_SETTINGS)
    directory = shutil.copytree(Path(__file__).parent / "s3_settings", tmp_path / "s3_settings")
    (directory / "app.zip").write_bytes(ECHO)
    (directory / "terraform.tfvars.json").write_text(json.dumps({"package": "app.zip"}))
    ours = {"TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}
    found = Terraform(directory, {"PATH": os.environ["PATH"], **server.environment, **ours})
    found.run("init", "-no-color")
    return found


def test_what_buckets_and_objects_are_told_to_be(terraform: Terraform, server: Server) -> None:
    for changed in (False, True):
        terraform.apply(changed=changed)
        terraform.plan_is_empty(changed=changed)
    s3 = boto3.client("s3", **server.client_arguments)
    tags = s3.get_object_tagging(Bucket="pictures", Key="copy")["TagSet"]
    assert {"Key": "copied", "Value": "yes"} in tags
    terraform.run("destroy", "-auto-approve", "-no-color", "-compact-warnings", "-var", "changed=true")
    assert s3.list_buckets()["Buckets"] == []
