"""What Access Analyzer looks for in a policy: the names of its checks, how severe each is, and their codes.

Source: IAM User Guide, "IAM policy validation check reference". The names are AWS's, once each; the sentences
of the findings are our own. `lint` looks for them; docs/check.md says which it can't know.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from watchword.policy.language.text import Path


class Level(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    SECURITY_WARNING = "security-warning"
    WARNING = "warning"
    SUGGESTION = "suggestion"


class Finding(Struct, frozen=True):
    """One thing to look at; `check` is a name in CHECKS or OURS, `path` where it is in the document."""

    check: str
    details: str
    path: Path = ()
    named: bool = False
    """Whether it is about the last key of the path itself, not about the value under that key."""
    offset: int | None = None
    """Where, in a text that can't be read and so has no paths."""

    @property
    def level(self) -> Level:
        return OURS.get(self.check) or CHECKS[self.check]

    @property
    def code(self) -> str:
        """The check's issue code, such as INVALID_ACTION."""
        return code(self.check)


_NAMES: Mapping[Level, str] = {
    Level.ERROR: """
        ARN account not allowed
        ARN Region not allowed
        Data type mismatch
        Duplicate keys with different case
        Empty variable
        Federated principal not supported
        Invalid action
        Invalid ARN account
        Invalid ARN prefix
        Invalid ARN Region
        Invalid ARN resource
        Invalid ARN service case
        Invalid condition data type
        Invalid condition key format
        Invalid condition multiple Boolean
        Invalid condition operator
        Invalid effect
        Invalid federated principal syntax in role trust policy
        Invalid global condition key
        Invalid kms key value
        Invalid partition
        Invalid policy element
        Invalid principal format
        Invalid principal key
        Invalid Region
        Invalid service
        Invalid service condition key
        Invalid service in action
        Invalid service principal format
        Invalid variable for operator
        Invalid version
        Invalid vpc format
        Invalid vpce format
        Json syntax error
        Mismatched action for principal
        Missing action
        Missing action for condition key
        Missing action for roles anywhere trust policy
        Missing ARN account
        Missing ARN field
        Missing ARN Region
        Missing brace in variable
        Missing effect
        Missing principal
        Missing qualifier
        Missing quote in variable
        Missing resource
        Missing statement
        Missing tag key in condition
        Null with if exists
        Policy size exceeds RCP quota
        Policy size exceeds SCP quota
        Private IP address
        Private NotIpAddress
        RCP syntax error action
        RCP syntax error allow
        RCP syntax error NotAction
        RCP syntax error principal
        Role trust policy syntax error notprincipal
        Role trust policy syntax error resource
        Role trust policy unsupported wildcard in principal
        SCP syntax error action wildcard
        SCP syntax error principal
        Type mismatch IP range
        Unique Sids required
        Unsupported action for condition key
        Unsupported action in policy
        Unsupported condition key for service principal
        Unsupported element combination
        Unsupported global condition key
        Unsupported principal
        Unsupported resource ARN in policy
        Unsupported Sid
        Unsupported space in variable
        Unsupported wildcard in principal
        Variable unsupported in element
        Variable unsupported in version
        Variable usage too permissive
        Wildcard usage too permissive
        """,
    Level.SECURITY_WARNING: """
        Allow with NotPrincipal
        Deny NotAction with unsupported tag condition key for service
        Deny with unsupported tag condition key for service
        ForAllValues with single valued key
        Missing condition key for OIDC principal
        Missing github repo condition key
        Missing paired condition keys
        Pass role with NotAction and NotResource
        Pass role with NotResource
        Pass role with star in action and NotResource
        Pass role with star in action and resource
        Pass role with star in resource
        Pass role with star in resource and NotAction
        Restrict access to service principal
        String like operator with ARN condition keys
        """,
    Level.WARNING: """
        Create SLR with NotAction and NotResource
        Create SLR with NotResource
        Create SLR with star in action and NotResource
        Create SLR with star in action and resource
        Create SLR with star in resource
        Create SLR with star in resource and NotAction
        Deprecated global condition key
        Invalid date value
        Invalid role reference
        Invalid user reference
        Missing version
        Policy size exceeds identity policy quota
        Policy size exceeds resource policy quota
        Policy size exceeds role trust policy quota
        RCP missing related principal condition key
        RCP missing related service principal condition key
        Specific github repo and branch recommended
        Type mismatch
        Type mismatch Boolean
        Type mismatch date
        Type mismatch number
        Type mismatch string
        Unique Sids recommended
        Wildcard without like operator
        """,
    Level.SUGGESTION: """
        Allow NotAction with unsupported tag condition key for service
        Allow with unsupported tag condition key for service
        Confirm audience claim type
        Empty array action
        Empty array condition
        Empty array condition ForAllValues
        Empty array condition ForAnyValue
        Empty array condition IfExists
        Empty array principal
        Empty array resource
        Empty object condition
        Empty object principal
        Empty Sid value
        Improve IP range
        Irrelevant condition key in policy
        Null with qualifier
        Private IP address subset
        Private NotIpAddress subset
        Recommended condition key for service principal
        Redundant action
        Redundant condition value num
        Redundant principal in role trust policy
        Redundant resource
        Redundant statement
        Wildcard in service name
        """,
}

CHECKS: Mapping[str, Level] = {
    name.strip(): level for level, names in _NAMES.items() for name in names.strip().splitlines()
}

ANYONE = "Watchword anyone may assume role"
PUBLIC = "Watchword public access"
ESCALATION = "Watchword privilege escalation"
NEVER = "Watchword statement never applies"
OURS: Mapping[str, Level] = dict.fromkeys((ANYONE, PUBLIC, ESCALATION, NEVER), Level.WARNING)
"""Checks that AWS doesn't have (`ours`)."""

_JOINED = ("Deny NotAction", "Allow NotAction", "RCP syntax error NotAction")
"""In the codes of these NotAction is one word, as ForAllValues and IfExists are everywhere."""


def code(check: str) -> str:
    """The issue code of a check, spelled as AWS's API spells it."""
    words = check if check.startswith(_JOINED) else re.sub("Not(?=[A-Z])", "Not_", check)
    return re.sub("IpAddress", "Ip_Address", words).upper().replace(" ", "_")
