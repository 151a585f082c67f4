"""What is known of one request, for its audit record.

The journey writes down what it learns, as it learns it, so that a request that ends early has a record of
all that was known by then. Nothing but `record`, and the form of a refusal, reads it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct, field

from watchword.access.caller import Caller
from watchword.access.demand import Demand
from watchword.access.request_context import DIRECT, Via
from watchword.names import AwsError, HttpRequest
from watchword.names.principal import IdentityCenterUser
from watchword.policy import Decision
from watchword.sessions import Session
from watchword.store.iam.users import User
from watchword.wire import Operation


class Traits(NamedTuple):
    """What an operation is, in CloudTrail's terms. Its row in the table of services says so."""

    reads_only: bool = False
    mints: bool = False
    """Whether its answer holds credentials."""
    data_event: bool = False
    """Whether it acts on data rather than on the account's resources."""


class ConsoleEvent(Struct):
    """What is known of somebody who signs in or out (`console_events`)."""

    name: str
    account: str = ""
    """Whose user somebody wants to be; empty while that isn't known."""
    user: User | None = None
    """The user of that name, proved or not."""
    made: Session | None = None
    """The session that came of it."""
    additional: Mapping[str, str] = field(default_factory=dict)


class PortalEvent(Struct):
    """What is known of a person who does something on a page of the access portal (`portal_events`)."""

    name: str
    source: str
    account: str = ""
    """The account that has the instance of Identity Center; empty while that isn't known."""
    user: IdentityCenterUser | None = None
    """The user of that name, proved or not."""
    additional: Mapping[str, str] = field(default_factory=dict)


class RequestLog(Struct):
    """Everything has a value from the start: nothing, until it is known."""

    request_id: str
    now: datetime
    request: HttpRequest
    via: Via = DIRECT
    access_key_id: str = ""
    """As claimed; whose it is, is known only once there is a caller."""
    signature: str = ""
    """SigV4 or SigV2, as read; whether it holds, is known only once there is a caller."""
    region: str = ""
    operation: Operation | None = None
    traits: Traits = Traits()
    caller: Caller | None = None
    input: Mapping[str, Any] = field(default_factory=dict)
    demands: tuple[Demand, ...] = ()
    decisions: tuple[Decision, ...] = ()
    """One for each demand."""
    message: str = ""
    """The encoded authorization message, where a decision refused."""
    output: Mapping[str, Any] = field(default_factory=dict)
    error: AwsError | None = None
    console: ConsoleEvent | None = None
    """Set for what isn't a call of an operation, but somebody who signs in or out."""
    portal: PortalEvent | None = None
    """The same in the access portal."""

    @property
    def of_stranger(self) -> bool:
        """Whether the caller has no account and was allowed nothing."""
        if self.caller is not None and not self.caller.anonymous:
            return False
        return self.error is not None or not any(decision.allowed for decision in self.decisions)
