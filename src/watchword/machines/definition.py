"""A state machine as values: what a definition is once it is checked and built.

Source: Amazon States Language, "State Machine Structure", "State Types".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from watchword.machines.choices import Test
from watchword.machines.data import Json
from watchword.machines.errors import Failure
from watchword.machines.flow import PathFlow
from watchword.machines.query_flow import QueryFlow
from watchword.machines.resources import Resource
from watchword.machines.retrying import Catcher, Retrier
from watchword.machines.scope import Scope

Flow = PathFlow | QueryFlow
WHOLE_FLOW = PathFlow()


@dataclass(frozen=True, slots=True)
class Setting:
    """A field that is given, or computed from the state's data."""

    given: Json
    computed: bool = False
    name: str = ""

    def read(self, flow: Flow, scope: Scope) -> Json:
        return flow.value(self.given, scope, self.name) if self.computed else self.given

    def unfit(self, flow: Flow, value: Json, expected: str) -> Failure:
        """That its value isn't what is expected."""
        return flow.unfit(self.name, self.given, value, expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What all states have. `next` is empty for a state that ends its machine, or that chooses."""

    name: str
    next: str = ""
    flow: Flow = WHOLE_FLOW
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass(State):
    """Passes its input on, or a fixed result."""

    result: Json = None
    has_result: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(State):
    """Calls an operation of a service."""

    resource: Resource
    timeout: Setting | None = None
    heartbeat: Setting | None = None
    role: Setting | None = None
    """Credentials: the role that the machine's role assumes for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One of a Choice: the test, or the condition of JSONata; where it leads; what it gives and sets."""

    test: Test | str | bool
    next: str
    flow: Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(State):
    """Goes on where the first rule leads that holds."""

    rules: tuple[Rule, ...]
    default: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(State):
    """Waits for some seconds, or until a moment."""

    seconds: Setting | None = None
    timestamp: Setting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeed(State):
    """Ends its machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(State):
    """Ends its machine with an error."""

    error: Setting = Setting("")
    cause: Setting = Setting("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel(State):
    """Runs several machines at once."""

    branches: "tuple[Machine, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Map(State):
    """Runs a machine for each item of an array."""

    processor: "Machine"
    items: Setting | None = None
    selector: Json = None
    concurrency: Setting = Setting(0)


@dataclass(frozen=True, slots=True)
class Machine:
    """States, and which is the first."""

    start: str
    states: Mapping[str, State]
    timeout: int | None = None
    """Seconds."""

    def at(self, place: tuple[str | int, ...]) -> "Machine":
        """The machine inside it: names of states, and in a Parallel the number of the branch."""
        machine, left = self, list(place)
        while left:
            state = machine.states[str(left.pop(0))]
            if isinstance(state, Map):
                machine = state.processor
            elif isinstance(state, Parallel):
                machine = state.branches[int(left.pop(0))]
        return machine
