"""What any exception becomes for the caller: the fault itself, or one of two that give nothing away.

The operator's log has the rest, under the request's id. Forms of faults belong to `watchword.wire`.
"""

import logging

from watchword.names import AwsError, fault
from watchword.store import Unavailable

log = logging.getLogger(__name__)


def as_fault(broken: Exception, request_id: str) -> AwsError:
    """Say and log what went wrong with a request."""
    match broken:
        case AwsError():
            return broken
        case Unavailable():
            return fault("ServiceUnavailable", meant=str(broken))
        case _:
            log.error("request failed", extra={"request_id": request_id}, exc_info=broken)
            return fault("InternalFailure", meant=type(broken).__name__)
