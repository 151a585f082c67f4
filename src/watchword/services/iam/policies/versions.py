"""Versions of managed policies. The default version is the one in force.

Source: IAM User Guide, "Versioning IAM policies".
"""

from watchword.identity import managed_policies
from watchword.identity.quotas import QUOTAS
from watchword.identity.refusals import refusal
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.services.iam import demands, pages, shapes
from watchword.services.iam.entity_types import POLICY
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import policy_versions

FULL = (
    f"A managed policy can have up to {QUOTAS['VersionsPerPolicy']} versions. Before you create a new "
    "version, you must delete an existing version."
)
_BEYOND_ALL = 2**31 - 1


def create_policy_version(call: Call) -> Output:
    """CreatePolicyVersion."""
    policy = POLICY.of(call)
    document = call.input["PolicyDocument"]
    validate(document, DocumentKind.MANAGED, partition=call.partition)
    if policy_versions.count(call.tx, policy.id) >= QUOTAS["VersionsPerPolicy"]:
        raise refusal("LimitExceeded", FULL)
    default = call.input.get("SetAsDefault", False)
    version = policy_versions.insert(call.tx, policy, document, default=default)
    return {"PolicyVersion": shapes.version(version)}


def get_policy_version(call: Call) -> Output:
    """GetPolicyVersion: the version with its document."""
    policy = POLICY.of(call)
    version = managed_policies.version(call.tx, policy, call.input["VersionId"])
    document = {"Document": shapes.encoded(version.document)}
    return {"PolicyVersion": shapes.version(version) | document}


def list_policy_versions(call: Call) -> Output:
    """ListPolicyVersions: newest first."""
    policy = POLICY.of(call)
    found = managed_policies.all_versions(call.tx, policy)
    shown, end = pages.page(call, found, lambda version: f"{_BEYOND_ALL - version.number:010}")
    return {"Versions": [shapes.version(version) for version in shown], **end}


def set_default_policy_version(call: Call) -> Output:
    """SetDefaultPolicyVersion."""
    policy = POLICY.of(call)
    version = managed_policies.version(call.tx, policy, call.input["VersionId"])
    policy_versions.set_default(call.tx, policy, version.number)
    return {}


def delete_policy_version(call: Call) -> Output:
    """DeletePolicyVersion: any version but the default one."""
    policy = POLICY.of(call)
    version = managed_policies.version(call.tx, policy, call.input["VersionId"])
    if version.default:
        raise refusal("DeleteConflict", "Cannot delete the default version of a policy.")
    policy_versions.remove(call.tx, policy, version.number)
    return {}


OPERATIONS: dict[str, Operation] = {
    "CreatePolicyVersion": writes(create_policy_version, demands.on_own_policy),
    "GetPolicyVersion": reads(get_policy_version, demands.on_policy),
    "ListPolicyVersions": reads(list_policy_versions, demands.on_policy),
    "SetDefaultPolicyVersion": writes(set_default_policy_version, demands.on_own_policy),
    "DeletePolicyVersion": writes(delete_policy_version, demands.on_own_policy),
}
