"""What is attached to the resources of the access portal: nothing. No policy decides on its operations."""

from watchword.facts import Facts
from watchword.names import Arn
from watchword.services.resources import Attached


def attached(_facts: Facts, _action: str, _arn: Arn) -> Attached | None:
    """Nothing: it has no resources."""
    return None
