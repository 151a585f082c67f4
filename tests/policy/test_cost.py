"""A decision has a budget: what could take too long is refused, and ordinary requests never are."""

import json
from random import Random
from typing import Any

import msgspec
import pytest
from cases import case
from hypothesis import given
from hypothesis import strategies as st

from watchword.names.principal import User
from watchword.policy import Policy, Request, Source, explain
from watchword.policy.evaluation.combine import Verdict
from watchword.policy.evaluation.cost import BUDGET, CALL
from watchword.policy.evaluation.decision import Decision, message
from watchword.policy.evaluation.engine import Engine
from watchword.policy.evaluation.explain import as_json
from watchword.policy.evaluation.reasons import reasons
from watchword.policy.lines.decide import Asked, policies_of, request_of

ALICE = User("111122223333", "alice", "AIDAALICE")
OBJECT = "arn:aws:s3:::bucket/key"
LONG = "0" * 60_000


def source(**more: Any) -> Source:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"} | more
    return Source(Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": [statement]})), "policy")


def agents(*patterns: str, key: str = "aws:UserAgent") -> Source:
    return source(Condition={"StringLike": {key: list(patterns)}})


def decided(policy: Source, agent: str, budget: int | None = BUDGET, resource: str = OBJECT) -> Decision:
    request = Request(ALICE, "s3:GetObject", resource, {"aws:UserAgent": agent})
    return Engine(ALICE, (policy,)).decide(request, budget=budget)


HOSTILE = [f"*?000{number:03}*" for number in range(400)]


def test_a_long_text_against_many_slow_patterns_is_refused() -> None:
    decision = decided(agents(*HOSTILE), LONG)
    assert decision.verdict is Verdict.IMPLICIT_DENY
    assert decision.steps > BUDGET
    assert decision.blocked_by == decision.matches == ()


def test_the_refusal_says_so() -> None:
    decision = decided(agents(*HOSTILE), LONG)
    told = as_json(explain(decision))
    assert message(decision).endswith("because its policies take too long to evaluate")
    assert told["steps"] == decision.steps
    assert told["nearMisses"] == told["wouldAllow"] == told["matches"] == []
    assert reasons(told) == [
        f"evaluating the policies could take {decision.steps:,} steps, which is too many"
    ]


@pytest.mark.parametrize(
    ("policy", "agent"),
    [
        (agents(*HOSTILE), "Boto3/1.44 Botocore/1.44"),
        (agents(*(f"agent-{number}/*" for number in range(1_000))), LONG[:8_000]),
        (agents(*(f"*{number}*" for number in range(1_000))), LONG[:8_000]),
        (agents(*HOSTILE[:2]), LONG),
        (source(Resource=[f"arn:aws:s3:::{number}-??/*" for number in range(1_000)]), LONG),
        (source(Condition={"IpAddress": {"aws:SourceIp": [f"10.{n}.0.0/16" for n in range(256)]}}), LONG),
    ],
)
def test_what_takes_little_is_decided(policy: Source, agent: str) -> None:
    assert decided(policy, agent).steps == 0


def test_a_deny_that_is_too_much_work_refuses() -> None:
    patterns = [f"*?1{number:03}*" for number in range(400)]
    deny = source(Effect="Deny", Condition={"StringLike": {"aws:UserAgent": patterns}})
    request = Request(ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": LONG})
    engine = Engine(ALICE, (source(), deny))
    assert engine.decide(request).allowed
    assert not engine.decide(request, budget=BUDGET).allowed


@pytest.mark.parametrize("resource", ["arn:aws:s3:::b*k?t/*", "arn:a*s:s3:::bucket/*", "arn:aws:s3:::*?a?*"])
def test_slow_resources_count(resource: str) -> None:
    many = source(Resource=[f"{resource}{number}" for number in range(400)])
    asked = "arn:aws:s3:::bucket/" + "0" * 1_000
    assert decided(many, "", budget=400 * 1_000, resource=asked).steps > 400 * 1_000


def test_variables_count_by_all_texts() -> None:
    """What a variable stands for may be longer than the text that it is compared with."""
    policy = agents(*(f"*${{aws:UserAgent}}{number}?*" for number in range(100)), key="aws:referer")
    context = {"aws:UserAgent": LONG, "aws:referer": "short"}
    request = Request(ALICE, "s3:GetObject", OBJECT, context)
    assert Engine(ALICE, (policy,)).decide(request, budget=BUDGET).steps > BUDGET


@pytest.mark.parametrize("operator", ["StringEquals", "StringEqualsIgnoreCase", "StringLike"])
def test_each_variable_of_a_value_counts(operator: str) -> None:
    """A value of kilobytes can stand for a text of gigabytes."""
    policy = source(Condition={operator: {"aws:referer": "${aws:UserAgent}" * 3_000}})
    request = Request(ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": "a" * 1_000, "aws:referer": "short"})
    assert Engine(ALICE, (policy,)).decide(request, budget=BUDGET).steps > BUDGET


def test_each_value_of_a_list_counts() -> None:
    condition = {"ForAnyValue:StringLike": {"aws:TagKeys": [f"*{number}*" for number in range(200)]}}
    request = Request(ALICE, "s3:GetObject", OBJECT, {"aws:TagKeys": tuple("0" * 100 for _ in range(1_000))})
    found = Engine(ALICE, (source(Condition=condition),)).decide(request, budget=BUDGET)
    assert found.steps >= 200 * 1_000 * CALL


@given(st.integers(0, 2**64), st.integers(0, 100_000))
def test_a_budget_changes_nothing_or_refuses(seed: int, budget: int) -> None:
    chance = Random(seed)
    for _ in range(10):
        line = msgspec.convert(case(chance), Asked)
        request, policies = request_of(line), policies_of(line.policies)
        engine = policies.engine(request.principal)
        others = {
            "resource_policy": policies.resource,
            "scps": policies.scps,
            "rcps": policies.rcps,
            "vpc_endpoint": policies.vpc_endpoint,
        }
        free, bound = engine.decide(request, **others), engine.decide(request, **others, budget=budget)
        assert (bound.verdict, bound.matches) == (free.verdict, free.matches) or (
            bound.verdict is Verdict.IMPLICIT_DENY and bound.steps > budget
        )
