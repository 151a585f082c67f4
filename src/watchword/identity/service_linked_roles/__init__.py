"""Service-linked roles: which service has which, and what it looks like.

`roles.tsv` has a line per service: the service principal without ".amazonaws.com", the role's name without
"AWSServiceRoleFor", its managed policy in /aws-service-role/, and "suffix" where a caller may add one.
A role is service-linked when its path says so: no other role can be created there.

The names are those in AWS's managed policies (statements that allow iam:CreateServiceLinkedRole) and in the
documentation of the services. Roles whose policy or name isn't documented are left out, and that of
support.amazonaws.com, whose policy is longer than a document may be.
Source: IAM User Guide, "Create a service-linked role"; AWS Managed Policy Reference Guide.
"""

import json
from collections.abc import Iterable
from functools import cache
from importlib import resources

from msgspec import Struct

from watchword.names import Principal, nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.principal import RoleSession

ROOT = "/aws-service-role/"
"""Below it are the paths of these roles; it is also the path of their policies."""
_DOMAIN = ".amazonaws.com"


class Linked(Struct, frozen=True):
    """The service-linked role of a service."""

    service: str
    """The service principal."""
    prefix: str
    """The role's name, before a suffix."""
    policy: str
    """The ARN of its managed policy."""
    takes_suffix: bool = False

    @property
    def path(self) -> str:
        return f"{ROOT}{self.service}/"

    @property
    def trust(self) -> str:
        """Its trust policy, which lets the service assume it."""
        statement = {
            "Action": ["sts:AssumeRole"],
            "Effect": "Allow",
            "Principal": {"Service": [self.service]},
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def name(self, suffix: str = "") -> str:
        """The role's name."""
        return f"{self.prefix}_{suffix}" if suffix else self.prefix


def of_service(service: str) -> Linked | None:
    """The role of that service principal, None when it has none here."""
    return _all().get(service)


def every_role() -> Iterable[Linked]:
    """All that there are."""
    return _all().values()


def is_linked(noun: str, path: str) -> bool:
    """Whether an entity is a service-linked role."""
    return noun == nouns.ROLE and path.startswith(ROOT)


def acts_as_linked(principal: Principal) -> bool:
    """Whether a principal is a session of a service-linked role."""
    return type(principal) is RoleSession and principal.path.startswith(ROOT)


@cache
def _all() -> dict[str, Linked]:
    text = (resources.files(__name__) / "roles.tsv").read_text("utf-8")
    found = [_read(*line.split("\t")) for line in text.splitlines()]
    return {each.service: each for each in found}


def _read(service: str, role: str, policy: str, suffix: str = "") -> Linked:
    arn = EntityArn("aws", "aws", nouns.POLICY, ROOT, policy)
    return Linked(service + _DOMAIN, f"AWSServiceRoleFor{role}", str(arn), takes_suffix=bool(suffix))
