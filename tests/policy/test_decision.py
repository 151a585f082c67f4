"""The words of a refusal, and what a decision and its explanation hold."""

import json
from typing import Any

import pytest

from watchword.names.principal import Anonymous, RoleSession, User
from watchword.policy import Policies, Policy, Request, Source, decide, explain
from watchword.policy.evaluation import engine, groups, index, setting
from watchword.policy.evaluation.combine import PolicyType, Verdict
from watchword.policy.evaluation.decision import message
from watchword.policy.evaluation.engine import Engine
from watchword.policy.evaluation.explain import allowed_as_json, as_json
from watchword.policy.evaluation.request import Later

ALICE = User("111122223333", "alice", "AIDAALICE")
JOB = RoleSession("111122223333", "worker", "AROAWORKER", "job", "/team/")
OBJECT = "arn:aws:s3:::bucket/key"
HEAD = f'User: {ALICE.arn} is not authorized to perform: s3:GetObject on resource: "{OBJECT}"'


def source(name: str = "", effect: str = "Allow", **more: Any) -> Source:
    statement = {"Effect": effect, "Action": "s3:*", "Resource": "*"} | more
    return Source(Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": [statement]})), name)


FULL = source("full")
OTHER = source("other", Action="ec2:*")
PUBLIC = source("bucket", Principal="*")
MANAGED = "arn:aws:iam::111122223333:policy/no-s3"


def asked(policies: Policies, **more: Any) -> str:
    given: dict[str, Any] = {"principal": ALICE, "action": "s3:GetObject", "resource": OBJECT} | more
    return message(decide(Request(**given), policies))


@pytest.mark.parametrize(
    ("policies", "because"),
    [
        (Policies(), "because no identity-based policy allows the s3:GetObject action"),
        (
            Policies(identity=(FULL,), boundary=(OTHER,)),
            "because no permissions boundary allows the s3:GetObject action",
        ),
        (
            Policies(identity=(FULL,), session=(OTHER,)),
            "because no session policy allows the s3:GetObject action",
        ),
        (
            Policies(identity=(FULL,), scps=((FULL,), (OTHER,))),
            "because no service control policy allows the s3:GetObject action",
        ),
        (
            Policies(identity=(FULL,), rcps=((source(Principal="*", Action="sqs:*"),),)),
            "because no resource control policy allows the s3:GetObject action",
        ),
        (
            Policies(identity=(FULL,), vpc_endpoint=(source(Principal="*", Action="ec2:*"),)),
            "because no VPC endpoint policy allows the s3:GetObject action",
        ),
        (
            Policies(identity=(FULL, source(MANAGED, "Deny"))),
            f"with an explicit deny in an identity-based policy: {MANAGED}",
        ),
        (
            Policies(identity=(FULL, source("inline", "Deny"))),
            "with an explicit deny in an identity-based policy",
        ),
        (
            Policies(identity=(FULL,), boundary=(source(MANAGED, "Deny"),)),
            f"with an explicit deny in a permissions boundary: {MANAGED}",
        ),
        (
            Policies(identity=(FULL,), scps=((FULL, source("arn:aws:organizations::1:policy/p", "Deny")),)),
            "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/p",
        ),
        (
            Policies(identity=(FULL,), resource=source("arn:aws:s3:::bucket", "Deny", Principal="*")),
            "with an explicit deny in a resource-based policy",
        ),
    ],
)
def test_a_refusal_in_aws_words(policies: Policies, because: str) -> None:
    assert asked(policies) == f"{HEAD} {because}"


def test_across_accounts_the_resource_policy_is_named() -> None:
    words = asked(Policies(identity=(FULL,)), resource_account="444455556666")
    assert words == f"{HEAD} because no resource-based policy allows the s3:GetObject action"


def test_a_trust_policy_has_words_of_its_own() -> None:
    trust = Source(
        Policy.parse('{"Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]}')
    )
    role = {
        "action": "sts:AssumeRole",
        "resource": "arn:aws:iam::111122223333:role/r",
        "resource_type": "role",
    }
    head = f"User: {ALICE.arn} is not authorized to perform: sts:AssumeRole on resource: {role['resource']}"
    assert (
        asked(Policies(), **role) == f"{head} because no role trust policy allows the sts:AssumeRole action"
    )
    assert asked(Policies(resource=trust), **role) == f"{head} with an explicit deny in the role trust policy"


def test_a_resource_of_star_is_not_told() -> None:
    words = asked(Policies(), action="iam:ListUsers", resource="*")
    assert words == (
        f"User: {ALICE.arn} is not authorized to perform: iam:ListUsers "
        "because no identity-based policy allows the iam:ListUsers action"
    )


def test_nobody_is_called_anonymous() -> None:
    request = Request(Anonymous(), "s3:GetObject", OBJECT, resource_account="1")
    words = message(decide(request, Policies()))
    assert words.startswith("User: anonymous is not authorized to perform: s3:GetObject on resource: ")
    assert words.endswith("because no resource-based policy allows the s3:GetObject action")


def test_an_allowed_request_needs_no_words() -> None:
    with pytest.raises(ValueError, match="needs no explanation"):
        asked(Policies(identity=(FULL,)))


def test_near_misses_tell_expected_and_actual() -> None:
    near = source(
        "near",
        Resource="arn:aws:s3:::bucket/${aws:PrincipalTag/team}/*",
        Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "Bool": {"aws:SecureTransport": "true"}},
    )
    request = Request(ALICE, "s3:GetObject", OBJECT, {"aws:SourceIp": "192.0.2.1"})
    told = as_json(explain(decide(request, Policies(identity=(near,)))))
    assert told["nearMisses"] == [
        {
            "policyType": "identity",
            "policy": "near",
            "statement": 0,
            "sid": None,
            "effect": "Allow",
            "failed": [
                {
                    "element": "Resource",
                    "expected": ["arn:aws:s3:::bucket/${aws:PrincipalTag/team}/*"],
                    "actual": OBJECT,
                },
                {
                    "element": "Condition",
                    "operator": "IpAddress",
                    "key": "aws:SourceIp",
                    "expected": ["10.0.0.0/8"],
                    "actual": "192.0.2.1",
                },
                {
                    "element": "Condition",
                    "operator": "Bool",
                    "key": "aws:SecureTransport",
                    "expected": ["true"],
                    "actual": None,
                },
            ],
        }
    ]
    assert told["missingKeys"] == ["aws:PrincipalTag/team", "aws:SecureTransport"]
    assert told["wouldAllow"] == [
        {
            "policyType": "identity",
            "statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECT},
        }
    ]


def test_a_principal_that_is_not_named_is_a_near_miss() -> None:
    bob = source("bucket", Principal={"AWS": "arn:aws:iam::111122223333:user/bob"})
    request = Request(ALICE, "s3:GetObject", OBJECT, resource_account="444455556666")
    found = explain(decide(request, Policies(identity=(FULL,), resource=bob))).near_misses
    assert [(each.element, each.expected, each.actual) for each in found[0].failures] == [
        ("Principal", ("arn:aws:iam::111122223333:user/bob",), ALICE.arn)
    ]


def test_a_principal_that_is_excepted_is_a_near_miss() -> None:
    others = source("bucket", NotPrincipal={"AWS": ALICE.arn})
    (near,) = explain(decide(Request(ALICE, "s3:GetObject", OBJECT), Policies(resource=others))).near_misses
    assert [(each.element, each.expected) for each in near.failures] == [("NotPrincipal", (ALICE.arn,))]


def test_the_nearest_misses_are_told() -> None:
    both = {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:userid": "x"}}
    far = [source(f"far-{number}", Condition=both) for number in range(6)]
    close = source("close", Condition={"Bool": {"aws:SecureTransport": "true"}})
    told = explain(
        decide(Request(ALICE, "s3:GetObject", OBJECT), Policies(identity=(*far, close)))
    ).near_misses
    assert [each.cited.source.name for each in told] == ["close", "far-0", "far-1"]


def test_a_resource_policy_that_nearly_granted_is_a_near_miss() -> None:
    office = source("bucket", Principal="*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    request = Request(ALICE, "s3:GetObject", OBJECT)
    found = explain(decide(request, Policies(resource=office)))
    assert [each.cited.source.name for each in found.near_misses] == ["bucket"]
    assert found.missing_keys == ("aws:SourceIp",)
    across = Request(ALICE, "s3:GetObject", OBJECT, resource_account="444455556666")
    bucket = source("bucket", Principal="*")
    elsewhere = source("other", Action="s3:PutObject", Principal="*")
    policies = Policies(resource=bucket, boundary=(elsewhere,))
    assert explain(decide(across, policies)).near_misses == ()


def test_a_role_is_told_to_be_named_by_its_role() -> None:
    request = Request(JOB, "sts:AssumeRole", "arn:aws:iam::111122223333:role/r", resource_type="role")
    (remedy,) = as_json(explain(decide(request, Policies())))["wouldAllow"]
    assert remedy["statement"] == {
        "Effect": "Allow",
        "Principal": {"AWS": JOB.role_arn},
        "Action": "sts:AssumeRole",
    }


def test_an_explicit_deny_has_no_remedy() -> None:
    told = as_json(
        explain(
            decide(Request(ALICE, "s3:GetObject", OBJECT), Policies(identity=(FULL, source("d", "Deny"))))
        )
    )
    assert told["wouldAllow"] == told["nearMisses"] == []
    assert [(each["effect"], each["policy"]) for each in told["matches"]] == [
        ("Deny", "d"),
        ("Allow", "full"),
    ]


def test_a_public_object() -> None:
    decision = decide(
        Request(Anonymous(), "s3:GetObject", OBJECT, resource_account="1"), Policies(resource=PUBLIC)
    )
    assert decision.verdict is Verdict.ALLOW
    assert decision.type is None
    assert [each.type for each in decision.matches] == [PolicyType.RESOURCE]


def test_an_engine_answers_for_its_principal_only() -> None:
    alice = Engine(ALICE, (FULL,))
    assert alice.decide(Request(ALICE, "s3:GetObject", OBJECT)).allowed
    with pytest.raises(ValueError, match="its own principal"):
        alice.decide(Request(JOB, "s3:GetObject", OBJECT))


def test_policies_remember_the_engine_of_their_last_principal() -> None:
    policies = Policies.of(identity=[FULL.policy], scps=[[FULL]], rcps=None, vpc_endpoint=None, session=None)
    assert policies.engine(ALICE) is policies.engine(User("111122223333", "alice", "AIDAALICE"))
    assert policies.engine(JOB) is not policies.engine(ALICE)


def test_a_context_key_in_two_cases_is_refused() -> None:
    with pytest.raises(ValueError, match="given twice"):
        Request(ALICE, "s3:GetObject", OBJECT, {"aws:SourceIp": "10.0.0.1", "AWS:sourceip": "10.0.0.2"})


CONDITIONAL = source("conditional", Condition={"StringEquals": {"aws:UserAgent": "curl"}})


@pytest.mark.parametrize(
    ("policy", "gathered"), [(FULL, 0), (CONDITIONAL, 1), (source("for", Resource="*${aws:UserAgent}"), 1)]
)
def test_a_context_is_gathered_once_where_a_statement_asks_for_it(policy: Source, gathered: int) -> None:
    times = []

    def gather() -> dict[str, str]:
        times.append(1)
        return {"aws:UserAgent": "curl"}

    decision = decide(Request(ALICE, "s3:GetObject", OBJECT, Later(gather)), Policies(identity=(policy,)))
    at_once = Request(ALICE, "s3:GetObject", OBJECT, gather())
    assert as_json(explain(decision)) == as_json(explain(decide(at_once, Policies(identity=(policy,)))))
    assert len(times) - 1 == gathered


def test_a_context_that_is_gathered_later_is_folded_too() -> None:
    context = Request(ALICE, "s3:GetObject", OBJECT, Later(lambda: {"aws:TagKeys": (), "A": "b"})).context
    assert (dict(context), len(context), "A" in context, context.get("a")) == ({"a": "b"}, 1, False, "b")


def test_no_policy_is_the_reason_for_what_none_can_deny() -> None:
    denied = source("own", "Deny", Action="*")
    decision = decide(Request(ALICE, "sts:GetCallerIdentity", "*"), Policies(identity=(denied,)))
    assert (decision.allowed, decision.indexes, explain(decision).matches) == (True, (), ())


def test_the_caches_of_an_engine_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "LEAST_CACHED", 1_000)
    monkeypatch.setattr(index, "CACHED_OF_A_STATEMENT", 0)
    monkeypatch.setattr(groups, "_MOST_NAMES", 10)
    monkeypatch.setattr(setting, "_MOST_CONSULTED", 10)
    monkeypatch.setattr(engine, "_MOST_SETTINGS", 10)
    alice = Engine(ALICE, (FULL,))
    for number in range(100):
        asked = Request(ALICE, f"s3:Action{number}", OBJECT, resource_account=str(number))
        for bucket in (source(f"bucket-{number}", Principal="*"), None):
            assert alice.decide(asked, resource_policy=bucket, scps=((FULL,),)).allowed == (
                bucket is not None
            )
    assert len(alice._settings) <= 10
    assert all(len(each._consulted) <= 10 for each in alice._settings.values())
    own = alice._holder.indexes[0]
    assert len(own.filed) <= 1_000 / 16
    assert len(own.naming) <= 10


@pytest.mark.parametrize("policies", [Policies(identity=(FULL,)), Policies((FULL, OTHER), rcps=((PUBLIC,),))])
@pytest.mark.parametrize("principal", [ALICE, JOB])
def test_what_is_cached_of_allowed_requests_is_what_an_explanation_says(
    principal: User | RoleSession, policies: Policies
) -> None:
    decision = decide(Request(principal, "s3:GetObject", OBJECT), policies)
    assert decision.allowed
    assert allowed_as_json(principal, "s3:GetObject", OBJECT, principal.account, decision.matches) == as_json(
        explain(decision)
    )
