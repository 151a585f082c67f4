"""What is doubtful about a policy: the names of the findings, and the keys that every service knows.

Source: IAM User Guide, "Access Analyzer policy check reference" (levels and names; the sentences are our
own) and "AWS global condition context keys". `lint` looks for them.
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from watchword.policy.text import Path


class Level(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    SECURITY_WARNING = "security-warning"
    WARNING = "warning"
    SUGGESTION = "suggestion"


class Finding(Struct, frozen=True):
    """One thing to look at; `check` is a name in CHECKS, `path` where it stands in the document."""

    check: str
    details: str
    path: Path = ()

    @property
    def level(self) -> Level:
        return CHECKS[self.check]

    @property
    def code(self) -> str:
        """The check's issue code, such as INVALID_ACTION."""
        return self.check.upper().replace(" ", "_")


CHECKS: Mapping[str, Level] = {
    "ARN account not allowed": Level.ERROR,
    "ARN Region not allowed": Level.ERROR,
    "Duplicate keys with different case": Level.ERROR,
    "Empty variable": Level.ERROR,
    "Invalid action": Level.ERROR,
    "Invalid ARN account": Level.ERROR,
    "Invalid ARN resource": Level.ERROR,
    "Invalid condition key format": Level.ERROR,
    "Invalid condition multiple Boolean": Level.ERROR,
    "Invalid global condition key": Level.ERROR,
    "Invalid service condition key": Level.ERROR,
    "Invalid service in action": Level.ERROR,
    "Invalid variable for operator": Level.ERROR,
    "Missing ARN field": Level.ERROR,
    "Missing brace in variable": Level.ERROR,
    "Missing qualifier": Level.ERROR,
    "Missing quote in variable": Level.ERROR,
    "Missing tag key in condition": Level.ERROR,
    "Unsupported space in variable": Level.ERROR,
    "Variable unsupported in element": Level.ERROR,
    "Variable unsupported in version": Level.ERROR,
    "Allow with NotPrincipal": Level.SECURITY_WARNING,
    "ForAllValues with single valued key": Level.SECURITY_WARNING,
    "Pass role with NotAction and NotResource": Level.SECURITY_WARNING,
    "Pass role with NotResource": Level.SECURITY_WARNING,
    "Pass role with star in action and NotResource": Level.SECURITY_WARNING,
    "Pass role with star in action and resource": Level.SECURITY_WARNING,
    "Pass role with star in resource": Level.SECURITY_WARNING,
    "Pass role with star in resource and NotAction": Level.SECURITY_WARNING,
    "Create SLR with NotAction and NotResource": Level.WARNING,
    "Create SLR with NotResource": Level.WARNING,
    "Create SLR with star in action and NotResource": Level.WARNING,
    "Create SLR with star in action and resource": Level.WARNING,
    "Create SLR with star in resource": Level.WARNING,
    "Create SLR with star in resource and NotAction": Level.WARNING,
    "Missing version": Level.WARNING,
    "Type mismatch": Level.WARNING,
    "Wildcard without like operator": Level.WARNING,
    "Empty array condition": Level.SUGGESTION,
    "Empty object condition": Level.SUGGESTION,
    "Empty Sid value": Level.SUGGESTION,
    "Improve IP range": Level.SUGGESTION,
    "Null with qualifier": Level.SUGGESTION,
    "Redundant action": Level.SUGGESTION,
    "Redundant condition value num": Level.SUGGESTION,
    "Redundant resource": Level.SUGGESTION,
    "Redundant statement": Level.SUGGESTION,
    "Wildcard in service name": Level.SUGGESTION,
}

GLOBAL_KEYS: Mapping[str, str] = {
    key.lower(): kind
    for kind, keys in {
        "String": """
            aws:CalledViaAWSMCP aws:CalledViaFirst aws:CalledViaLast aws:Ec2InstanceSourceVpc
            aws:FederatedProvider aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalServiceName
            aws:PrincipalType aws:Referer aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID
            aws:SourceAccount aws:SourceIdentity aws:SourceOrgID aws:SourceOwner aws:SourceVpc
            aws:SourceVpce aws:UserAgent aws:UserId aws:UserName aws:VpceAccount aws:VpceOrgID
            aws:PrincipalTag/ aws:RequestTag/ aws:ResourceTag/
            """,
        "ArrayOfString": """
            aws:CalledVia aws:PrincipalOrgPaths aws:PrincipalServiceNamesList aws:ResourceOrgPaths
            aws:SourceOrgPaths aws:TagKeys aws:VpceOrgPaths
            """,
        "ARN": "aws:ChatbotSourceArn aws:PrincipalArn aws:SignInSessionArn aws:SourceArn aws:SourceVpcArn",
        "Bool": """
            aws:AssumedRoot aws:IsMcpServiceAction aws:MultiFactorAuthPresent aws:PrincipalIsAWSService
            aws:SecureTransport aws:ViaAWSMCPService aws:ViaAWSService
            """,
        "Date": "aws:CurrentTime aws:EpochTime aws:TokenIssueTime",
        "IPAddress": "aws:Ec2InstanceSourcePrivateIPv4 aws:SourceIp aws:VpcSourceIp",
        "Numeric": "aws:MultiFactorAuthAge",
    }.items()
    for key in keys.split()
}
"""The type of each global key; one that ends in a slash goes on with the key of a tag."""

TAG_KEYS = tuple(key for key in GLOBAL_KEYS if key.endswith("/"))
