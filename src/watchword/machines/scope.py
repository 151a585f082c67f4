"""What an expression of a state can see: its data, the context object, the variables.

Source: Amazon States Language, "Context Object", "State Machine Variables".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from watchword.machines.data import Allowance, Json, decode
from watchword.machines.jsonata import Found

Randomness = Callable[[int], bytes]


class Evaluates(Protocol):
    """Evaluates expressions of JSONata that see these variables. Raises Failure when it takes too long."""

    def __call__(
        self, texts: Sequence[str], bindings: Mapping[str, str], *, until_true: bool = False
    ) -> list[Found]: ...


class Variables(Mapping[str, Json]):
    """Values by their names, kept as JSON texts: each is read when it is asked for."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __getitem__(self, name: str) -> Json:
        return decode(self._texts[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def texts(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """Those of these names that are there."""
        return [(name, self._texts[name]) for name in names if name in self._texts]


@dataclass(frozen=True, slots=True)
class Scope:
    """`data` is what "$" means; `context` makes the context object, "$$", when it is asked for."""

    data: Json
    context: Callable[[], Mapping[str, Json]]
    variables: Variables
    randomness: Randomness
    evaluate: Evaluates
    allowance: Allowance = field(default_factory=Allowance)
    note: Callable[[str, Json], None] | None = None
    """Takes what the data are between the state's fields, where a state is tried on its own."""

    def of(self, data: Json) -> "Scope":
        """The same with other data."""
        return Scope(
            data, self.context, self.variables, self.randomness, self.evaluate, self.allowance, self.note
        )

    def noted(self, name: str, value: Json) -> Json:
        """The value, which is what the data are after a field."""
        if self.note is not None:
            self.note(name, value)
        return value
