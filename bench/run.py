"""`make bench`: every figure of docs/performance.md, measured in one interleaved run.

Rounds go through all rows in turn, so that a machine that slows down slows everything; what is compared is
the median of a row's rounds. Nothing here decides whether a test passes. Peers are installed by the bench.
Each row states what its figure is measured against and what it is meant to reach.
"""

import argparse
import platform
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

import http_rows
import policy
import refusals
import sigv4
import tokens

RESULTS = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


@dataclass
class Row:
    """One thing that is measured; `measure` gives operations per second."""

    name: str
    measure: Callable[[], float]
    peer: str = ""
    """The name of the row that it is compared with."""
    reach: str = ""
    rounds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)


def measured(rows: list[Row], rounds: int) -> Iterator[int]:
    """Measures every row once per round."""
    for number in range(rounds):
        for row in rows:
            row.rounds.append(row.measure())
        yield number + 1


def lines(rows: list[Row]) -> list[tuple[str, str, str, str, str]]:
    """Name, rate, time, ratio to the peer, aim."""
    by_name = {row.name: row for row in rows}
    return [
        (
            row.name,
            f"{row.median:,.0f}/s",
            f"{1e6 / row.median:,.1f} us",
            f"{row.median / by_name[row.peer].median:.3f} of {row.peer}" if row.peer else "",
            row.reach,
        )
        for row in rows
    ]


def save(table: list[tuple[str, str, str, str, str]], rounds: int) -> None:
    """Puts the table between the marks of docs/performance.md."""
    head = ["| what | rate | time each | ratio | aim |", "| --- | ---: | ---: | --- | --- |"]
    body = [f"| {' | '.join(line)} |" for line in table]
    machine = f"{platform.machine()}, Python {platform.python_version()}, {rounds} rounds, medians."
    text = RESULTS.read_text()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    RESULTS.write_text(before + "\n".join([BEGIN, "", machine, "", *head, *body, "", END]) + after)


def main() -> None:
    """Runs everything and prints the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--save", action="store_true", help="write docs/performance.md")
    chosen = options.parse_args()
    console = Console()
    with ExitStack() as stack:
        every = (*policy.rows(), *sigv4.rows(), *tokens.rows(), *refusals.rows(stack), *http_rows.rows(stack))
        rows = [Row(*row) for row in every]
        for number in measured(rows, chosen.rounds):
            console.print(f"round {number} of {chosen.rounds}", style="dim")
    table = lines(rows)
    shown = Table("what", "rate", "time each", "ratio", "aim")
    for line in table:
        shown.add_row(*line)
    console.print(shown)
    if chosen.save:
        save(table, chosen.rounds)


if __name__ == "__main__":
    main()
