"""What a proposed policy would have changed about a decision, from its record and what the policy says.

What was decided stands; only the proposal is decided on. It is added to what is attached, except that a
boundary takes the place of the one before.

 1. What was allowed is refused if the proposal denies it.
 2. A boundary refuses too what it doesn't allow, unless a policy of a resource in the same account allowed
    it: such a policy can reach past boundaries (`combine`, rule 7), and the record doesn't say if it did.
 3. What was refused is allowed if only an Allow of the proposal's type was missing, at no other level of the
    organization, and the proposal allows it and doesn't deny it. What only the old boundary denied may be.
 4. Everything else stays as it was.
Where a rule depends on a key that isn't recorded, or on what only the old boundary denied, the effect is
undecided.
"""

from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct

from watchword.names.arn import Arn
from watchword.policy.evaluation.combine import PolicyType, Verdict
from watchword.policy.evaluation.unknown import Readings, Said
from watchword.proposals.places import Place
from watchword.proposals.recorded import Decided

GUARDRAILS = (PolicyType.SCP, PolicyType.RCP)


class Outcome(StrEnum):
    """How an answer would have been another one."""

    REFUSED = "refused"
    ALLOWED = "allowed"
    UNDECIDED = "undecided"


class Effect(Struct, frozen=True):
    """The effect on one decision, and why."""

    outcome: Outcome
    because: str
    missing: tuple[str, ...] = ()
    """The keys that it depends on and that aren't recorded."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A policy, and where it would be attached."""

    type: PolicyType
    readings: Readings
    place: Place

    def statement(self, index: int) -> str:
        """What a statement of the policy is called."""
        sid = self.readings.policy.statements[index].sid
        return f"statement {sid or index + 1}"


def effect(proposal: Proposal, decided: Decided, account: str, said: Said) -> Effect | None:
    """What would have changed; None for nothing. `account` is the caller's."""
    if decided.allowed:
        return _of_allowed(proposal, decided, account, said)
    return None if decided.optional else _of_refused(proposal, decided, said)


def _of_allowed(proposal: Proposal, decided: Decided, account: str, said: Said) -> Effect | None:
    # 1. A Deny is final.
    if said.denies:
        return Effect(Outcome.REFUSED, _denying(proposal, said))
    if said.denies is None:
        return _open(said)
    # 2. A boundary must allow.
    if proposal.type is not PolicyType.BOUNDARY or said.allows:
        return None
    if decided.granted_by(PolicyType.RESOURCE) and _owned_by(decided.resource, account):
        return Effect(Outcome.UNDECIDED, "a policy of the resource allowed it, and can reach past a boundary")
    return _open(said) if said.allows is None else Effect(Outcome.REFUSED, "no statement allows it")


def _of_refused(proposal: Proposal, decided: Decided, said: Said) -> Effect | None:
    # 3. Was this all that was in the way, and would it be no more?
    if said.denies or said.allows is False:
        return None
    if decided.decision == Verdict.EXPLICIT_DENY:
        replaced = proposal.type is PolicyType.BOUNDARY and decided.denied_by() == {PolicyType.BOUNDARY}
        return Effect(Outcome.UNDECIDED, "the boundary before denied it") if replaced else None
    if not _alone_in_the_way(proposal, decided):
        return None
    if said.allows is None or said.denies is None:
        return _open(said)
    return Effect(Outcome.ALLOWED, "nothing else was missing")


def _alone_in_the_way(proposal: Proposal, decided: Decided) -> bool:
    """Whether the Allow was missing that the proposal could give, and no other."""
    if decided.blocked_by != (proposal.type,):
        return False
    return proposal.type not in GUARDRAILS or decided.lacking(proposal.type) == (proposal.place.id,)


def _denying(proposal: Proposal, said: Said) -> str:
    assert said.statement is not None
    return proposal.statement(said.statement)


def _open(said: Said) -> Effect:
    return Effect(Outcome.UNDECIDED, f"not recorded: {', '.join(said.open)}", said.open)


def _owned_by(resource: str, account: str) -> bool:
    """Whether a resource may be the account's: the ARN of a bucket doesn't say."""
    try:
        return Arn.parse(resource).account in ("", account)
    except ValueError:
        return True
