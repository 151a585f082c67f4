"""Provisioning a permission set in an account: its role, as the set says now.

The set is checked as a whole before the role changes, so that a role never has half of it.
Source: IAM Identity Center User Guide, "Use IAM policies in permission sets", "IAM roles created by IAM
Identity Center"; IAM User Guide, "IAM and AWS STS quotas".
"""

from dataclasses import dataclass, replace

from watchword.identity import managed_policies, policy_principals
from watchword.identity.center import reserved_roles
from watchword.identity.quotas import check_quota
from watchword.names import AwsError, nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.ids import Prefix, Randomness, new_unique_id
from watchword.policy import Policy
from watchword.store import Transaction, accounts, tags
from watchword.store.iam import accesses, attachments, inline_policies, roles
from watchword.store.iam.inline_policies import Inline
from watchword.store.iam.roles import Role
from watchword.store.identity_center import provisions
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.permission_sets import PermissionSet
from watchword.store.identity_center.provisions import Provision


class Unprovisionable(Exception):  # noqa: N818 its message is a reason that is shown
    """Why the set can't be a role in that account."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the role is to have: ARNs of policies."""

    policies: tuple[str, ...]
    boundary: str | None


def provision(
    tx: Transaction, instance: Instance, permission_set: PermissionSet, account: str, randomness: Randomness
) -> Provision:
    """Makes the role of the set in the account, or makes it what the set says now. Raises Unprovisionable."""
    wanted = _wanted(tx, instance, permission_set, account)
    found = provisions.find(tx, permission_set.id, account)
    before = roles.by_id(tx, found.role_id) if found else None
    role = before or _new_role(tx, instance, permission_set, account, randomness)
    roles.overwrite(tx, replace(role, description=permission_set.description, boundary=wanted.boundary))
    _put_policies(tx, role, wanted.policies)
    _put_inline(tx, role, permission_set.inline)
    made = Provision(permission_set.id, account, role.id, permission_set.revision, tx.at)
    provisions.put(tx, made)
    return made


def withdraw(tx: Transaction, found: Provision) -> None:
    """Removes the role. Sessions of it end at once."""
    provisions.remove(tx, found)
    role = roles.by_id(tx, found.role_id)
    if role is None:
        return
    _put_policies(tx, role, ())
    _put_inline(tx, role, "")
    tags.remove_all(tx, nouns.ROLE, role.id)
    accesses.remove_all(tx, role.id)
    roles.remove(tx, role)


def arn_in_account(partition: str, account: str, reference: str) -> str:
    """Of a policy that each account has: path and name, such as /team/Read. An ARN stays as it is."""
    if reference.startswith("arn:"):
        return reference
    path, _, name = reference.rpartition("/")
    return str(EntityArn(partition, account, nouns.POLICY, f"{path}/", name))


def _wanted(tx: Transaction, instance: Instance, permission_set: PermissionSet, account: str) -> _Wanted:
    """Raises Unprovisionable."""
    # 1. The account is there.
    there = accounts.by_id(tx, account)
    if there is None or there.closed:
        raise Unprovisionable(f"Received a 404 status error: Account {account} not found.")
    # 2. So is each policy.
    references = (*permission_set.managed, *permission_set.customer_managed)
    policies = tuple(arn_in_account(instance.partition, account, each) for each in references)
    boundary = (
        arn_in_account(instance.partition, account, permission_set.boundary or "")
        if permission_set.boundary
        else None
    )
    for arn in (*policies, *((boundary,) if boundary else ())):
        found = managed_policies.find(tx, account, arn)
        if found is None:
            raise Unprovisionable(
                f"Received a 404 status error: Policy {arn} does not exist or is not attachable."
            )
    # 3. They are no more than a role may have.
    try:
        check_quota("PoliciesPerRole", len(policies))
    except AwsError as refused:
        raise Unprovisionable(f"Received a 409 status error: {refused.said}") from None
    return _Wanted(policies, boundary)


def _new_role(
    tx: Transaction, instance: Instance, permission_set: PermissionSet, account: str, randomness: Randomness
) -> Role:
    trust = Policy.parse(reserved_roles.trust_of(instance, account))
    role = Role(
        id=new_unique_id(Prefix.ROLE, randomness),
        account=account,
        name=reserved_roles.new_name(permission_set.name, randomness),
        path=reserved_roles.path_of(instance),
        created=tx.at,
        trust=str(policy_principals.bind(tx, trust)),
        description=permission_set.description,
        max_session=reserved_roles.LONGEST_SESSION,
        partition=instance.partition,
    )
    roles.insert(tx, role)
    return role


def _put_policies(tx: Transaction, role: Role, wanted: tuple[str, ...]) -> None:
    for each in attachments.of(tx, nouns.ROLE, role.id):
        if each.policy_arn not in wanted:
            attachments.detach(tx, nouns.ROLE, role.id, each.policy_arn)
    for arn in wanted:
        attachments.attach(tx, nouns.ROLE, role.id, arn)


def _put_inline(tx: Transaction, role: Role, document: str) -> None:
    if document:
        inline_policies.put(tx, Inline(nouns.ROLE, role.id, reserved_roles.INLINE, document))
    else:
        inline_policies.remove(tx, nouns.ROLE, role.id, reserved_roles.INLINE)
