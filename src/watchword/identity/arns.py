"""ARNs that an operation's input names: refused, as IAM words it, when they are of something else."""

from watchword.identity.refusals import not_an_arn
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn


def policy_arn(text: str) -> EntityArn:
    """The ARN of a managed policy. Raises InvalidInput."""
    arn = EntityArn.parse(text, nouns.POLICY)
    if arn is None:
        raise not_an_arn(text)
    return arn
