"""The policy simulator over the wire, with unmodified boto3: every member of its answers, and its pages.

Source: IAM API Reference, "SimulateCustomPolicy", "SimulatePrincipalPolicy", "EvaluationResult",
"ResourceSpecificResult", "PolicyIdentifier".
"""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.services.sts.harness import ACCOUNT, arn, document, make_role

from watchword.testing import Server

OTHER = "210987654321"
ANN = f"arn:aws:iam::{ACCOUNT}:user/eng/ann"
MINE, THEIRS = "arn:aws:s3:::reports/a", "arn:aws:s3:::payroll/a"
READ = document("s3:GetObject", Resource="arn:aws:s3:::reports/*")
WHOLE = document("*", Resource="*")
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


def denying(action: str) -> str:
    policy = json.loads(document(action, Resource="*"))
    policy["Statement"][0]["Effect"] = "Deny"
    return json.dumps(policy)


@pytest.fixture
def iam(watchword: Server) -> Any:
    found = boto3.client("iam", **watchword.client_arguments)
    found.create_user(UserName="ann", Path="/eng/", Tags=[{"Key": "team", "Value": "red"}])
    return found


def asked(iam: Any, *policies: str, **more: Any) -> Any:
    """The only result of SimulateCustomPolicy, which asks for s3:GetObject."""
    found = iam.simulate_custom_policy(
        **{"PolicyInputList": list(policies), "ActionNames": ["s3:GetObject"], **more}
    )
    (result,) = found["EvaluationResults"]
    return result


def code(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Code"])


def test_one_account(iam: Any) -> None:
    assert asked(iam, READ, ResourceArns=[MINE]) == {
        "EvalActionName": "s3:GetObject",
        "EvalResourceName": MINE,
        "EvalDecision": "allowed",
        "EvalDecisionDetails": {},
        "MissingContextValues": [],
        "MatchedStatements": [
            {
                "SourcePolicyId": "PolicyInputList.1",
                "SourcePolicyType": "IAM Policy",
                "StartPosition": {"Line": 1, "Column": 41},
                "EndPosition": {"Line": 1, "Column": 124},
            }
        ],
        "ResourceSpecificResults": [
            {
                "EvalResourceName": MINE,
                "EvalResourceDecision": "allowed",
                "MissingContextValues": [],
                "MatchedStatements": [
                    {
                        "SourcePolicyId": "PolicyInputList.1",
                        "SourcePolicyType": "IAM Policy",
                        "StartPosition": {"Line": 1, "Column": 41},
                        "EndPosition": {"Line": 1, "Column": 124},
                    }
                ],
            }
        ],
    }
    assert asked(iam, READ) == {
        "EvalActionName": "s3:GetObject",
        "EvalResourceName": "*",
        "EvalDecision": "implicitDeny",
        "MissingContextValues": [],
        "MatchedStatements": [],
    }


def test_across_accounts_each_resource_has_details(iam: Any) -> None:
    grant = {"Principal": {"AWS": ANN}, "Resource": "arn:aws:s3:::reports/*"}
    result = asked(
        iam,
        document("s3:*", Resource="*"),
        ResourceArns=[MINE, THEIRS],
        ResourcePolicy=document("s3:GetObject", **grant),
        CallerArn=ANN,
        ResourceOwner=f"arn:aws:iam::{OTHER}:root",
        PermissionsBoundaryPolicyInputList=[WHOLE],
    )
    assert result["EvalDecision"] == "implicitDeny"
    assert result["EvalDecisionDetails"] == {
        "IAM Policy": "allowed",
        "Resource Policy": "implicitDeny",
        "Permissions Boundary Policy": "allowed",
    }
    details = [
        (
            each["EvalResourceName"],
            each["EvalResourceDecision"],
            each["EvalDecisionDetails"]["Resource Policy"],
        )
        for each in result["ResourceSpecificResults"]
    ]
    assert details == [(MINE, "allowed", "allowed"), (THEIRS, "implicitDeny", "implicitDeny")]
    kinds = [each["SourcePolicyType"] for each in result["ResourceSpecificResults"][0]["MatchedStatements"]]
    assert sorted(kinds) == ["IAM Policy", "Resource Policy"]
    bounded = {"AllowedByPermissionsBoundary": True}
    assert result["PermissionsBoundaryDecisionDetail"] == bounded
    assert [each["PermissionsBoundaryDecisionDetail"] for each in result["ResourceSpecificResults"]] == [
        bounded
    ] * 2


@pytest.mark.parametrize(
    ("boundary", "passes", "decision"),
    [
        (WHOLE, True, "allowed"),
        (document("ec2:*", Resource="*"), False, "implicitDeny"),
        (denying("s3:*"), False, "explicitDeny"),
    ],
)
def test_a_boundary(iam: Any, boundary: str, *, passes: bool, decision: str) -> None:
    result = asked(iam, READ, ResourceArns=[MINE], PermissionsBoundaryPolicyInputList=[boundary])
    assert result["EvalDecision"] == decision
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": passes}
    assert all(each["SourcePolicyType"] == "IAM Policy" for each in result["MatchedStatements"])


def test_an_organization_ends_the_evaluation_where_it_denies(iam: Any) -> None:
    grant = {"Principal": {"AWS": ANN}, "Resource": "arn:aws:s3:::reports/*"}
    across = {
        "ResourceArns": [MINE],
        "ResourcePolicy": document("s3:GetObject", **grant),
        "CallerArn": ANN,
        "ResourceOwner": OTHER,
    }
    for policy, passes in ((WHOLE, True), (denying("s3:*"), False)):
        levels = [
            {"ServiceControlPolicyInputList": [WHOLE]},
            {"ServiceControlPolicyInputList": [WHOLE, policy]},
        ]
        result = asked(iam, READ, OrderedOrganizationPolicyInputList=levels, **across)
        assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": passes}
        assert ("EvalDecisionDetails" in result) is passes
    # Statements and keys of SCPs aren't told.
    keyed = json.loads(denying("s3:*"))
    keyed["Statement"][0]["Condition"] = {"StringEquals": {"aws:PrincipalTag/x": "y"}}
    levels = [{"ServiceControlPolicyInputList": [WHOLE, json.dumps(keyed)]}]
    assert asked(iam, READ, OrderedOrganizationPolicyInputList=levels)["MissingContextValues"] == []


def test_a_deny_is_all_that_is_pointed_at(iam: Any) -> None:
    result = asked(iam, READ, denying("s3:GetObject"), WHOLE, ResourceArns=[MINE, THEIRS])
    assert result["EvalDecision"] == "explicitDeny"
    assert [each["SourcePolicyId"] for each in result["MatchedStatements"]] == ["PolicyInputList.2"]


def test_missing_keys_are_told_once(iam: Any) -> None:
    teams = document(
        "s3:GetObject",
        Resource="arn:aws:s3:::${aws:PrincipalTag/team}/*",
        Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "Bool": {"aws:SecureTransport": "true"}},
    )
    given = [
        {"ContextKeyName": "aws:securetransport", "ContextKeyValues": ["true"], "ContextKeyType": "boolean"}
    ]
    result = asked(iam, teams, teams, ResourceArns=[MINE, THEIRS], ContextEntries=given)
    missing = ["aws:PrincipalTag/team", "aws:SourceIp"]
    assert sorted(result["MissingContextValues"]) == missing
    for each in result["ResourceSpecificResults"]:
        assert sorted(each["MissingContextValues"]) == missing


def test_pages(iam: Any) -> None:
    actions = [f"s3:Get{number}" for number in range(25)]
    for name, whose in (
        ("simulate_custom_policy", {"PolicyInputList": [READ]}),
        ("simulate_principal_policy", {"PolicySourceArn": ANN}),
    ):
        pages = list(
            iam.get_paginator(name).paginate(ActionNames=actions, **whose, PaginationConfig={"PageSize": 10})
        )
        assert [len(page["EvaluationResults"]) for page in pages] == [10, 10, 5]
        assert [page["IsTruncated"] for page in pages] == [True, True, False]
        assert [each["EvalActionName"] for page in pages for each in page["EvaluationResults"]] == actions
    assert code(iam.simulate_custom_policy, PolicyInputList=[READ], ActionNames=actions, Marker="7") == (
        "ValidationError"
    )


class TestPrincipals:
    def test_as_somebody_else(self, iam: Any) -> None:
        """As Bob, as if Bob had Ann's policies."""
        iam.create_user(UserName="bob", Tags=[{"Key": "team", "Value": "blue"}])
        own = document("s3:GetObject", Resource="arn:aws:s3:::reports/${aws:username}")
        iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=own)
        bob = f"arn:aws:iam::{ACCOUNT}:user/bob"
        for caller, allowed in (({}, "ann"), ({"CallerArn": bob}, "bob")):
            found = iam.simulate_principal_policy(
                PolicySourceArn=ANN,
                ActionNames=["s3:GetObject"],
                ResourceArns=["arn:aws:s3:::reports/ann", "arn:aws:s3:::reports/bob"],
                **caller,
            )["EvaluationResults"][0]
            decisions = {
                each["EvalResourceName"][-3:]: each["EvalResourceDecision"]
                for each in found["ResourceSpecificResults"]
            }
            assert decisions == {
                name: "allowed" if name == allowed else "implicitDeny" for name in ("ann", "bob")
            }

    def test_a_role(self, iam: Any) -> None:
        make_role(iam, "worker", "sts:AssumeRole")
        iam.put_role_permissions_boundary(RoleName="worker", PermissionsBoundary=READ_ONLY)
        found = iam.simulate_principal_policy(
            PolicySourceArn=arn("worker"), ActionNames=["iam:GetUser", "iam:CreateUser"]
        )["EvaluationResults"]
        assert [
            (each["EvalDecision"], each["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"])
            for each in found
        ] == [("allowed", True), ("implicitDeny", False)]
        assert found[0]["MatchedStatements"][0]["SourcePolicyId"] == "role_worker_all"
        keys = iam.get_context_keys_for_principal_policy(
            PolicySourceArn=arn("worker"),
            PolicyInputList=[document("s3:*", Resource="arn:aws:s3:::${aws:userid}")],
        )
        assert keys["ContextKeyNames"] == ["aws:userid"]

    @pytest.mark.parametrize(
        "identifier",
        [
            {"PolicyArn": "nonsense that is long enough"},
            {"PolicyArn": "arn:aws:iam::*:policy/everything"},
            {"PolicyArn": "arn:aws:iam::aws:policy/*Read*"},
            {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:user/eng/ann"},
        ],
    )
    def test_what_excludes_nothing_that_could_be(self, iam: Any, identifier: dict[str, str]) -> None:
        given = {"PolicySourceArn": ANN, "ActionNames": ["s3:GetObject"], "PolicyExclusionList": [identifier]}
        assert code(iam.simulate_principal_policy, **given) == "InvalidInput"

    def test_what_excludes_a_pattern(self, iam: Any) -> None:
        iam.attach_user_policy(UserName="ann", PolicyArn=READ_ONLY)
        given = {"PolicySourceArn": ANN, "ActionNames": ["iam:GetUser"]}
        for pattern, decision in (
            ("IAM*", "implicitDeny"),
            ("IAM????OnlyAccess", "implicitDeny"),
            ("S3*", "allowed"),
        ):
            excluded = [{"PolicyArn": f"arn:aws:iam::aws:policy/{pattern}"}]
            found = iam.simulate_principal_policy(**given, PolicyExclusionList=excluded)["EvaluationResults"]
            assert found[0]["EvalDecision"] == decision

    def test_who_is_missing(self, iam: Any) -> None:
        for call in (iam.simulate_principal_policy, iam.get_context_keys_for_principal_policy):
            asked = {"ActionNames": ["s3:GetObject"]} if call == iam.simulate_principal_policy else {}
            assert code(call, PolicySourceArn=f"{ANN}a", **asked) == "NoSuchEntity"
            assert code(call, PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:user/ann", **asked) == "NoSuchEntity"
            assert code(call, PolicySourceArn=f"arn:aws:iam::{OTHER}:user/ann", **asked) == "AccessDenied"
            assert code(call, PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:root", **asked) == "InvalidInput"
