"""Managed policies of AWS and of customers: look-ups by ARN, and their versions.

Policies of AWS are the same in every account. Their use is counted per account.
"""

from collections.abc import Callable, Sequence
from itertools import islice

from msgspec import structs

from watchword.identity import aws_managed, service_linked_roles
from watchword.identity.refusals import missing_version, of_a_service
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.store import Transaction
from watchword.store.iam import holders, policies, policy_versions
from watchword.store.iam.holders import Use
from watchword.store.iam.policies import Policy
from watchword.store.iam.policy_versions import Version


def find(tx: Transaction, account: str, text: str) -> Policy | None:
    """The policy of that ARN, if it is the account's own or one of AWS."""
    if known := aws_managed.find(text):
        return with_use(tx, account, [known])[0]
    arn = EntityArn.parse(text, nouns.POLICY)
    return policies.by_arn(tx, text) if arn and arn.account == account else None


def check_attachable(policy: Policy, noun: str) -> None:
    """Raises PolicyNotAttachable for a policy that only service-linked roles have."""
    if policy.account == aws_managed.OWNER and policy.path == service_linked_roles.ROOT:
        raise of_a_service(noun)


def with_use(tx: Transaction, account: str, of_aws: Sequence[Policy]) -> list[Policy]:
    """Policies of AWS with the account's counts of use."""
    counts = holders.count(tx, account, [policy.arn for policy in of_aws])
    uses = [counts.get(policy.arn, Use()) for policy in of_aws]
    return [
        structs.replace(policy, attachment_count=use.attached, boundary_count=use.bounding)
        for policy, use in zip(of_aws, uses, strict=True)
    ]


def page_of_aws(
    tx: Transaction,
    account: str,
    after: str,
    limit: int,
    *,
    path_prefix: str = "/",
    used: Callable[[Policy], object] | None = None,
) -> tuple[list[Policy], bool]:
    """Policies of AWS below a path, after the name `after`, with their use; and whether there are more.

    `used` tells by these counts whether a policy is on the list.
    """
    below = (policy for policy in aws_managed.every_policy(after) if policy.path.startswith(path_prefix))
    if used is None:
        found = list(islice(below, limit + 1))
        return with_use(tx, account, found[:limit]), len(found) > limit
    found = [policy for policy in with_use(tx, account, list(below)) if used(policy)]
    return found[:limit], len(found) > limit


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
    if policy.account == aws_managed.OWNER:
        return aws_managed.all_versions(policy)
    return policy_versions.of(tx, policy.id)
