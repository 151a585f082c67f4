"""ARNs in the input of an operation. One of the wrong type is refused in IAM's words."""

from watchword.identity.refusals import not_a_policy_arn
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn


def policy_arn(text: str) -> EntityArn:
    """The ARN of a managed policy. Raises InvalidInput."""
    arn = EntityArn.parse(text, nouns.POLICY)
    if arn is None:
        raise not_a_policy_arn(text)
    return arn
