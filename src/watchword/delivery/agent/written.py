"""The agent's file, in TOML: the server, who we are there, and who may have credentials of which role.

A member that isn't known is refused, and so is a file that says too little or contradicts itself: an agent
never serves by half of a file. Source: docs/agent.md.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from watchword.delivery.joined import CERTIFICATE, KEY, about
from watchword.delivery.metadata.instance import Instance, Seconds
from watchword.delivery.supply import NotIssued
from watchword.names import Arn
from watchword.names.members import fit

LEAST_TOKEN = 16
"""Characters of a token that stands in the file."""

Token = Annotated[str, Meta(pattern=rf"^([\w.~+/=-]{{{LEAST_TOKEN},512}})?\Z")]
"""RFC 6750, section 2.1: what may stand in a header and in a path."""
Name = Annotated[str, Meta(pattern=r"^[\w+=,.@-]{2,64}\Z")]


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """The table `server`: where roles are assumed."""

    endpoint: Annotated[str, Meta(pattern=r"^https?://[^/\s?#@]+/?\Z")] = ""
    """Empty only where an enrolled host knows it."""
    region: str = "us-east-1"
    certificates: str = ""
    """A file of the CAs that the server's certificate is verified by."""


class Host(Struct, frozen=True, forbid_unknown_fields=True):
    """The table `host`: by what the agent is known to the server, one of these."""

    directory: str = ""
    """That of a host that was enrolled (`watchword host join`)."""
    profile: str = ""
    process: list[str] = []
    """A command that prints credentials as `credential_process` of an SDK's profile does."""
    web_identity_token_file: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError."""
        if sum(map(bool, (self.directory, self.profile, self.process, self.web_identity_token_file))) != 1:
            raise ValueError("say one of directory, profile, process and web_identity_token_file")


class Workload(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of `workloads`: a role, and how its workload is recognised. All that is said must hold."""

    role: str
    seconds: Seconds = 3600
    user: str = ""
    """The user that its process runs as: a name or a number."""
    cgroup: str = ""
    """Its control group below the root of cgroup v2, such as /system.slice/billing.service."""
    token: Token = ""
    token_file: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError."""
        _check_role(self.role)
        if not (self.user or self.cgroup or self.token or self.token_file):
            raise ValueError("say how it is recognised: by user, cgroup, token or token_file")
        if self.token and self.token_file:
            raise ValueError("say token or token_file")


class Pods(Struct, frozen=True, forbid_unknown_fields=True):
    """The table `pods`: the cluster of this node, and the role by which it asks for its pods' credentials."""

    cluster: Annotated[str, Meta(pattern=r"^[0-9A-Za-z][\w-]{0,99}\Z")]
    role: str
    """The ARN of a role that may eks-auth:AssumeRoleForPodIdentity for that cluster."""
    node: Name = "node"
    """The name of its sessions; the host's id, where the host was enrolled."""

    def __post_init__(self) -> None:
        """Raises ValueError."""
        _check_role(self.role)


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    host: Host
    server: Place = Place()
    instance: Instance | None = None
    workloads: Mapping[Name, Workload] = field(default_factory=dict)
    pods: Pods | None = None


def read(file: Path) -> File:
    """The agent's file. Raises OSError, and ValueError with one line that says what is wrong and where."""
    written = fit(tomllib.loads(file.read_text(encoding="utf-8")), File)
    if written.host.directory:
        written = _completed(written, Path(written.host.directory))
    if not written.server.endpoint:
        raise ValueError("the server has no endpoint")
    if written.instance and not written.instance.id:
        raise ValueError("the instance has no id")
    return written


def _completed(written: File, directory: Path) -> File:
    """With what an enrolled host knows of itself, where the file doesn't say it."""
    try:
        known = about(directory)
    except NotIssued as wrong:
        raise ValueError(str(wrong)) from None
    instance = written.instance
    if instance:
        instance = replace(instance, id=instance.id or known.host_id)
    if instance and not instance.identity_key:
        files = {"identity_key": directory / KEY, "identity_certificate": directory / CERTIFICATE}
        instance = replace(instance, **{name: str(file) for name, file in files.items()})
    pods = replace(written.pods, node=known.host_id) if written.pods else None
    place = Place(known.endpoint, known.region, known.ca_bundle)
    server = written.server if written.server.endpoint else place
    return replace(written, server=server, instance=instance, pods=pods)


def _check_role(text: str) -> None:
    """Raises ValueError."""
    arn = Arn.parse(text)
    if arn.service != "iam" or not arn.resource.startswith("role/"):
        raise ValueError(f"not the ARN of a role: {text!r}")
