"""watchword agent on an enrolled host: it is known by its certificate, and by nothing that lasts."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from types import SimpleNamespace
from typing import Any

import pytest
from tests.delivery.agent.host import Host, Running, eventually
from tests.server.harness import serve
from tests.server.test_hosts import Site

from watchword.delivery.agent import enrolled
from watchword.delivery.agent.sts import INSTANCE, Wanted
from watchword.delivery.supply import NotIssued, Refused

TOKEN = "the-token-of-the-task"
ROLES = "/latest/meta-data/iam/security-credentials/"
IDENTITY = "/latest/dynamic/instance-identity/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("site") / "data") as server:
        yield Site(server)


@pytest.fixture
def machine(site: Site, tmp_path: Path) -> Host:
    """A machine without any key of a user."""
    server: Any = SimpleNamespace(endpoint=site.server.endpoint, account=site.account)
    return Host(tmp_path, server)


def file_of(site: Site, directory: Path, **roles: str) -> str:
    instance, task = roles.get("instance", site.role), roles.get("task", site.task)
    return (
        f'[host]\ndirectory = "{directory}"\n[instance]\nrole = "{instance}"\n'
        f'[workloads.job-7]\nrole = "{task}"\ntoken = "{TOKEN}"\n'
    )


def container(agent: Running) -> tuple[int, dict[str, str]]:
    status, body = agent.get(f"{agent.container}/v1/credentials", Authorization=TOKEN)
    return status, json.loads(body)


def code(agent: Running, role: str) -> str:
    """What the document of the instance's credentials says."""
    document = json.loads(agent.get(f"{agent.imds}{ROLES}{role}", **agent.token())[1])
    return str(document["Code"])


def test_plain_boto3_is_the_instance_and_the_task(site: Site, machine: Host, tmp_path: Path) -> None:
    host = site.join("web-7", tmp_path)
    with machine.agent(file_of(site, host.directory), beginning="") as agent:
        assert agent.caller() == machine.session("machine", host.id)
        uri = f"{agent.container}/v1/credentials"
        more = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": uri, "AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN}
        assert agent.caller(**more) == machine.session("task", "job-7")
        assert agent.get(f"{agent.imds}/latest/meta-data/instance-id", **agent.token())[1] == host.id


def test_a_role_for_containers_is_none_for_the_instance(site: Site, machine: Host, tmp_path: Path) -> None:
    host = site.join("web-8", tmp_path)
    text = file_of(site, host.directory, instance=site.task, task=site.role)
    with machine.agent(text, beginning="") as agent:
        assert code(agent, "task") == "AssumeRoleUnauthorizedAccess"
        assert container(agent)[1]["code"] == "NoCredentialsAssociated"


def test_a_host_that_is_revoked_is_cut_off(site: Site, machine: Host, tmp_path: Path) -> None:
    host = site.join("web-9", tmp_path)
    with machine.agent(file_of(site, host.directory), beginning="") as agent:
        eventually(lambda: container(agent)[0] == 200)
        site.revoke("web-9")
        eventually(lambda: container(agent)[0] == 400)
        eventually(lambda: code(agent, "machine") == "AssumeRoleUnauthorizedAccess")


@pytest.mark.skipif(not which("openssl"), reason="openssl is the judge, and isn't here")
def test_the_hosts_certificate_signs_its_identity(site: Site, machine: Host, tmp_path: Path) -> None:
    host = site.join("web-10", tmp_path)
    with machine.agent(file_of(site, host.directory), beginning="") as agent:
        _, document = agent.get(f"{agent.imds}{IDENTITY}document", **agent.token())
        assert json.loads(document)["instanceId"] == host.id
        signed = agent.get(f"{agent.imds}{IDENTITY}rsa2048", **agent.token())[1]
    (tmp_path / "signed").write_text(f"-----BEGIN PKCS7-----\n{signed}\n-----END PKCS7-----\n")
    command = "openssl smime -verify -in signed -inform PEM -noverify -purpose any"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, document), done.stderr


def test_it_stays_small(site: Site, machine: Host, tmp_path: Path) -> None:
    host = site.join("web-11", tmp_path)
    with machine.agent(file_of(site, host.directory), beginning="") as agent:
        eventually(lambda: container(agent)[0] == 200)
        status = Path(f"/proc/{agent.process.pid}/status").read_text()
        resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        assert resident <= 40 << 10


def test_the_process_that_has_the_key(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolled, "IDLE", 600)
    host = site.join("web-12", tmp_path)
    asked = enrolled.Enrolled(host.directory)
    wanted = Wanted(site.role, host.id, 900, INSTANCE)
    first = asked.issue(wanted)
    assert site.identity(first).endswith(f":assumed-role/machine/{host.id}")
    assert asked._process
    asked._process.kill()
    asked._process.wait()
    with pytest.raises(NotIssued, match="ended"):
        asked.issue(wanted)
    monkeypatch.setattr(enrolled, "IDLE", 0.1)
    assert asked.issue(wanted).access_key_id != first.access_key_id
    eventually(lambda: asked._process is None)
    with pytest.raises(Refused, match="doesn't have that role"):
        asked.issue(wanted._replace(role=f"{site.role}-2"))
    eventually(lambda: asked._process is None)
    (host.directory / "key.pem").unlink()
    with pytest.raises(NotIssued, match="can't be used") as failed:
        asked.issue(wanted)
    assert not isinstance(failed.value, Refused)
