"""A policy that isn't attached yet, as `watchword simulate` takes it, and the report of its replay."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from watchword.cli.ending import CANNOT_GO_ON, fail
from watchword.cli.faults import Checked, Line
from watchword.cli.output import Form, Styled, say, say_json
from watchword.names.nouns import GROUP, ROLE, USER
from watchword.policy import Policy
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.unknown import Readings
from watchword.policy.lines.check import check
from watchword.proposals.effects import GUARDRAILS, Outcome, Proposal
from watchword.proposals.places import NoPlace, in_organization, of_principal
from watchword.proposals.report import Group, Report, Row
from watchword.reference.actions import catalogue
from watchword.world import World

_KINDS = {
    PolicyType.SCP: DocumentKind.SCP,
    PolicyType.RCP: DocumentKind.RCP,
    PolicyType.IDENTITY: DocumentKind.IDENTITY,
    PolicyType.BOUNDARY: DocumentKind.MANAGED,
}
_HOLDERS: dict[PolicyType, Sequence[str]] = {
    PolicyType.IDENTITY: (USER, GROUP, ROLE),
    PolicyType.BOUNDARY: (USER, ROLE),
}
_COLOURS = {Outcome.REFUSED: "red", Outcome.ALLOWED: "green", Outcome.UNDECIDED: "yellow"}
_CALLED = {
    Outcome.REFUSED: "would have been refused",
    Outcome.ALLOWED: "would have been allowed",
    Outcome.UNDECIDED: "can't be decided from the record",
}
_MOST_SHOWN = 20
"""Rows of one outcome; --json has all."""


def proposal_of(world: World, type_: PolicyType, file: str, place: str) -> Proposal:
    """Ends the command if the document can't be stored as such a policy, or there is no such place."""
    policy = _policy(file, _KINDS[type_])
    if not place:
        raise fail(f"{'--at' if type_ in GUARDRAILS else '--on'} must say where the policy would be attached")
    try:
        if type_ in GUARDRAILS:
            found = in_organization(world, place)
        else:
            found = of_principal(world, place, _HOLDERS[type_])
    except NoPlace as error:
        raise fail(str(error)) from None
    return Proposal(type_, Readings(policy, file), found)


def _policy(file: str, kind: DocumentKind) -> Policy:
    try:
        source = Path(file).read_bytes()
    except OSError as error:
        raise fail(f"{file}: {error.strerror}") from None
    checked = Checked(file, source.decode("utf-8", "replace"), kind, check(source, kind, catalogue()))
    if checked.told["valid"]:
        return Policy.parse(source)
    for line in checked.errors:
        say(*line, error=True)
    raise typer.Exit(CANNOT_GO_ON)


# The report


def say_report(report: Report, proposal: Proposal, form: Form) -> None:
    """What would have changed, and how often."""
    if form is Form.JSON:
        for group, row in report.sorted_rows:
            say_json(_row_as_json(group, row))
        say_json(_totals(report, proposal))
        return
    for line in _as_text(report, proposal):
        say(*line)


def _row_as_json(group: Group, row: Row) -> dict[str, object]:
    return {
        "outcome": group.outcome.value,
        "principal": group.caller,
        "action": group.action,
        "because": group.because,
        "decisions": row.count,
        "last": row.last,
        "examples": row.examples,
    }


def _totals(report: Report, proposal: Proposal) -> dict[str, object]:
    return {
        "policyType": proposal.type.value,
        "place": proposal.place.id,
        "requests": report.requests,
        **{each.value: report.outcomes[each] for each in Outcome},
        "unchanged": report.unchanged,
        "unreadable": report.unreadable,
        "first": report.first or None,
        "last": report.last or None,
        "valuesOfToday": sorted(report.today),
    }


def _as_text(report: Report, proposal: Proposal) -> Iterator[Line]:
    noun = "account" if proposal.type in GUARDRAILS else "principal"
    covered = _counted(len(proposal.place.covers), noun)
    yield (f"{proposal.type.value} policy {proposal.readings.name} at {proposal.place.called}: {covered}",)
    period = f", {report.first} to {report.last}" if report.requests else ""
    yield (f"{_counted(report.requests, 'request')} replayed{period}",)
    for outcome in Outcome:
        yield from _outcome_as_text(report, outcome)
    yield (f"{report.unchanged:>9,}  stay as they were",)
    if report.unreadable:
        yield (f"{report.unreadable:>9,}  lines of the log can't be read",)
    if report.today:
        yield (f"as they are today, not as they were: {', '.join(sorted(report.today))}",)


def _outcome_as_text(report: Report, outcome: Outcome) -> Iterator[Line]:
    count = report.outcomes[outcome]
    number = f"{count:>9,}"
    yield Styled(number, _COLOURS[outcome]) if count else number, f"  {_CALLED[outcome]}"
    rows = [(group, row) for group, row in report.sorted_rows if group.outcome is outcome]
    for group, row in rows[:_MOST_SHOWN]:
        yield (f"{row.count:>13,}  {group.action} by {group.caller}: {group.because}",)
        yield (f"{'':>15}such as {', '.join(row.examples)}",)
    if len(rows) > _MOST_SHOWN:
        yield (f"{'':>15}and {len(rows) - _MOST_SHOWN:,} more rows; --json has all",)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
