"""Retriers and catchers: whether a state that failed is tried again, when, and else where it goes on.

1. The first retrier for the error decides; others aren't looked at. It counts its own attempts.
2. The delay before attempt n+1 is IntervalSeconds x BackoffRate^n, at most MaxDelaySeconds; with full jitter
   it is drawn from zero to that.
3. Once its attempts are used up, the first catcher for the error says where the machine goes on.

Source: Amazon States Language, "Retrying after error", "Fallback states".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from watchword.machines.data import Json
from watchword.machines.diagnostics import Place
from watchword.machines.errors import matches
from watchword.machines.paths import Path
from watchword.machines.scope import Randomness

DEFAULT_ATTEMPTS, DEFAULT_INTERVAL, DEFAULT_BACKOFF = 3, 1, 2.0
LONGEST_SECONDS = 31_622_400
"""A year: the greatest MaxDelaySeconds is just below."""
MOST_ATTEMPTS = 99_999_999


class Retrier(Struct, frozen=True):
    """When a state is tried again."""

    errors: tuple[str, ...]
    interval: float = DEFAULT_INTERVAL
    attempts: int = DEFAULT_ATTEMPTS
    backoff: float = DEFAULT_BACKOFF
    longest: float = LONGEST_SECONDS
    jitter: bool = False

    def delay(self, done: int, randomness: Randomness) -> float:
        """Seconds until the next attempt, after so many that this retrier has made."""
        try:
            seconds = min(self.interval * float(self.backoff) ** done, self.longest)
        except OverflowError:
            seconds = self.longest
        if not self.jitter:
            return seconds
        return seconds * int.from_bytes(randomness(4)) / (1 << 32)


@dataclass(frozen=True, slots=True)
class Catcher:
    """Where a machine goes on after an error."""

    errors: tuple[str, ...]
    next: str
    result_path: Path | None = None
    """Where the error goes in the state's input; None: nowhere."""
    assign: Json = None
    fields: Mapping[str, Json] = field(default_factory=dict)
    """Of JSONata: Output, Assign."""
    where: Place = ()
    """Where these stand in the state."""


def retrier_for(error: str, retriers: Sequence[Retrier]) -> int | None:
    """The place of the first retrier for the error; None where there is none."""
    return next((at for at, each in enumerate(retriers) if _is_for(each.errors, error)), None)


def catcher_for(error: str, catchers: Sequence[Catcher]) -> Catcher | None:
    """The first catcher for the error."""
    return next((each for each in catchers if _is_for(each.errors, error)), None)


def _is_for(errors: tuple[str, ...], error: str) -> bool:
    return any(matches(wanted, error) for wanted in errors)
