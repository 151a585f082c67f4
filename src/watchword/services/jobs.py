"""Background work, as a row: `services.table` has those of each service, `gateway.jobs` runs them."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from watchword.world import World


class Job(NamedTuple):
    """What is done when a server starts and once in every `period` from then on, by one thread.

    Every server of a database does it: whatever an act does, another may do at the same time. An act that is
    long is an iterator: each turn takes one step of it.
    """

    name: str
    period: timedelta
    act: Callable[[World], object]
