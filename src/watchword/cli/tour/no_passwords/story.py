"""The story: five workloads and one server. Each reads its own letter from a bucket, in its own role.

A host was enrolled. On it runs `watchword agent`, which gives credentials to a program of the host, to a
container and to a pod: the host is a node of a cluster. A machine elsewhere has a certificate of its own
authority, and a pipeline has tokens of its issuer. No user and no access key exists for any of them.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from watchword.cli.tour.no_passwords import machine, node
from watchword.cli.tour.no_passwords.issuer import Issuer
from watchword.cli.tour.no_passwords.program import Program, program
from watchword.cli.tour.stage import Stage
from watchword.cli.tour.story import Step, Told, policy
from watchword.installation.hosts import revoke_host

PIPELINE_SUBJECT, PIPELINE_AUDIENCE = "repo:acme/site:ref:refs/heads/main", "sts.amazonaws.com"
WHO = ("host", "container", "pod", "machine", "pipeline")
SHOWN = "s3"


@dataclass
class Story:
    """The workloads, once all run."""

    stage: Stage
    account: str
    homes: Path
    programs: dict[str, Program] = field(default_factory=dict)
    started: list[tuple[str, int]] = field(default_factory=list)
    """Names and ids of all processes."""
    excused: dict[Path, str] = field(default_factory=dict)
    """Files that are an opaque token, and why it isn't a credential that lasts."""

    @property
    def bucket(self) -> str:
        return f"letters-{self.account}"

    def role_arn(self, name: str) -> str:
        return f"arn:aws:iam::{self.account}:role/{name}"

    def add_role(self, name: str, trusted: str) -> str:
        """A role that may read its own letter; `trusted` is its trust policy."""
        iam, s3 = (self.stage.administrator(each, self.account) for each in ("iam", "s3"))
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
        self.allow(name, "s3:GetObject", f"arn:aws:s3:::{self.bucket}/{name}")
        s3.put_object(Bucket=self.bucket, Key=name, Body=b"all is well\n")
        return arn

    def allow(self, role: str, action: str, resource: str) -> None:
        named = action.replace(":", "-")
        iam = self.stage.administrator("iam", self.account)
        iam.put_role_policy(RoleName=role, PolicyName=named, PolicyDocument=policy(action, Resource=resource))

    def trust(self, issuer: Issuer, *client_ids: str) -> str:
        """Makes the account trust an issuer's tokens. Returns the provider's ARN."""
        iam = self.stage.administrator("iam", self.account)
        made = iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=client_ids)
        arn: str = made["OpenIDConnectProviderArn"]
        return arn

    def read(self, who: str, whose: str = "") -> Told:
        """What a workload is answered that reads its letter, or somebody else's."""
        return self.programs[who].read(self.bucket, whose or who)


@contextmanager
def begun(stage: Stage, homes: Path, cluster: Issuer, pipeline: Issuer) -> Iterator[Story]:
    """The story, with everything that runs in it."""
    story = Story(stage, stage.account("letters"), homes)
    stage.administrator("s3", story.account).create_bucket(Bucket=story.bucket)
    with ExitStack() as stack:
        found: dict[str, Mapping[str, str]] = {
            **stack.enter_context(node.running_node(story, cluster)),
            "machine": machine.set_up(story),
            "pipeline": _set_up_pipeline(story, pipeline),
        }
        for who in WHO:
            one = stack.enter_context(program(homes / who, stage.endpoint, found[who]))
            story.programs[who] = one
            story.started.append((who, one.process.pid))
        yield story


def _set_up_pipeline(story: Story, issuer: Issuer) -> Mapping[str, str]:
    """A runner puts a token of its issuer beside each job."""
    subject = {f"{issuer.name}:sub": PIPELINE_SUBJECT, f"{issuer.name}:aud": PIPELINE_AUDIENCE}
    provider = story.trust(issuer, PIPELINE_AUDIENCE)
    trusted = policy(
        "sts:AssumeRoleWithWebIdentity",
        Principal={"Federated": provider},
        Condition={"StringEquals": subject},
    )
    role, token = story.add_role("pipeline", trusted), story.homes / "pipeline" / "token"
    token.parent.mkdir(parents=True)
    token.write_text(issuer.token(PIPELINE_SUBJECT, PIPELINE_AUDIENCE))
    return {
        "AWS_ROLE_ARN": role,
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(token),
        "AWS_ROLE_SESSION_NAME": "build-7",
    }


def _revoke(story: Story) -> Told:
    revoke_host(story.stage.world, node.NAME, story.account)
    return story.read("host")


STEPS: tuple[Step[Story], ...] = (
    Step(
        "A program of an enrolled host asks instance metadata", lambda story: story.read("host"), shown=SHOWN
    ),
    Step("A container shows the token of its workload", lambda story: story.read("container"), shown=SHOWN),
    Step("A pod shows the token of its service account", lambda story: story.read("pod"), shown=SHOWN),
    Step("A machine signs with the key of its certificate", lambda story: story.read("machine"), shown=SHOWN),
    Step("A pipeline shows a token of its issuer", lambda story: story.read("pipeline"), shown=SHOWN),
    Step(
        "The pod may not read what is the container's",
        lambda story: story.read("pod", "container"),
        "AccessDenied",
        shown=SHOWN,
    ),
)
REVOCATION: tuple[Step[Story], ...] = (
    Step("The host is revoked: its session is over", _revoke, "InvalidToken", shown=SHOWN),
    Step("... and that of its container", lambda story: story.read("container"), "InvalidToken", shown=SHOWN),
    Step("... and that of its pod", lambda story: story.read("pod"), "InvalidToken", shown=SHOWN),
    Step("The machine elsewhere goes on", lambda story: story.read("machine"), shown=SHOWN),
)
