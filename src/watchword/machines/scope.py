"""What an expression of a state can see: its data, the context object, the variables.

Source: Amazon States Language, "Context Object", "Variables".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from watchword.machines.data import Allowance, Json

Randomness = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Scope:
    """`data` is what "$" means; `context` makes the context object, "$$", when it is asked for."""

    data: Json
    context: Callable[[], Mapping[str, Json]]
    variables: Mapping[str, Json]
    randomness: Randomness
    allowance: Allowance = field(default_factory=Allowance)

    def of(self, data: Json) -> "Scope":
        """The same with other data."""
        return Scope(data, self.context, self.variables, self.randomness, self.allowance)
