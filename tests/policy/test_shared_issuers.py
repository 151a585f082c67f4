"""A trust policy for a shared issuer compares the claim that says whose a token is."""

import json
from typing import Any

import pytest

from watchword.names import AwsError
from watchword.policy.checking.shared_issuers import KEYS
from watchword.policy.checking.validate import DocumentKind, validate

GITHUB, GITLAB = "token.actions.githubusercontent.com", "gitlab.com"


def trust(issuer: str, condition: Any = None, **changed: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        **({"Condition": condition} if condition else {}),
        **changed,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def refusal(document: str) -> str:
    try:
        validate(document, DocumentKind.TRUST)
    except AwsError as refused:
        assert (refused.code, refused.status) == ("MalformedPolicyDocument", 400)
        return refused.said
    return ""


@pytest.mark.parametrize("issuer", KEYS)
def test_each_shared_issuer(issuer: str) -> None:
    assert "the identity provider is shared" in refusal(trust(issuer))
    for key in KEYS[issuer]:
        assert refusal(trust(issuer, {"StringEquals": {key.format(issuer): "x"}})) == ""


TAKEN: dict[str, tuple[str, Any]] = {
    "a pattern": (GITHUB, {"StringLike": {f"{GITHUB}:sub": "repo:acme/*"}}),
    "several": (GITHUB, {"ForAnyValue:StringEquals": {f"{GITHUB}:sub": ["a", "b"]}}),
    "a key in another case": (GITHUB, {"StringEquals": {"Token.Actions.GitHubUserContent.com:SUB": "x"}}),
    "the workflow": (GITHUB, {"StringEquals": {f"{GITHUB}:job_workflow_ref": "x"}}),
    "an issuer of one's own": ("ci.example.com", None),
    "a path below a shared one": (f"{GITHUB}/acme", None),
}
REFUSED: dict[str, tuple[str, Any]] = {
    "the audience alone": (GITHUB, {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}),
    "another claim": (GITLAB, {"StringEquals": {f"{GITLAB}:project_path": "acme/site"}}),
    "the subject of another issuer": (GITHUB, {"StringEquals": {f"{GITLAB}:sub": "x"}}),
    "only wildcards": (GITHUB, {"StringLike": {f"{GITHUB}:sub": "*"}}),
    "one of them only wildcards": (GITHUB, {"StringLike": {f"{GITHUB}:sub": ["repo:acme/*", "*?"]}}),
    "only that it is there": (GITHUB, {"Null": {f"{GITHUB}:sub": "false"}}),
    "all but one": (GITHUB, {"StringNotEquals": {f"{GITHUB}:sub": "repo:mallory/site"}}),
}


@pytest.mark.parametrize(("issuer", "condition"), TAKEN.values(), ids=TAKEN.keys())
def test_taken(issuer: str, condition: Any) -> None:
    assert refusal(trust(issuer, condition)) == ""


@pytest.mark.parametrize(("issuer", "condition"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(issuer: str, condition: Any) -> None:
    said = "Trust policy must evaluate {}: the identity provider is shared."
    key = f"{issuer}:sub or {issuer}:job_workflow_ref" if issuer == GITHUB else f"{issuer}:sub"
    assert refusal(trust(issuer, condition)) == said.format(key)


def test_a_deny_needs_nothing() -> None:
    assert refusal(trust(GITHUB, Effect="Deny")) == ""


def test_every_statement_is_looked_at() -> None:
    right = json.loads(trust(GITHUB, {"StringEquals": {f"{GITHUB}:sub": "x"}}))
    right["Statement"] += json.loads(trust(GITHUB))["Statement"]
    assert "is shared" in refusal(json.dumps(right))


def test_other_policies_are_not_looked_at() -> None:
    validate(trust(GITHUB, Resource="*"), DocumentKind.RESOURCE)
