"""Versions of managed policies. The number of a removed version is never reused.

Source: IAM User Guide, "Versioning IAM policies".
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, func, select

from watchword.store.iam import policies
from watchword.store.iam.policies import POLICIES, VERSIONS, Policy
from watchword.store.transaction import Transaction


class Version(Struct, frozen=True):
    """A version of a policy; AWS calls number 1 "v1"."""

    policy_id: str
    number: int
    document: str
    created: datetime
    default: bool


_ALL = select(
    VERSIONS.c.policy_id,
    VERSIONS.c.number,
    VERSIONS.c.document,
    VERSIONS.c.created,
    VERSIONS.c.number == POLICIES.c.default_version,
).join(POLICIES, POLICIES.c.id == VERSIONS.c.policy_id)
_DEFAULT = _ALL.where(POLICIES.c.arn == bindparam("arn"), VERSIONS.c.number == POLICIES.c.default_version)
_OF = _ALL.where(VERSIONS.c.policy_id == bindparam("policy_id")).order_by(VERSIONS.c.number.desc())
_OF_ALL = _ALL.where(VERSIONS.c.policy_id.in_(bindparam("policy_ids", expanding=True))).order_by(
    VERSIONS.c.number.desc()
)
_COUNT = select(func.count()).where(VERSIONS.c.policy_id == bindparam("policy_id"))
_COUNT_ALL = (
    select(func.count())
    .select_from(VERSIONS)
    .join(POLICIES, POLICIES.c.id == VERSIONS.c.policy_id)
    .where(POLICIES.c.account == bindparam("account"))
)


def insert(tx: Transaction, policy: Policy, document: str, *, default: bool) -> Version:
    """Adds the next version of the policy. `policy` must have been read in this transaction."""
    number = policy.next_version
    tx.run(
        VERSIONS.insert(),
        {"policy_id": policy.id, "number": number, "document": document, "created": tx.at},
    )
    in_force = {"default_version": number} if default else {}
    policies.update(tx, policy, next_version=number + 1, updated=tx.at, **in_force)
    return Version(policy.id, number, document, tx.at, default)


def insert_all(tx: Transaction, versions: Sequence[Version]) -> None:
    """Adds versions of policies whose rows say already which is the default one. Raises Conflict."""
    if versions:
        rows = [
            {
                "policy_id": each.policy_id,
                "number": each.number,
                "document": each.document,
                "created": each.created,
            }
            for each in versions
        ]
        tx.run_many(VERSIONS.insert(), rows)
    for each in versions:
        tx.changed("policy", each.policy_id)


def default_of(tx: Transaction, arn: str) -> Version | None:
    """The default version of the policy of that ARN."""
    return tx.one(Version, _DEFAULT, arn=arn)


def of(tx: Transaction, policy_id: str) -> list[Version]:
    """All versions of the policy, newest first. A quota keeps them few."""
    return tx.all(Version, _OF, policy_id=policy_id)


def of_all(tx: Transaction, policy_ids: Sequence[str]) -> list[Version]:
    """All versions of several policies, newest first."""
    return tx.all(Version, _OF_ALL, policy_ids=policy_ids)


def count(tx: Transaction, policy_id: str) -> int:
    """How many versions the policy has."""
    return tx.number(_COUNT, policy_id=policy_id)


def count_all(tx: Transaction, account: str) -> int:
    """How many versions all policies of the account have."""
    return tx.number(_COUNT_ALL, account=account)


def set_default(tx: Transaction, policy: Policy, number: int) -> None:
    """Makes the version the default one."""
    policies.update(tx, policy, default_version=number)


def remove(tx: Transaction, policy: Policy, number: int) -> None:
    """Removes a version, which must not be the default one."""
    tx.run(VERSIONS.delete().where(VERSIONS.c.policy_id == policy.id, VERSIONS.c.number == number))
    tx.changed("policy", policy.id, policy.account)


def remove_all(tx: Transaction, policy: Policy) -> None:
    """Removes all versions of a policy, which gets others in the same transaction."""
    tx.run(VERSIONS.delete().where(VERSIONS.c.policy_id == policy.id))
    tx.changed("policy", policy.id, policy.account)
