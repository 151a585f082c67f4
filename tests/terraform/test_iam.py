"""Terraform against a running server: every resource and data source of IAM that its AWS provider has.

The configuration beside this file is applied, planned, changed, planned again, forgotten and imported, and
destroyed. Its data sources check what they read. A plan that isn't empty after an apply is a defect of ours:
the server doesn't answer what was written.

It runs where the provider is unpacked: WATCHWORD_TERRAFORM_PLUGINS names a directory as `terraform providers
mirror` makes it.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.identity.pem import certificate, key_descriptor, metadata, pem, private, rsa_key

from watchword.identity.ssh_keys import in_ssh
from watchword.testing import Server

TERRAFORM = shutil.which("terraform")
PLUGINS = Path(os.environ.get("WATCHWORD_TERRAFORM_PLUGINS") or "no-plugins")
CONFIGURATION = Path(__file__).parent / "iam"
PROVIDER = "registry.terraform.io/hashicorp/aws"
CLI_SETTINGS = f'provider_installation {{\n  filesystem_mirror {{ path = "{PLUGINS}" }}\n}}\n'

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(TERRAFORM is None, reason="terraform isn't installed"),
    pytest.mark.skipif(
        not (PLUGINS / PROVIDER).is_dir(),
        reason="WATCHWORD_TERRAFORM_PLUGINS names no mirror of the provider",
    ),
]

NOT_HERE = {"aws_iam_organizations_features": "it needs an organization: test_organizations.py"}
IMPORTS = {  # what an import calls a resource, where it isn't the id that it has anyway
    "aws_iam_group_policy_attachment": "{group}/{policy_arn}",
    "aws_iam_role_policy_attachment": "{role}/{policy_arn}",
    "aws_iam_user_policy_attachment": "{user}/{policy_arn}",
    "aws_iam_group_policies_exclusive": "{group_name}",
    "aws_iam_role_policies_exclusive": "{role_name}",
    "aws_iam_user_policies_exclusive": "{user_name}",
    "aws_iam_group_policy_attachments_exclusive": "{group_name}",
    "aws_iam_role_policy_attachments_exclusive": "{role_name}",
    "aws_iam_user_policy_attachments_exclusive": "{user_name}",
    "aws_iam_server_certificate": "{name}",
    "aws_iam_user_group_membership": "{user}/{groups[0]}",
    "aws_iam_user_ssh_key": "{username}:{ssh_public_key_id}:{encoding}",
}
NOT_IMPORTED = {
    "aws_iam_group_membership.staff": "the provider can't",
    "aws_iam_policy_attachment.prefixed": "the provider can't",
    "aws_iam_security_token_service_preferences.account": "the provider can't",
    "aws_iam_user.bob": "force_destroy is known to terraform alone",
    "aws_iam_role.older": "force_detach_policies is known to terraform alone",
}


@dataclass(frozen=True)
class Terraform:
    """Terraform in a directory of its own, with the configuration and a server."""

    directory: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> str:
        """What it printed. Its exit code is 0, or the output is the failure."""
        ended = subprocess.run(
            [str(TERRAFORM), *arguments],
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout
        return ended.stdout

    def apply(self, *, changed: bool) -> str:
        return self.run("apply", "-auto-approve", *_options(changed))

    def plan_is_empty(self, *, changed: bool) -> None:
        """Exit code 2 would say that something differs."""
        self.run("plan", "-detailed-exitcode", *_options(changed))

    def managed(self) -> dict[str, dict[str, Any]]:
        """Attributes of each resource in the state, by its address."""
        state = json.loads((self.directory / "terraform.tfstate").read_text())
        return {
            f"{each['type']}.{each['name']}": each["instances"][0]["attributes"]
            for each in state["resources"]
            if each["mode"] == "managed"
        }


def _options(changed: bool) -> tuple[str, ...]:
    return "-no-color", "-compact-warnings", "-var", f"changed={json.dumps(changed)}"


@pytest.fixture
def terraform(watchword: Server, tmp_path: Path) -> Terraform:
    settings = tmp_path / "terraform.rc"
    settings.write_text(CLI_SETTINGS)
    directory = shutil.copytree(CONFIGURATION, tmp_path / "iam")
    given = {
        "certificate": pem(certificate(rsa_key())),
        "private_key": private(rsa_key()),
        "public_key": in_ssh(rsa_key().public_key()),
        "saml_metadata": metadata(),
        "new_saml_metadata": metadata(key_descriptor(certificate(rsa_key("new")))),
    }
    (directory / "terraform.tfvars.json").write_text(json.dumps(given))
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
    burden("robert", watchword)
    terraform.run("destroy", "-auto-approve", *_options(True))
    assert left(watchword) == []


def test_the_configuration_has_every_resource_and_data_source(terraform: Terraform) -> None:
    schemas = json.loads(terraform.run("providers", "schema", "-json"))["provider_schemas"][PROVIDER]
    text = "\n".join(file.read_text() for file in sorted(terraform.directory.glob("*.tf")))
    for word, kind in (("resource", "resource_schemas"), ("data", "data_source_schemas")):
        names = {name for name in schemas[kind] if name.startswith("aws_iam_")} - NOT_HERE.keys()
        assert len(names) > 15
        assert [name for name in sorted(names) if f'\n{word} "{name}" ' not in text] == []


def forget_and_import(terraform: Terraform) -> int:
    """Terraform forgets what it can import, and is told to. Returns how much that is."""
    wanted = [
        {"to": address, "id": IMPORTS.get(address.partition(".")[0], "{id}").format(**attributes)}
        for address, attributes in terraform.managed().items()
        if address not in NOT_IMPORTED
    ]
    terraform.run("state", "rm", *(each["to"] for each in wanted))
    (terraform.directory / "imports.tf.json").write_text(json.dumps({"import": wanted}))
    return len(wanted)


def burden(user: str, watchword: Server) -> None:
    """Gives a user what terraform doesn't know of, and takes away itself (force_destroy)."""
    iam = boto3.client("iam", **watchword.client_arguments)
    of = {"UserName": user}
    iam.create_access_key(**of)
    iam.create_login_profile(**of, Password="Correct-1horse-battery!")
    iam.upload_ssh_public_key(**of, SSHPublicKeyBody=in_ssh(rsa_key("burden").public_key()))
    iam.upload_signing_certificate(**of, CertificateBody=pem(certificate(rsa_key("burden"))))
    iam.create_service_specific_credential(**of, ServiceName="codecommit.amazonaws.com")


def left(watchword: Server) -> list[str]:
    """The names of everything in the account."""
    iam = boto3.client("iam", **watchword.client_arguments)
    found = iam.get_account_authorization_details(Filter=["User", "Role", "Group", "LocalManagedPolicy"])
    details = [
        each["Arn"]
        for kind in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
        for each in found[kind]
    ]
    summary = iam.get_account_summary()["SummaryMap"]
    counted = ("InstanceProfiles", "ServerCertificates", "Providers", "MFADevices")
    return details + [name for name in counted if summary[name]]
