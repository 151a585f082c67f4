"""What is attached to a trail: nothing, since there are none."""

from watchword.facts import Facts
from watchword.names import Arn


def attached(_facts: Facts, _action: str, _arn: Arn) -> None:
    """The one action that is served has no resource."""
