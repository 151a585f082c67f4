"""The context of a call: what is the same for all demands of it.

A call comes from a client, by a connection, or from inside, when a service acts for somebody: then `via` says
through which services it came, and there is no connection that conditions could speak of.
"""

from datetime import datetime

from msgspec import Struct

from watchword.access.caller import Caller
from watchword.names import HttpRequest
from watchword.world import World


class Via(Struct, frozen=True):
    """How a call came from inside.

    Source: IAM User Guide, "AWS global condition context keys": aws:CalledVia, aws:SourceArn,
    aws:SourceAccount.
    """

    services: tuple[str, ...] = ()
    """Principals of the services that made the call for its caller, such as states.amazonaws.com; the first
    one that was called stands first."""
    source_arn: str = ""
    """The resource for which a service principal calls."""
    source_account: str = ""
    invoked_by: str = ""
    """The service that calls in its own name, or in a role that it has assumed. Records name it, but no
    condition key does: it isn't a call that was handed on for a principal."""
    host: str = ""
    """The ARN of the host whose session has the service call: what comes of it ends with the host."""

    @property
    def service(self) -> str:
        """The service that makes the call; empty for a call by a connection."""
        return self.services[-1] if self.services else self.invoked_by


DIRECT = Via()
INSIDE = HttpRequest("POST", secure=True)
"""The request of a call that never was on a wire."""


class RequestContext(Struct, frozen=True):
    """Who calls, from where, when, and where to."""

    world: World
    caller: Caller
    request: HttpRequest
    region: str
    now: datetime
    via: Via = DIRECT
    request_id: str = ""
