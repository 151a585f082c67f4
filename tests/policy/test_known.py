"""What is known about single resources: it changes no decision, and is bounded."""

import json
from random import Random
from typing import Any

import msgspec
import pytest
from cases import case
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

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


def source(**more: object) -> Source:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"} | more
    statement = {name: value for name, value in statement.items() if value is not None}
    return Source(Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": [statement]})), "policy")


@given(st.integers(0, 2**64))
def test_what_was_decided_once_is_decided_alike_in_any_context(seed: int) -> None:
    chance = Random(seed)
    first, second = (msgspec.convert(case(chance), Asked) for _ in range(2))
    policies, again = policies_of(first.policies), policies_of(first.policies)
    request, other = request_of(first), request_of(second)
    like = replace(request, context=other.context)
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


READS = {"Action": "s3:GetObject"}
READ = Request(ALICE, "s3:GetObject", "arn:aws:s3:::bucket/alice/a", {"aws:username": "alice"})
OTHER = replace(READ, resource="arn:aws:s3:::bucket/alice/b")


def asked() -> dict[str, tuple[Request, dict[str, Any]]]:
    """What is asked, with all that can differ between two requests of one principal; its policies are new."""
    rcps = ((source(Principal="*", Resource="arn:aws:s3:::*/a"),),)
    return {
        "nothing else": (READ, {}),
        "another action": (replace(READ, action="s3:PutObject"), {}),
        "another resource": (OTHER, {}),
        "another text for a variable": (replace(READ, context={"aws:username": "bob"}), {}),
        "another text for a condition": (replace(READ, context={"aws:username": "alice", "s3:x": "1"}), {}),
        "an account that isn't the resource's": (replace(READ, resource_account="444455556666"), {}),
        "a resource policy": (READ, {"resource_policy": source(Principal="*", **READS)}),
        "a resource policy that denies": (
            READ,
            {"resource_policy": source(Principal="*", Effect="Deny", **READS)},
        ),
        "an SCP": (READ, {"scps": ((source(**READS),),)}),
        "an SCP that denies": (READ, {"scps": ((source(), source(Effect="Deny", **READS)),)}),
        "an RCP": (READ, {"rcps": rcps}),
        "an RCP that allows another resource": (OTHER, {"rcps": rcps}),
        "an RCP that denies": (READ, {"rcps": ((source(Principal="*", Effect="Deny"),),)}),
        "an endpoint": (READ, {"vpc_endpoint": (source(Principal="*"),)}),
        "an endpoint that denies": (READ, {"vpc_endpoint": (source(Principal="*", Effect="Deny"),)}),
    }


IDENTITY = (
    source(**READS, Resource="arn:aws:s3:::*/${aws:username}/?"),
    source(**READS, Effect="Deny", NotResource="arn:aws:s3:::*/a", Resource=None),
    source(**READS, Effect="Deny", Condition={"StringEquals": {"s3:x": "1"}}),
)


@pytest.mark.parametrize("first", asked())
@pytest.mark.parametrize("then", asked())
def test_what_is_known_answers_nothing_else(first: str, then: str) -> None:
    alice, old = Engine(ALICE, IDENTITY), asked()
    for name in (first, then, first):
        (request, policies), (_, new) = old[name], asked()[name]
        found, fresh = alice.decide(request, **policies), Engine(ALICE, IDENTITY).decide(request, **new)
        assert [each.rule.statement for each in found.matches] == [
            each.rule.statement for each in fresh.matches
        ]
        assert as_json(explain(found)) == as_json(explain(fresh))


def test_what_is_asked_is_answered_otherwise() -> None:
    allowed = {
        name
        for name, (request, policies) in asked().items()
        if Engine(ALICE, IDENTITY).decide(request, **policies).allowed
    }
    assert allowed == {"nothing else", "a resource policy", "an SCP", "an RCP", "an endpoint"}


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
        kept.keep((number, None, "s3:getobject", "resource"), Known())
    assert [number for number, *_ in kept] == [6, 7, 8, 9]


def test_what_is_large_is_not_kept() -> None:
    kept = Recent()
    kept.keep((1, None, "s3:getobject", "0" * 300), Known())
    kept.keep((1, None, "s3:getobject", "short"), Known(tests=((1, None),) * 300))
    assert not kept
