"""The index: what it finds is what looking at every statement finds; and what is compiled is shared."""

import gc
import json
from random import Random
from typing import Any

import msgspec
from cases import case
from hypothesis import given
from hypothesis import strategies as st

from watchword.names.principal import RoleSession, User
from watchword.policy import Policy, Request, Source, decide
from watchword.policy.evaluation.decision import Decision
from watchword.policy.evaluation.engine import Engine, OwnPolicies
from watchword.policy.evaluation.index import Index, candidates
from watchword.policy.lines.decide import Asked, policies_of, request_of

ALICE, BOB = (User("111122223333", name, f"AIDA{name.upper()}") for name in ("alice", "bob"))
OBJECT = "arn:aws:s3:::bucket/key"
LAST, BEYOND = "\xff", "\u0100"
segments = st.sampled_from(("a", "b", "ab", "a/", "b/", LAST, "*", "?", "a*b", "${aws:username}", "${*}"))
patterns = st.lists(segments, max_size=4).map("".join)
resources = st.lists(
    st.sampled_from(("a", "b", "ab", "/", "\0", LAST, BEYOND, "alice", "*")), max_size=6
).map("".join)
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:Get*", "s3:*Object", "*")
REQUESTED = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")


def scanned(index: Index, request: Request) -> set[tuple[str, int]]:
    """The statements that apply, by looking at every one."""
    return {
        (cited.source.name, cited.rule.index)
        for cited in index._statements
        if cited.bits
        and cited.rule.actions.name(request.name)
        and any(target.matches(request) for target in cited.targets)
        and all(holds(request) for holds in cited.rule.conditions)
    }


def looked_up(index: Index, request: Request) -> set[tuple[str, int]]:
    (found,) = (each.applicable(request) for each in candidates([index], request.name, request.resource))
    assert len(found) == len(set(found))
    return {(cited.source.name, cited.rule.index) for cited in found}


@given(st.integers(0, 2**64))
def test_looking_up_is_looking_at_every_statement(seed: int) -> None:
    chance = Random(seed)
    for _ in range(10):
        line = msgspec.convert(case(chance), Asked)
        decision = decide(request_of(line), policies_of(line.policies))
        for index in decision.indexes:
            assert looked_up(index, decision.request) == scanned(index, decision.request)


@given(
    st.lists(st.tuples(patterns, st.sampled_from(ACTIONS)), min_size=1, max_size=40),
    st.lists(st.tuples(resources, st.sampled_from(REQUESTED)), min_size=1, max_size=10),
)
def test_whatever_the_prefixes(statements: list[tuple[str, str]], requests: list[tuple[str, str]]) -> None:
    """Prefixes within prefixes, many statements under one, whole resources, resources asked about again."""
    policy = document(
        *({"Resource": f"arn:aws:s3:::{pattern}", "Action": action} for pattern, action in statements)
    )
    index = OwnPolicies((Source(policy),)).index
    for resource, action in requests * 2:
        request = Request(ALICE, action, f"arn:aws:s3:::{resource}", {"aws:username": "alice"})
        assert looked_up(index, request) == scanned(index, request)


def test_prefixes_within_prefixes_need_no_stack() -> None:
    patterns = ["a" * number + "*" for number in range(1, 1_500)]
    index = OwnPolicies(Source(document({"Resource": each}), each) for each in patterns).index
    assert len(looked_up(index, Request(ALICE, "s3:GetObject", "a" * 1_500))) == len(patterns)


def document(*statements: dict[str, Any]) -> Policy:
    full = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    return Policy.parse(
        json.dumps({"Version": "2012-10-17", "Statement": [full | each for each in statements]})
    )


def attached(*principals: str) -> Source:
    return Source(document(*({"Principal": {"AWS": each}} for each in principals)), "arn:aws:s3:::bucket")


def decided(principal: User | RoleSession, bucket: Source, *, engine: Engine | None = None) -> Decision:
    request = Request(principal, "s3:GetObject", OBJECT)
    return (engine or Engine(principal)).decide(request, resource_policy=bucket, scps=((FULL,),))


FULL = Source(document({}), "full")


def test_principals_that_are_named_alike_share_what_is_compiled() -> None:
    everyone, alice_only = attached("*"), attached(ALICE.arn)
    assert decided(ALICE, everyone).indexes[-1] is decided(BOB, everyone).indexes[-1]
    assert decided(ALICE, alice_only).indexes[-1] is not decided(BOB, alice_only).indexes[-1]
    assert decided(ALICE, alice_only).allowed
    assert not decided(BOB, alice_only).allowed


def test_sessions_of_a_role_share_what_is_compiled() -> None:
    own = OwnPolicies((FULL,), (FULL,))
    for session in (None, (FULL,)):
        jobs = [RoleSession("111122223333", "worker", "AROAWORKER", name) for name in ("one", "two")]
        found = [decided(job, attached(job.arn), engine=Engine(job, own, session=session)) for job in jobs]
        assert [each.indexes[0] for each in found] == [own.index, own.index]
        assert all(each.allowed for each in found)


def test_what_is_compiled_of_a_bucket_policy_goes_with_it() -> None:
    def compiled() -> int:
        gc.collect()
        return sum(isinstance(each, Index) and each not in before for each in gc.get_objects())

    before = [each for each in gc.get_objects() if isinstance(each, Index)]
    bucket = attached("*")
    assert Engine(ALICE).decide(Request(ALICE, "s3:GetObject", OBJECT), resource_policy=bucket).allowed
    assert compiled()
    del bucket
    assert not compiled()


def test_a_policy_that_names_hundreds_keeps_some_of_their_indexes() -> None:
    users = [User("111122223333", f"user-{number}", f"AIDA{number}") for number in range(300)]
    bucket = attached(*(user.arn for user in users))
    assert all(decided(user, bucket).allowed for user in users)
    (layers,) = bucket.policy.attached.values()
    assert len(layers._indexes) <= 256
