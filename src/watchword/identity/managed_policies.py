"""Managed policies of AWS and of customers: look-ups by ARN, and their versions.

Policies of AWS are the same in every account. Their use is counted per account.
"""

from dataclasses import replace

from watchword.identity.aws_managed import OWNER, aws_policies
from watchword.identity.refusals import missing_version
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.store import Transaction
from watchword.store.iam import holders, policies, policy_versions
from watchword.store.iam.policies import Policy
from watchword.store.iam.policy_versions import Version


def find(tx: Transaction, account: str, text: str) -> Policy | None:
    """The policy of that ARN, if it is the account's own or one of AWS."""
    if known := aws_policies().get(text):
        return with_use(tx, account, known.policy)
    arn = EntityArn.parse(text, nouns.POLICY)
    return policies.by_arn(tx, text) if arn and arn.account == account else None


def with_use(tx: Transaction, account: str, policy: Policy) -> Policy:
    """A policy of AWS with the account's counts of use."""
    attached, bounding = holders.count(tx, account, policy.arn)
    return replace(policy, attachment_count=attached, boundary_count=bounding)


def version(tx: Transaction, policy: Policy, version_id: str) -> Version:
    """The version of that id, such as v2. Raises NoSuchEntity."""
    found = next((each for each in all_versions(tx, policy) if version_name(each) == version_id), None)
    if found is None:
        raise missing_version(policy.arn, version_id)
    return found


def version_name(version: Version) -> str:
    """What AWS calls a version."""
    return f"v{version.number}"


def all_versions(tx: Transaction, policy: Policy) -> list[Version]:
    """Newest first; a quota keeps them few."""
    if policy.account == OWNER:
        return [aws_policies()[policy.arn].version]
    return policy_versions.of(tx, policy.id)
