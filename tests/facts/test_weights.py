"""What the cache of facts is bounded by: nothing takes much more memory than it is said to weigh."""

import gc
import json
import os
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watchword.facts import facts
from watchword.facts.fact import OF_A_VALUE, weight_of
from watchword.names.principal import RoleSession
from watchword.policy import Policy, Request, Source
from watchword.policy.evaluation.engine import Engine, OwnPolicies
from watchword.proofs.keyring import Keyring, new_key
from watchword.sessions import session as sessions

MANY = 100


def document(statements: int, number: int) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": [f"s3:Get{number}x{each}*", "s3:Put*"],
                    "Resource": [f"arn:aws:s3:::b{number}-{each}/*", f"arn:aws:s3:::c-{number}{each}/a*b"],
                    "Condition": {"StringLike": {"aws:UserAgent": [f"a{each}*", f"b{number}*"]}},
                }
                for each in range(statements)
            ],
        }
    )


def held(make: Callable[[int], Any]) -> float:
    """Bytes that one of MANY values takes."""
    make(-1)
    gc.collect()
    tracemalloc.start()
    try:
        values = [make(number) for number in range(MANY)]
        gc.collect()
        return tracemalloc.get_traced_memory()[0] / len(values)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("statements", [1, 10, 50])
def test_policies_of_a_principal(statements: int) -> None:
    def make(number: int) -> Any:
        session = RoleSession("111122223333", "role", "AROA", f"session-{number}", "/")
        own = OwnPolicies([Source(Policy.parse(document(statements, number)), "policy")])
        engine = Engine(session, own)
        for action in range(20):
            engine.decide(Request(session, f"s3:Get{action}", f"arn:aws:s3:::b-{action % 3}/key"))
        return engine

    said = OF_A_VALUE + facts.OF_AN_ENGINE + weight_of(document(statements, 1))
    assert said / 4 < held(make) < 1.3 * said


@pytest.mark.parametrize(("tags", "length"), [(0, 0), (50, 0), (0, 10_000)])
def test_sessions(tags: int, length: int) -> None:
    ring = Keyring((new_key(os.urandom),), os.urandom)
    role = RoleSession("111122223333", "role", "AROA", "session", "/")
    carried = {f"tag-{each}": f"value-{each}" * 10 for each in range(tags)}
    lifetime, now = timedelta(hours=1), datetime.now(UTC)
    policies = (os.urandom(length // 2).hex(),) if length else ()
    made = [
        sessions.new_session(role, lifetime, now, os.urandom, tags=carried, policies=policies)
        for _ in range(MANY + 1)
    ]
    tokens = [sessions.seal(each, ring) for each in made]

    def make(number: int) -> Any:
        return tokens[number].swapcase(), sessions.open(tokens[number], ring)

    said = facts.weight_of_session(made[0], tokens[0])
    assert said / 4 < held(make) < said
