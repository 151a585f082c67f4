"""The enrolled host, a node of a cluster: its agent, and what the host, the container and the pod on it find.

What lies on it: the host's key with a certificate of hours, the token of the container, and that of the pod's
service account, which the cluster's issuer signed for ten minutes.
"""

import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from watchword.cli.tour.no_passwords.issuer import Issuer
from watchword.cli.tour.no_passwords.program import PATIENT, environment, running
from watchword.cli.tour.stage import REGION
from watchword.cli.tour.story import policy
from watchword.delivery import host as hosts
from watchword.installation.hosts import enroll

if TYPE_CHECKING:
    from watchword.cli.tour.no_passwords.story import Story

NAME, CLUSTER = "node-1", "production"
NAMESPACE, SERVICE_ACCOUNT = "default", "pod"
PODS = "pods.eks.amazonaws.com"
TRUSTED = {"host": "ec2.amazonaws.com", "node": "ec2.amazonaws.com", "container": "ecs-tasks.amazonaws.com"}
"""The roles of the host, and for what each is assumed."""
OF_WORKLOAD = "counts at this host's agent, while the file is there"
FILE = """\
[host]
directory = "{directory}"

[instance]
role = "{host}"

[workloads.container]
role = "{container}"
token_file = "{token_file}"

[pods]
cluster = "{cluster}"
role = "{node}"
"""


@contextmanager
def running_node(story: "Story", cluster: Issuer) -> Iterator[dict[str, Mapping[str, str]]]:
    """The host with its agent. Gives the variables by which its programs find their credentials."""
    home = story.homes / NAME
    directory = _join(story, home)
    _register(story, cluster)
    token, of_pod = story.homes / "container" / "token", story.homes / "pod" / "token"
    _write(token, secrets.token_hex(32))
    _write(of_pod, _pod_token(cluster))
    story.excused[token] = OF_WORKLOAD
    roles = {each: story.role_arn(each) for each in TRUSTED}
    written = FILE.format(directory=directory, token_file=token, cluster=CLUSTER, **roles)
    _write(home / "agent.toml", written)
    places = ("--imds=127.0.0.1:0", "--container=127.0.0.1:0")
    command = [sys.executable, "-m", "watchword", "agent", "--config", str(home / "agent.toml"), *places]
    with running(command, environment(home, story.stage.endpoint, {}), home / "agent.log") as agent:
        story.started.append(("the agent", agent.pid))
        metadata, container = (agent.answers.readline().split()[-1] for _ in places)
        where = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{container}/v1/credentials"}
        yield {
            "host": {
                "AWS_EC2_METADATA_DISABLED": "false",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata,
                **PATIENT,
            },
            "container": where | {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token)},
            "pod": where | {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(of_pod)},
        }


def _join(story: "Story", home: Path) -> Path:
    """Enrolls the host, makes roles that trust it alone, and joins with the token, which is good once."""
    invited = enroll(
        story.stage.world,
        NAME,
        [story.role_arn(each) for each in TRUSTED],
        account=story.account,
        region=REGION,
        valid=timedelta(minutes=15),
    )
    for name, service in TRUSTED.items():
        story.add_role(name, _trust(service, ["sts:AssumeRole"], invited.host.arn))
    return hosts.join(story.stage.endpoint, invited.token, home / "host").directory


def _register(story: "Story", issuer: Issuer) -> None:
    """The cluster, the role of its pod, and what its nodes may do."""
    story.trust(issuer, "sts.amazonaws.com")
    eks, role = story.stage.administrator("eks", story.account), story.role_arn("pod")
    connector, tags = {"provider": "OTHER", "roleArn": role}, {"watchword:issuer": issuer.url}
    arn = eks.register_cluster(name=CLUSTER, connectorConfig=connector, tags=tags)["cluster"]["arn"]
    story.add_role("pod", _trust(PODS, ["sts:AssumeRole", "sts:TagSession"], arn))
    eks.create_pod_identity_association(
        clusterName=CLUSTER, namespace=NAMESPACE, serviceAccount=SERVICE_ACCOUNT, roleArn=role
    )
    story.allow("node", "eks-auth:AssumeRoleForPodIdentity", arn)


def _trust(service: str, actions: list[str], source: str) -> str:
    """Trusts a service for one resource."""
    condition = {"ArnEquals": {"aws:SourceArn": source}}
    return policy(actions, Principal={"Service": service}, Condition=condition)


def _pod_token(issuer: Issuer) -> str:
    """As a cluster's API server signs it, bound to a pod."""
    pod = {"name": "pod-1", "uid": "5f3c1b1e-0000-4000-8000-000000000001"}
    account = {"name": SERVICE_ACCOUNT, "uid": "5f3c1b1e-0000-4000-8000-000000000002"}
    bound = {"namespace": NAMESPACE, "serviceaccount": account, "pod": pod}
    subject = f"system:serviceaccount:{NAMESPACE}:{SERVICE_ACCOUNT}"
    return issuer.token(subject, PODS, **{"kubernetes.io": bound})


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(0o600)
    file.write_text(text)
