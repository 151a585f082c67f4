"""All policies that may apply to a request, as one value, and the decision by them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from watchword.names import Principal
from watchword.policy.evaluation.decision import Decision
from watchword.policy.evaluation.document import Policy, Source
from watchword.policy.evaluation.engine import Engine
from watchword.policy.evaluation.request import Request
from watchword.policy.evaluation.setting import Levels

Named = Policy | Source


@dataclass(frozen=True, eq=False)
class Policies:
    """All policies that may apply to a request, by where they are attached.

    None means that there is no such policy and hence no such limit; an empty boundary or session is a
    limit that allows nothing. SCPs are those of the principal's account and RCPs those of the resource's,
    a tuple for each level from the root to the account.
    """

    identity: tuple[Source, ...] = ()
    resource: Source | None = None
    boundary: tuple[Source, ...] | None = None
    session: tuple[Source, ...] | None = None
    scps: Levels | None = None
    rcps: Levels | None = None
    vpc_endpoint: tuple[Source, ...] | None = None
    _engines: list[Engine] = field(init=False, repr=False, default_factory=list)

    def engine(self, principal: Principal) -> Engine:
        """The engine of a principal that has these policies; the last one is cached."""
        for engine in self._engines:
            if engine.principal is principal or engine.principal == principal:
                return engine
        engine = Engine(principal, self.identity, self.boundary, self.session)
        self._engines[:] = [engine]
        return engine

    @classmethod
    def of(
        cls,
        *,
        identity: Iterable[Named] = (),
        resource: Named | None = None,
        boundary: Iterable[Named] | None = None,
        session: Iterable[Named] | None = None,
        scps: Iterable[Iterable[Named]] | None = None,
        rcps: Iterable[Iterable[Named]] | None = None,
        vpc_endpoint: Iterable[Named] | None = None,
    ) -> "Policies":
        """The same from any iterables; a bare Policy is taken as a Source without a name."""
        return cls(
            sources(identity),
            None if resource is None else sources((resource,))[0],
            None if boundary is None else sources(boundary),
            None if session is None else sources(session),
            None if scps is None else tuple(sources(level) for level in scps),
            None if rcps is None else tuple(sources(level) for level in rcps),
            None if vpc_endpoint is None else sources(vpc_endpoint),
        )


def sources(documents: Iterable[Named]) -> tuple[Source, ...]:
    """Each document with a name, empty for a bare Policy."""
    return tuple(each if isinstance(each, Source) else Source(each) for each in documents)


def decide(request: Request, policies: Policies, budget: int | None = None) -> Decision:
    """The decision on a request by these policies; what could take more steps than `budget` is refused."""
    return policies.engine(request.principal).decide(
        request,
        resource_policy=policies.resource,
        scps=policies.scps,
        rcps=policies.rcps,
        vpc_endpoint=policies.vpc_endpoint,
        budget=budget,
    )
