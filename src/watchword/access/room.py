"""Whether there is room on the disk for a change.

When the disk is nearly full, changes and uploads are refused early. So there is room for what has to go on:
decisions, reads, and the records of both (docs/decisions/0014). What makes room, such as deleting objects,
isn't refused. The refusal is a 503, which SDKs try again. Only callers who may make the change are told.
"""

import logging

from watchword.names import AwsError, fault
from watchword.world import World

FULL = "The disk of this server is nearly full: changes and uploads are refused until there is room."

log = logging.getLogger(__name__)


def check_room(world: World, size: int = 0) -> None:
    """Raises ServiceUnavailable unless `size` bytes, and a small change, can be written."""
    if shortage := world.journal.shortage(size):
        log.warning("disk nearly full", extra={"reason": shortage})
        raise no_room(shortage)


def no_room(meant: str) -> AwsError:
    """What is said to a caller."""
    return fault("ServiceUnavailable", FULL, meant)
