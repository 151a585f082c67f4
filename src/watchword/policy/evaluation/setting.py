"""Settings: what is the same for all requests of a principal about one account's resources.

That is, which guardrails bind these requests (rules 4 and 5 of `combine`), which types of policy must allow
them, and by which verdict each set of bits is answered.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from typing import Any

from msgspec import Struct

from watchword.names import Principal
from watchword.names.principal import Anonymous, Saml, Service, WebIdentity
from watchword.policy.evaluation.combine import (
    DENIED,
    FIRST_RCP,
    FIRST_SCP,
    VPC_ENDPOINT,
    Applicability,
    PolicyType,
    Verdict,
    binds_rcps,
    blocked_by,
)
from watchword.policy.evaluation.document import Origin, Source
from watchword.policy.evaluation.index import Index
from watchword.policy.evaluation.layers import Layer, Layers
from watchword.policy.evaluation.principals import Names
from watchword.policy.evaluation.request import EXPLICIT, Request

Levels = tuple[tuple[Source, ...], ...]
"""The policies of each level of an organization, from its root to the account."""
Guardrails = tuple[Levels | None, Levels | None, tuple[Source, ...] | None]
"""The policies that limit and never grant: SCPs, RCPs and those of a VPC endpoint."""
_NO_GUARDRAILS: Guardrails = (None, None, None)
_WITHOUT_ACCOUNT = (Anonymous, Service, WebIdentity, Saml)
_FIRST_BIT = {
    PolicyType.SCP: FIRST_SCP,
    PolicyType.RCP: FIRST_RCP,
    PolicyType.VPC_ENDPOINT: VPC_ENDPOINT,
}
_MOST_SHARED = 256
"""Sets of guardrails that stay compiled."""
_MOST_NAMES = 16
"""Names under which one resource policy stays compiled."""
_MOST_CONSULTED = 1024
"""Resource policies whose indexes a setting keeps."""
_NUMBERS = count()


class Holder(Struct, frozen=True, eq=False):
    """A principal with its own policies, compiled."""

    principal: Principal
    names: Names
    bounded: bool
    """Whether it has a permissions boundary."""
    given: int
    """Rule 7: the bits that no policy has to grant."""
    indexes: tuple[Index, ...]


class Setting:
    """What an engine keeps for requests with one `setting`."""

    __slots__ = ("_consulted", "_holder", "_indexes", "applicability", "guardrails", "number", "verdicts")

    def __init__(self, holder: Holder, guardrails: Guardrails, request: Request) -> None:
        principal = holder.principal
        layers = tuple(_binding(principal, guardrails, request)) if guardrails != _NO_GUARDRAILS else ()
        self.number = next(_NUMBERS)
        """No other has it (`known`)."""
        self.guardrails = guardrails
        self._holder = holder
        self._indexes = holder.indexes
        """The principal's own, and that of the guardrails that bind these requests."""
        if layers:
            self._indexes += (_compiled(layers).index(holder.names, bounded=holder.bounded),)
        self._consulted: dict[Origin, tuple[Index, ...]] = {}
        """By resource policy."""
        self.applicability = Applicability(
            has_account=not isinstance(principal, _WITHOUT_ACCOUNT),
            same_account=principal.account == request.resource_account,
            explicit=request.resource_type in EXPLICIT,
            given=holder.given,
            levels=tuple((each.type, each.bits, each.level) for each in layers),
        )
        self.verdicts: dict[int, tuple[Verdict, tuple[PolicyType, ...]]] = {}
        """By bits: the verdict, and the types of policy that block."""

    def indexes(self, policy: Source | None) -> tuple[Index, ...]:
        """Those that decide about requests under this resource policy."""
        if policy is None:
            return self._indexes
        return self._consulted.get(policy.key) or self._consult(policy)

    def _consult(self, policy: Source) -> tuple[Index, ...]:
        forget(self._consulted, _MOST_CONSULTED)
        holder = self._holder
        index = attached(policy).index(holder.names, bounded=holder.bounded)
        found = self._consulted[policy.key] = (*self._indexes, index)
        return found

    def verdict(self, bits: int) -> tuple[Verdict, tuple[PolicyType, ...]]:
        found = self.verdicts[bits] = self._judge(bits)
        return found

    def _judge(self, bits: int) -> tuple[Verdict, tuple[PolicyType, ...]]:
        if bits & DENIED:
            return Verdict.EXPLICIT_DENY, ()
        blocked = blocked_by(bits, self.applicability)
        return (Verdict.IMPLICIT_DENY if blocked else Verdict.ALLOW), blocked


def attached(policy: Source) -> Layers:
    """A resource policy, compiled once for all engines."""
    compiled = policy.policy.attached
    found = compiled.get(policy.name)
    if found is None:
        forget(compiled, _MOST_NAMES)
        found = compiled[policy.name] = Layers(Layer(PolicyType.RESOURCE, 0, (policy,)))
    return found


def forget(cache: dict[Any, Any], most: int) -> None:
    """Makes room in a cache."""
    if len(cache) >= most:
        cache.clear()


def _binding(principal: Principal, guardrails: Guardrails, request: Request) -> Iterator[Layer]:
    """Rules 4 and 5: the guardrails that bind a request."""
    scps, rcps, endpoint = guardrails
    exempt = request.service_linked or request.principal_account_is_management
    if scps and not exempt and not isinstance(principal, _WITHOUT_ACCOUNT):
        yield from _layers(PolicyType.SCP, scps)
    exempt = request.service_linked or request.resource_account_is_management
    if rcps and not exempt and binds_rcps(request.name):
        yield from _layers(PolicyType.RCP, rcps)
    if endpoint is not None:
        yield from _layers(PolicyType.VPC_ENDPOINT, (endpoint,))


@lru_cache(_MOST_SHARED)
def _layers(type_: PolicyType, levels: Levels) -> tuple[Layer, ...]:
    """A layer for each level, with a bit of its own: the same objects for the same policies."""
    first = _FIRST_BIT[type_]
    return tuple(Layer(type_, first << 2 * place, level) for place, level in enumerate(levels))


@lru_cache(_MOST_SHARED)
def _compiled(layers: tuple[Layer, ...]) -> Layers:
    return Layers(*layers)
