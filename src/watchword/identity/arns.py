"""ARNs by which requests name managed policies, identity providers and roles.

One in a request to IAM is checked in this order, before anything is looked up:
1. what is no ARN at all is a ValidationError;
2. so is an ARN of another partition than the account's;
3. an ARN of something else than what the operation is about is InvalidInput.

Source: IAM's answers, as users of terraform, Pulumi and Vault report them.
"""

from functools import lru_cache

from watchword.identity.refusals import invalid_arn, not_that_arn, other_partition
from watchword.names import Arn, fault, nouns
from watchword.names.entity_arn import EntityArn

REMEMBERED = 1024
"""ARNs of roles that are cached."""


def given_policy_arn(text: str, partition: str) -> EntityArn:
    """The ARN of a managed policy in a request from an account of that partition. Raises AwsError."""
    return given_arn(text, nouns.POLICY, partition)


def given_arn(text: str, noun: str, partition: str) -> EntityArn:
    """The ARN of such an entity in a request from an account of that partition. Raises AwsError."""
    try:
        given = Arn.parse(text)
    except ValueError:
        raise invalid_arn(text) from None  # 1.
    if given.partition != partition:
        raise other_partition()  # 2.
    return _arn_of(text, noun)


@lru_cache(REMEMBERED)
def role_to_assume(text: str) -> EntityArn:
    """The ARN of a role in a request to STS, which has its own answer. Raises ValidationError."""
    arn = EntityArn.parse(text, nouns.ROLE)
    if arn is None:
        raise fault("ValidationError", f"{text} is invalid")
    return arn


def policy_arn(text: str) -> EntityArn:
    """The ARN of a managed policy. Raises InvalidInput."""
    return _arn_of(text, nouns.POLICY)


def _arn_of(text: str, noun: str) -> EntityArn:
    arn = EntityArn.parse(text, noun)
    if arn is None:
        raise not_that_arn(text)  # 3.
    return arn
