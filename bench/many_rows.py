"""Rows of decisions among many (`many`): what they cost, and what is held for a principal and for a bucket.

* First: by engines that are made from parsed policies and have decided nothing.
* Cold: by the same engines afterwards, about a principal, an action and a bucket that were never asked about
  together.
* Warm: the requests of the cold row once more.

The peers keep nothing of a decision, so each has one row. Held are the bytes that tracemalloc counts after
the same requests, beside the parsed policies.
"""

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import many_peers
from evaluators import Run, agrees, timed
from many import (
    BOUNDARY,
    BUCKETS,
    SCPS,
    USERS,
    Asked,
    Workload,
    bucket_policy,
    document,
    documents,
)
from rows import Row, absent
from watchword.names import Principal
from watchword.policy import Decision, Policy, Request, Source
from watchword.policy.evaluation.engine import Engine
from workload import ACCOUNT

SIZES = (10, 100, 1_000)
PEERS: dict[str, Callable[[int], Run]] = {"cedarpy": many_peers.cedarpy, "ministack": many_peers.ministack}
COLD = {"cedarpy": {10: ">= 20", 100: ">= 25", 1_000: ">= 100"}}
WARM = {
    "cedarpy": {10: ">= 40", 100: ">= 100", 1_000: ">= 300"},
    "ministack": {10: ">= 8", 100: ">= 40", 1_000: ">= 100"},
}
MANY = 3_000
OF_PEERS = 200


def rows() -> Iterator[Row]:
    """Each peer, and ours in the same seconds."""
    for size in SIZES:
        what = f"20 principals of {size} statements"
        for name, make in PEERS.items():
            try:
                run = make(size)
            except ImportError as missing:
                yield absent(f"{name}, {what}", f"{missing.name} is not installed")
                continue
            ours = Ours(size)
            peer = _peer(f"{name}, {what}", run, Workload(size))
            yield peer
            yield Row(f"decide, {what}, first", ours.first, peer.name)
            yield Row(f"decide, {what}, cold", ours.cold, peer.name, COLD.get(name, {}).get(size, ""))
            yield Row(f"decide, {what}, warm", ours.warm, peer.name, WARM[name][size])
        for index, holder in enumerate(("a principal", "a bucket")):
            yield Row(f"held for {holder}, {what}", partial(_held, size, index), unit="bytes")


class Ours:
    """Our engines: made again from parsed policies in each round."""

    def __init__(self, size: int) -> None:
        self._workload = Workload(size)
        self._texts = _texts(size)
        self._cold = self._warm = 0.0

    def first(self) -> float:
        """Decisions per second of engines that have decided nothing. All of a round is measured here."""
        asked = self._workload.requests(2 * MANY)
        run = timed(_request, asking(self._texts))
        first, self._cold, self._warm = (
            _checked(run, part) for part in (asked[:MANY], asked[MANY:], asked[MANY:])
        )
        return MANY / first

    def cold(self) -> float:
        """Those about what wasn't asked before."""
        return MANY / self._cold

    def warm(self) -> float:
        """Those about what was asked once before."""
        return MANY / self._warm


def asking(texts: dict[Principal, list[str]]) -> Callable[[tuple[Request, str]], Decision]:
    """A function that decides, by engines that have decided nothing."""
    boundary, scps, buckets = _others()
    engines = {user: Engine(user, _own(own), boundary) for user, own in texts.items()}

    def ask(asked: tuple[Request, str]) -> Decision:
        request, bucket = asked
        return engines[request.principal].decide(request, resource_policy=buckets[bucket], scps=scps)

    return ask


def _checked(run: Run, asked: Sequence[Asked]) -> float:
    answers, seconds = run(asked)
    if [each.verdict for each in answers] != [each.label for each in asked]:
        raise SystemExit("a decision among many isn't what its label says")
    return seconds


def _request(each: Asked) -> tuple[Request, str]:
    return Request(each.user, each.action, each.resource, each.context, resource_account=ACCOUNT), each.bucket


def _peer(title: str, run: Run, workload: Workload) -> Row:
    requests = workload.requests(OF_PEERS)
    answers, _ = run(requests)
    right = sum(agrees(found, each.label) for found, each in zip(answers, requests, strict=True))
    return Row(title, partial(_rate, workload, run), note=f"right about {right / OF_PEERS:.1%}")


def _rate(workload: Workload, run: Run) -> float:
    _, seconds = run(workload.requests(OF_PEERS))
    return OF_PEERS / seconds


# Policies


def _texts(size: int) -> dict[Principal, list[str]]:
    return {user: documents(user, size) for user in USERS}


def _own(texts: list[str]) -> list[Source]:
    return [Source(Policy.parse(text), f"policy-{index}") for index, text in enumerate(texts)]


def _others() -> tuple[tuple[Source, ...], tuple[tuple[Source, ...], ...], dict[str, Source]]:
    """The boundary, the service control policies, and each bucket's policy."""
    boundary = (_source(document(*BOUNDARY), "boundary"),)
    scps = tuple((_source(document(*level), "scp"),) for level in SCPS)
    return boundary, scps, {bucket: _source(bucket_policy(bucket), bucket) for bucket in BUCKETS}


def _source(value: Any, name: str) -> Source:
    return Source(Policy.parse(json.dumps(value)), name)


# Memory


@cache
def _holding(size: int) -> tuple[float, float]:
    """Bytes for a principal, and for a bucket."""
    boundary, scps, buckets = _others()
    own = {user: _own(texts) for user, texts in _texts(size).items()}
    asked = [_request(each) for each in Workload(size).requests(2 * MANY)]
    tracemalloc.start()
    before = _used()
    engines = {user: Engine(user, sources, boundary) for user, sources in own.items()}
    for request, _ in asked:
        engines[request.principal].decide(request, scps=scps)
    alone = _used()
    for request, bucket in asked:
        engines[request.principal].decide(request, scps=scps, resource_policy=buckets[bucket])
    after = _used()
    tracemalloc.stop()
    return (alone - before) / len(USERS), (after - alone) / len(BUCKETS)


def _held(size: int, index: int) -> float:
    return _holding(size)[index]


def _used() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


if __name__ == "__main__":
    from rows import print_medians

    print_medians(rows(), 3)
