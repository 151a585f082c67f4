"""Amazon Resource Names: six parts, five colons.

The resource part keeps its own colons and slashes. Patterns with wildcards belong to `watchword.policy`.
Source: AWS General Reference, "Amazon Resource Names (ARNs)".
"""

from typing import Self

from msgspec import Struct

MAX_LENGTH = 2048


class Arn(Struct, frozen=True):
    """One ARN, valid from birth: `arn:partition:service:region:account:resource`."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError unless `text` has six parts, a partition, a service and a resource."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn" or len(text) > MAX_LENGTH:  # noqa: PLR2004 the six parts
            raise ValueError(f"not an ARN: {text[:100]!r}")
        _, partition, service, region, account, resource = parts
        if not (partition and service and resource):
            raise ValueError(f"an ARN needs a partition, a service and a resource: {text[:100]!r}")
        return cls(partition, service, region, account, resource)

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"
