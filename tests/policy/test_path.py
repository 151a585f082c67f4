"""Explanations as paths: their form, held by golden files, and the changes that fixes are made of.

UPDATE_GOLDEN=1 rewrites the files. A change of the form that isn't an addition needs another `path.VERSION`.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from watchword.names.principal import User
from watchword.policy import Policies, Policy, Request, Source, decide, explain
from watchword.policy.evaluation.changes import MOST_CHANGES, Add, Widen, changed
from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.explain import as_json
from watchword.policy.evaluation.path import path_of
from watchword.policy.language.text import spans
from watchword.policy.lines import explain as lines_explain
from watchword.policy.lines.explain import explain_case, path_line

GOLDEN = Path(__file__).parents[1] / "golden" / "paths"
ANN = {"type": "user", "arn": "arn:aws:iam::111122223333:user/ann"}
OBJECT = "arn:aws:s3:::reports/2026.txt"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
READ = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
TLS = {"Bool": {"aws:SecureTransport": "true"}}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def case(resource: str = OBJECT, context: dict[str, Any] | None = None, **policies: Any) -> dict[str, Any]:
    request = {"principal": ANN, "action": "s3:GetObject", "resource": resource, "context": context or {}}
    return {"request": request, "policies": policies}


CASES = {
    "allowed": case(identity=[document(READ)]),
    "denied by a service control policy": case(
        identity=[document(READ)],
        scps=[[document(EVERYTHING)], [document(EVERYTHING, READ | {"Effect": "Deny", "Sid": "NoReports"})]],
    ),
    "a condition that doesn't hold": case(
        context={"aws:SecureTransport": "false"},
        identity=[document(READ | {"Condition": TLS})],
        boundary=[document(EVERYTHING)],
    ),
    "another resource": case("arn:aws:s3:::payroll/x", identity=[document(READ)], session=[document(READ)]),
    "a role that doesn't trust": {
        "request": {
            "principal": ANN,
            "action": "sts:AssumeRole",
            "resource": "arn:aws:iam::111122223333:role/auditor",
            "resourceType": "role",
        },
        "policies": {
            "identity": [document(EVERYTHING)],
            "resource": document(
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                }
            ),
        },
    },
}


@pytest.mark.parametrize("name", CASES)
def test_the_form_is_the_golden_one(name: str) -> None:
    text = json.dumps(explain_case(CASES[name]), indent=2) + "\n"
    file = GOLDEN / f"{name.replace(' ', '-').replace(chr(39), '')}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    assert file.read_text() == text


def test_every_golden_file_has_a_case() -> None:
    assert len(list(GOLDEN.iterdir())) == len(CASES)


@pytest.mark.parametrize("name", CASES)
def test_every_fix_is_enough(name: str) -> None:
    """And a Deny has none."""
    told = explain_case(CASES[name])
    for fix in told["fixes"]:
        assert explain_case(CASES[name] | {"changes": fix["changes"]})["decision"] == "allow", fix
    assert bool(told["fixes"]) is (told["decision"] == "implicitDeny")


def test_a_span_is_where_the_statement_stands() -> None:
    text = document(EVERYTHING | {"Action": "s3:PutObject"}, READ | {"Condition": TLS})
    told = explain_case(case(identity=[text]))
    (near,) = told["path"][3]["statements"]
    start, end = near["span"]
    assert json.loads(text[start:end])["Sid"] == "Read"
    (compared,) = near["compared"]
    start, end = compared["span"]
    assert text[start:end] == '"true"'


def test_a_single_statement_has_a_span() -> None:
    text = json.dumps({"Statement": READ})
    (match,) = explain_case(case(identity=[text]))["path"][3]["statements"]
    start, end = match["span"]
    assert json.loads(text[start:end]) == READ


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("{", [1, 2]),
        ('{"Version": "2020-01-01", "Statement": []}', [12, 24]),
        ('{"Statement": [{"Effect": "Allow", "Action": 7}]}', [45, 46]),
    ],
)
def test_what_cant_be_read_is_told_with_its_place(text: str, span: list[int]) -> None:
    error = explain_case(case(identity=[document(READ), text]))["error"]
    assert error["policy"] == "identity[1]"
    assert list(error["span"]) == span


@pytest.mark.parametrize(
    "given",
    [
        None,
        {},
        {"request": {}},
        case() | {"more": 1},
        case() | {"changes": [{"change": "add", "policyType": "identity", "statement": READ}] * 17},
        case() | {"changes": [{"change": "replace"}]},
        case() | {"changes": [{"change": "add", "policyType": "identity", "statement": {"Effect": "Allow"}}]},
        case(context={"a:b": "1", "A:B": "2"}),
        case(identity=[json.loads("[" * 90 + "]" * 90)]),
    ],
)
def test_bad_cases_are_errors(given: Any) -> None:
    assert explain_case(given)["error"]["message"]


def test_a_case_has_a_budget() -> None:
    """Conditions of many patterns on a long text take too long: that is said, and is quick."""
    slow = [f"*{letter}?{letter}?*" * 30 for letter in "abcdefghij"] * 30
    one = document(READ | {"Condition": {"StringLike": {"aws:UserAgent": slow}}})
    told = explain_case(case(context={"aws:UserAgent": "abc" * 60_000}, identity=[one, one, one, one]))
    assert told["sentence"].endswith("because its policies take too long to evaluate")
    assert told["steps"] > 1_000_000
    assert told["fixes"] == []


def test_a_line_has_its_id() -> None:
    assert path_line(case(identity=[document(READ)]) | {"id": 7})["decision"] == "allow"
    assert path_line({"id": 7, "request": {}})["id"] == 7
    assert path_line(None)["id"] is None
    assert path_line(case() | {"id": 7}, refuse=lambda action: f"no {action}") == {
        "id": 7,
        "error": "no s3:GetObject",
    }


def test_levels_are_stations() -> None:
    """A level of the organization is told by its name, where the explanation knows it."""
    full, empty = (
        Source(Policy.parse(document(EVERYTHING)), "full", "the root r-1"),
        document(READ | {"Resource": "arn:aws:s3:::other/*"}),
    )
    levels = ((full,), (Source(Policy.parse(empty), "few", "the account 1"),))
    request = Request(User("111122223333", "ann", ""), "s3:GetObject", OBJECT)
    told = path_of(as_json(explain(decide(request, Policies((full,), scps=levels)))))
    assert [(each["level"], each["says"]) for each in told["path"] if "level" in each] == [
        ("the root r-1", "allows"),
        ("the account 1", "lacks"),
    ]
    assert [each["policy"] for each in told["path"][2]["statements"]] == ["few"]


# --- changes ----------------------------------------------------------------------------------------------

ALLOWING = Source(Policy.parse(document(READ)), "own")


@pytest.mark.parametrize("type_", list(PolicyType))
def test_a_statement_is_added_to_each_type(type_: PolicyType) -> None:
    """Also to one that has no policy yet: but a limit that isn't there stays away."""
    statement = EVERYTHING | ({"Principal": "*"} if type_ in (PolicyType.RESOURCE, PolicyType.RCP) else {})
    add = Add(type_, statement)
    some = Policies(
        (ALLOWING,), ALLOWING, (ALLOWING,), (ALLOWING,), ((ALLOWING,), ()), ((ALLOWING,),), (ALLOWING,)
    )
    before, after = vars(some), vars(changed(some, [add]))
    assert [name for name in before if before[name] != after[name] and not name.startswith("_")] == [
        {"scp": "scps", "rcp": "rcps", "vpcEndpoint": "vpc_endpoint"}.get(type_, type_.value)
    ]
    none = changed(Policies(), [add])
    kept = type_ in (PolicyType.IDENTITY, PolicyType.RESOURCE)
    assert (
        (none.identity, none.resource, none.boundary) != ((), None, None) if kept else none.boundary is None
    )


@pytest.mark.parametrize(
    "type_", [PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION, PolicyType.RESOURCE]
)
def test_a_statement_gets_one_more_resource(type_: PolicyType) -> None:
    some = Policies((ALLOWING,), ALLOWING, (ALLOWING,), (ALLOWING,))
    found = getattr(changed(some, [Widen(type_, "own", 0, "*")]), type_.value)
    (source,) = found if isinstance(found, tuple) else (found,)
    assert source.policy.statements[0].resource.values == (READ["Resource"], "*")


@pytest.mark.parametrize(
    "widen",
    [
        Widen(PolicyType.IDENTITY, "other", 0, "*"),
        Widen(PolicyType.IDENTITY, "own", 1, "*"),
        Widen(PolicyType.IDENTITY, "own", -1, "*"),
        Widen(PolicyType.IDENTITY, "all but", 0, "*"),
        Widen(PolicyType.BOUNDARY, "own", 0, "*"),
        Widen(PolicyType.SCP, "own", 0, "*"),
    ],
)
def test_what_isnt_there_cant_be_wider(widen: Widen) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::x"}
    negated = Source(Policy.parse(document(statement)), "all but")
    with pytest.raises(ValueError, match=r"there is no|has no statement"):
        changed(Policies((ALLOWING, negated), scps=((ALLOWING,),)), [widen])


def test_aws_own_policies_are_not_widened() -> None:
    near = Source(Policy.parse(document(READ)), "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    request = Request(User("111122223333", "ann", ""), "s3:GetObject", "arn:aws:s3:::payroll/x")
    (fix,) = path_of(as_json(explain(decide(request, Policies((near,))))))["fixes"]
    assert fix["changes"][0]["change"] == "add"


def test_so_many_changes_are_tried() -> None:
    change = {"change": "add", "policyType": "identity", "statement": READ}
    assert explain_case(case() | {"changes": [change] * MOST_CHANGES})["decision"] == "allow"


def test_a_text_is_read_once_however_many_of_its_statements_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a case of some kilobytes takes minutes."""
    reads = []
    monkeypatch.setattr(lines_explain, "spans", lambda text: [reads.append(text), spans(text)][1])
    text = document(*[READ] * 9)
    told = explain_case(case(identity=[text]))
    (applied,) = (each["statements"] for each in told["path"] if each["policyType"] == "identity")
    assert len({each["span"] for each in applied}) == 9
    assert reads == [text]
