"""ARNs of users, groups, roles and managed policies.

Source: IAM User Guide, "IAM identifiers": the path stands between the kind of resource and the name.
"""

import re
from dataclasses import dataclass
from typing import Self

from watchword.identity.refusals import not_an_arn

_POLICY = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>[0-9]{12}|aws)"
    r":policy(?P<path>/([!-~]+/)?)(?P<name>[\w+=,.@-]{1,128})",
    re.ASCII,
)


def entity_arn(noun: str, account: str, path: str, name: str, partition: str = "aws") -> str:
    """The ARN of a user, group, role or policy."""
    return f"arn:{partition}:iam::{account}:{noun}{path}{name}"


@dataclass(frozen=True, slots=True)
class PolicyArn:
    """The ARN of a managed policy; `account` is "aws" where AWS manages it."""

    partition: str
    account: str
    path: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InvalidInput for what can't be a managed policy's ARN."""
        known = cls.known(text)
        if known is None:
            raise not_an_arn(text)
        return known

    @classmethod
    def known(cls, text: str) -> Self | None:
        """None for what can't be a managed policy's ARN."""
        found = _POLICY.fullmatch(text)
        return cls(**found.groupdict()) if found else None

    def __str__(self) -> str:
        return entity_arn("policy", self.account, self.path, self.name, self.partition)
