"""Deleting entities. For each type, the checks are numbered in their order.

An entity's tags, and what is noted of its accesses, are deleted with it. Everything else that it has must be
deleted first.
Source: IAM API Reference, DeleteUser, DeleteGroup, DeleteRole, DeleteInstanceProfile, DeletePolicy.
"""

from watchword.identity.refusals import delete_conflict, refusal
from watchword.names import nouns
from watchword.store import Transaction, tags
from watchword.store.iam import (
    access_keys,
    accesses,
    attachments,
    groups,
    inline_policies,
    instance_profiles,
    login_profiles,
    mfa_devices,
    policies,
    policy_versions,
    roles,
    service_credentials,
    signing_certificates,
    ssh_public_keys,
    users,
)
from watchword.store.iam.groups import Group
from watchword.store.iam.instance_profiles import InstanceProfile
from watchword.store.iam.policies import Policy
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User

MORE_THAN_ONE_VERSION = (
    "This policy has more than one version. Before you delete a policy, you must delete the policy's "
    "versions. The default version is deleted with the policy."
)


def remove_user(tx: Transaction, user: User) -> None:
    """Raises DeleteConflict."""
    # 1. Memberships.
    if groups.of_user(tx, user.id):
        raise delete_conflict("remove users from group")
    # 2. The password.
    if login_profiles.of(tx, user.id):
        raise delete_conflict("delete login profile")
    # 3. MFA devices.
    if mfa_devices.of_user(tx, user.id):
        raise delete_conflict("delete MFA device")
    # 4. Access keys.
    if access_keys.of_user(tx, user.id):
        raise delete_conflict("delete access keys")
    # 5. Signing certificates.
    if signing_certificates.of_user(tx, user.id):
        raise delete_conflict("delete certificates")
    # 5. Policies.
    _without_policies(tx, nouns.USER, user.id)
    # 6. SSH keys and service-specific credentials.
    if ssh_public_keys.of_user(tx, user.id) or service_credentials.of_user(tx, user.id):
        raise delete_conflict("remove referenced objects")
    tags.remove_all(tx, nouns.USER, user.id)
    accesses.remove_all(tx, user.id)
    users.remove(tx, user)


def remove_group(tx: Transaction, group: Group) -> None:
    """Raises DeleteConflict."""
    # 1. Members.
    if groups.members(tx, group.id, limit=1)[0]:
        raise delete_conflict("remove users from group")
    # 2. Policies.
    _without_policies(tx, nouns.GROUP, group.id)
    groups.remove(tx, group)


def remove_role(tx: Transaction, role: Role) -> None:
    """Raises DeleteConflict."""
    # 1. Instance profiles with this role.
    if instance_profiles.page_of_role(tx, role.id, limit=1)[0]:
        raise delete_conflict("remove roles from instance profile")
    # 2. Policies.
    _without_policies(tx, nouns.ROLE, role.id)
    tags.remove_all(tx, nouns.ROLE, role.id)
    accesses.remove_all(tx, role.id)
    roles.remove(tx, role)


def remove_instance_profile(tx: Transaction, profile: InstanceProfile) -> None:
    """Raises DeleteConflict."""
    if profile.role_id:
        raise delete_conflict("remove roles from instance profile")
    tags.remove_all(tx, nouns.INSTANCE_PROFILE, profile.id)
    instance_profiles.remove(tx, profile)


def remove_policy(tx: Transaction, policy: Policy) -> None:
    """The policy and its default version. Raises DeleteConflict."""
    # 1. Entities that it is attached to, or whose boundary it is.
    if policy.attachment_count or policy.boundary_count:
        raise refusal("DeleteConflict", "Cannot delete a policy attached to entities.")
    # 2. Versions other than the default one.
    if policy_versions.count(tx, policy.id) > 1:
        raise refusal("DeleteConflict", MORE_THAN_ONE_VERSION)
    tags.remove_all(tx, nouns.POLICY, policy.id)
    policies.remove(tx, policy)


def _without_policies(tx: Transaction, kind: str, owner_id: str) -> None:
    if attachments.of(tx, kind, owner_id):
        raise delete_conflict("detach all policies")
    if inline_policies.of(tx, kind, owner_id):
        raise delete_conflict("delete policies")
