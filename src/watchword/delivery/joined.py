"""What an enrolled host knows of itself, as host.json in its directory has it. Its key is `host`'s matter."""

from pathlib import Path

import msgspec

from watchword.delivery.supply import NotIssued
from watchword.names import Arn

KEY, CERTIFICATE, ABOUT = "key.pem", "certificate.pem", "host.json"


class About(msgspec.Struct, frozen=True, rename="camel"):
    """What host.json has."""

    endpoint: str
    host_arn: str
    host_id: str
    name: str
    trust_anchor_arn: str
    ca_bundle: str = ""

    @property
    def region(self) -> str:
        return Arn.parse(self.host_arn).region


def about(directory: Path) -> About:
    """What the host says of itself whose directory that is. Raises NotIssued."""
    try:
        return msgspec.json.decode((directory / ABOUT).read_bytes(), type=About)
    except (OSError, msgspec.DecodeError) as wrong:
        raise NotIssued(f"{directory} isn't that of a host that has joined: {wrong}") from None
