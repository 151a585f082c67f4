"""What a group of policies says about one action: an index of statements by resource.

A table is built at an action's first request and holds only the statements that name the action and, in
policies with principals, the caller. Statements are filed under the whole resource, or under the part of
it before the first wildcard, up to a segment's border; a request looks under each length that occurs.
Denies come first; an Allow whose bit is granted already is not looked at. The result is the same as that of
looking at every statement (tested).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from watchword.policy.evaluation.combine import (
    BEYOND_RCPS,
    DENIED,
    EVERYTHING,
    UNDENIABLE,
    UNDENIABLE_OUTSIDE_SESSIONS,
    PolicyType,
    has_rcps,
)
from watchword.policy.evaluation.compile import Rule, Target
from watchword.policy.evaluation.conditions import Asked, Check
from watchword.policy.evaluation.document import Source
from watchword.policy.evaluation.principals import Names, reach

_WITH_PRINCIPALS = (PolicyType.RESOURCE, PolicyType.RCP, PolicyType.VPC_ENDPOINT)


class Layer(Struct, frozen=True, eq=False):
    """Documents of one type that grant one bit; a resource policy's bits depend on whom it names."""

    type: PolicyType
    bits: int
    sources: tuple[Source, ...]


class Cited(Struct, frozen=True, eq=False):
    """A statement, with the policy it is in and where that is attached."""

    type: PolicyType
    source: Source
    rule: Rule
    targets: tuple[Target, ...]
    bits: int
    """What it grants where it applies; DENIED for a Deny."""


Entry = tuple[int, list[Check], Cited]


class Index:
    """Entries by resource."""

    __slots__ = ("_anywhere", "_exact", "_lengths", "_under", "bits", "unconditional")

    def __init__(self, statements: Iterable[Cited]) -> None:
        exact: defaultdict[str, list[Entry]] = defaultdict(list)
        under: defaultdict[str, list[Entry]] = defaultdict(list)
        self.bits = self.unconditional = 0
        for each in statements:
            self.bits |= each.bits
            for target in each.targets:
                if target.unconditional:
                    self.unconditional |= each.bits
                filed = exact if target.exact else under
                filed[target.prefix].append((each.bits, target.checks, each))
        self._anywhere = under.pop("", [])
        self._exact = dict(exact)
        self._under = dict(under)
        self._lengths = tuple(sorted({len(prefix) for prefix in under}))

    def candidates(self, resource: str) -> list[Entry]:
        """Every entry whose resource may match."""
        found = self._anywhere
        if self._exact:
            found = found + self._exact.get(resource, [])
        under = self._under
        for length in self._lengths:
            entries = under.get(resource[:length])
            if entries is not None:
                found = found + entries if found else entries
        return found


class Table:
    """The statements that can apply to one action of one caller."""

    __slots__ = ("_asked", "_denying", "allows", "denies", "given", "speaking")

    def __init__(self, statements: Sequence[Cited], given: int = 0) -> None:
        self.speaking: defaultdict[PolicyType, list[Cited]] = defaultdict(list)
        """The Allows that name the action, by policy type, whether or not they name the caller."""
        for each in statements:
            if not each.rule.deny:
                self.speaking[each.type].append(each)
        reached = [each for each in statements if each.bits]
        self.allows = Index(each for each in reached if not each.rule.deny)
        self.denies = Index(each for each in reached if each.rule.deny)
        self.given = given | self.allows.unconditional
        """Bits that are granted whatever the request."""
        self._asked = self.allows.bits & ~self.given
        self._denying = bool(self.denies.bits)

    def bits(self, request: Asked) -> int:
        """What is granted to a request, or DENIED."""
        if self._denying:
            for _, checks, _ in self.denies.candidates(request.resource):
                for check in checks:
                    if not check(request):
                        break
                else:
                    return DENIED
        granted = self.given
        if self._asked:
            for bits, checks, _ in self.allows.candidates(request.resource):
                if bits & ~granted:
                    for check in checks:
                        if not check(request):
                            break
                    else:
                        granted |= bits
        return granted

    def applicable(self, request: Asked) -> dict[Cited, None]:
        """Every statement that applies, as the keys of a dict."""
        found: dict[Cited, None] = {}
        for index in (self.denies, self.allows):
            for _, checks, cited in index.candidates(request.resource):
                for check in checks:
                    if not check(request):
                        break
                else:
                    found[cited] = None
        return found


def table(layers: Sequence[Layer], name: str, names: Names, *, bounded: bool) -> Table:
    """The table of an action, by its lower-case name, for a caller under these names."""
    if _undeniable(name, names):
        return Table((), given=EVERYTHING)
    speaking = [each for each in layers if each.type is not PolicyType.RCP or _under_rcps(name)]
    exempt = sum(each.bits for each in layers if each not in speaking)
    cited = [
        _cite(layer, source, rule, names, bounded=bounded)
        for layer in speaking
        for source in layer.sources
        for rule in source.policy.rules
        if rule.names_action(name)
    ]
    return Table(cited, exempt)


def _undeniable(name: str, names: Names) -> bool:
    """Rule 9."""
    outside = name == UNDENIABLE_OUTSIDE_SESSIONS and not names.in_session
    return bool(names.account) and (name == UNDENIABLE or outside)


def _under_rcps(name: str) -> bool:
    return has_rcps(name) and name != BEYOND_RCPS


def _cite(layer: Layer, source: Source, rule: Rule, names: Names, *, bounded: bool) -> Cited:
    """Rule 2: a Principal belongs in policies of resources and nowhere else.

    Where it is missing or out of place, a Deny applies and an Allow does not.
    """
    element = rule.statement.principal
    attached = layer.type in _WITH_PRINCIPALS
    if attached and element is not None:
        reached = int(reach(element, names, effect=rule.statement.effect, bounded=bounded))
    else:
        reached = int(rule.deny or (element is None and not attached))
    bits = reached if layer.type is PolicyType.RESOURCE else layer.bits
    targets = rule.targets_of_attached if layer.type is PolicyType.RESOURCE else rule.targets
    return Cited(layer.type, source, rule, targets, (DENIED if rule.deny else bits) if reached else 0)
