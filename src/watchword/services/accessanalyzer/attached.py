"""What is attached to an analyzer: nothing, since there are none."""

from watchword.facts import Facts
from watchword.names import Arn


def attached(_facts: Facts, _action: str, _arn: Arn) -> None:
    """The actions that are served have no resource."""
