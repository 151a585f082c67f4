"""Terraform against a running server: state machines are applied, planned clean, changed and destroyed.

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
    directory = shutil.copytree(Path(__file__).parent / "states", tmp_path / "states")
    ours = {"TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}
    found = Terraform(directory, {"PATH": os.environ["PATH"], **watchword.environment, **ours})
    found.run("init", "-no-color")
    return found


def test_state_machines(terraform: Terraform, watchword: Server) -> None:
    for changed in (False, True):
        terraform.apply(changed=changed)
        terraform.plan_is_empty(changed=changed)
    states = boto3.client("stepfunctions", **watchword.client_arguments)
    assert len(states.list_state_machines()["stateMachines"]) == 2
    terraform.run("destroy", "-auto-approve", "-no-color", "-compact-warnings")
    assert states.list_state_machines()["stateMachines"] == []


def test_a_definition_that_is_wrong_is_refused_by_the_plan(terraform: Terraform) -> None:
    file = terraform.directory / "machines.tf"
    file.write_text(file.read_text().replace('Next       = "Done"', 'Next       = "Dnoe"'))
    with pytest.raises(AssertionError, match="MISSING_TRANSITION_TARGET"):
        terraform.run("plan", "-no-color", "-compact-warnings")


def test_an_expression_that_is_wrong_is_refused_by_the_plan(terraform: Terraform) -> None:
    file = terraform.directory / "machines.tf"
    file.write_text(file.read_text().replace("$sum($states.input)", "$sum($states.input"))
    with pytest.raises(AssertionError, match="SCHEMA_VALIDATION_FAILED"):
        terraform.run("plan", "-no-color", "-compact-warnings")
