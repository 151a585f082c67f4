"""Findings under Access Analyzer's names, the catalogue, and the simulator's questions.

Vectors are tests/vectors/policy/lint/<family>.json: a check, a kind of document, one that has the finding at
`path`, and a near miss that has no finding at all. good/examples.json there are policies as AWS has them in
its documentation, with what is `grave` about them, if anything.
"""

import json
import re
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.names.principal import User
from watchword.policy import Policies, Policy, Request
from watchword.policy.checking.catalogue import Catalogue
from watchword.policy.checking.findings import CHECKS, Level, code
from watchword.policy.checking.lint import lint
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.evaluation.simulate import context_keys, simulate
from watchword.policy.lines.check import check_line
from watchword.reference.actions import catalogue, read_reference

ALICE = User("111122223333", "alice", "AIDAALICE")
OBJECT = "arn:aws:s3:::bucket/key"


CATALOGUE = catalogue()
DIRECTORY = Path(__file__).parents[1] / "vectors" / "policy" / "lint"
MANUAL = Path(__file__).parents[2] / "docs" / "check.md"
VECTORS = [
    pytest.param(vector, id=f"{file.stem}: {vector['check']}")
    for file in sorted(DIRECTORY.glob("*.json"))
    for vector in json.loads(file.read_text())
]
GOOD = [
    pytest.param(vector, id=vector["name"])
    for vector in json.loads((DIRECTORY / "good" / "examples.json").read_text())
]
NOT_LOOKED_FOR = set(re.findall(r"^\| (\w[\w ]+\w) \| [A-Z].*\. \|$", MANUAL.read_text(), re.MULTILINE))
MOST_NOT_LOOKED_FOR = 1
"""Only ever less."""
names = st.sampled_from(
    """
    Version Statement Effect Action NotAction Resource NotResource Principal NotPrincipal Condition Sid AWS
    Federated Service StringEquals Bool IpAddress NumericLessThan aws:SourceIp s3:prefix sts:x
    """.split()  # noqa: SIM905 a table of names
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["*", "Allow", "a:b", "${", "arn:aws:s3:::b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
json_documents = st.dictionaries(names, json_values, max_size=5).map(json.dumps)
STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECT}


def policy(version: str | None = "2012-10-17", **elements: Any) -> Policy:
    return Policy.parse(policy_text(version, **elements))


def policy_text(version: str | None = "2012-10-17", **elements: Any) -> str:
    statement = {name: value for name, value in (STATEMENT | elements).items() if value is not None}
    document = {"Version": version, "Statement": [statement]}
    return json.dumps({name: value for name, value in document.items() if value})


def when(operator: str, key: str, value: object) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def text_of(document: Any) -> str:
    """A document of a vector: text, JSON, or pieces with how often each stands."""
    if isinstance(document, list):
        return "".join(piece * times for piece, times in document)
    return document if isinstance(document, str) else json.dumps(document)


@pytest.mark.parametrize("vector", VECTORS)
def test_a_check_finds_what_it_looks_for(vector: dict[str, Any]) -> None:
    found = lint(text_of(vector["document"]), DocumentKind(vector["kind"]), CATALOGUE)
    assert vector["path"] in [list(each.path) for each in found if each.check == vector["check"]]


@pytest.mark.parametrize("vector", VECTORS)
def test_a_near_miss_is_no_finding(vector: dict[str, Any]) -> None:
    kind = DocumentKind(vector.get("nearKind", vector["kind"]))
    assert lint(text_of(vector["near"]), kind, CATALOGUE) == ()


def test_every_check_has_a_vector_or_a_reason() -> None:
    looked_for = {vector.values[0]["check"] for vector in VECTORS}
    assert looked_for.isdisjoint(NOT_LOOKED_FOR)
    assert looked_for | NOT_LOOKED_FOR == set(CHECKS)
    assert len(NOT_LOOKED_FOR) <= MOST_NOT_LOOKED_FOR


def test_the_manual_names_every_check() -> None:
    text = MANUAL.read_text()
    rows = re.findall(r"^\| (\w[\w ]+\w) \| `([A-Z_]+)` \| ([a-z-]+) \|$", text, re.MULTILINE)
    assert [(name, level) for name, _, level in rows] == [
        (name, str(level)) for name, level in CHECKS.items()
    ]
    assert [spelled for _, spelled, _ in rows] == [code(name) for name in CHECKS]


@pytest.mark.parametrize(
    ("check", "spelled"),
    [
        ("Pass role with star in resource", "PASS_ROLE_WITH_STAR_IN_RESOURCE"),
        ("Pass role with NotAction and NotResource", "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE"),
        ("Allow with NotPrincipal", "ALLOW_WITH_NOT_PRINCIPAL"),
        ("Private NotIpAddress subset", "PRIVATE_NOT_IP_ADDRESS_SUBSET"),
        ("ForAllValues with single valued key", "FORALLVALUES_WITH_SINGLE_VALUED_KEY"),
        ("RCP syntax error NotAction", "RCP_SYNTAX_ERROR_NOTACTION"),
        ("Empty array condition IfExists", "EMPTY_ARRAY_CONDITION_IFEXISTS"),
        (
            "Deny NotAction with unsupported tag condition key for service",
            "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        ),
    ],
)
def test_codes_are_spelled_as_aws_spells_them(check: str, spelled: str) -> None:
    assert code(check) == spelled


@pytest.mark.parametrize("vector", GOOD)
def test_aws_examples_are_good(vector: dict[str, Any]) -> None:
    found = lint(json.dumps(vector["document"]), DocumentKind(vector["kind"]), CATALOGUE)
    grave = [each.code for each in found if each.level in (Level.ERROR, Level.SECURITY_WARNING)]
    assert grave == vector.get("grave", [])


def test_a_finding_never_decides_about_storing() -> None:
    doubtful = policy_text(Action="s3:GetObjekt", Resource="arn:aws:s3:eu-east-9:111122223333:b")
    told = check_line({"id": 1, "kind": "identity", "document": doubtful}, CATALOGUE)
    assert told["valid"] is True
    assert {each["level"] for each in told["findings"]} == {"error"}


def test_all_of_a_broken_document_is_looked_at() -> None:
    statements = [{"Effect": "allow"}, STATEMENT | {"Action": "s3:GetObjekt"}, 5]
    text = json.dumps({"Statement": statements}, indent=1)
    told = check_line({"id": 1, "kind": "identity", "document": text}, CATALOGUE)
    assert told["valid"] is False
    assert [(each["code"], each["path"][1:]) for each in told["findings"]] == [
        ("MISSING_VERSION", []),
        ("INVALID_EFFECT", [0, "Effect"]),
        ("MISSING_ACTION", [0]),
        ("DATA_TYPE_MISMATCH", [2]),
        ("INVALID_ACTION", [1, "Action"]),
    ]
    assert text.splitlines()[told["findings"][-1]["line"] - 1].strip() == '"Action": "s3:GetObjekt",'


def test_what_is_no_json_is_pointed_at() -> None:
    (found,) = check_line({"id": 1, "kind": "identity", "document": '{"a":\n 1,,'})["findings"]
    assert (found["code"], found["line"], found["column"]) == ("JSON_SYNTAX_ERROR", 2, 4)


@pytest.mark.parametrize(
    ("text", "code", "pointed_at"),
    [
        ('"Action": ["s3:GetObject", "s3:Fetch"]', "INVALID_ACTION", '"s3:Fetch"'),
        ('"Action": "s3:*", "Actions": "s3:*"', "INVALID_POLICY_ELEMENT", '"Actions"'),
        ('"Action": "s3:*", "Condition": {"Equals": {}}', "INVALID_CONDITION_OPERATOR", '"Equals"'),
        (
            '"Action": "s3:*", "Condition": {"StringEquals": {"aws:user": "a"}}',
            "INVALID_GLOBAL_CONDITION_KEY",
            '"aws:user"',
        ),
        (
            '"Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": ["true", "no"]}}',
            "TYPE_MISMATCH_BOOLEAN",
            '"no"',
        ),
    ],
)
def test_what_is_wrong_is_pointed_at(text: str, code: str, pointed_at: str) -> None:
    document = f'{{"Version": "2012-10-17",\n "Statement": {{"Effect": "Deny", "Resource": "*",\n{text}}}}}'
    told = check_line({"id": 1, "kind": "identity", "document": document}, CATALOGUE)
    (found,) = [each for each in told["findings"] if each["code"] == code]
    assert found["line"] == 3
    assert text[found["column"] - 1 :].startswith(pointed_at)


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": [f"ec2:DescribeInstance{number}" for number in range(3_000)], "Resource": "*"},
        {"Action": [f"ec2:*{number}*" for number in range(3_000)], "Resource": "*"},
        {"Action": "*", "Resource": [f"arn:aws:ec2:*:*:inst?nce/*{number}*" for number in range(2_000)]},
        {"Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:UserAgent": ["${" * 40_000]}}},
    ],
)
def test_hostile_policies_take_no_time(statement: dict[str, Any]) -> None:
    started = perf_counter()
    lint(policy_text(**statement), DocumentKind.IDENTITY, CATALOGUE)
    assert perf_counter() - started < 10


def test_a_near_name_is_proposed() -> None:
    (action,) = lint(policy_text(Action="s3:GetObjekt"), DocumentKind.IDENTITY, CATALOGUE)
    assert "perhaps s3:GetObject is meant" in action.details
    (service,) = lint(policy_text(Action="dynamdb:GetItem", Resource="*"), DocumentKind.IDENTITY, CATALOGUE)
    assert "perhaps dynamodb is meant" in service.details


def test_without_a_catalogue_only_the_document_is_looked_at() -> None:
    assert (
        lint(policy_text(Action="s3:GetObjekt", **when("StringEquals", "s3:x", "a")), DocumentKind.IDENTITY)
        == ()
    )


@given(st.text(max_size=200) | json_documents, st.sampled_from(DocumentKind))
def test_anything_can_be_looked_at(source: str, kind: DocumentKind) -> None:
    for each in lint(source, kind, CATALOGUE):
        assert each.code
        assert each.level


def test_the_catalogue_reads_a_service_when_it_is_asked_for() -> None:
    read_names: list[str] = []

    def reading(name: str) -> bytes | None:
        read_names.append(name)
        return read_reference(name)

    lint(policy_text(), DocumentKind.IDENTITY, Catalogue(reading))
    assert sorted(read_names) == ["actions/s3", "partitions", "resourceTypes/s3", "services"]


def test_the_catalogue_expands_wildcards() -> None:
    assert CATALOGUE.expand("sts:assumerolew*") == ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
    assert CATALOGUE.expand("s3:GetObject") == ("s3:GetObject",)
    assert CATALOGUE.expand("nothing:*") == ()
    assert len(CATALOGUE.expand("*")) > 10_000


def test_the_catalogue_knows_actions_and_keys() -> None:
    found = CATALOGUE.action("s3:getobject")
    assert found is not None
    assert found.name == "s3:GetObject"
    assert CATALOGUE.action("s3:None") is None
    assert CATALOGUE.key_type("s3:PREFIX") == "String"
    assert CATALOGUE.key_type("nothing:key") is None


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


def simulation(**policies: Any) -> Any:
    return simulate(
        Request(ALICE, "s3:GetObject", OBJECT, {"aws:username": "alice"}), Policies.of(**policies)
    )


def test_a_simulation_tells_what_matches() -> None:
    conditional = policy(**when("StringEquals", "aws:PrincipalTag/team", "a"))
    found = simulation(identity=[policy(), conditional])
    assert [each.rule.index for each in found.matched] == [0]
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
