"""The agent's file, in TOML: the server, who we are there, and who may have credentials of which role.

A member that isn't known is refused, and so is a file that says too little or contradicts itself: an agent
never serves by half of a file. Source: docs/agent.md.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field

from watchword.delivery.metadata.instance import Instance, Seconds
from watchword.names import Arn
from watchword.names.members import fit

LEAST_TOKEN = 16
"""Characters of a token that stands in the file."""

Token = Annotated[str, Meta(pattern=rf"^([\w.~+/=-]{{{LEAST_TOKEN},512}})?\Z")]
"""RFC 6750, section 2.1: what may stand in a header and in a path."""
Name = Annotated[str, Meta(pattern=r"^[\w+=,.@-]{2,64}\Z")]


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """The table `server`: where roles are assumed."""

    endpoint: Annotated[str, Meta(pattern=r"^https?://[^/\s?#@]+/?\Z")]
    region: str = "us-east-1"
    certificates: str = ""
    """A file of the CAs that the server's certificate is verified by."""


class Host(Struct, frozen=True, forbid_unknown_fields=True):
    """The table `host`: where the agent's own credentials come from, one of these."""

    profile: str = ""
    process: list[str] = []
    """A command that prints credentials as `credential_process` of an SDK's profile does."""
    web_identity_token_file: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError."""
        if sum(map(bool, (self.profile, self.process, self.web_identity_token_file))) != 1:
            raise ValueError("say one of profile, process and web_identity_token_file")


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
        arn = Arn.parse(self.role)
        if arn.service != "iam" or not arn.resource.startswith("role/"):
            raise ValueError(f"not the ARN of a role: {self.role!r}")
        if not (self.user or self.cgroup or self.token or self.token_file):
            raise ValueError("say how it is recognised: by user, cgroup, token or token_file")
        if self.token and self.token_file:
            raise ValueError("say token or token_file")


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    server: Place
    host: Host
    instance: Instance | None = None
    workloads: Mapping[Name, Workload] = field(default_factory=dict)


def read(file: Path) -> File:
    """The agent's file. Raises OSError, and ValueError with one line that says what is wrong and where."""
    return fit(tomllib.loads(file.read_text(encoding="utf-8")), File)
