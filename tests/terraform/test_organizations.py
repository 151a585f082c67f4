"""Terraform against a running server: everything of Organizations that its AWS provider has.

As test_iam.py does it. The accounts leave the organization at the end, so the server's clock passes the seven
days that AWS makes them wait.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.terraform.test_iam import CLI_SETTINGS, PROVIDER, Terraform, pytestmark

from watchword.testing import Server

__all__ = ["pytestmark"]

CONFIGURATION = Path(__file__).parent / "organizations"
WEEK = 7 * 86400
NOT_IMPORTED = {"aws_organizations_account.ops": "role_name is known to terraform alone"}


@pytest.fixture
def terraform(watchword: Server, tmp_path: Path) -> Terraform:
    settings = tmp_path / "terraform.rc"
    settings.write_text(CLI_SETTINGS)
    directory = shutil.copytree(CONFIGURATION, tmp_path / "organizations")
    ours = {"TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}
    found = Terraform(directory, {"PATH": os.environ["PATH"], **watchword.environment, **ours})
    found.run("init", "-no-color")
    return found


def test_a_configuration_of_everything(terraform: Terraform, watchword: Server) -> None:
    terraform.apply(changed=False)
    terraform.plan_is_empty(changed=False)
    terraform.apply(changed=True)
    terraform.plan_is_empty(changed=True)
    imported = forget_and_import(terraform)
    said = terraform.apply(changed=True)
    assert f"Resources: {imported} imported, 0 added, 0 changed, 0 destroyed." in said
    watchword.advance(WEEK)
    terraform.run("destroy", "-auto-approve", "-no-color", "-compact-warnings", "-var", "changed=true")
    organizations: Any = boto3.client("organizations", **watchword.client_arguments)
    with pytest.raises(organizations.exceptions.AWSOrganizationsNotInUseException):
        organizations.describe_organization()


def test_the_configuration_has_every_resource_and_data_source(terraform: Terraform) -> None:
    schemas = json.loads(terraform.run("providers", "schema", "-json"))["provider_schemas"][PROVIDER]
    text = "\n".join(file.read_text() for file in sorted(terraform.directory.glob("*.tf")))
    for word, kind in (("resource", "resource_schemas"), ("data", "data_source_schemas")):
        names = {name for name in schemas[kind] if name.startswith("aws_organizations_")}
        assert len(names) > 5
        assert [name for name in sorted(names) if f'\n{word} "{name}" ' not in text] == []


def forget_and_import(terraform: Terraform) -> int:
    """Terraform forgets what it can import, and is told to. Returns how much that is."""
    wanted = [
        {"to": address, "id": attributes.get("id") or attributes["organization_id"]}
        for address, attributes in terraform.managed().items()
        if address not in NOT_IMPORTED
    ]
    terraform.run("state", "rm", *(each["to"] for each in wanted))
    (terraform.directory / "imports.tf.json").write_text(json.dumps({"import": wanted}))
    return len(wanted)
