"""The answer: a verdict that already holds its reasons, and the words of a refusal.

A decision is made quickly and keeps what it was made from; the reasons are worked out from the same
indexes when they are asked for. Source of the words: IAM User Guide, "Troubleshoot access denied error
messages" (rule 15 of `combine`).
"""

from msgspec import Struct

from watchword.names.principal import Anonymous
from watchword.policy.evaluation.combine import EVERYTHING, Applicability, PolicyType, Verdict
from watchword.policy.evaluation.cost import CALL
from watchword.policy.evaluation.document import Source
from watchword.policy.evaluation.entries import Candidates, Cited
from watchword.policy.evaluation.index import Index, candidates
from watchword.policy.evaluation.request import ROLE, Request
from watchword.policy.evaluation.setting import Setting

_WORDS = {
    PolicyType.SCP: "a service control policy",
    PolicyType.RCP: "a resource control policy",
    PolicyType.RESOURCE: "a resource-based policy",
    PolicyType.IDENTITY: "an identity-based policy",
    PolicyType.BOUNDARY: "a permissions boundary",
    PolicyType.SESSION: "a session policy",
    PolicyType.VPC_ENDPOINT: "a VPC endpoint policy",
}
_ALLOW = Verdict.ALLOW
_ORDER = {type_: place for place, type_ in enumerate(PolicyType)}


class Decision(Struct, frozen=True, eq=False, dict=True):
    """What was decided, about which request, and from what."""

    verdict: Verdict
    request: Request
    blocked_by: tuple[PolicyType, ...]
    """For an implicit deny: the types of policy that lack an Allow."""
    bits: int
    """What was granted (`combine`)."""
    setting: Setting
    policy: Source | None = None
    """The resource policy."""
    steps: int = 0
    """How much work the decision could have been, where that is why it was refused (`cost`)."""

    @property
    def allowed(self) -> bool:
        return self.verdict is _ALLOW

    @property
    def applicability(self) -> Applicability:
        """Which types of policy apply."""
        return self.setting.applicability

    @property
    def indexes(self) -> tuple[Index, ...]:
        """The policies that were asked."""
        return () if self.steps or self.bits == EVERYTHING else self.setting.indexes(self.policy)

    @property
    def candidates(self) -> list[Candidates]:
        """The statements that may apply, of each index."""
        return candidates(self.indexes, self.request.name, self.request.resource)

    @property
    def matches(self) -> tuple[Cited, ...]:
        """Every statement that applies: Denies first, then in the order of policy types."""
        kept: tuple[Cited, ...] | None = vars(self).get("matches")  # cached_property would take a lock
        if kept is None:
            found = [cited for each in self.candidates for cited in each.applicable(self.request)]
            if len(found) > 1:
                found.sort(key=_rank)
            kept = vars(self)["matches"] = tuple(found)
        return kept

    @property
    def work(self) -> int:
        """How many steps it took at most (`cost`), roughly."""
        request = self.request
        return self.steps or sum([each.weight for each in self.candidates]) * (CALL + request.size)

    @property
    def type(self) -> PolicyType | None:
        """The policy type that decided a refusal."""
        if self.verdict is Verdict.EXPLICIT_DENY:
            return self.matches[0].type
        return self.blocked_by[0] if self.blocked_by else None


def _rank(cited: Cited) -> int:
    return _ORDER[cited.type] - (len(_ORDER) if cited.rule.deny else 0)


def message(decision: Decision, called: str = "") -> str:
    """AWS's sentence for a refusal. Only S3 puts the resource into quotes.

    called: what to call the resource instead of its ARN.
    """
    return f"{unauthorized(decision.request, called)} {_because(decision)}"


def unauthorized(request: Request, called: str = "") -> str:
    """How such a sentence begins."""
    who = request.principal
    name = who.unique_id if isinstance(who, Anonymous) else who.arn
    head = f"User: {name} is not authorized to perform: {request.action}"
    if request.resource != "*":
        quote = '"' if request.name.startswith("s3:") else ""
        head += f" on resource: {quote}{called or request.resource}{quote}"
    return head


def _because(decision: Decision) -> str:
    if decision.steps:
        return "because its policies take too long to evaluate"
    request, type_ = decision.request, decision.type
    if type_ is None:
        raise ValueError("an allowed request needs no explanation")
    trust = type_ is PolicyType.RESOURCE and request.resource_type == ROLE
    if decision.verdict is Verdict.IMPLICIT_DENY:
        words = "role trust policy" if trust else _WORDS[type_].split(" ", 1)[1]
        return f"because no {words} allows the {request.action} action"
    if trust:
        return "with an explicit deny in the role trust policy"
    arn = decision.matches[0].source.arn
    named = f": {arn}" if arn and type_ is not PolicyType.RESOURCE else ""
    return f"with an explicit deny in {_WORDS[type_]}{named}"
