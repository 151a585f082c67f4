"""What any exception becomes for the caller: the fault itself, or one of a few that give nothing away.

The operator's log has the rest, under the request's id. Forms of faults belong to `watchword.wire`.
"""

import errno
import logging

from watchword.access.room import no_room
from watchword.names import AwsError, fault
from watchword.objects import PlaceUnavailable
from watchword.store import Unavailable

OUT_OF_REACH = "The object store behind this server can't be used now. Nothing was changed."
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

log = logging.getLogger(__name__)


def as_fault(broken: Exception, request_id: str) -> AwsError:
    """Say and log what went wrong with a request."""
    match broken:
        case AwsError():
            return broken
        case Unavailable():
            return fault("ServiceUnavailable", meant=str(broken))
        case PlaceUnavailable():
            log.warning("objects out of reach", extra={"request_id": request_id, "reason": str(broken)})
            return fault("ServiceUnavailable", OUT_OF_REACH, str(broken))
        case OSError() if broken.errno in NO_ROOM:
            log.warning("disk full", extra={"request_id": request_id})
            return no_room(type(broken).__name__)
        case _:
            log.error("request failed", extra={"request_id": request_id}, exc_info=broken)
            return fault("InternalFailure", meant=type(broken).__name__)


def unrecorded() -> AwsError:
    """What is said when the record of an answer can't be kept, and so the answer can't be given."""
    return fault("ServiceUnavailable", "This server can't keep its audit log now, so it answers nothing.")
