"""Versions of managed policies. The number of a removed version is never reused.

Source: IAM User Guide, "Versioning IAM policies".
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from watchword.store.iam import policies
from watchword.store.iam.policies import POLICIES, VERSIONS, Policy
from watchword.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Version:
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


def default_of(tx: Transaction, arn: str) -> Version | None:
    """The default version of the policy of that ARN."""
    return tx.one(Version, _DEFAULT, arn=arn)


def of(tx: Transaction, policy_id: str) -> list[Version]:
    """All versions of the policy, newest first. A quota keeps them few."""
    return tx.all(Version, _OF, policy_id=policy_id)


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
