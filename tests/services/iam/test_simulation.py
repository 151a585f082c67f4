"""The policy simulator: what it says of policies that are given, and of those that somebody has."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.services.iam.harness import A, B, Iam, refused

from watchword.names import AwsError
from watchword.names.principal import User
from watchword.policy.language.text import spans
from watchword.services.iam.simulation import holdings, operations
from watchword.testing import Server
from watchword.world import SIMULATIONS

ANN = f"arn:aws:iam::{A}:user/ann"
OBJECT, OTHER = "arn:aws:s3:::reports/a.txt", "arn:aws:s3:::payroll/a.txt"
SESSION = f"arn:aws:sts::{A}:assumed-role/r/s"
KEY = {"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["10.1.2.3"], "ContextKeyType": "ip"}


def document(*statements: dict[str, object], version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": list(statements)})


def allow(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def when(operator: str, key: str, *values: str) -> dict[str, object]:
    return {"Condition": {operator: {key: list(values)}}}


READ = document(allow("s3:GetObject", "arn:aws:s3:::reports/*"))


def custom(
    iam: Iam, *policies: str, actions: tuple[str, ...] = ("s3:GetObject",), **more: object
) -> list[Any]:
    answer = iam("SimulateCustomPolicy", PolicyInputList=list(policies), ActionNames=list(actions), **more)
    return list(answer["EvaluationResults"])


def decision(iam: Iam, *policies: str, resource: str = OBJECT, **more: object) -> str:
    (result,) = custom(iam, *policies, ResourceArns=[resource], **more)
    (specific,) = result["ResourceSpecificResults"]
    assert specific["EvalResourceName"] == result["EvalResourceName"] == resource
    assert specific["EvalResourceDecision"] == result["EvalDecision"]
    return str(result["EvalDecision"])


class TestPoliciesThatAreGiven:
    def test_the_three_answers(self, iam: Iam) -> None:
        assert decision(iam, READ) == "allowed"
        assert decision(iam, READ, resource=OTHER) == "implicitDeny"
        assert decision(iam, READ, document(deny("s3:*"))) == "explicitDeny"

    def test_everything_is_the_resource_when_none_is_named(self, iam: Iam) -> None:
        for named in ({}, {"ResourceArns": ["*"]}):
            (result,) = custom(iam, document(allow("s3:*")), **named)
            assert result["EvalResourceName"] == "*"
            assert result["EvalDecision"] == "allowed"
            assert "ResourceSpecificResults" not in result
            assert "EvalDecisionDetails" not in result

    def test_an_action_has_one_result_and_each_resource_its_own(self, iam: Iam) -> None:
        (get, put) = custom(iam, READ, actions=("s3:GetObject", "s3:PutObject"), ResourceArns=[OBJECT, OTHER])
        assert get["EvalActionName"] == "s3:GetObject"
        assert get["EvalDecision"] == "implicitDeny"
        assert [
            (each["EvalResourceName"], each["EvalResourceDecision"], len(each["MatchedStatements"]))
            for each in get["ResourceSpecificResults"]
        ] == [(OBJECT, "allowed", 1), (OTHER, "implicitDeny", 0)]
        assert get["MatchedStatements"] == get["ResourceSpecificResults"][0]["MatchedStatements"]
        assert put["MatchedStatements"] == []
        assert get["EvalDecisionDetails"] == {}

    def test_a_boundary_limits(self, iam: Iam) -> None:
        (result,) = custom(
            iam,
            READ,
            ResourceArns=[OBJECT],
            PermissionsBoundaryPolicyInputList=[document(allow("ec2:*"))],
        )
        assert result["EvalDecision"] == "implicitDeny"
        assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
        boundary = [document(allow("s3:*"))]
        (result,) = custom(iam, READ, ResourceArns=[OBJECT], PermissionsBoundaryPolicyInputList=boundary)
        assert result["EvalDecision"] == "allowed"
        assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}

    def test_an_organization_limits(self, iam: Iam) -> None:
        whole, only_ec2 = document(allow("*")), document(allow("ec2:*"))
        for levels, expected in (
            ([whole, whole], True),
            ([whole, only_ec2], False),
            ([only_ec2, whole], False),
        ):
            given = [{"ServiceControlPolicyInputList": [each]} for each in levels]
            (result,) = custom(iam, READ, ResourceArns=[OBJECT], OrderedOrganizationPolicyInputList=given)
            assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": expected}
            assert result["EvalDecision"] == ("allowed" if expected else "implicitDeny")
            assert ("EvalDecisionDetails" in result) is expected

    def test_a_resource_policy_needs_somebody_to_speak_about(self, iam: Iam) -> None:
        policy = document(allow("s3:GetObject", OBJECT, Principal={"AWS": ANN}))
        said = "CallerArn is required where ResourcePolicy is given."
        given = {"PolicyInputList": [READ], "ActionNames": ["s3:GetObject"], "ResourcePolicy": policy}
        refused("InvalidInput", said, iam, "SimulateCustomPolicy", **given)
        nothing = document(allow("ec2:*"))
        assert decision(iam, nothing, ResourcePolicy=policy, CallerArn=ANN) == "allowed"
        assert decision(iam, nothing, ResourcePolicy=policy, CallerArn=ANN[:-3] + "bob") == "implicitDeny"

    def test_across_accounts_both_sides_must_allow(self, iam: Iam) -> None:
        policy = document(allow("s3:GetObject", OBJECT, Principal={"AWS": ANN}))
        more = {"ResourcePolicy": policy, "CallerArn": ANN, "ResourceOwner": f"arn:aws:iam::{B}:root"}
        for identity, expected in ((READ, "allowed"), (document(allow("ec2:*")), "implicitDeny")):
            (result,) = custom(iam, identity, ResourceArns=[OBJECT], **more)
            assert result["EvalDecision"] == expected
            assert result["EvalDecisionDetails"] == {"IAM Policy": expected, "Resource Policy": "allowed"}

    def test_an_account_in_the_arn_goes_before_the_owner(self, iam: Iam) -> None:
        queue = f"arn:aws:sqs:us-east-1:{A}:jobs"
        identity = document(allow("sqs:*"))
        (result,) = custom(iam, identity, actions=("sqs:SendMessage",), ResourceArns=[queue], ResourceOwner=B)
        assert result["EvalDecision"] == "allowed"
        (result,) = custom(iam, READ, ResourceArns=[OBJECT], ResourceOwner=B)
        assert result["EvalDecision"] == "implicitDeny"

    def test_pages(self, iam: Iam) -> None:
        actions = [f"s3:Get{number}" for number in range(7)]
        given = {"PolicyInputList": [READ], "ActionNames": actions}
        found = iam.pages("SimulateCustomPolicy", "EvaluationResults", 3, **given)
        assert [len(page) for page in found] == [3, 3, 1]
        assert [result["EvalActionName"] for page in found for result in page] == actions

    def test_an_answer_is_bounded(self, iam: Iam) -> None:
        resources = [f"arn:aws:s3:::b/{number}" for number in range(4000)]
        given = {"PolicyInputList": [READ], "ActionNames": ["s3:GetObject"] * 3, "ResourceArns": resources}
        answer = iam("SimulateCustomPolicy", **given)
        assert (len(answer["EvaluationResults"]), answer["IsTruncated"]) == (2, True)


class TestContext:
    RESTRICTED = document(allow("s3:GetObject", **when("IpAddress", "aws:SourceIp", "10.0.0.0/8")))

    def test_what_is_missing_is_told(self, iam: Iam) -> None:
        (result,) = custom(iam, self.RESTRICTED)
        assert result["EvalDecision"] == "implicitDeny"
        assert result["MissingContextValues"] == ["aws:SourceIp"]
        (result,) = custom(iam, self.RESTRICTED, ContextEntries=[KEY | {"ContextKeyName": "AWS:sourceip"}])
        assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])

    @pytest.mark.parametrize(
        ("type_", "operator", "written", "value"),
        [
            ("string", "StringEquals", "a", "a"),
            ("numeric", "NumericLessThan", "10", "9.5"),
            ("boolean", "Bool", "true", "true"),
            ("ip", "IpAddress", "2001:db8::/32", "2001:db8::1"),
            ("binary", "BinaryEquals", "QUJD", "QUJD"),
            ("date", "DateLessThan", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        ],
    )
    def test_every_type_alone_and_in_a_list(
        self, iam: Iam, type_: str, operator: str, written: str, value: str
    ) -> None:
        alone = document(allow("s3:GetObject", **when(operator, "k:key", written)))
        entry = {"ContextKeyName": "k:key", "ContextKeyValues": [value], "ContextKeyType": type_}
        assert decision(iam, alone, ContextEntries=[entry]) == "allowed"
        several = document(allow("s3:GetObject", **when(f"ForAnyValue:{operator}", "k:key", written)))
        entry = {**entry, "ContextKeyType": f"{type_}List"}
        assert decision(iam, several, ContextEntries=[entry]) == "allowed"
        assert decision(iam, several) == "implicitDeny"

    @pytest.mark.parametrize(
        ("entry", "said"),
        [
            (
                {"ContextKeyValues": ["x"], "ContextKeyType": "ip"},
                "The value x of the context key aws:SourceIp is not of type ip.",
            ),
            (
                {"ContextKeyValues": ["a", "b"], "ContextKeyType": "string"},
                "The context key aws:SourceIp of type string takes one value.",
            ),
        ],
    )
    def test_what_is_not_of_its_type(self, iam: Iam, entry: dict[str, object], said: str) -> None:
        entries = [{"ContextKeyName": "aws:SourceIp", **entry}]
        given = {"PolicyInputList": [READ], "ActionNames": ["s3:GetObject"], "ContextEntries": entries}
        refused("InvalidInput", said, iam, "SimulateCustomPolicy", **given)

    def test_a_key_given_twice(self, iam: Iam) -> None:
        entries = [KEY, KEY | {"ContextKeyName": "aws:sourceip"}]
        given = {"PolicyInputList": [READ], "ActionNames": ["s3:GetObject"], "ContextEntries": entries}
        said = "The context key aws:sourceip is given twice."
        refused("InvalidInput", said, iam, "SimulateCustomPolicy", **given)

    def test_the_keys_that_policies_use(self, iam: Iam) -> None:
        tagged = document(
            allow("s3:*", "arn:aws:s3:::b/${aws:username}/*", **when("Bool", "aws:SecureTransport", "true"))
        )
        found = iam(
            "GetContextKeysForCustomPolicy", PolicyInputList=[tagged, self.RESTRICTED, self.RESTRICTED]
        )
        assert sorted(found["ContextKeyNames"]) == ["aws:SecureTransport", "aws:SourceIp", "aws:username"]


class TestStatements:
    """Positions as the AWS CLI Command Reference shows them, in its own examples."""

    def test_a_lone_statement(self, iam: Iam) -> None:
        text = (
            '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",'
            '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
        )
        now = {
            "ContextKeyName": "aws:CurrentTime",
            "ContextKeyValues": ["2019-04-25T11:00:00Z"],
            "ContextKeyType": "date",
        }
        (result,) = custom(iam, text, actions=("dynamodb:CreateBackup",), ContextEntries=[now])
        assert result["MatchedStatements"] == [
            {
                "SourcePolicyId": "PolicyInputList.1",
                "SourcePolicyType": "IAM Policy",
                "StartPosition": {"Line": 1, "Column": 38},
                "EndPosition": {"Line": 1, "Column": 167},
            }
        ]

    def test_statements_over_several_lines(self, iam: Iam) -> None:
        text = json.dumps({"Version": "2012-10-17", "Statement": [allow("s3:*"), allow("s3:Get*")]}, indent=4)
        (result,) = custom(iam, text)
        places = [(each["StartPosition"], each["EndPosition"]) for each in result["MatchedStatements"]]
        assert places == [
            ({"Line": 3, "Column": 19}, {"Line": 8, "Column": 10}),
            ({"Line": 8, "Column": 10}, {"Line": 13, "Column": 10}),
        ]

    def test_only_what_decided_is_pointed_at(self, iam: Iam) -> None:
        policy = document(deny("s3:GetObject", Principal="*"))
        (result,) = custom(iam, READ, ResourceArns=[OBJECT], ResourcePolicy=policy, CallerArn=ANN)
        (matched,) = result["MatchedStatements"]
        assert (matched["SourcePolicyId"], matched["SourcePolicyType"]) == (
            "ResourcePolicy",
            "Resource Policy",
        )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"PolicyInputList": ["{"]}, "PolicyInputList.1 is not a valid policy: "),
        ({"PolicyInputList": [READ, '{"Statement": 1}']}, "PolicyInputList.2 is not a valid policy: "),
        ({"PermissionsBoundaryPolicyInputList": [READ, READ]}, "An entity has one permissions boundary."),
        ({"ActionNames": ["s3:*"]}, "Invalid action name: s3:*"),
        ({"ActionNames": ["GetObject"]}, "Invalid action name: GetObject"),
        ({"ActionNames": ["s3:Get:Object"]}, "Invalid action name: s3:Get:Object"),
        ({"ActionNames": ["s3:Get?"]}, "Invalid action name: s3:Get?"),
        ({"ActionNames": [":Get"]}, "Invalid action name: :Get"),
        ({"ResourceOwner": "arn:aws:s3:::bucket"}, "Invalid ResourceOwner: arn:aws:s3:::bucket"),
        ({"CallerArn": "arn:aws:iam::nobody:user/ann"}, "Invalid Entity Arn: arn:aws:iam::nobody:user/ann"),
        (
            {"CallerArn": f"arn:aws:iam:here:{A}:user/ann"},
            f"Invalid Entity Arn: arn:aws:iam:here:{A}:user/ann",
        ),
        ({"ResourceArns": ["bucket"]}, "Invalid resource ARN: bucket"),
        ({"ResourceOwner": "somebody"}, "Invalid ResourceOwner: somebody"),
        (
            {"CallerArn": SESSION},
            f"Invalid Entity Arn: {SESSION} does not clearly define entity type and name.",
        ),
    ],
)
def test_input_that_cannot_be_simulated(iam: Iam, given: dict[str, object], said: str) -> None:
    with pytest.raises(Exception, match="InvalidInput") as caught:
        iam("SimulateCustomPolicy", **{"PolicyInputList": [READ], "ActionNames": ["s3:GetObject"], **given})
    assert caught.value.said.startswith(said)


@pytest.fixture
def staff(iam: Iam) -> Iam:
    """A user in a group, and a role; each with an inline and a managed policy."""
    iam("CreateUser", UserName="ann", Path="/eng/", Tags=[{"Key": "team", "Value": "red"}])
    iam("CreateGroup", GroupName="readers")
    iam("AddUserToGroup", UserName="ann", GroupName="readers")
    trust = document({"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"})
    iam("CreateRole", RoleName="worker", AssumeRolePolicyDocument=trust)
    teams = document(
        allow(
            "s3:PutObject",
            "arn:aws:s3:::${aws:PrincipalTag/team}/*",
            **when("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
        )
    )
    iam("PutUserPolicy", UserName="ann", PolicyName="own", PolicyDocument=teams)
    iam("PutGroupPolicy", GroupName="readers", PolicyName="own", PolicyDocument=READ)
    listing = iam("CreatePolicy", PolicyName="listing", PolicyDocument=document(allow("s3:ListBucket")))[
        "Policy"
    ]
    iam("AttachGroupPolicy", GroupName="readers", PolicyArn=listing["Arn"])
    iam("AttachRolePolicy", RoleName="worker", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    return iam


USER, GROUP, ROLE = (f"arn:aws:iam::{A}:{rest}" for rest in ("user/eng/ann", "group/readers", "role/worker"))


def held(iam: Iam, source: str, *actions: str, **more: object) -> list[tuple[str, str, list[str]]]:
    """Action, decision and the policies pointed at."""
    answer = iam("SimulatePrincipalPolicy", PolicySourceArn=source, ActionNames=list(actions), **more)
    return [
        (
            result["EvalActionName"],
            result["EvalDecision"],
            [each["SourcePolicyId"] for each in result["MatchedStatements"]],
        )
        for result in answer["EvaluationResults"]
    ]


class TestPoliciesThatAreHeld:
    def test_of_a_user_and_its_groups(self, staff: Iam) -> None:
        assert held(staff, USER, "s3:GetObject", ResourceArns=[OBJECT]) == [
            ("s3:GetObject", "allowed", ["group_readers_own"])
        ]
        assert held(staff, USER, "s3:ListBucket", "s3:DeleteBucket") == [
            ("s3:ListBucket", "allowed", ["listing"]),
            ("s3:DeleteBucket", "implicitDeny", []),
        ]

    def test_what_is_true_of_the_user_is_known(self, staff: Iam) -> None:
        asked = {"ResourceArns": ["arn:aws:s3:::red/x"], "ContextEntries": [KEY]}
        assert held(staff, USER, "s3:PutObject", **asked) == [("s3:PutObject", "allowed", ["user_ann_own"])]
        blue = {
            "ContextKeyName": "aws:principaltag/team",
            "ContextKeyValues": ["blue"],
            "ContextKeyType": "string",
        }
        asked["ContextEntries"] = [KEY, blue]
        assert held(staff, USER, "s3:PutObject", **asked) == [("s3:PutObject", "implicitDeny", [])]
        answer = staff("SimulatePrincipalPolicy", PolicySourceArn=USER, ActionNames=["s3:PutObject"])
        assert answer["EvaluationResults"][0]["MissingContextValues"] == ["aws:SourceIp"]

    def test_of_a_group_and_of_a_role(self, staff: Iam) -> None:
        assert held(staff, GROUP, "s3:ListBucket") == [("s3:ListBucket", "allowed", ["listing"])]
        assert held(staff, ROLE, "iam:GetUser") == [("iam:GetUser", "allowed", ["IAMReadOnlyAccess"])]

    def test_with_policies_besides(self, staff: Iam) -> None:
        more = {"PolicyInputList": [document(allow("ec2:*")), document(deny("s3:ListBucket"))]}
        assert held(staff, USER, "ec2:RunInstances", "s3:ListBucket", **more) == [
            ("ec2:RunInstances", "allowed", ["PolicyInputList.1"]),
            ("s3:ListBucket", "explicitDeny", ["PolicyInputList.2"]),
        ]

    def test_within_its_boundary_or_another(self, staff: Iam) -> None:
        staff(
            "PutUserPermissionsBoundary",
            UserName="ann",
            PermissionsBoundary="arn:aws:iam::aws:policy/IAMReadOnlyAccess",
        )
        assert held(staff, USER, "s3:ListBucket")[0][1] == "implicitDeny"
        wider = [document(allow("s3:*"))]
        assert held(staff, USER, "s3:ListBucket", PermissionsBoundaryPolicyInputList=wider)[0][1] == "allowed"
        unbounded = [{"PolicyType": "permission-boundary"}]
        assert held(staff, USER, "s3:ListBucket", PolicyExclusionList=unbounded)[0][1] == "allowed"

    @pytest.mark.parametrize(
        ("excluded", "left"),
        [
            ({"PolicyType": "inline"}, ["s3:ListBucket"]),
            ({"PolicyType": "user-managed"}, ["s3:GetObject"]),
            ({"PolicyType": "aws-managed"}, ["s3:GetObject", "s3:ListBucket"]),
            ({"PolicyArn": f"arn:aws:iam::{A}:policy/list*"}, ["s3:GetObject"]),
            ({"PolicyArn": f"arn:aws:iam::{A}:policy/nothing"}, ["s3:GetObject", "s3:ListBucket"]),
            (
                {
                    "InlinePolicyIdentifier": {
                        "PolicyName": "own",
                        "AttachmentType": "group",
                        "AttachmentName": "read*",
                    }
                },
                ["s3:ListBucket"],
            ),
            (
                {
                    "InlinePolicyIdentifier": {
                        "PolicyName": "own",
                        "AttachmentType": "user",
                        "AttachmentName": "ann",
                    }
                },
                ["s3:GetObject", "s3:ListBucket"],
            ),
        ],
    )
    def test_without_some(self, staff: Iam, excluded: dict[str, object], left: list[str]) -> None:
        found = held(
            staff,
            USER,
            "s3:GetObject",
            "s3:ListBucket",
            ResourceArns=[OBJECT],
            PolicyExclusionList=[excluded],
        )
        assert [action for action, decision, _ in found if decision == "allowed"] == left

    def test_as_somebody_else(self, staff: Iam) -> None:
        staff("CreateUser", UserName="bob")
        bob = f"arn:aws:iam::{A}:user/bob"
        policy = document(deny("s3:*", Principal={"AWS": bob}))
        asked = {"ResourceArns": [OBJECT], "ResourcePolicy": policy}
        assert held(staff, USER, "s3:GetObject", **asked)[0][1] == "allowed"
        assert held(staff, USER, "s3:GetObject", CallerArn=bob, **asked)[0][1] == "explicitDeny"

    def test_of_another_caller_only_what_its_arn_says_is_known(self, staff: Iam, other: Iam) -> None:
        asked = {"PolicySourceArn": USER, "ActionNames": ["s3:PutObject"], "ContextEntries": [KEY]}
        keys = ("aws:PrincipalArn", "aws:userid", "aws:PrincipalTag/team")
        asked["PolicyInputList"] = [document(allow("s3:*", **when("StringLike", key, "*"))) for key in keys]
        answers = {}
        for iam, account, name in ((staff, A, "bob"), (other, B, "bob"), (other, B, "nobody")):
            arn = f"arn:aws:iam::{account}:user/{name}"
            if name == "bob":
                iam("CreateUser", UserName=name, Tags=[{"Key": "team", "Value": "red"}])
            (answers[arn],) = staff("SimulatePrincipalPolicy", CallerArn=arn, **asked)["EvaluationResults"]
            assert answers[arn]["MissingContextValues"] == ["aws:PrincipalTag/team", "aws:userid"]
        (own,) = staff("SimulatePrincipalPolicy", CallerArn=USER, **asked)["EvaluationResults"]
        assert own["MissingContextValues"] == []
        first, *others = answers.values()
        assert others == [first, first]

    def test_the_keys_they_use(self, staff: Iam) -> None:
        found = staff("GetContextKeysForPrincipalPolicy", PolicySourceArn=USER)["ContextKeyNames"]
        assert sorted(found) == ["aws:PrincipalTag/team", "aws:SourceIp"]
        assert staff("GetContextKeysForPrincipalPolicy", PolicySourceArn=GROUP)["ContextKeyNames"] == []

    def test_of_nobody(self, staff: Iam) -> None:
        for source, noun, name in (
            (f"arn:aws:iam::{A}:user/ann", "user", "ann"),
            (f"arn:aws:iam::{A}:role/none", "role", "none"),
        ):
            said = f"The {noun} with name {name} cannot be found."
            given = {"PolicySourceArn": source, "ActionNames": ["s3:GetObject"]}
            refused("NoSuchEntity", said, staff, "SimulatePrincipalPolicy", **given)

    def test_who_may_ask(self, staff: Iam) -> None:
        (demand,) = staff.asks("SimulatePrincipalPolicy", PolicySourceArn=USER, ActionNames=["s3:GetObject"])
        assert (demand.action, demand.resource, demand.account) == ("iam:SimulatePrincipalPolicy", USER, A)
        assert demand.resource_tags == {"team": "red"}
        foreign = f"arn:aws:iam::{B}:user/bob"
        ann = staff.by(User(A, "ann", "AIDA", "/eng/"))
        (demand,) = ann.asks("GetContextKeysForPrincipalPolicy", PolicySourceArn=foreign)
        assert (demand.resource, demand.account) == (foreign, B)


# Simulated and for real, by unmodified boto3

CASES: list[tuple[str, list[dict[str, object]]]] = [
    ("nothing", []),
    ("allowed", [allow("s3:GetObject", "arn:aws:s3:::reports/*")]),
    ("denied", [allow("s3:*"), deny("s3:GetObject", "arn:aws:s3:::reports/a*")]),
    ("own folder", [allow("s3:GetObject", "arn:aws:s3:::reports/${aws:username}*")]),
    ("by tag", [allow("s3:GetObject", **when("StringEquals", "aws:PrincipalTag/team", "red"))]),
    ("by another tag", [allow("s3:GetObject", **when("StringEquals", "aws:PrincipalTag/team", "blue"))]),
    ("by name", [allow("s3:GetObject", **when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/a"))]),
    ("from here", [allow("s3:GetObject", **when("IpAddress", "aws:SourceIp", "127.0.0.0/8"))]),
    ("not from here", [allow("s3:GetObject", **when("NotIpAddress", "aws:SourceIp", "127.0.0.0/8"))]),
]


@pytest.fixture
def user(watchword: Server) -> Callable[..., tuple[Any, str]]:
    """Given its statements: S3 as a user of them calls it, and the user's ARN."""

    def make(statements: list[dict[str, object]]) -> tuple[Any, str]:
        iam = boto3.client("iam", **watchword.client_arguments)
        arn = iam.create_user(UserName="a", Tags=[{"Key": "team", "Value": "red"}])["User"]["Arn"]
        if statements:
            iam.put_user_policy(UserName="a", PolicyName="own", PolicyDocument=document(*statements))
        key = iam.create_access_key(UserName="a")["AccessKey"]
        keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        return boto3.client("s3", **{**watchword.client_arguments, **keys}), arn

    return make


@pytest.mark.parametrize(("name", "statements"), CASES, ids=[name for name, _ in CASES])
def test_what_is_simulated_happens(
    watchword: Server, user: Callable[..., tuple[Any, str]], name: str, statements: list[dict[str, object]]
) -> None:
    root = boto3.client("s3", **watchword.client_arguments)
    root.create_bucket(Bucket="reports")
    root.put_object(Bucket="reports", Key="a.txt", Body=b"1")
    s3, arn = user(statements)
    try:
        s3.get_object(Bucket="reports", Key="a.txt")
        happened = "allowed"
    except ClientError as refused:
        said = refused.response["Error"]["Message"]
        happened = "explicitDeny" if "explicit deny" in said else "implicitDeny"
    here = {"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["127.0.0.1"], "ContextKeyType": "ip"}
    iam = boto3.client("iam", **watchword.client_arguments)
    asked = {"PolicySourceArn": arn, "ActionNames": ["s3:GetObject"], "ResourceArns": [OBJECT]}
    (result,) = iam.simulate_principal_policy(**asked, ContextEntries=[here])["EvaluationResults"]
    assert result["EvalDecision"] == happened
    assert result["MissingContextValues"] == []


def test_a_paginator(watchword: Server) -> None:
    iam = boto3.client("iam", **watchword.client_arguments)
    pages = iam.get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[READ],
        ActionNames=["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        ResourceArns=[OBJECT],
        PaginationConfig={"PageSize": 2},
    )
    assert [result["EvalDecision"] for page in pages for result in page["EvaluationResults"]] == [
        "allowed",
        "implicitDeny",
        "implicitDeny",
    ]


def test_errors_are_those_of_the_model(watchword: Server) -> None:
    iam = boto3.client("iam", **watchword.client_arguments)
    with pytest.raises(iam.exceptions.InvalidInputException):
        iam.get_context_keys_for_custom_policy(PolicyInputList=["{"])
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_context_keys_for_principal_policy(PolicySourceArn="arn:aws:iam::123456789012:user/nobody")


def test_a_document_is_read_once(iam: Iam, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many statements match, of however many actions: reading again for each took minutes."""
    read = []
    monkeypatch.setattr(holdings, "spans", lambda text: read.append(text) or spans(text))
    policy = document(*(allow("s3:*", OBJECT) for _ in range(5)))
    actions = tuple(f"s3:Get{number}" for number in range(20))
    results = custom(iam, policy, actions=actions, ResourceArns=[OBJECT, OTHER])
    assert [len(each["MatchedStatements"]) for each in results] == [5] * 20
    assert read == [policy]


AGENT = {"ContextKeyName": "aws:UserAgent", "ContextKeyValues": ["0" * 100], "ContextKeyType": "string"}
SLOW = [f"*00?00?01{number:03}*" for number in range(400)]


def test_what_takes_too_long_is_refused(iam: Iam) -> None:
    policy = document(allow("s3:*", **when("StringLike", "aws:UserAgent", *SLOW)))
    assert decision(iam, policy, ContextEntries=[AGENT]) == "implicitDeny"
    refused(
        "PolicyEvaluation",
        "The policies take too long to evaluate. Simulate fewer resources at a time.",
        iam,
        "SimulateCustomPolicy",
        PolicyInputList=[policy],
        ActionNames=["s3:GetObject"],
        ContextEntries=[AGENT | {"ContextKeyValues": ["0" * 60_000]}],
    )


def test_an_answer_ends_when_it_took_long(iam: Iam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "BUDGET_OF_A_CALL", 1_000)
    actions = ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]
    policy = document(allow("s3:*", **when("StringLike", "aws:UserAgent", "*Boto3*")))
    answer = iam(
        "SimulateCustomPolicy", PolicyInputList=[policy], ActionNames=actions, ContextEntries=[AGENT]
    )
    assert [each["EvalActionName"] for each in answer["EvaluationResults"]] == ["s3:GetObject"]
    assert answer["IsTruncated"]


def test_only_a_few_run_at_once(iam: Iam) -> None:
    with ExitStack() as running:
        for _ in range(SIMULATIONS):
            running.enter_context(iam.world.simulating)
        with pytest.raises(AwsError) as refusal:
            custom(iam, READ)
        assert refusal.value.code == "Throttling"
    assert custom(iam, READ)
