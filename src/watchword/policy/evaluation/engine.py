"""Engines: the policies of one principal, compiled once and asked about many requests.

An `Engine` holds the principal's own policies: identity policies, boundary, session policies. `Others` holds
the policies that apply besides: a resource policy, SCPs, RCPs and the policies of a VPC endpoint. Each
answers a request with bits, from a table per action (`table`). `combine` turns the bits of both into the
verdict, which `Others` remembers. Otherwise both are immutable, and what they remember is bounded.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from watchword.names import Principal
from watchword.names.principal import Anonymous, FederatedUser, Root, Saml, Service, WebIdentity
from watchword.policy.evaluation.combine import (
    BOUNDARY,
    DENIED,
    FIRST_LEVEL,
    IDENTITY,
    SESSION,
    VPC_ENDPOINT,
    PolicyType,
    Situation,
    Verdict,
    blocked_by,
)
from watchword.policy.evaluation.decision import Decision
from watchword.policy.evaluation.document import Source
from watchword.policy.evaluation.principals import names_of
from watchword.policy.evaluation.request import KMS_KEY, ROLE, Request
from watchword.policy.evaluation.table import Layer, Table, table

_WITHOUT_ACCOUNT = (Anonymous, Service, WebIdentity, Saml)
_MOST_REMEMBERED = 4096
Levels = tuple[tuple[Source, ...], ...]
"""The sources of each level of an organization, from its root to the account."""
Guardrails = tuple[Levels | None, Levels | None, tuple[Source, ...] | None]
"""The policies that limit and never grant: SCPs, RCPs and those of a VPC endpoint."""


class Engine:
    """What one principal may do."""

    def __init__(
        self,
        principal: Principal,
        identity: Iterable[Source] = (),
        boundary: Iterable[Source] | None = None,
        session: Iterable[Source] | None = None,
    ) -> None:
        self.principal = principal
        self.names = names_of(principal)
        self.bounded = boundary is not None
        self.given = _given(principal, bounded=self.bounded, in_session=session is not None)
        self._layers = (
            Layer(PolicyType.IDENTITY, IDENTITY, tuple(identity)),
            Layer(PolicyType.BOUNDARY, BOUNDARY, tuple(boundary or ())),
            Layer(PolicyType.SESSION, SESSION, tuple(session or ())),
        )
        self._tables: dict[str, Table] = {}
        self._others: dict[object, Others] = {}

    def decide(
        self,
        request: Request,
        *,
        resource_policy: Source | None = None,
        scps: Levels | None = None,
        rcps: Levels | None = None,
        vpc_endpoint: tuple[Source, ...] | None = None,
    ) -> Decision:
        """The decision on a request by this engine's principal. A policy that is None does not limit it."""
        if request.principal is not self.principal and request.principal != self.principal:
            raise ValueError("an engine answers for its own principal only")
        key = (resource_policy.key if resource_policy else None, request.setting)
        guardrails = (scps, rcps, vpc_endpoint)
        others = self._others.get(key)
        if others is None or others.guardrails != guardrails:
            others = self._others[key] = self._gather(request, resource_policy, guardrails)
        name = request.name
        tables = others.tables.get(name) or others.build(name, self._tables.get(name) or self._build(name))
        own, theirs = tables
        bits = own.bits(request)
        if not bits & DENIED:
            bits |= theirs.bits(request)
        verdict, blocked = others.verdicts.get(bits) or others.verdict(bits)
        return Decision(verdict, request, blocked, bits, tables, others.situation)

    def _build(self, name: str) -> Table:
        _forget(self._tables)
        built = self._tables[name] = table(self._layers, name, self.names, bounded=self.bounded)
        return built

    def _gather(self, request: Request, policy: Source | None, guardrails: Guardrails) -> "Others":
        _forget(self._others)
        return Others(self, request, policy, guardrails)


class Others:
    """The policies besides an engine's own, for the resources of one account under one resource policy."""

    def __init__(
        self, engine: Engine, request: Request, policy: Source | None, guardrails: Guardrails
    ) -> None:
        self.guardrails = guardrails
        self._names = engine.names
        self._bounded = engine.bounded
        self._layers = tuple(_layers(engine.principal, policy, guardrails, request))
        self.situation = Situation(
            has_account=not isinstance(engine.principal, _WITHOUT_ACCOUNT),
            same_account=engine.principal.account == request.resource_account,
            explicit=request.resource_type in (ROLE, KMS_KEY),
            given=engine.given,
            levels=tuple((each.type, each.bits) for each in self._layers if each.bits),
        )
        self.tables: dict[str, tuple[Table, Table]] = {}
        """By action: the engine's own table, and that of these policies."""
        self.verdicts: dict[int, tuple[Verdict, tuple[PolicyType, ...]]] = {}

    def build(self, name: str, own: Table) -> tuple[Table, Table]:
        _forget(self.tables)
        theirs = table(self._layers, name, self._names, bounded=self._bounded)
        built = self.tables[name] = (own, theirs)
        return built

    def verdict(self, bits: int) -> tuple[Verdict, tuple[PolicyType, ...]]:
        found = self.verdicts[bits] = self._judge(bits)
        return found

    def _judge(self, bits: int) -> tuple[Verdict, tuple[PolicyType, ...]]:
        if bits & DENIED:
            return Verdict.EXPLICIT_DENY, ()
        blocked = blocked_by(bits, self.situation)
        return (Verdict.IMPLICIT_DENY if blocked else Verdict.ALLOW), blocked


def _given(principal: Principal, *, bounded: bool, in_session: bool) -> int:
    """Rule 7: the bits that no policy has to grant."""
    given = 0 if bounded else BOUNDARY
    if isinstance(principal, Root):
        given |= IDENTITY
    if not in_session and not isinstance(principal, FederatedUser):
        given |= SESSION
    return given


def _layers(
    principal: Principal, policy: Source | None, guardrails: Guardrails, request: Request
) -> Iterator[Layer]:
    """Rules 4 and 5: without the guardrails that don't bind this request. Each level has its own bit."""
    scps, rcps, endpoint = guardrails
    if request.service_linked or request.principal_account_is_management:
        scps = None
    if isinstance(principal, _WITHOUT_ACCOUNT):
        scps = None
    if request.service_linked or request.resource_account_is_management:
        rcps = None
    bit = FIRST_LEVEL
    for kind, levels in ((PolicyType.SCP, scps), (PolicyType.RCP, rcps)):
        for level in levels or ():
            yield Layer(kind, bit, level)
            bit <<= 1
    if policy is not None:
        yield Layer(PolicyType.RESOURCE, 0, (policy,))
    if endpoint is not None:
        yield Layer(PolicyType.VPC_ENDPOINT, VPC_ENDPOINT, endpoint)


def _forget(remembered: dict[Any, Any]) -> None:
    if len(remembered) >= _MOST_REMEMBERED:
        remembered.clear()
