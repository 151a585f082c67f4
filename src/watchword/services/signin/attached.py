"""What is attached to the resources of AWS Sign-In: nothing. A client is the same in every account."""

from watchword.facts import Facts
from watchword.names import Arn
from watchword.services.resources import Attached
from watchword.services.signin.clients import RESOURCES


def attached(_facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """A client of the account in the ARN."""
    return Attached(arn.account) if arn.account and arn.resource in RESOURCES else None
