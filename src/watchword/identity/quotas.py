"""Quotas: how much an entity may have.

Source: IAM User Guide, "IAM and AWS STS quotas". Quotas have their names in AWS's error messages; `SUMMARY`
has those that GetAccountSummary tells, by their names there. There is no quota for users, groups, roles and
policies of an account, so the summary has none. AWS has none for delegation requests either; theirs is
ours. The policy engine defines the sizes of documents.
"""

from collections.abc import Mapping

from watchword.identity.refusals import limit_exceeded
from watchword.policy.checking.validate import KINDS, DocumentKind

QUOTAS: Mapping[str, int] = {
    "AccessKeysPerUser": 2,
    "GroupsPerUser": 10,
    "MFADevicesPerUser": 8,
    "PoliciesPerUser": 10,
    "PoliciesPerGroup": 10,
    "PoliciesPerRole": 10,
    "PolicySize": KINDS[DocumentKind.MANAGED].size.most,
    "UserPolicySize": KINDS[DocumentKind.USER_INLINE].size.most,
    "GroupPolicySize": KINDS[DocumentKind.GROUP_INLINE].size.most,
    "RolePolicySize": KINDS[DocumentKind.ROLE_INLINE].size.most,
    "ACLSizePerRole": KINDS[DocumentKind.TRUST].size.most,
    "VersionsPerPolicy": 5,
    "OpenIdConnectProvidersPerAccount": 100,
    "ClientIdsPerOpenIdConnectProvider": 100,
    "SAMLProvidersPerAccount": 100,
    "ServerCertificatesPerAccount": 20,
    "SigningCertificatesPerUser": 2,
    "SSHPublicKeysPerUser": 5,
    "ServiceSpecificCredentialsPerUser": 2,
    "PrivateKeysPerSAMLProvider": 2,
    "DelegationRequestsPerAccount": 1000,
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
    "ServerCertificatesQuota": "ServerCertificatesPerAccount",
    "SigningCertificatesPerUserQuota": "SigningCertificatesPerUser",
    "UserPolicySizeQuota": "UserPolicySize",
    "VersionsPerPolicyQuota": "VersionsPerPolicy",
}


def check_quota(quota: str, count: int) -> None:
    """Raises LimitExceeded when `count`, with the new one, exceeds the quota."""
    if count > QUOTAS[quota]:
        raise limit_exceeded(quota, QUOTAS[quota])
