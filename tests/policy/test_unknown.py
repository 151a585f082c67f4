"""A policy asked with a part of the context says nothing that the rest of the context could contradict."""

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy import cases

from watchword.names.fold import fold
from watchword.names.principal import RoleSession, User
from watchword.policy import Policy, Request
from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.unknown import Readings, ask
from watchword.policy.language.variables import Value

ANN = User("111122223333", "alice", "AIDAALICE")
LINKED = RoleSession("111122223333", "AWSServiceRoleForX", "AROA1", "s", "/aws-service-role/x/")
TYPES = (PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SCP, PolicyType.RCP)
IN_FRANKFURT = {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}
TAGGED = {"StringEquals": {"aws:RequestTag/team": "red"}}


def policy(*statements: dict[str, object]) -> Policy:
    full = [
        {name: value for name, value in ({"Resource": "*", "Action": "*"} | each).items() if value}
        for each in statements
    ]
    return Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": full}))


def request(action: str = "s3:GetObject", resource: str = "arn:aws:s3:::bucket/a", **more: object) -> Request:
    return Request(ANN, action, resource, **more)  # type: ignore[arg-type]


def context(chance: Random) -> dict[str, Value]:
    found = cases.context(chance).items()
    return {fold(key): tuple(value) if isinstance(value, list) else value for key, value in found}


@given(st.randoms(use_true_random=False))
def test_what_is_sure_is_so(chance: Random) -> None:
    """Whatever values the unknown keys have, and whether or not they are there."""
    type_ = chance.choice(TYPES)
    text = json.dumps(cases.document(chance, attached=type_ is PolicyType.RCP))
    readings = Readings(Policy.parse(text))
    unknown = frozenset(key for key in sorted(readings.keys) if chance.random() < 0.5)
    action, resource = chance.choice(cases.ACTIONS), chance.choice(cases.RESOURCES)
    known = {key: value for key, value in context(chance).items() if key not in unknown}
    said = ask(readings, type_, request(action, resource, context=known), unknown)
    for _ in range(4):
        rest = {key: value for key, value in context(chance).items() if key in unknown}
        true = ask(readings, type_, request(action, resource, context=known | rest), frozenset())
        if said is None or true is None:
            assert said is true
            continue
        assert said.denies in (None, true.denies), text
        assert said.allows in (None, true.allows), text
        assert said.open or None not in (said.denies, said.allows)


DENY, ALLOW, TAGGING = {"Effect": "Deny"}, {"Effect": "Allow"}, {"aws:requesttag/team"}
NO_KEYS = frozenset[str]()


@pytest.mark.parametrize(
    ("statements", "unknown", "expected"),
    [
        # All is known.
        ([DENY], NO_KEYS, (True, False, 0, ())),
        ([ALLOW, DENY | {"Condition": IN_FRANKFURT}], NO_KEYS, (True, True, 1, ())),
        ([ALLOW, DENY | {"Condition": TAGGED}], NO_KEYS, (False, True, None, ())),
        # An unknown key of a Deny, of an Allow, of both.
        ([ALLOW, DENY | {"Condition": TAGGED}], TAGGING, (None, True, 1, ("aws:RequestTag/team",))),
        ([ALLOW | {"Condition": TAGGED}], TAGGING, (False, None, None, ("aws:RequestTag/team",))),
        # A Deny that applies for sure, or an Allow, leaves nothing open.
        ([DENY, DENY | {"Condition": TAGGED}], TAGGING, (True, False, 0, ("aws:RequestTag/team",))),
        ([DENY | {"Condition": TAGGED}, DENY], TAGGING, (True, False, 1, ("aws:RequestTag/team",))),
        # Nothing depends on it where the rest of the statement doesn't apply.
        ([DENY | {"Condition": TAGGED, "Action": "ec2:*"}], TAGGING, (False, False, None, ())),
        ([DENY | {"Condition": TAGGED | {"Bool": {"aws:x": "true"}}}], TAGGING, (False, False, None, ())),
        # Variables: in a resource, in NotResource, in a condition's value.
        (
            [DENY | {"Resource": "arn:aws:s3:::${aws:RequestTag/team}/*"}],
            TAGGING,
            (None, False, 0, ("aws:RequestTag/team",)),
        ),
        (
            [{"Effect": "Deny", "NotResource": "arn:aws:s3:::${aws:RequestTag/team}/*", "Resource": None}],
            TAGGING,
            (None, False, 0, ("aws:RequestTag/team",)),
        ),
        (
            [DENY | {"Condition": {"StringEquals": {"aws:RequestedRegion": "${aws:RequestTag/team}"}}}],
            TAGGING,
            (None, False, 0, ("aws:RequestTag/team",)),
        ),
    ],
)
def test_what_it_says(
    statements: list[dict[str, object]], unknown: set[str], expected: tuple[object, ...]
) -> None:
    asked = request(context={"aws:RequestedRegion": "eu-central-1"})
    for type_ in (PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SCP):
        said = ask(Readings(policy(*statements)), type_, asked, frozenset(unknown))
        assert said
        assert (said.denies, said.allows, said.statement, said.open) == expected


def test_guardrails_do_not_bind_everybody() -> None:
    readings = Readings(policy(DENY))
    linked = Request(LINKED, "s3:GetObject", "arn:aws:s3:::bucket/a", service_linked=True)
    assert ask(readings, PolicyType.SCP, linked, NO_KEYS) is None
    everyone = Readings(policy(DENY | {"Principal": "*"}))
    assert ask(everyone, PolicyType.RCP, request("iam:GetUser", "*"), NO_KEYS) is None
    said = ask(everyone, PolicyType.RCP, request(), NO_KEYS)
    assert said
    assert said.denies


def test_nobody_is_denied_to_ask_who_they_are() -> None:
    said = ask(Readings(policy(DENY)), PolicyType.SCP, request("sts:GetCallerIdentity", "*"), NO_KEYS)
    assert said
    assert (said.denies, said.allows) == (False, True)


def test_a_resource_policy_is_not_asked_alone() -> None:
    with pytest.raises(ValueError, match="not asked alone"):
        ask(Readings(policy(ALLOW)), PolicyType.RESOURCE, request(), NO_KEYS)
