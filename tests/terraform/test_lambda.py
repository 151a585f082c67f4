"""Terraform against a running server: functions, aliases and permissions.

The configuration beside this file is applied, planned, changed, planned again and destroyed. It runs where
tests/terraform/test_iam.py does.
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

CONFIGURATION = Path(__file__).parent / "lambda"


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
    directory = shutil.copytree(CONFIGURATION, tmp_path / "lambda")
    (directory / "app.zip").write_bytes(ECHO)
    (directory / "terraform.tfvars.json").write_text(json.dumps({"package": "app.zip"}))
    ours = {"TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}
    found = Terraform(directory, {"PATH": os.environ["PATH"], **server.environment, **ours})
    found.run("init", "-no-color")
    return found


def test_functions_and_what_belongs_to_them(terraform: Terraform, server: Server) -> None:
    for changed in (False, True):
        terraform.apply(changed=changed)
        terraform.plan_is_empty(changed=changed)
    terraform.run("destroy", "-auto-approve", "-no-color", "-var", "changed=true")
    client = boto3.client("lambda", **server.client_arguments)
    assert client.list_functions()["Functions"] == []
