"""Floor 5: who is this?  may they?  write it down."""

from watchword.access.authenticate import authenticate, authenticate_head, read_credentials
from watchword.access.authorize import authorize, refusal
from watchword.access.caller import Caller
from watchword.access.demand import Demand
from watchword.access.record import record
from watchword.access.request_context import RequestContext
from watchword.access.request_log import RequestLog

__all__ = [
    "Caller",
    "Demand",
    "RequestContext",
    "RequestLog",
    "authenticate",
    "authenticate_head",
    "authorize",
    "read_credentials",
    "record",
    "refusal",
]
