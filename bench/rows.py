"""Rows: what is measured, beside what, and how a table of them is shown.

Rounds go through all rows in turn, so that a machine that slows down slows everything; what is compared is
the median of a row's rounds.
"""

import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import isnan, nan
from typing import NamedTuple


class Row(NamedTuple):
    """One thing that is measured; `measure` gives a round's operations per second, or so many of a unit."""

    name: str
    measure: Callable[[], float]
    peer: str = ""
    """The name of the row that it is compared with."""
    note: str = ""
    """What the figure or its ratio is meant to reach, or why nothing is measured."""
    unit: str = ""
    """Such as ms, where the figure is no rate."""


def absent(name: str, why: str) -> Row:
    """A row that can't be measured here, and says so."""
    return Row(name, lambda: nan, note=f"not measured: {why}")


@dataclass
class Result:
    """A row and its rounds."""

    row: Row
    rounds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)


def measured(results: list[Result], rounds: int) -> Iterator[int]:
    """Measures every row once per round; gives the number of each round that is done."""
    for number in range(rounds):
        for result in results:
            result.rounds.append(result.row.measure())
        yield number + 1


Line = tuple[str, str, str, str, str]
"""Name, rate, time, ratio to the peer, note."""


def lines(results: list[Result]) -> Iterator[Line]:
    """The rows as text."""
    medians = {result.row.name: result.median for result in results}
    for result in results:
        row, median = result.row, result.median
        if isnan(median):
            yield row.name, "", "", "", row.note
            continue
        beside = medians.get(row.peer, nan)
        ratio = "" if isnan(beside) else f"{median / beside:.3f} of {row.peer}"
        rate, time = f"{median:,.0f}/s", f"{1e6 / median:,.1f} us"
        yield row.name, *((f"{median:,.0f} {row.unit}", "") if row.unit else (rate, time)), ratio, row.note


def shown(table: Iterable[Line]) -> Iterator[str]:
    """The table for a terminal of 80 columns: what a figure is compared with is below it."""
    for name, rate, time, ratio, note in table:
        yield f"{name:<48}{rate:>14}{time:>17}"
        if ratio or note:
            yield f"    {'; '.join(filter(None, (ratio, note)))}"


def print_medians(rows: Iterable[Row], rounds: int) -> None:
    """Measures rows in interleaved rounds and prints them: what one module does by itself."""
    results = [Result(row) for row in rows]
    for _ in measured(results, rounds):
        pass
    print("\n".join(shown(lines(results))))
