"""One policy test: whether requests are decided as expected, and for the expected reason.

An expected reason is a name out of those that `names` reads off the decision's explanation. How tests are
written doesn't belong here (`written`), nor how they are reported.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from watchword.policy import Decision, Policies, Request, decide, explain
from watchword.policy.evaluation.combine import Verdict
from watchword.policy.evaluation.explain import as_json
from watchword.policy.evaluation.reasons import reasons

VERDICTS: Mapping[str, frozenset[Verdict]] = {
    **{verdict.value: frozenset({verdict}) for verdict in Verdict},
    "deny": frozenset({Verdict.IMPLICIT_DENY, Verdict.EXPLICIT_DENY}),
}
"""What `then` may say -> the verdicts that it means."""


class Case(Struct, frozen=True):
    """One test, ready to be run."""

    file: Path
    line: int
    name: str
    requests: tuple[Request, ...]
    policies: Policies
    then: str
    because: tuple[str, ...]

    def failures(self) -> list[str]:
        """What is not as expected, as lines of text; none when all is well."""
        return [line for request in self.requests for line in self._failure(decide(request, self.policies))]

    def _failure(self, decision: Decision) -> Iterator[str]:
        given = names(decision)
        missing = [each for each in self.because if each not in given]
        surprise = decision.verdict not in VERDICTS[self.then]
        if not surprise and not missing:
            return
        request = decision.request
        yield f"{request.action} on {request.resource} by {request.principal.arn}"
        if surprise:
            yield f"  expected {self.then}, was {decision.verdict.value}"
        else:
            yield f"  was {decision.verdict.value}, but not because of {', '.join(missing)}"
        yield from (f"  {line}" for line in reasons(as_json(explain(decision))))


def names(decision: Decision) -> frozenset[str]:
    """Every name that a test may give as the reason of a decision.

    Types, policies and Sids of the statements that decided; for an implicit deny the types that lack an
    Allow, and of the Allows that nearly applied the names, the elements and the keys that failed.
    """
    explanation = explain(decision)
    denied = decision.verdict is Verdict.EXPLICIT_DENY
    found = [each for each in decision.matches if each.rule.deny is denied]
    if decision.verdict is Verdict.IMPLICIT_DENY:
        found = [each.cited for each in explanation.near_misses]
    failed = [failure.key or failure.element for each in explanation.near_misses for failure in each.failures]
    sids = [each.rule.statement.sid for each in found]
    types = [each.type.value for each in found if decision.verdict is not Verdict.IMPLICIT_DENY]
    blocked = [each.value for each in decision.blocked_by]
    return frozenset(filter(None, (*types, *blocked, *(each.source.name for each in found), *sids, *failed)))
