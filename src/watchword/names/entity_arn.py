"""ARNs of IAM's entities: users, groups, roles, instance profiles and managed policies.

Source: IAM User Guide, "IAM identifiers": `arn:partition:iam::account:noun/path/name`, and "IAM and AWS STS
quotas", "IAM name requirements", for the characters of paths and names.
"""

import re
from dataclasses import dataclass
from typing import Self

from watchword.names.arn import MAX_LENGTH

_ENTITY = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>[0-9]{12}|aws)"
    r":(?P<noun>[a-z-]+)(?P<path>/([!-~]+/)?)(?P<name>[\w+=,.@-]{1,128})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class EntityArn:
    """The ARN of an entity, whether it exists or not.

    `account` is "aws" for managed policies of AWS; `path` begins and ends with a slash; `noun` is one of
    `names.nouns`, or an entity's that isn't served.
    """

    partition: str
    account: str
    noun: str
    path: str
    name: str

    @classmethod
    def parse(cls, text: str, noun: str | None = None) -> Self | None:
        """None for what can't be the ARN of an entity, or of an entity of that noun."""
        found = _ENTITY.fullmatch(text) if len(text) <= MAX_LENGTH else None
        return cls(**found.groupdict()) if found and noun in (None, found["noun"]) else None

    def __str__(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:{self.noun}{self.path}{self.name}"
