"""The shape of an operation and of a call to it.

A noun file of a service holds small functions of a `Call` and ends in a table, operation name ->
`Operation`, built with the four words below, which say what the journey puts around the function:

* `pure`:   no database; answered on the event loop when what it needs is cached;
* `reads`:  one read transaction, `call.tx`;
* `writes`: one write transaction, `call.tx`, in which the audit record of the call also commits;
* `moves`:  object bytes: the function opens its own short transactions.

A function runs only after every demand of its row was allowed, and never decides itself. It returns the
members of the operation's output shape, or raises AwsError with a code of the operation's model.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from msgspec import Struct

from watchword.access import Caller, Demand
from watchword.names import HttpRequest
from watchword.policy import Decision
from watchword.store import Transaction
from watchword.world import World

Output = Mapping[str, object]


class Call(Struct, frozen=True, eq=False):
    """One call of one operation by one caller."""

    world: World
    service: str
    name: str
    input: Mapping[str, Any]
    """Members of the operation's input shape, parsed and valid; absent members are absent."""
    caller: Caller
    request: HttpRequest
    region: str
    now: datetime
    transaction: Transaction | None = None
    decisions: tuple[Decision, ...] = ()
    """What was decided on the row's demands, in their order; all allowed but optional ones."""

    @property
    def account(self) -> str:
        """The caller's account."""
        return self.caller.account

    @property
    def tx(self) -> Transaction:
        """The open transaction of an operation that `reads` or `writes`."""
        if self.transaction is None:
            raise RuntimeError(f"{self.name} is pure and has no transaction")
        return self.transaction


class Around(Enum):
    """What the journey puts around an operation."""

    PURE = "pure"
    READ = "read"
    WRITE = "write"
    MOVE = "move"


Perform = Callable[[Call], Output]
Demands = Callable[[Call], tuple[Demand, ...]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of a service's table."""

    perform: Perform
    demands: Demands
    around: Around
    anonymous: bool = False
    """Whether a caller without any authentication is let through to the decision."""


def no_demands(_call: Call) -> tuple[Demand, ...]:
    """For the few operations that AWS lets everybody who is authenticated call."""
    return ()


def pure(perform: Perform, demands: Demands) -> Operation:
    return Operation(perform, demands, Around.PURE)


def reads(perform: Perform, demands: Demands) -> Operation:
    return Operation(perform, demands, Around.READ)


def writes(perform: Perform, demands: Demands) -> Operation:
    return Operation(perform, demands, Around.WRITE)


def moves(perform: Perform, demands: Demands, *, anonymous: bool = False) -> Operation:
    return Operation(perform, demands, Around.MOVE, anonymous)
