"""What becomes of a run that entered a state."""

from collections.abc import Mapping
from typing import NamedTuple

from watchword.machines.data import Json
from watchword.machines.errors import Failure


class Leave(NamedTuple):
    """It leaves the state."""

    output: Json
    variables: Mapping[str, Json]
    next: str
    """The next state; empty: its machine ends."""


class Ends(NamedTuple):
    """Its machine fails, whatever the state's retriers and catchers say."""

    failure: Failure


Outcome = Leave | Ends | None
"""None: it stays in the state and waits."""
