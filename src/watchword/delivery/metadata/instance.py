"""What instance metadata says, as the agent's file has it (its table `instance`)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from watchword.names import Arn


class Tokens(StrEnum):
    """Whether a request needs a token of version 2."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class Access(StrEnum):
    """Whether the endpoint answers at all."""

    ENABLED = "enabled"
    DISABLED = "disabled"


Id = Annotated[str, Meta(pattern=r"^([\w+=,.@-]{2,64})?\Z")]
"""It is the name of the sessions, so what STS takes as one."""
Account = Annotated[str, Meta(pattern=r"^([0-9]{12})?\Z")]
Hops = Annotated[int, Meta(ge=1, le=64)]
Seconds = Annotated[int, Meta(ge=900, le=43200)]


class Instance(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An instance. Source: EC2 API Reference, InstanceMetadataOptionsRequest, for the first three."""

    http_tokens: Tokens = Tokens.REQUIRED
    http_put_response_hop_limit: Hops = 1
    http_endpoint: Access = Access.ENABLED
    id: Id = ""
    """Empty only where an enrolled host knows it."""
    role: str = ""
    """The ARN of the role whose credentials its programs get; empty for none."""
    seconds: Seconds = 3600
    """How long a session of the role lives."""
    profile: str = ""
    """The ARN of its instance profile."""
    profile_id: str = ""
    account: Account = ""
    """Where it has no role, the account that it belongs to."""
    availability_zone: str = ""
    type: str = ""
    image: str = ""
    hostname: str = ""
    private_ip: str = ""
    launched: datetime | None = None
    tags: Mapping[str, str] = {}
    identity_key: str = ""
    """A file: the private key that signs the identity document."""
    identity_certificate: str = ""
    """A file: its certificate."""

    def __post_init__(self) -> None:
        """Raises ValueError."""
        if self.role:
            _check_arn(self.role, "role/")
        if self.profile:
            _check_arn(self.profile, "instance-profile/")
        if bool(self.identity_key) is not bool(self.identity_certificate):
            raise ValueError("identity_key and identity_certificate go together")

    @property
    def role_name(self) -> str:
        return self.role.rpartition("/")[2]

    @property
    def account_id(self) -> str:
        return Arn.parse(self.role).account if self.role else self.account


def _check_arn(text: str, kind: str) -> None:
    arn = Arn.parse(text)
    if arn.service != "iam" or not arn.resource.startswith(kind):
        raise ValueError(f"not the ARN of {'a role' if kind == 'role/' else 'an instance profile'}: {text!r}")
