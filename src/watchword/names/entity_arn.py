"""ARNs of IAM's entities: users, groups, roles, instance profiles, managed policies, providers, certificates.

An OIDC provider has no path: its name is the URL of its issuer without the scheme, slashes included.
Source: IAM User Guide, "IAM identifiers": `arn:partition:iam::account:noun/path/name`, and "IAM and AWS STS
quotas", "IAM name requirements", for the characters of paths and names; IAM API Reference,
CreateOpenIDConnectProvider, for the length of a URL.
"""

import re
from typing import Self

from msgspec import Struct

from watchword.names.arn import MAX_LENGTH
from watchword.names.nouns import OIDC_PROVIDER

_ENTITY = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>[0-9]{12}|aws)"
    r":(?P<noun>[a-z-]+)(?P<path>/([!-~]+/)?)(?P<name>[\w+=,.@-]{1,128})",
    re.ASCII,
)
_OIDC_PROVIDER = re.compile(
    rf"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>[0-9]{{12}}):(?P<noun>{OIDC_PROVIDER})"
    r"(?P<path>/)(?P<name>[!-~]{1,255})",
    re.ASCII,
)


class EntityArn(Struct, frozen=True):
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
        if len(text) > MAX_LENGTH:
            return None
        found = _OIDC_PROVIDER.fullmatch(text) or _ENTITY.fullmatch(text)
        return cls(**found.groupdict()) if found and noun in (None, found["noun"]) else None

    def __str__(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:{self.noun}{self.path}{self.name}"
