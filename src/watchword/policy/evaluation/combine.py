"""How AWS decides: from what each policy grants to yes or no.

Source: IAM User Guide, "Policy evaluation logic", "Evaluating identity-based policies with resource-based
policies", "Cross-account policy evaluation logic"; AWS Organizations User Guide, "SCP evaluation" and "RCP
evaluation"; AWS KMS Developer Guide, "Key policies". The rules, by the numbers that the other files cite:

 1. The context: action, resource, principal, environment; keys are compared without case.
 2. A statement applies when its action, resource and principal match and every condition holds.
 3. An applicable Deny in any policy is final.
 4. RCPs of the resource's account must allow on every level. They bind all callers, also those of other
    accounts, anonymous ones, roots and services; but neither resources of the management account nor
    service-linked roles, and only actions of the services that support them.
 5. SCPs of the principal's account must allow on every level. They bind the roots of member accounts too;
    but neither the management account nor service-linked roles nor callers without an account.
 6. A resource policy in the caller's own account: an Allow that names the caller itself, or everyone, is
    enough; one that names the role behind a session, or the user behind a federated one, is still limited
    by boundary and session policies; one that names the account adds nothing to the identity policies.
 7. The identity's path: an identity policy allows, the boundary (if any) allows, the session policies (if
    any) allow. A root needs no identity policy. The identity of a federated user is that of the user who
    asked for the session; without a session policy it has no path.
 8. Across accounts both sides: the resource policy by any of these names, and the identity's path.
 9. Trust and key policies, and the ACLs of objects that another account owns than the bucket's, must allow
    explicitly; an Allow that names the account needs the identity's path
    as well. Callers without an account (services, web identities, SAML, anonymous) have only the resource
    policy. No caller with an account can be denied sts:GetCallerIdentity, and no user or root
    sts:GetSessionToken (IAM User Guide, "Permissions for GetSessionToken").
10. Stored principals are unique ids (`principals`).
11. NotPrincipal (`principals`).
12. Conditions (`conditions`).
13. Values (`values`, `comparisons`).
14. Variables (`variables`).
15. The words of a refusal (`decision`).

The policy of a VPC endpoint that the request came through must allow as well.
What each policy grants arrives here as bits; reading documents does not belong here.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from watchword.policy.evaluation.principals import ACCOUNT, BEHIND, DIRECT


class PolicyType(StrEnum):
    """Where a policy is attached, in the order in which a refusal names them."""

    SCP = "scp"
    RCP = "rcp"
    RESOURCE = "resource"
    IDENTITY = "identity"
    BOUNDARY = "boundary"
    SESSION = "session"
    VPC_ENDPOINT = "vpcEndpoint"


class Verdict(StrEnum):
    """The answer."""

    ALLOW = "allow"
    IMPLICIT_DENY = "implicitDeny"
    EXPLICIT_DENY = "explicitDeny"


# What is granted is a set of bits. Those of a resource policy are DIRECT, BEHIND and ACCOUNT.
IDENTITY: Final = 8
BOUNDARY: Final = 16
SESSION: Final = 32
VPC_ENDPOINT: Final = 64
DENIED: Final = 128
FIRST_SCP: Final = 256
FIRST_RCP: Final = 512
"""Each level of SCPs, and each of RCPs, has a bit: every second one from here on."""
EVERYTHING: Final = ~DENIED

RCP_SERVICES = frozenset(
    """
    aoss appconfig appstream autoscaling autoscaling-plans budgets clouddirectory cloudfront
    cloudsearch cloudtrail-data codeartifact codebuild codecommit codepipeline cognito-identity
    cognito-idp comprehend comprehendmedical compute-optimizer cost-optimization-hub dax dsql
    dynamodb ecr ecr-public events firehose fis fms gamelift health inspector-scan kendra
    kinesisvideo kms logs memorydb networkmonitor notifications opensearch pca-connector-ad
    personalize polly pricing resource-groups rolesanywhere s3 secretsmanager servicediscovery
    signin sqs sts support swf textract timestream-influxdb transcribe transfer translate wafv2
    workspaces xray
    """.split()  # noqa: SIM905 a table of names
)
"""AWS Organizations User Guide, "List of AWS services that support RCPs"."""
BEYOND_RCPS = "kms:retiregrant"
"""AWS KMS Developer Guide, "Resource control policies in AWS KMS"."""
UNDENIABLE = "sts:getcalleridentity"
UNDENIABLE_OUTSIDE_SESSIONS = "sts:getsessiontoken"

_LIMITS = ((PolicyType.IDENTITY, IDENTITY), (PolicyType.BOUNDARY, BOUNDARY), (PolicyType.SESSION, SESSION))


class Applicability(Struct, frozen=True):
    """Which types of policy apply to a request, and so have to allow it."""

    has_account: bool
    """Whether the caller belongs to an account, and so can have identity policies."""
    same_account: bool
    explicit: bool
    """Whether the resource policy must allow explicitly: a trust or key policy."""
    given: int
    """Bits that no policy has to grant: IDENTITY for a root, BOUNDARY where there is none, ..."""
    levels: tuple[tuple[PolicyType, int, str], ...] = ()
    """Bits that must all be granted: one for each level of SCPs and RCPs, one for a VPC endpoint. With what
    explanations call the level."""


def has_rcps(action: str) -> bool:
    """Rule 4: whether the service of an action, or pattern, supports RCPs; in lower case."""
    return action.partition(":")[0] in RCP_SERVICES


def binds_rcps(action: str) -> bool:
    """Rule 4: whether RCPs bind an action; in lower case."""
    return has_rcps(action) and action != BEYOND_RCPS


def blocked_by(bits: int, applicability: Applicability) -> tuple[PolicyType, ...]:
    """The types of policy that lack an Allow that is needed. When there are none, the request is allowed."""
    bits |= applicability.given
    # 4, 5. Guardrails, level by level.
    blocked = [type_ for type_, bit, _ in applicability.levels if not bits & bit]
    # 6, 8, 9. Must a resource policy allow, and does it?
    needed, sufficient = _resource_grant(applicability)
    if needed and not bits & sufficient:
        blocked.append(PolicyType.RESOURCE)
    # 7. How much of the identity's path is needed as well?
    blocked += [type_ for type_, bit in _path_left(bits, applicability) if not bits & bit]
    return tuple(type_ for type_ in PolicyType if type_ in blocked) if blocked else ()


def _resource_grant(applicability: Applicability) -> tuple[bool, int]:
    if not applicability.has_account:
        return True, DIRECT
    needed = applicability.explicit or not applicability.same_account
    return needed, DIRECT | BEHIND | ACCOUNT


def _path_left(bits: int, applicability: Applicability) -> tuple[tuple[PolicyType, int], ...]:
    if not applicability.has_account:
        return ()
    if applicability.same_account and bits & DIRECT:
        return ()
    if applicability.same_account and bits & BEHIND:
        return _LIMITS[1:]
    if applicability.same_account and applicability.explicit and not bits & ACCOUNT:
        return ()
    return _LIMITS
