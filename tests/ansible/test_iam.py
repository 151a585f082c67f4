"""Ansible against a running server: every module of IAM and STS in amazon.aws and community.aws.

The playbook is run, run again, changed, and undone. What was done already changes nothing: otherwise the
server doesn't answer what was written.

It runs where Ansible is installed: WATCHWORD_ANSIBLE names its `ansible-playbook` (`pip install ansible
boto3`, in an environment of its own: it is large, and GPL).
"""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.identity.pem import certificate, metadata, pem, private, rsa_key

from watchword.testing import Server

HERE = Path(__file__).parent
PROGRAM = Path(os.environ.get("WATCHWORD_ANSIBLE") or "no-ansible")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAM.exists(), reason="WATCHWORD_ANSIBLE names no ansible-playbook"),
]


@dataclass(frozen=True)
class Ansible:
    """Ansible in a directory of its own, with what the playbooks need and a server."""

    variables: Path
    environment: Mapping[str, str]

    def play(self, playbook: str, **more: bool) -> set[str]:
        """The names of the tasks that changed something. None failed, or the output is the failure."""
        ended = subprocess.run(
            [str(PROGRAM), str(HERE / playbook), "-e", f"@{self.variables}", "-e", json.dumps(more)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.stdout.startswith("{"), ended.stdout + ended.stderr
        tasks: list[dict[str, Any]] = json.loads(ended.stdout)["plays"][0]["tasks"]
        did = {each["task"]["name"]: each["hosts"]["localhost"] for each in tasks}
        assert ended.returncode == 0, [(name, str(each)) for name, each in did.items() if each.get("failed")]
        return {name for name, result in did.items() if result["changed"]}


@pytest.fixture
def ansible(watchword: Server, tmp_path: Path) -> Ansible:
    given = {
        "account": watchword.account,
        "password": "Correct-Horse-1-Battery",
        "metadata": metadata(),
        "certificate": pem(certificate(rsa_key())).strip(),  # as its lookup of a file gives it
        "private_key": private(rsa_key()),
    }
    variables = tmp_path / "variables.json"
    variables.write_text(json.dumps(given))
    own = {
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_HOME": str(tmp_path / "ansible"),
        "AWS_REGION": "us-east-1",
    }
    return Ansible(variables, {**os.environ, **watchword.environment, **own})


def test_every_module(ansible: Ansible, watchword: Server) -> None:
    made = ansible.play("iam.yml")
    assert len(made) == 9
    assert ansible.play("iam.yml") == set()
    ansible.play("reads.yml")
    assert ansible.play("iam.yml", changed=True) == made - {"SAML provider", "server certificate"}
    assert ansible.play("iam.yml", changed=True) == set()
    assert len(ansible.play("iam.yml", gone=True)) == 9
    iam = boto3.client("iam", **watchword.client_arguments)
    assert iam.list_users()["Users"] == []
