"""The shape of an operation and of a call to it.

A noun file of a service holds small functions of a `Call` and ends in a table, operation name ->
`Operation`, built with the six words below, which say what the journey puts around the function:

* `pure`:         no database; answered on the event loop when what it needs is cached;
* `point_read`:   facts and objects: rows as they are now, bytes; answered on the event loop when the database
                  is a file and the bytes are in memory;
* `reads`:        one read transaction, `call.tx`;
* `writes`:       one write transaction, `call.tx`, in which the audit record of the call also commits;
* `waits`:        no database, like `pure`; but it waits for a function, in a thread of its own kind;
* `object_write`: object bytes: the function reads in short snapshots, stores the bytes, and begins its one
                  change when they are stored (`call.change`); it commits once the call is recorded.

A function runs only after every demand of its row was allowed, and never decides itself. It acts on the very
entity that was decided on: after the decision a name may be reassigned, so demands look things up with
`call.resolve`, and functions take them from `call.resolved`. It returns the members of the operation's output
shape, or raises AwsError with a code of the operation's model.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from msgspec import Struct

from watchword.access import Caller, Demand, RequestContext
from watchword.access.presented import Presented
from watchword.access.request_context import Via
from watchword.access.request_log import Traits
from watchword.names import HttpRequest
from watchword.policy import Decision
from watchword.services.changes import Change
from watchword.store import Transaction
from watchword.world import World

MAX_BODY = 1 << 20

Output = Mapping[str, object]
Value = TypeVar("Value")


class Call(Struct, frozen=True, eq=False):
    """One call of one operation by one caller."""

    context: RequestContext
    service: str
    name: str
    input: Mapping[str, Any]
    """Members of the operation's input shape, parsed and valid; absent members are absent."""
    transaction: Transaction | Change | None = None
    """What the journey has put around the operation."""
    decisions: tuple[Decision, ...] = ()
    """What was decided on the row's demands, in their order; all allowed but optional ones."""
    resolved: dict[tuple[str, str], Any] = {}
    """What was found when the call was decided on, by kind and name; None where there was nothing."""
    prepared: Any = None
    """What the row's `prepare` made."""

    @property
    def world(self) -> World:
        return self.context.world

    @property
    def caller(self) -> Caller:
        return self.context.caller

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def request(self) -> HttpRequest:
        return self.context.request

    @property
    def account(self) -> str:
        """The caller's account."""
        return self.caller.account

    @property
    def partition(self) -> str:
        """The caller's partition, and so that of all that it makes."""
        return getattr(self.caller.principal, "partition", "aws")

    def resolve(self, kind: str, name: str, look: Callable[[], Value]) -> Value:
        """What `look` found the first time it was looked for under that name."""
        if (kind, name) not in self.resolved:
            self.resolved[kind, name] = look()
        found: Value = self.resolved[kind, name]
        return found

    def act(self, caller: Caller, operation: tuple[str, str], given: Mapping[str, Any], via: Via) -> Output:
        """The output of another operation (service, name), called as `caller` in this call's region.

        It is decided and recorded like any other call. Raises AwsError.
        """
        output: Output = self.world.inside(
            self.world, caller, operation, given, via=via, region=self.context.region
        )
        return output

    @property
    def tx(self) -> Transaction:
        """The open transaction of an operation that `reads` or `writes`."""
        if not isinstance(self.transaction, Transaction):
            raise RuntimeError(f"{self.name} has no open transaction")  # noqa: TRY004 a wrong row, not type
        return self.transaction

    @property
    def change(self) -> Change:
        """The change of an `object_write`."""
        if not isinstance(self.transaction, Change):
            raise RuntimeError(f"{self.name} writes no object")  # noqa: TRY004 a wrong row, not type
        return self.transaction


class Mode(Enum):
    """The transaction that the journey puts around an operation."""

    PURE = "pure"
    POINT_READ = "point read"
    READ = "read"
    WRITE = "write"
    OBJECT_WRITE = "object write"


PURE, POINT_READ, WRITE = Mode.PURE, Mode.POINT_READ, Mode.WRITE
"""As names, for the journey: in Python 3.11 a member of an enum takes several times as long to find."""
_CHANGES = (Mode.WRITE, Mode.OBJECT_WRITE)

Perform = Callable[[Call], Output]
Variant = Callable[[Call], "Operation | None"]
Demands = Callable[[Call], tuple[Demand, ...]]
Prepare = Callable[[Call], object]
ReadProof = Callable[[HttpRequest, Mapping[str, Any]], Presented]
"""The credentials in the body of a request, from the request and the operation's input."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of a service's table: all that there is to know of an operation besides its model."""

    perform: Perform
    demands: Demands
    mode: Mode
    traits: Traits
    anonymous: bool = False
    """Whether callers without credentials are let through to the decision."""
    proof: ReadProof | None = None
    """Where the caller's proof is in the body, such as a token: how it is read."""
    prepare: Prepare | None = None
    """Work that takes long, such as hashing a password: done after the decision and before the transaction,
    so that no other change waits for it. The function finds the outcome in `call.prepared`."""
    makes_room: bool = False
    """Whether it frees space, so that it is performed even when the disk is nearly full."""
    max_body: int = MAX_BODY
    """Bytes that a body may have, unless it streams."""
    moves_bytes: bool = False
    """Whether it moves bytes of objects that aren't in its request, so that a short one can take minutes."""

    waits: bool = False
    """Whether it waits for a function, which may take minutes and call this server meanwhile."""
    variant: "Variant | None" = None
    """The row that stands for this one, once the call is allowed, if the input makes it another kind of
    operation; it has the same demands."""

    @property
    def needs_room(self) -> bool:
        """Whether it is refused when the disk is nearly full."""
        return self.mode in _CHANGES and not self.makes_room


def no_demands(_call: Call) -> tuple[Demand, ...]:
    """For the few operations that AWS lets everyone who is authenticated call."""
    return ()


# What has no write transaction can't change anything; but an answer with credentials is no reading either.


def pure(perform: Perform, demands: Demands, *, mints: bool = False) -> Operation:
    return Operation(perform, demands, Mode.PURE, Traits(reads_only=not mints, mints=mints))


def point_read(perform: Perform, demands: Demands) -> Operation:
    return Operation(perform, demands, Mode.POINT_READ, Traits(reads_only=True, data_event=True))


def reads(perform: Perform, demands: Demands, *, mints: bool = False, data_event: bool = False) -> Operation:
    traits = Traits(reads_only=not mints, mints=mints, data_event=data_event)
    return Operation(perform, demands, Mode.READ, traits)


def writes(
    perform: Perform,
    demands: Demands,
    *,
    mints: bool = False,
    prepare: Prepare | None = None,
    proof: ReadProof | None = None,
) -> Operation:
    return Operation(perform, demands, Mode.WRITE, Traits(mints=mints), prepare=prepare, proof=proof)


def waits(perform: Perform, demands: Demands, *, variant: Variant | None = None) -> Operation:
    traits = Traits(data_event=True)
    return Operation(perform, demands, Mode.PURE, traits, waits=True, variant=variant)


def object_write(
    perform: Perform,
    demands: Demands,
    *,
    makes_room: bool = False,
    max_body: int = MAX_BODY,
    moves_bytes: bool = False,
) -> Operation:
    return Operation(
        perform,
        demands,
        Mode.OBJECT_WRITE,
        Traits(data_event=True),
        makes_room=makes_room,
        max_body=max_body,
        moves_bytes=moves_bytes,
    )
