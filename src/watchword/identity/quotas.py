"""How much an entity may hold.

Source: IAM User Guide, "IAM and AWS STS quotas". A quota's name is the one in AWS's refusals; `SUMMARY`
is what GetAccountSummary calls it. How many users, groups, roles and policies an account may have is
not bounded here, so the summary states no quota for them. Sizes of documents are the policy engine's.
"""

from collections.abc import Mapping

from watchword.identity.refusals import beyond
from watchword.policy.checking.validate import KINDS, DocumentKind

QUOTAS: Mapping[str, int] = {
    "AccessKeysPerUser": 2,
    "GroupsPerUser": 10,
    "PoliciesPerUser": 10,
    "PoliciesPerGroup": 10,
    "PoliciesPerRole": 10,
    "PolicySize": KINDS[DocumentKind.MANAGED].size.most,
    "UserPolicySize": KINDS[DocumentKind.USER_INLINE].size.most,
    "GroupPolicySize": KINDS[DocumentKind.GROUP_INLINE].size.most,
    "RolePolicySize": KINDS[DocumentKind.ROLE_INLINE].size.most,
    "ACLSizePerRole": KINDS[DocumentKind.TRUST].size.most,
    "VersionsPerPolicy": 5,
}

SUMMARY: Mapping[str, str] = {
    "AccessKeysPerUserQuota": "AccessKeysPerUser",
    "AssumeRolePolicySizeQuota": "ACLSizePerRole",
    "AttachedPoliciesPerGroupQuota": "PoliciesPerGroup",
    "AttachedPoliciesPerRoleQuota": "PoliciesPerRole",
    "AttachedPoliciesPerUserQuota": "PoliciesPerUser",
    "GroupPolicySizeQuota": "GroupPolicySize",
    "GroupsPerUserQuota": "GroupsPerUser",
    "PolicySizeQuota": "PolicySize",
    "RolePolicySizeQuota": "RolePolicySize",
    "UserPolicySizeQuota": "UserPolicySize",
    "VersionsPerPolicyQuota": "VersionsPerPolicy",
}


def hold(quota: str, count: int) -> None:
    """Raises LimitExceeded when `count`, the new one included, is beyond the quota."""
    if count > QUOTAS[quota]:
        raise beyond(quota, QUOTAS[quota])
