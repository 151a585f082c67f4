"""Policies that apply together, compiled for all callers: each gets an index of what can apply to it.

Identity policies, boundaries, session policies and SCPs are the same for every caller. Policies with
principals are not: the callers that their statements name alike share one index.

Rule 2 of `combine`: a Principal belongs in the policies of resources and nowhere else. Where it is missing or
out of place, a Deny applies and an Allow does not.
"""

from collections.abc import Iterator

from msgspec import Struct

from watchword.policy.evaluation.combine import DENIED, PolicyType
from watchword.policy.evaluation.document import Source
from watchword.policy.evaluation.entries import Cited
from watchword.policy.evaluation.index import Index
from watchword.policy.evaluation.principals import Names, named

_WITH_PRINCIPALS = (PolicyType.RESOURCE, PolicyType.RCP, PolicyType.VPC_ENDPOINT)
_MOST_INDEXES = 256


class Layer(Struct, frozen=True, eq=False):
    """Policies of one type that grant one bit; a resource policy's bits depend on how it names the caller."""

    type: PolicyType
    bits: int
    sources: tuple[Source, ...]

    @property
    def level(self) -> str:
        """The level of an organization at which they are attached, all of them."""
        return self.sources[0].level if self.sources else ""


class Layers:
    """Layers, compiled."""

    __slots__ = ("_indexes", "_named", "_strangers", "_with_principal", "layers")

    def __init__(self, *layers: Layer) -> None:
        self.layers = layers
        self._with_principal = [
            rule
            for layer in layers
            if layer.type in _WITH_PRINCIPALS
            for source in layer.sources
            for rule in source.policy.rules
            if rule.grantees is not None
        ]
        self._named = named([rule.grantees for rule in self._with_principal if rule.grantees])
        self._indexes: dict[tuple[int, ...], Index] = {}
        """By what the statements that have a principal reach of a caller."""
        self._strangers: Index | None = None
        """The index of the callers that no statement names."""

    def index(self, names: Names, *, bounded: bool) -> Index:
        """For a caller under these names; `bounded` when it has a permissions boundary."""
        if self._named is None or not self._named.isdisjoint(names.reached):
            return self._index(names, bounded=bounded)
        if self._strangers is None:
            self._strangers = self._index(names, bounded=bounded)
        return self._strangers

    def _index(self, names: Names, *, bounded: bool) -> Index:
        reached = tuple([rule.reach(names, bounded=bounded) for rule in self._with_principal])
        found = self._indexes.get(reached)
        if found is None:
            if len(self._indexes) >= _MOST_INDEXES:
                self._indexes.clear()
            found = self._indexes[reached] = self._build(reached)
        return found

    def _build(self, reached: tuple[int, ...]) -> Index:
        return Index(list(self._cited(iter(reached))))

    def _cited(self, reached: Iterator[int]) -> Iterator[Cited]:
        for layer in self.layers:
            attached = layer.type in _WITH_PRINCIPALS
            for source in layer.sources:
                for rule in source.policy.rules:
                    if attached and rule.grantees is not None:
                        applies = next(reached)
                    else:
                        applies = int(rule.deny or not (attached or rule.grantees))
                    bits = applies if layer.type is PolicyType.RESOURCE else layer.bits
                    yield Cited(
                        layer.type, source.key, rule, (DENIED if rule.deny else bits) if applies else 0
                    )
