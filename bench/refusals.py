"""How long it takes to refuse a wrong signature, and how long an unknown access key: it should be the same.

Both go through what authenticates, with everything cached that would be. The rows compare medians; by
itself (`python bench/refusals.py`) this module prints both distributions, and how often the unknown key
took longer than the wrong signature that was tried beside it: one time in two, if time tells nothing.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

from rows import Row
from watchword.access import read_credentials
from watchword.app import open_world
from watchword.installation.administrator import first_account, new_root_key
from watchword.installation.settings import Settings
from watchword.names import AwsError, HttpRequest
from watchword.sigv4 import Credentials, sign
from watchword.world import World

MANY = 200
PAIRS = 5000
WRONG, UNKNOWN = "refuse a wrong signature", "refuse an unknown access key"


def rows(stack: ExitStack) -> Iterator[Row]:
    world, known = _world(stack)
    yield Row(WRONG, lambda: 1 / statistics.median(_times(world, [known] * MANY)))
    yield Row(UNKNOWN, lambda: 1 / statistics.median(_times(world, ["AKIA" + "A" * 16] * MANY)), WRONG, "1")


def _world(stack: ExitStack) -> tuple[World, str]:
    """A world, and the id of an access key in it."""
    world = open_world(Settings(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
    stack.callback(world.close)
    return world, new_root_key(world, first_account(world))[0]


def _times(world: World, keys: list[str]) -> list[float]:
    """The seconds that each refusal took, of requests that differ."""
    now, times, operation = datetime.now(UTC), [], world.models.service("s3").operation("GetObject")
    for number, key in enumerate(keys):
        request = HttpRequest("GET", f"/bucket/{number}", "", (("host", "127.0.0.1:4566"),))
        signed = sign(request, Credentials(key, "x" * 40), service="s3", region="us-east-1", now=now)
        began = time.perf_counter()
        with suppress(AwsError):
            read_credentials(world.settings, signed).admit(world, operation)
        times.append(time.perf_counter() - began)
    return times


def main() -> None:
    """Both distributions, of refusals that take turns."""
    with ExitStack() as stack:
        world, known = _world(stack)
        times = _times(world, [known, "AKIA" + "A" * 16] * PAIRS)
    wrong, unknown = times[::2], times[1::2]
    for name, of in ((WRONG, wrong), (UNKNOWN, unknown)):
        cuts = statistics.quantiles(of, n=20)
        print(f"{name:32} p5 {cuts[0]:.1e} s   p50 {cuts[9]:.1e} s   p95 {cuts[18]:.1e} s")
    longer = sum(one > other for one, other in zip(unknown, wrong, strict=True)) / PAIRS
    print(f"the unknown key took longer in {longer:.0%} of the pairs")


if __name__ == "__main__":
    main()
