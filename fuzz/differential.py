"""Generated cases of the policy language, decided by the engine and by the naive evaluator of the tests.

A million in an hour on two processors. Cases come from `tests/policy/cases.py`, so a batch is named by its
number and the run by its seed: any that disagrees can be had again. What is printed is its smallest
remainder that still disagrees, as a line for `watchword decide`. Exit code 1 when there is one.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from watchword.policy.lines.decide import decide_line

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "policy"))

import cases
import naive

BATCH = 1_000
SHOWN = 20
Json = Any


def disagree(line: Json) -> bool:
    """Whether the two evaluators decide otherwise; one that can't read the line doesn't count."""
    try:
        expected = naive.decide(line)
    except (KeyError, TypeError, AttributeError, IndexError):
        return False
    return bool(decide_line(line).get("decision", expected) != expected)


def batch(seed: int, number: int) -> list[Json]:
    """The cases of one batch that disagree."""
    chance = Random(f"{seed} {number}")
    return [line for line in (cases.case(chance) for _ in range(BATCH)) if _refused(line) or disagree(line)]


def _refused(line: Json) -> bool:
    """Whether the engine can't read what the generator made; it reads everything."""
    return "error" in decide_line(line)


def smallest(line: Json) -> Json:
    """The case without whatever it doesn't take to disagree."""
    for less in without_one(line):
        if disagree(less):
            return smallest(less)
    return line


def without_one(value: Json) -> Iterator[Json]:
    """The value without one of its parts, or with a smaller one."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield {name: other for name, other in value.items() if name != key}
            yield from ({**value, key: less} for less in without_one(part))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield value[:index] + value[index + 1 :]
            yield from ([*value[:index], less, *value[index + 1 :]] for less in without_one(part))


def main() -> int:
    """Runs the cases on every processor."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=1_000_000)
    options.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    options.add_argument("--seed", type=int, default=time.time_ns())
    chosen = options.parse_args()
    print(f"{chosen.cases:,} cases of seed {chosen.seed}", flush=True)
    began, decided, found = time.monotonic(), 0, []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for wave in count(step=100):
            numbers = range(wave, min(wave + 100, -(-chosen.cases // BATCH)))
            if not numbers or time.monotonic() - began > chosen.seconds:
                break
            for refused in pool.map(partial(batch, chosen.seed), numbers):
                decided += BATCH
                found += refused
            print(f"{decided:,} decided, {len(found)} disagree", flush=True)
    for line in found[:SHOWN]:
        print(json.dumps(smallest(line)))
    print(f"{decided:,} cases in {time.monotonic() - began:,.0f} s, {len(found)} disagree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
