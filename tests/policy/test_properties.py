"""What must hold for every policy and request, whatever the engine looks like inside."""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

import msgspec
from cases import FULL, case, document
from hypothesis import given
from hypothesis import strategies as st

from watchword.policy import Policy, Source, decide, explain
from watchword.policy.evaluation.combine import PolicyType, Verdict
from watchword.policy.evaluation.decision import message
from watchword.policy.evaluation.explain import as_json
from watchword.policy.language.print import statement_as_json
from watchword.policy.lines.decide import Asked, decide_line, policies_of, request_of

Json = dict[str, Any]
seeds = st.integers(0, 2**64)
CASES_PER_SEED = 10
ATTACHED = {"resource", "rcps", "vpcEndpoint"}


def lines(seed: int) -> list[tuple[Json, Random]]:
    chance = Random(seed)
    return [(case(chance), chance) for _ in range(CASES_PER_SEED)]


def verdict(line: Json) -> str:
    return decide_line(line)["decision"]


def with_policies(line: Json, **policies: Json) -> Json:
    return line | {"policies": line["policies"] | policies}


def all_documents(line: Json) -> Iterator[tuple[str, Json]]:
    """Every document of a case, with the kind of place it stands in."""
    for kind, found in line["policies"].items():
        if found is None:
            continue
        for each in [found] if kind == "resource" else found:
            yield from ((kind, d) for d in (each if kind in {"scps", "rcps"} else [each]))


def one_more(line: Json, chance: Random, effect: str) -> Json | None:
    """The case with one more statement somewhere where a policy already is."""
    changed = deepcopy(line)
    places = list(all_documents(changed))
    if not places:
        return None
    kind, chosen = chance.choice(places)
    extra = document(chance, attached=kind in ATTACHED, effect=effect)["Statement"]
    old = chosen["Statement"]
    chosen["Statement"] = (old if isinstance(old, list) else [old]) + (
        extra if isinstance(extra, list) else [extra]
    )
    return changed


@given(seeds)
def test_adding_a_deny_never_allows_more(seed: int) -> None:
    for line, chance in lines(seed):
        changed = one_more(line, chance, "Deny")
        if changed and verdict(changed) == "allow":
            assert verdict(line) == "allow"


@given(seeds)
def test_adding_an_allow_never_refuses_more(seed: int) -> None:
    for line, chance in lines(seed):
        changed = one_more(line, chance, "Allow")
        if changed and verdict(line) == "allow":
            assert verdict(changed) == "allow"


@given(seeds)
def test_adding_a_limit_never_allows_more(seed: int) -> None:
    for line, chance in lines(seed):
        for kind in ("boundary", "session", "scps", "rcps", "vpcEndpoint"):
            if line["policies"][kind] is None and line["request"]["principal"]["type"] != "federated-user":
                limit = [document(chance, attached=kind in ATTACHED)]
                changed = with_policies(line, **{kind: [limit] if kind in {"scps", "rcps"} else limit})
                if verdict(changed) == "allow":
                    assert verdict(line) == "allow", kind


@given(seeds)
def test_a_federated_users_session_policy_is_a_limit_too(seed: int) -> None:
    for line, chance in lines(seed):
        if line["policies"]["session"] is None:
            some = with_policies(line, session=[document(chance, attached=False)])
            if verdict(some) == "allow":
                assert verdict(with_policies(line, session=[FULL])) == "allow"


@given(seeds)
def test_order_and_duplicates_do_not_matter(seed: int) -> None:
    for line, chance in lines(seed):
        changed = deepcopy(line)
        for _, each in all_documents(changed):
            statements = each["Statement"] if isinstance(each["Statement"], list) else [each["Statement"]]
            each["Statement"] = [*statements, chance.choice(statements)]
            chance.shuffle(each["Statement"])
        identity = changed["policies"]["identity"]
        identity += identity[:1]
        chance.shuffle(identity)
        assert verdict(changed) == verdict(line)


@given(seeds)
def test_parsing_what_was_printed_is_identity(seed: int) -> None:
    for line, _ in lines(seed):
        for _, each in all_documents(line):
            policy = Policy.parse(json.dumps(each))
            assert Policy.parse(str(policy)) == policy
            assert str(Policy.parse(str(policy))) == str(policy)


@given(seeds)
def test_an_engine_remembers_nothing_wrong(seed: int) -> None:
    """The same documents asked many different questions answer each as if it were the first."""
    found = lines(seed)
    held = policies_of(msgspec.convert(found[0][0], Asked).policies)
    for line, _ in found:
        asked = msgspec.convert(line, Asked)
        fresh = policies_of(msgspec.convert(found[0][0], Asked).policies)
        assert decide(request_of(asked), held).verdict == decide(request_of(asked), fresh).verdict


@given(seeds)
def test_explanations_agree_with_decisions(seed: int) -> None:
    for line, _ in lines(seed):
        asked = msgspec.convert(line, Asked)
        decision = decide(request_of(asked), policies_of(asked.policies))
        told = as_json(explain(decision))
        denies = [each for each in told["matches"] if each["effect"] == "Deny"]
        assert told["decision"] == decision.verdict
        assert bool(denies) == (decision.verdict is Verdict.EXPLICIT_DENY)
        assert bool(decision.blocked_by) == (decision.verdict is Verdict.IMPLICIT_DENY)
        if not decision.allowed:
            assert told["policyType"] is not None
            assert asked.request.action in message(decision)
        for near in explain(decision).near_misses:
            assert near.failures
            assert near.cited.type in (*decision.blocked_by, PolicyType.RESOURCE)


@given(seeds)
def test_the_smallest_statements_would_allow(seed: int) -> None:
    for line, _ in lines(seed):
        asked = msgspec.convert(line, Asked)
        policies = policies_of(asked.policies)
        decision = decide(request_of(asked), policies)
        if decision.verdict is not Verdict.IMPLICIT_DENY:
            continue
        changed = deepcopy(line)
        for remedy in explain(decision).remedies:
            extra = {"Version": "2012-10-17", "Statement": statement_as_json(remedy.statement)}
            add(changed["policies"], remedy.type, extra)
        assert verdict(changed) == "allow"


def add(policies: Json, kind: str, extra: Json) -> None:
    """`extra` where the remedy says: beside what is there, on every level of a guardrail."""
    match kind:
        case "scp" | "rcp":
            for level in policies[f"{kind}s"]:
                level.append(extra)
        case "resource":
            old = policies["resource"] or {"Statement": []}
            statements = old["Statement"] if isinstance(old["Statement"], list) else [old["Statement"]]
            if old.get("Version") == "2012-10-17" or "$" not in json.dumps(extra):
                policies["resource"] = old | {"Statement": [*statements, extra["Statement"]]}
            else:
                policies["resource"] = {"Version": "2012-10-17", "Statement": [extra["Statement"]]}
        case _:
            policies[kind] = [*(policies[kind] or []), extra]


def test_sources_are_equal_by_policy_object_and_name() -> None:
    policy = Policy.parse(json.dumps(FULL))
    assert Source(policy, "a") == Source(policy, "a")
    assert Source(policy, "a") != Source(policy, "b")
    assert Source(policy, "a") != Source(Policy.parse(json.dumps(FULL)), "a")
