"""`make bench`: every figure of docs/performance.md, measured in one interleaved run.

Nothing here decides whether a test passes. Peers are installed by the bench. Each row states what its figure
is measured against and what it is meant to reach.
"""

import argparse
import platform
import sys
from contextlib import ExitStack
from pathlib import Path

import delivery
import entities
import federation
import functions
import hosts
import http_rows
import living
import machines
import organizations
import policy
import refusals
import sigv4
import starts
import storage
import tokens
from rows import Line, Result, lines, measured, shown

RESULTS = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def save(table: list[Line], rounds: int) -> None:
    """Puts the table between the marks of docs/performance.md."""
    head = ["| what | figure | time each | ratio | aim or note |", "| --- | ---: | ---: | --- | --- |"]
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
    with ExitStack() as stack:
        every = (
            *policy.rows(stack),
            *sigv4.rows(),
            *tokens.rows(),
            *living.rows(),
            *federation.rows(stack),
            *refusals.rows(stack),
            *machines.rows(stack),
            *organizations.rows(stack),
            *http_rows.rows(stack),
            *delivery.rows(stack),
            *hosts.rows(stack),
            *entities.rows(stack),
            *functions.rows(stack),
            *storage.rows(stack),
            *starts.rows(stack),
        )
        results = [Result(row) for row in every]
        for number in measured(results, chosen.rounds):
            print(f"round {number} of {chosen.rounds}", file=sys.stderr)
    table = list(lines(results))
    print("\n".join(shown(table)))
    if chosen.save:
        save(table, chosen.rounds)


if __name__ == "__main__":
    main()
