"""Engines: the documents of one principal, compiled, asked again and again.

An `Engine` holds what is a principal's own (identity policies, boundary, session policies). A `Panel` is
what else sits in judgement with it: one resource policy, the guardrails of both accounts, an endpoint.
Both answer with bits from tables built per action (`table`); `combine` makes the verdict, remembered per
panel. Engines are immutable but for what they remember, and that is bounded.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from watchword.names import Principal
from watchword.names.principal import Anonymous, FederatedUser, Root, Saml, Service, WebIdentity
from watchword.policy.combine import (
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
from watchword.policy.decision import Decision
from watchword.policy.document import Source
from watchword.policy.principals import names_of
from watchword.policy.request import KMS_KEY, ROLE, Request
from watchword.policy.table import Layer, Table, table

_WITHOUT_ACCOUNT = (Anonymous, Service, WebIdentity, Saml)
_MOST_REMEMBERED = 4096
Levels = tuple[tuple[Source, ...], ...]
"""The sources of each level of an organization, from its root to the account."""
Frame = tuple[Levels | None, Levels | None, tuple[Source, ...] | None]
"""SCPs, RCPs and the policies of a VPC endpoint."""


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
        self._panels: dict[object, Panel] = {}

    def decide(
        self,
        request: Request,
        *,
        resource_policy: Source | None = None,
        scps: Levels | None = None,
        rcps: Levels | None = None,
        vpc_endpoint: tuple[Source, ...] | None = None,
    ) -> Decision:
        """The decision on a request by this engine's principal; what is absent does not limit."""
        if request.principal is not self.principal and request.principal != self.principal:
            raise ValueError("an engine answers for its own principal only")
        key = (resource_policy.key if resource_policy else None, request.standing)
        frame = (scps, rcps, vpc_endpoint)
        panel = self._panels.get(key)
        if panel is None or panel.frame != frame:
            panel = self._panels[key] = self._seat(request, resource_policy, frame)
        name = request.name
        tables = panel.tables.get(name) or panel.seat(name, self._tables.get(name) or self._table(name))
        own, others = tables
        bits = own.bits(request)
        if not bits & DENIED:
            bits |= others.bits(request)
        verdict, blocked = panel.verdicts.get(bits) or panel.verdict(bits)
        return Decision(verdict, request, blocked, bits, tables, panel.situation)

    def _table(self, name: str) -> Table:
        _forget(self._tables)
        built = self._tables[name] = table(self._layers, name, self.names, bounded=self.bounded)
        return built

    def _seat(self, request: Request, resource_policy: Source | None, frame: Frame) -> "Panel":
        _forget(self._panels)
        return Panel(self, request, resource_policy, frame)


class Panel:
    """What sits in judgement together with an engine, for resources of one account under one policy."""

    def __init__(self, engine: Engine, request: Request, policy: Source | None, frame: Frame) -> None:
        self.frame = frame
        self._names = engine.names
        self._bounded = engine.bounded
        self._layers = tuple(_layers(engine.principal, policy, frame, request))
        self.situation = Situation(
            has_account=not isinstance(engine.principal, _WITHOUT_ACCOUNT),
            same_account=engine.principal.account == request.resource_account,
            explicit=request.resource_type in (ROLE, KMS_KEY),
            given=engine.given,
            levels=tuple((each.type, each.bits) for each in self._layers if each.bits),
        )
        self.tables: dict[str, tuple[Table, Table]] = {}
        """By action: the engine's own table, and that of everybody else."""
        self.verdicts: dict[int, tuple[Verdict, tuple[PolicyType, ...]]] = {}

    def seat(self, name: str, own: Table) -> tuple[Table, Table]:
        _forget(self.tables)
        others = table(self._layers, name, self._names, bounded=self._bounded)
        seated = self.tables[name] = (own, others)
        return seated

    def verdict(self, bits: int) -> tuple[Verdict, tuple[PolicyType, ...]]:
        denied = bits & DENIED
        blocked = () if denied else blocked_by(bits, self.situation)
        unlocked = Verdict.EXPLICIT_DENY if denied else Verdict.ALLOW
        found = self.verdicts[bits] = (Verdict.IMPLICIT_DENY if blocked else unlocked, blocked)
        return found


def _given(principal: Principal, *, bounded: bool, in_session: bool) -> int:
    """Rule 7: what nothing has to grant."""
    given = 0 if bounded else BOUNDARY
    if isinstance(principal, Root):
        given |= IDENTITY
    if not in_session and not isinstance(principal, FederatedUser):
        given |= SESSION
    return given


def _layers(principal: Principal, policy: Source | None, frame: Frame, request: Request) -> Iterator[Layer]:
    """Rules 4 and 5: who is bound by guardrails; each level has its own bit."""
    scps, rcps, endpoint = frame
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
