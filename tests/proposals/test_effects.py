"""What a proposal would have changed about a decision, row by row."""

import json

import pytest

from watchword.policy import Policy
from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.unknown import Readings, Said
from watchword.proposals.effects import Effect, Outcome, Proposal, effect
from watchword.proposals.places import Place
from watchword.proposals.recorded import Decided, Level, Statement
from watchword.proposals.replay import outcome_of

ACCOUNT, OTHER = "111122223333", "444455556666"
POLICY = Policy.parse(
    json.dumps(
        {"Statement": [{"Sid": sid, "Effect": "Deny", "Action": "*", "Resource": "*"} for sid in "AB"]}
    )
)
OU = Place("ou-1", "OU Sandbox (ou-1)", frozenset({ACCOUNT}))
IDENTITY, BOUNDARY, SCP, RCP = PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SCP, PolicyType.RCP

NOTHING, DENIES, ALLOWS = Said(False, False), Said(True, False, 1), Said(False, True)
BOTH = Said(True, True, 0)
MAY_DENY = Said(None, True, 0, ("aws:referer",))
MAY_ALLOW = Said(False, None, None, ("aws:referer",))

ALLOWED = Decided("allow", "s3:GetObject", "arn:aws:s3:::b/k")
REFUSED, OPEN = Outcome.REFUSED, Effect(Outcome.UNDECIDED, "not recorded: aws:referer", ("aws:referer",))
NOW_ALLOWED = Effect(Outcome.ALLOWED, "nothing else was missing")


def lacking(*types: str, levels: tuple[Level, ...] = (), optional: bool = False) -> Decided:
    return Decided("implicitDeny", "s3:GetObject", "*", blocked_by=types, levels=levels, optional=optional)


def denied(*types: str) -> Decided:
    return Decided("explicitDeny", "s3:GetObject", "*", tuple(Statement(each, "Deny") for each in types))


def level(name: str, says: str = "nothing", type_: str = "scp") -> Level:
    return Level(type_, name, says)


def by_resource(resource: str) -> Decided:
    return Decided("allow", "sqs:SendMessage", resource, (Statement("resource", "Allow"),))


ROOT = level("root r-1", "allow")
ROWS: list[tuple[PolicyType, Decided, Said, Effect | None]] = [
    # 1. A Deny is final.
    *((type_, ALLOWED, DENIES, Effect(REFUSED, "statement B")) for type_ in (IDENTITY, BOUNDARY, SCP, RCP)),
    *((type_, ALLOWED, BOTH, Effect(REFUSED, "statement A")) for type_ in (IDENTITY, BOUNDARY, SCP, RCP)),
    *((type_, ALLOWED, MAY_DENY, OPEN) for type_ in (IDENTITY, BOUNDARY, SCP, RCP)),
    *((type_, ALLOWED, ALLOWS, None) for type_ in (IDENTITY, BOUNDARY, SCP, RCP)),
    # What is added takes no Allow away.
    *((type_, ALLOWED, NOTHING, None) for type_ in (IDENTITY, SCP, RCP)),
    *((type_, ALLOWED, MAY_ALLOW, None) for type_ in (IDENTITY, SCP, RCP)),
    # 2. A boundary must allow, unless a policy of the resource did.
    (BOUNDARY, ALLOWED, NOTHING, Effect(REFUSED, "no statement allows it")),
    (BOUNDARY, ALLOWED, MAY_ALLOW, OPEN),
    *(
        (
            BOUNDARY,
            by_resource(resource),
            NOTHING,
            Effect(Outcome.UNDECIDED, "a policy of the resource allowed it, and can reach past a boundary"),
        )
        for resource in (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q", "arn:aws:s3:::b/k", "*")
    ),
    (
        BOUNDARY,
        by_resource(f"arn:aws:sqs:eu-west-1:{OTHER}:q"),
        NOTHING,
        Effect(REFUSED, "no statement allows it"),
    ),
    (BOUNDARY, by_resource("arn:aws:s3:::b/k"), DENIES, Effect(REFUSED, "statement B")),
    # 3. What was refused may be allowed.
    (IDENTITY, lacking("identity"), ALLOWS, NOW_ALLOWED),
    (IDENTITY, lacking("identity"), NOTHING, None),
    (IDENTITY, lacking("identity"), BOTH, None),
    (IDENTITY, lacking("identity"), MAY_ALLOW, OPEN),
    (IDENTITY, lacking("identity"), MAY_DENY, OPEN),
    (IDENTITY, lacking("identity", "boundary"), ALLOWS, None),
    (IDENTITY, lacking("resource"), ALLOWS, None),
    (IDENTITY, lacking("identity", optional=True), ALLOWS, None),
    (IDENTITY, lacking(), ALLOWS, None),
    (IDENTITY, denied("identity"), ALLOWS, None),
    (BOUNDARY, lacking("boundary"), ALLOWS, NOW_ALLOWED),
    (BOUNDARY, lacking("boundary", "session"), ALLOWS, None),
    (BOUNDARY, denied("boundary"), ALLOWS, Effect(Outcome.UNDECIDED, "the boundary before denied it")),
    (BOUNDARY, denied("boundary"), NOTHING, None),
    (BOUNDARY, denied("boundary", "identity"), ALLOWS, None),
    (SCP, lacking("scp", levels=(ROOT, level("OU Sandbox (ou-1)"))), ALLOWS, NOW_ALLOWED),
    (SCP, lacking("scp", levels=(ROOT, level("OU Renamed (ou-1)"))), ALLOWS, NOW_ALLOWED),
    (SCP, lacking("scp", levels=(level("root r-1"), level("OU Sandbox (ou-1)"))), ALLOWS, None),
    (SCP, lacking("scp", levels=(ROOT, level("OU Other (ou-2)"))), ALLOWS, None),
    (SCP, lacking("scp"), ALLOWS, None),
    (SCP, lacking("rcp", levels=(level("OU Sandbox (ou-1)", type_="rcp"),)), ALLOWS, None),
    (RCP, lacking("rcp", levels=(level("OU Sandbox (ou-1)", type_="rcp"),)), ALLOWS, NOW_ALLOWED),
    (SCP, denied("scp"), ALLOWS, None),
]


@pytest.mark.parametrize(("type_", "decided", "said", "expected"), ROWS)
def test_the_effect(type_: PolicyType, decided: Decided, said: Said, expected: Effect | None) -> None:
    assert effect(Proposal(type_, Readings(POLICY), OU), decided, ACCOUNT, said) == expected


def test_a_statement_without_a_name_has_a_number() -> None:
    policy = Policy.parse('{"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}')
    found = effect(Proposal(SCP, Readings(policy), OU), ALLOWED, ACCOUNT, Said(True, False, 0))
    assert found == Effect(REFUSED, "statement 1")


NO, YES, MAYBE = Effect(REFUSED, ""), NOW_ALLOWED, OPEN
IDLE = lacking("identity", optional=True)


@pytest.mark.parametrize(
    ("decisions", "effects", "expected"),
    [
        ([ALLOWED], [None], None),
        ([ALLOWED, ALLOWED], [None, NO], Outcome.REFUSED),
        ([ALLOWED, ALLOWED], [MAYBE, NO], Outcome.REFUSED),
        ([ALLOWED, ALLOWED], [None, MAYBE], Outcome.UNDECIDED),
        # What was refused stays so, unless all its refusals go.
        ([lacking("identity"), ALLOWED], [None, NO], None),
        ([lacking("identity"), ALLOWED], [YES, None], Outcome.ALLOWED),
        ([lacking("identity"), ALLOWED], [YES, NO], None),
        ([lacking("identity"), ALLOWED], [YES, MAYBE], Outcome.UNDECIDED),
        ([lacking("identity"), lacking("resource")], [YES, None], None),
        ([lacking("identity"), lacking("identity")], [YES, YES], Outcome.ALLOWED),
        ([lacking("identity"), lacking("identity")], [YES, MAYBE], Outcome.UNDECIDED),
        # Optional refusals don't refuse a request.
        ([ALLOWED, IDLE], [None, None], None),
        ([ALLOWED, IDLE], [NO, None], Outcome.REFUSED),
        ([], [], None),
    ],
)
def test_the_outcome_of_a_request(
    decisions: list[Decided], effects: list[Effect | None], expected: Outcome | None
) -> None:
    assert outcome_of(decisions, effects) == expected
