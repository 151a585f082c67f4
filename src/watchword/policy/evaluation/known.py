"""What is known about single resources: which patterns match them, and so which conditions are left to test.

A request that is like an earlier one (the same action on the same resource by the same principal) is decided
without another look at patterns. What is known is right as long as the engine lives that found it, and is
found under numbers that no other setting and no other policy has. All engines together keep the newest some
thousand; no policy is kept alive by them, only conditions.
"""

from collections.abc import Sequence
from itertools import islice
from sys import maxsize
from typing import Final

from msgspec import Struct

from watchword.policy.evaluation.conditions import Asked
from watchword.policy.evaluation.cost import CALL, LONGEST
from watchword.policy.evaluation.document import Origin
from watchword.policy.evaluation.entries import Candidates, Test
from watchword.policy.evaluation.request import Request

UNWEIGHED: Final = maxsize
MOST: Final = 1 << 13
"""How many are kept, for short resources that few conditions are about."""
_LONGEST = 256
"""Characters of a resource that is kept, less its tests."""


class Known(Struct, frozen=True, eq=False, gc=False):
    """Candidates, once a resource was compared with them."""

    free: int = 0
    """Bits that every request for it is granted."""
    tests: tuple[Test, ...] = ()
    """Those that it passes, as far as patterns go."""
    weight: int = 0
    """What it costs to decide a request (`cost`), or UNWEIGHED."""
    steps: int = 0
    """How much work it could have been, where that is why nothing was compared."""

    def granted(self, request: Asked) -> int:
        """The bits that a request is granted."""
        bits = self.free
        for grant, holds in self.tests:
            if grant & bits != grant and holds(request):
                bits |= grant
        return bits


def compare(candidates: Sequence[Candidates], request: Request, budget: int | None) -> Known:
    """A request's resource with the patterns of its candidates, unless that could exceed the budget."""
    weight = UNWEIGHED if budget is None else sum([each.weight for each in candidates])
    if budget is not None and weight > budget // LONGEST:
        steps = _steps(candidates, weight, request, budget)
        if steps > budget:
            return Known(steps=steps)
    free, resource = 0, request.resource
    tests: list[Test] = []
    for each in candidates:
        free |= each.free
        tests += each.tests
        for needle, covers, grant, test in each.patterns:
            if needle in resource and covers(resource):  # the former is much quicker, and mostly wrong
                if test is None:
                    free |= grant
                else:
                    tests.append(test)
    return Known(free, tuple(tests), weight)


def _steps(found: Sequence[Candidates], weight: int, request: Request, budget: int) -> int:
    """What a decision takes at most: a rough sum where it is within the budget, else a closer one."""
    size = request.size
    roughly = weight * (CALL + size)
    if roughly <= budget:
        return roughly
    return sum([entry.target.steps(request, size) for each in found for entry in each.every])


About = tuple[int, Origin | None, str, str]
"""The number of a setting, the resource policy, the name of an action, a resource."""


class Recent(dict[About, Known]):
    """The newest, oldest first."""

    __slots__ = ()

    def keep(self, about: About, known: Known) -> None:
        """Keeps it, unless it is large. Where there are too many, the older half goes."""
        if len(about[3]) + len(known.tests) > _LONGEST:
            return
        if len(self) >= MOST:
            for oldest in list(islice(self, MOST // 2)):  # one step to other threads
                self.pop(oldest, None)
        self[about] = known
