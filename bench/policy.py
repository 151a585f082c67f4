"""What a decision costs: the compiled engine beside other evaluators, on the same labelled requests.

Our own rows must be right about every label. A peer's row says about how many of them it is right; figures of
one that isn't right about all compare other work than ours. Requests never repeat between rounds, and are
made outside the time that is taken. By itself (`python bench/policy.py`) this prints medians of interleaved
rounds.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

import evaluators
import many_rows
from cedar import cedarpy
from evaluators import MissingError, Run, agrees
from iam_simulate import simulator
from rows import Row, absent, print_medians
from workload import Workload

SIZES = (10, 100, 1_000, 10_000)
AIMS = {
    "cedarpy": {10: ">= 25", 100: ">= 40", 1_000: ">= 150"},
    "ministack": {10: ">= 6", 100: ">= 20", 1_000: ">= 60"},
}
MOST = {"ministack": 1_000, "moto's IAMPolicy": 1_000, "iam-simulate": 1_000}
"""The most statements that a peer is asked with: a round with more would take minutes."""
MANY = 100
OURS = 2_000
LABELS_TRIED = 200
ROUNDS = 9

Make = Callable[[int], Run]


def rows(stack: ExitStack) -> Iterator[Row]:
    """All rows, peers first."""
    peers: dict[str, Make] = {
        "cedarpy": cedarpy,
        "ministack": evaluators.ministack,
        "moto's IAMPolicy": evaluators.moto,
        "iam-simulate": simulator(stack),
    }
    for size in SIZES:
        own = f"decide, {size} statements"
        for name, make in peers.items():
            if size <= MOST.get(name, size):
                yield from _beside(name, make, size, own)
        yield _own(f"decide and explain, {size} statements", evaluators.explained, size, own, ">= 0.15")
    text = "cedarpy from text, 100 statements"
    yield _peer(text, partial(cedarpy, from_text=True), 100)
    yield _own("first decision from text, 100 statements", evaluators.first, 100, text, ">= 1.7", MANY)
    yield from many_rows.rows()


def _beside(name: str, make: Make, size: int, own: str) -> Iterator[Row]:
    """A peer's row, and our own in the same seconds."""
    peer = _peer(f"{name}, {size} statements", make, size)
    yield peer
    yield _own(own, evaluators.engine, size, peer.name, AIMS.get(name, {}).get(size, ""))


def _own(title: str, make: Make, size: int, peer: str, aim: str, many: int = OURS) -> Row:
    workload, run = Workload(size), make(size)
    if (right := _right(workload, run)) < LABELS_TRIED:
        raise SystemExit(f"{title} is right about {right} of {LABELS_TRIED} labels")
    return Row(title, partial(_rate, workload, run, many), peer, aim)


def _peer(title: str, make: Make, size: int) -> Row:
    try:
        run = make(size)
    except ImportError as missing:
        return absent(title, f"{missing.name} is not installed")
    except MissingError as missing:
        return absent(title, str(missing))
    workload = Workload(size)
    right = _right(workload, run)
    return Row(title, partial(_rate, workload, run, MANY), note=f"right about {right / LABELS_TRIED:.1%}")


def _right(workload: Workload, run: Run) -> int:
    requests = workload.requests(LABELS_TRIED)
    answers, _ = run(requests)
    return sum(agrees(found, each.label) for found, each in zip(answers, requests, strict=True))


def _rate(workload: Workload, run: Run, many: int) -> float:
    _, seconds = run(workload.requests(many))
    return many / seconds


if __name__ == "__main__":
    with ExitStack() as opened:
        print_medians(rows(opened), ROUNDS)
