"""Engines: the policies of one principal, compiled once and asked about many requests.

An engine looks a request up in up to four indexes (`index`):

* of its principal's own policies: identity policies and boundary. All sessions of a role share it;
* of the policies of a session;
* of the guardrails: SCPs, RCPs, the policies of a VPC endpoint. All principals share it;
* of the resource's policy. All principals share it that the policy names alike (`layers`).

Once the patterns of a resource have been compared, what is known about it is kept (`known`), and of requests
like it only the conditions are tested. What the statements that apply grant is a set of bits, and `combine`
makes the verdict of it. Otherwise an engine is immutable, and its caches are bounded.
"""

from collections.abc import Iterable

from watchword.names import Principal
from watchword.names.principal import FederatedUser, Root
from watchword.policy.evaluation.combine import (
    BOUNDARY,
    EVERYTHING,
    IDENTITY,
    SESSION,
    UNDENIABLE,
    UNDENIABLE_OUTSIDE_SESSIONS,
    PolicyType,
    Verdict,
)
from watchword.policy.evaluation.cost import LONGEST
from watchword.policy.evaluation.decision import Decision
from watchword.policy.evaluation.document import Source
from watchword.policy.evaluation.index import Index, candidates
from watchword.policy.evaluation.known import Recent, compare
from watchword.policy.evaluation.layers import Layer, Layers
from watchword.policy.evaluation.principals import Names, names_of
from watchword.policy.evaluation.request import Request
from watchword.policy.evaluation.setting import Guardrails, Holder, Levels, Setting, forget

_MOST_SETTINGS = 64
_NO_NAMES = Names()
_RECENT = Recent()


class OwnPolicies:
    """The identity policies and the boundary of a user or role, compiled once for all its sessions."""

    __slots__ = ("bounded", "index")

    def __init__(self, identity: Iterable[Source] = (), boundary: Iterable[Source] | None = None) -> None:
        self.bounded = boundary is not None
        self.index = Layers(
            Layer(PolicyType.IDENTITY, IDENTITY, tuple(identity)),
            Layer(PolicyType.BOUNDARY, BOUNDARY, tuple(boundary or ())),
        ).index(_NO_NAMES, bounded=False)


class Engine:
    """What one principal may do."""

    def __init__(
        self,
        principal: Principal,
        identity: Iterable[Source] | OwnPolicies = (),
        boundary: Iterable[Source] | None = None,
        session: Iterable[Source] | None = None,
    ) -> None:
        own = identity if isinstance(identity, OwnPolicies) else OwnPolicies(identity, boundary)
        names = names_of(principal)
        indexes: tuple[Index, ...] = (own.index,)
        if session is not None:
            passed = Layers(Layer(PolicyType.SESSION, SESSION, tuple(session)))
            indexes += (passed.index(_NO_NAMES, bounded=False),)
        given = _given(principal, bounded=own.bounded, in_session=session is not None)
        self.principal = principal
        self._holder = Holder(principal, names, own.bounded, given, indexes)
        self._undeniable = _undeniable(names)
        self._settings: dict[str, Setting] = {}

    def decide(
        self,
        request: Request,
        *,
        resource_policy: Source | None = None,
        scps: Levels | None = None,
        rcps: Levels | None = None,
        vpc_endpoint: tuple[Source, ...] | None = None,
        budget: int | None = None,
    ) -> Decision:
        """The decision on a request by this engine's principal. A policy that is None does not limit it.

        Where it could take more steps than `budget` (`cost`), the request is refused.
        """
        if request.principal is not self.principal and request.principal != self.principal:
            raise ValueError("an engine answers for its own principal only")
        setting = self._settings.get(request.setting)
        if setting is None or setting.guardrails != (scps, rcps, vpc_endpoint):
            setting = self._set(request, (scps, rcps, vpc_endpoint))
        name = request.name
        if name in self._undeniable:
            return Decision(Verdict.ALLOW, request, (), EVERYTHING, setting)
        key = None if resource_policy is None else resource_policy.key
        about = (setting.number, key, name, request.resource)
        known = _RECENT.get(about)
        if known is None or (budget is not None and known.weight > budget // LONGEST):
            found = candidates(setting.indexes(resource_policy), name, request.resource)
            known = compare(found, request, budget)
            if known.steps:
                return Decision(Verdict.IMPLICIT_DENY, request, (), 0, setting, None, known.steps)
            _RECENT.keep(about, known)
        bits = known.granted(request)
        verdict, blocked = setting.verdicts.get(bits) or setting.verdict(bits)
        return Decision(verdict, request, blocked, bits, setting, resource_policy)

    def _set(self, request: Request, guardrails: Guardrails) -> Setting:
        forget(self._settings, _MOST_SETTINGS)
        setting = self._settings[request.setting] = Setting(self._holder, guardrails, request)
        return setting


def _given(principal: Principal, *, bounded: bool, in_session: bool) -> int:
    """Rule 7: the bits that no policy has to grant."""
    given = 0 if bounded else BOUNDARY
    if isinstance(principal, Root) or (isinstance(principal, FederatedUser) and principal.of_root):
        given |= IDENTITY
    if not in_session and not isinstance(principal, FederatedUser):
        given |= SESSION
    return given


def _undeniable(names: Names) -> frozenset[str]:
    """Rule 9: the actions that no policy can deny to a caller."""
    if not names.account:
        return frozenset()
    return frozenset({UNDENIABLE} if names.in_session else {UNDENIABLE, UNDENIABLE_OUTSIDE_SESSIONS})
