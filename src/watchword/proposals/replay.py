"""The audit log, replayed against a proposal: which requests would have been answered otherwise, and why.

1. A request is what it needed permission for: all its decisions. It would have been refused if any of them
   would, and would be allowed once all of them are.
2. Equal questions (principal, action, resource, and the context that the policy uses) are asked once.
3. What the record lacks makes a request undecided, if anything depends on it. It never counts as unchanged.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from watchword.access.audit_lookup import Show, texts_since
from watchword.facts import Facts
from watchword.identity.service_linked_roles import acts_as_linked
from watchword.names import Principal
from watchword.names.fold import fold
from watchword.names.moment import iso
from watchword.names.principal import Anonymous, FederatedUser, RoleSession
from watchword.policy import Request
from watchword.policy.evaluation.combine import PolicyType, binds_rcps
from watchword.policy.evaluation.unknown import Said, ask
from watchword.proposals import identities, recorded
from watchword.proposals.context import Asked, known_of
from watchword.proposals.effects import Effect, Outcome, Proposal, effect
from watchword.proposals.identities import Identity
from watchword.proposals.recorded import CALL, Decided, Event
from watchword.proposals.report import Group, Report
from watchword.proposals.resources import Resources
from watchword.world import World

_MOST_KEPT = 1 << 16
_VARYING = {
    "aws:currenttime": "event_time",
    "aws:epochtime": "event_time",
    "aws:sourceip": "source",
    "aws:useragent": "user_agent",
    "aws:requestedregion": "aws_region",
}
"""Keys that change from request to request, and the members of events that they are made from."""
SHORTENED = Effect(Outcome.UNDECIDED, "the record was shortened")
NO_OWNER = Effect(Outcome.UNDECIDED, "the resource is gone, and so is whose it was")


class Who(Struct, frozen=True):
    """A caller, under a number that stands for all of its recorded identity."""

    number: int
    identity: Identity
    principal: Principal
    called: str
    covered: bool
    """Whether the proposal is about this caller; an RCP is about resources."""


def replay(
    world: World,
    proposal: Proposal,
    since: datetime | None = None,
    until: datetime | None = None,
    show: Show = lambda *_: None,
) -> Report:
    """What would have been answered otherwise, of all that this host has recorded in a period."""
    found = Replay(world.facts, proposal, iso(since) if since else "", iso(until) if until else "")
    for text in texts_since(world, since, show):
        found.read(text)
    return found.report


class Replay:
    """A log, read event by event."""

    def __init__(self, facts: Facts, proposal: Proposal, since: str = "", until: str = "") -> None:
        self.report = Report()
        self._facts, self._proposal = facts, proposal
        self._resources = Resources(facts)
        self._since, self._until = since, until
        self._keys = sorted(proposal.readings.keys)
        self._varying = [member for key, member in _VARYING.items() if key in proposal.readings.keys]
        self._callers: dict[bytes, Who | None] = {}
        self._answers: dict[Any, Said | Effect | None] = {}
        self._number = 0

    def read(self, text: str | bytes) -> None:
        """Counts one event; what isn't a request, or isn't of the period, is passed over."""
        try:
            event = recorded.read(text)
            if not self._is_wanted(event):
                return
            who = self._who(event) if event.additional.decisions else None
        except (ValueError, RecursionError):
            self.report.unreadable += 1
            return
        self.report.count(event)
        if who is not None and who.covered:
            self._decide(who, event)

    def _is_wanted(self, event: Event) -> bool:
        ended = self._until and event.event_time >= self._until
        return event.event_type == CALL and event.event_time >= self._since and not ended

    def _decide(self, who: Who, event: Event) -> None:
        decisions = event.additional.decisions
        effects = [self._effect(who, event, each) for each in decisions]
        outcome = outcome_of(decisions, effects)
        if outcome is None:
            return
        self.report.outcomes[outcome] += 1
        for decided, found in zip(decisions, effects, strict=True):
            if found and found.outcome is outcome:
                self.report.add(Group(outcome, who.called, decided.action, found.because), event)

    # Who asked

    def _who(self, event: Event) -> Who | None:
        raw = bytes(event.user_identity)
        if raw not in self._callers:
            _make_room(self._callers)
            self._callers[raw] = self._read_who(raw)
        return self._callers[raw]

    def _read_who(self, raw: bytes) -> Who | None:
        identity = identities.read(raw)
        principal = identity.principal
        if principal is None:
            return None
        self._number += 1
        type_, covers = self._proposal.type, self._proposal.place.covers
        if type_ is PolicyType.RCP:
            covered = True
        elif type_ is PolicyType.SCP:
            covered = principal.account in covers
        else:
            covered = _holder(principal) in covers
        return Who(self._number, identity, principal, _called(principal), covered)

    # What they asked, and what the proposal says

    def _effect(self, who: Who, event: Event, decided: Decided) -> Effect | None:
        if not decided.whole:
            return SHORTENED
        compared = tuple(each for each in decided.compared() if each[0] in self._proposal.readings.keys)
        values = tuple([getattr(event, member) for member in self._varying])
        question = (who.number, decided.action, decided.resource, values, compared)
        if question not in self._answers:
            _make_room(self._answers)
            self._answers[question] = self._ask(who, event, decided)
        said = self._answers[question]
        if said is None or isinstance(said, Effect):
            return said
        return effect(self._proposal, decided, who.principal.account, said)

    def _ask(self, who: Who, event: Event, decided: Decided) -> Said | Effect | None:
        """What the proposal says; None where it says nothing about such requests."""
        type_, readings = self._proposal.type, self._proposal.readings
        if type_ is PolicyType.RCP and not binds_rcps(fold(decided.action)):
            return None
        asked = Asked(who.identity, who.principal, event, decided, self._resources)
        if type_ is PolicyType.RCP and asked.owner not in self._proposal.place.covers:
            return None if asked.owner else NO_OWNER
        known = known_of(self._facts, asked, self._keys)
        self.report.today |= known.today
        request = Request(
            who.principal,
            decided.action,
            decided.resource,
            known.keys,
            resource_account=asked.owner if type_ is PolicyType.RCP else who.principal.account,
            service_linked=acts_as_linked(who.principal),
        )
        return ask(readings, type_, request, known.unknown)


def outcome_of(decisions: Iterable[Decided], effects: Iterable[Effect | None]) -> Outcome | None:
    """What would have become of a request (rule 1); None if it stays as it was."""
    pairs = list(zip(decisions, effects, strict=True))
    changes = {each.outcome for _, each in pairs if each}
    refused = [found for decided, found in pairs if not decided.allowed and not decided.optional]
    if not refused:
        return next((each for each in (Outcome.REFUSED, Outcome.UNDECIDED) if each in changes), None)
    if None in refused or Outcome.REFUSED in changes:
        return None
    return Outcome.UNDECIDED if Outcome.UNDECIDED in changes else Outcome.ALLOWED


def _make_room(kept: dict[Any, Any]) -> None:
    if len(kept) >= _MOST_KEPT:
        kept.clear()


def _holder(principal: Principal) -> str:
    """The ARN of the user or role whose policies a principal has."""
    match principal:
        case RoleSession():
            return principal.role_arn
        case FederatedUser():
            return principal.user_arn
    return principal.arn


def _called(principal: Principal) -> str:
    """Sessions of a role are one caller."""
    match principal:
        case RoleSession():
            return principal.role_arn
        case Anonymous():
            return "anonymous"
    return principal.arn
