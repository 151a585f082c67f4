"""Lines of `watchword decide`: every kind of principal, explanations, and what can't be read."""

import json
from typing import Any

import msgspec
import pytest

from watchword.names.principal import (
    Anonymous,
    FederatedUser,
    RoleSession,
    Root,
    Saml,
    Service,
    User,
    WebIdentity,
)
from watchword.policy.lines.callers import Caller, principal_of
from watchword.policy.lines.decide import decide_line

ACCOUNT = "111122223333"
ALLOW = {
    "Version": "2012-10-17",
    "Statement": {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"},
}
USER = {"type": "user", "arn": f"arn:aws:iam::{ACCOUNT}:user/team/alice", "uniqueId": "AIDAALICE"}


def line(policies: dict[str, Any], **request: Any) -> dict[str, Any]:
    asked = {"principal": USER, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"} | request
    return {"id": 7, "request": asked, "policies": policies}


@pytest.mark.parametrize(
    ("caller", "principal"),
    [
        (
            Caller("user", arn=f"arn:aws:iam::{ACCOUNT}:user/team/alice", unique_id="AIDA"),
            User(ACCOUNT, "alice", "AIDA", "/team/"),
        ),
        (Caller("user", account=ACCOUNT, name="alice", unique_id="AIDA"), User(ACCOUNT, "alice", "AIDA")),
        (
            Caller(
                "role-session",
                arn=f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/r/s",
                role_arn=f"arn:aws-cn:iam::{ACCOUNT}:role/team/r",
                unique_id="AROA:s",
            ),
            RoleSession(ACCOUNT, "r", "AROA", "s", "/team/", "aws-cn"),
        ),
        (
            Caller("role-session", role_arn=f"arn:aws:iam::{ACCOUNT}:role/r", session_name="s"),
            RoleSession(ACCOUNT, "r", "", "s"),
        ),
        (Caller("root", account=ACCOUNT), Root(ACCOUNT)),
        (
            Caller("federated-user", arn=f"arn:aws:sts::{ACCOUNT}:federated-user/guest", user_arn="u"),
            FederatedUser(ACCOUNT, "guest", "u"),
        ),
        (Caller("service", service="lambda.amazonaws.com"), Service("lambda.amazonaws.com")),
        (Caller("anonymous"), Anonymous()),
        (
            Caller("web-identity", federated="idp.example.com", name="me"),
            WebIdentity("idp.example.com", "me"),
        ),
        (Caller("saml", arn="arn:aws:iam::1:saml-provider/x"), Saml("arn:aws:iam::1:saml-provider/x", "")),
    ],
)
def test_principals(caller: Caller, principal: object) -> None:
    assert principal_of(caller) == principal


def test_an_allow_names_its_statement() -> None:
    told = decide_line(line({"identity": [ALLOW], "boundary": [json.dumps(ALLOW)]}))
    assert told == {
        "id": 7,
        "decision": "allow",
        "because": "allowed by identity[0] statement All, boundary[0] statement All",
    }


def test_a_refusal_is_in_aws_words() -> None:
    told = decide_line(line({}))
    assert told["decision"] == "implicitDeny"
    assert told["because"].endswith("because no identity-based policy allows the s3:GetObject action")


def test_what_needs_no_statement() -> None:
    root = {"type": "root", "account": ACCOUNT}
    assert decide_line(line({}, principal=root))["because"] == "nothing has to allow it"


def test_explained() -> None:
    told = decide_line(line({"identity": [ALLOW]}), explained=True)
    assert told["because"]["matches"][0]["sid"] == "All"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"polices": {}}, "there is no member 'polices'; did you mean 'policies'?"),
        ({"request": {"contxt": {}}}, "request has no member 'contxt'; did you mean 'context'?"),
        ({"request": {"principal": {"Type": "user"}}}, "request.principal has no member 'Type'"),
        ({"org": {"principalAccountIsManagment": True}}, "org has no member"),
        ({"policies": {"scp": []}}, "policies has no member 'scp'; did you mean 'scps'?"),
        ({"policies": {"identity": "x"}}, "Expected `array"),
    ],
)
def test_a_member_that_is_not_known(change: dict[str, Any], said: str) -> None:
    whole: dict[str, Any] = line({"identity": [ALLOW]})
    for name, more in change.items():
        whole[name] = {**whole.get(name, {}), **more}
    assert said in decide_line(whole)["error"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"sessionName": "s"}, "a principal of type user has no 'sessionName'"),
        ({"federated": "x"}, "a principal of type user has no 'federated'"),
        ({"account": "999999999999"}, "two accounts: 111122223333, 999999999999"),
    ],
)
def test_a_member_that_would_have_no_effect(more: dict[str, Any], said: str) -> None:
    assert said in decide_line(line({}, principal={**USER, **more}))["error"]


def test_tags_of_a_principal_are_condition_keys() -> None:
    document = {**ALLOW, "Statement": {**ALLOW["Statement"]}}
    document["Statement"]["Condition"] = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    asked = {"principal": {**USER, "tags": {"team": "red"}}}
    assert decide_line(line({"identity": [document]}, **asked))["decision"] == "allow"
    same = {"context": {"aws:principaltag/TEAM": "red"}}
    assert decide_line(line({"identity": [document]}, **asked, **same))["decision"] == "allow"
    other = {"context": {"aws:principaltag/TEAM": "blue"}}
    assert "contradict" in decide_line(line({"identity": [document]}, **asked, **other))["error"]


def test_an_account_without_a_number_is_not_given() -> None:
    assert decide_line(line({"identity": [ALLOW]}, resourceAccount=""))["decision"] == "allow"


def test_numbers_and_booleans_of_a_context_are_text() -> None:
    condition = {
        "Bool": {"x:B": "true"},
        "NumericEquals": {"x:N": "1"},
        "ForAnyValue:StringEquals": {"x:L": "2"},
    }
    document = {"Statement": {**ALLOW["Statement"], "Condition": condition}}  # type: ignore[dict-item]
    told = decide_line(line({"identity": [document]}, context={"x:B": True, "x:N": 1, "x:L": [2, "3"]}))
    assert told["decision"] == "allow"


@pytest.mark.parametrize(
    "unreadable",
    [
        [],
        {},
        {"id": 1, "request": {}},
        line({"identity": ["{"]}),
        line({}, principal={"type": "user", "arn": "urn:aws:iam::111122223333:user/ann"}),
        line({"identity": [{"Statement": [{"Effect": "allow", "Action": "*"}]}]}),
        line({"identity": {}}),
        line({"identity": ['{"Statement":{"\\ud800":1}}']}),
        line({}, principal={"type": "alien"}),
        line({}, principal={"type": "user", "arn": "alice"}),
        line({}, principal={"type": "role-session", "arn": "arn:aws:sts::1:x"}),
        line({}, principal={"type": "role-session", "arn": "arn:aws:iam::1:role/x"}),
        line({}, principal={"type": "role-session", "account": "1", "roleArn": "arn:aws:iam::1:user/x"}),
        line({}, principal={"type": "user", "arn": "arn:aws:sts::1:assumed-role/r/s"}),
        line({}, principal={"type": "user", "name": "alice"}),
        line({}, principal={"type": "federated-user", "arn": "arn:aws:iam::1:user/x"}),
        line({}, principal={"type": "root"}),
        line({}, principal={"type": "root", "arn": "arn:aws:iam::1:user/x"}),
        line({}, principal={"type": "service"}),
        line({}, principal={"type": "web-identity"}),
        line({}, principal={"type": "saml"}),
        line({}, principal=None),
        line({}, context={"a": None}),
        line({}, context={"a:b": "1", "A:B": "2"}),
        line({}, resourceType="queue"),
    ],
)
def test_what_cannot_be_read_answers_with_an_error(unreadable: Any) -> None:
    told = decide_line(unreadable)
    assert told["error"]
    assert "decision" not in told
    assert "Traceback" not in told["error"]
    assert msgspec.json.encode(told)
