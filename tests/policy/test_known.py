"""What is known about single resources: it changes no decision, and is bounded."""

import json
from random import Random

import msgspec
import pytest
from cases import case
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.names.principal import User
from watchword.policy import Policy, Request, Source, explain
from watchword.policy.evaluation import engine as engines
from watchword.policy.evaluation import known
from watchword.policy.evaluation.engine import Engine
from watchword.policy.evaluation.explain import as_json
from watchword.policy.evaluation.known import Known, Recent
from watchword.policy.lines.decide import Asked, policies_of, request_of

ALICE = User("111122223333", "alice", "AIDAALICE")


@pytest.fixture(autouse=True)
def recent(monkeypatch: pytest.MonkeyPatch) -> Recent:
    kept = Recent()
    monkeypatch.setattr(engines, "_RECENT", kept)
    return kept


@settings(deadline=None)
@given(st.integers(0, 2**64))
def test_what_was_decided_once_is_decided_alike_in_any_context(seed: int) -> None:
    chance = Random(seed)
    first, second = (msgspec.convert(case(chance), Asked) for _ in range(2))
    policies, again = policies_of(first.policies), policies_of(first.policies)
    request, other = request_of(first), request_of(second)
    like = msgspec.structs.replace(request, context=other.context)
    for asked in (request, like, request, like):
        others = {
            "resource_policy": policies.resource,
            "scps": policies.scps,
            "rcps": policies.rcps,
            "vpc_endpoint": policies.vpc_endpoint,
        }
        found = policies.engine(asked.principal).decide(asked, **others)
        fresh = Engine(asked.principal, again.identity, again.boundary, again.session).decide(asked, **others)
        assert as_json(explain(found)) == as_json(explain(fresh))


def source(**more: object) -> Source:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"} | more
    return Source(Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": [statement]})), "policy")


def test_no_resource_is_compared_twice(recent: Recent) -> None:
    alice = Engine(ALICE, (source(Resource="arn:aws:s3:::*/a/*"),))
    request = Request(ALICE, "s3:GetObject", "arn:aws:s3:::bucket/a/b")
    assert alice.decide(request).allowed
    (about,) = recent
    recent[about] = Known()
    assert not alice.decide(request).allowed


def test_engines_do_not_meet(recent: Recent) -> None:
    request = Request(ALICE, "s3:GetObject", "arn:aws:s3:::bucket/a/b")
    assert Engine(ALICE, (source(),)).decide(request).allowed
    assert not Engine(ALICE).decide(request).allowed
    assert len(recent) == 2


def test_a_smaller_budget_is_kept_to() -> None:
    patterns = [f"*?1{number:03}*" for number in range(400)]
    agents = source(Condition={"StringLike": {"aws:UserAgent": patterns}})
    alice = Engine(ALICE, (source(), agents))
    request = Request(ALICE, "s3:GetObject", "arn:aws:s3:::bucket/key", {"aws:UserAgent": "0" * 60_000})
    assert [alice.decide(request, budget=budget).allowed for budget in (None, 1 << 40, 1 << 20, None)] == [
        True,
        True,
        False,
        True,
    ]


def test_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MOST", 4)
    kept = Recent()
    for number in range(10):
        kept.keep((number, "s3:getobject", "resource"), Known())
    assert [number for number, _, _ in kept] == [6, 7, 8, 9]


def test_what_is_large_is_not_kept() -> None:
    kept = Recent()
    kept.keep((1, "s3:getobject", "0" * 300), Known())
    kept.keep((1, "s3:getobject", "short"), Known(tests=((1, None),) * 300))
    assert not kept
