"""What ACLs and blocks mean for a bucket, beyond what a bucket policy that can be put says of it."""

import json
from typing import Any

import pytest

from watchword.policy import Policy
from watchword.policy.buckets.acls import ALL_USERS, AUTHENTICATED, LOG_DELIVERY, Acl, Grant
from watchword.policy.buckets.governing import ENFORCED, GIVES_AWAY, PREFERRED, WRITER, owner_of_new
from watchword.policy.buckets.public import is_public

ACCOUNT = "111122223333"


def policy(**statement: Any) -> Policy:
    whole = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **statement}
    return Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": whole}))


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        ({"NotPrincipal": {"AWS": ACCOUNT}}, True),
        ({"Principal": {"Service": "logging.s3.amazonaws.com"}}, False),
        ({"Principal": {"CanonicalUser": "0" * 64}}, False),
        ({"Principal": {"AWS": [ACCOUNT, "*"]}}, True),
        ({}, False),
    ],
)
def test_whom_a_statement_names(statement: dict[str, Any], public: bool) -> None:
    assert is_public(policy(**statement)) == public


def test_one_public_statement_is_enough() -> None:
    closed, opened = policy(Principal={"AWS": ACCOUNT}), policy(Principal="*")
    assert is_public(Policy((*closed.statements, *opened.statements)))


@pytest.mark.parametrize(
    ("grantee", "public"),
    [(ALL_USERS, True), (AUTHENTICATED, True), (LOG_DELIVERY, False), (ACCOUNT, False)],
)
def test_public_acls(grantee: str, public: bool) -> None:
    acl = Acl((Grant("FULL_CONTROL", ACCOUNT), Grant("READ_ACP", grantee)))
    assert acl.public == public
    assert Acl.parse(str(acl)) == acl


@pytest.mark.parametrize(
    ("writer", "ownership", "canned", "owner"),
    [
        ("w", ENFORCED, "", "b"),
        ("w", PREFERRED, "", "w"),
        ("w", PREFERRED, GIVES_AWAY, "b"),
        ("w", WRITER, "", "w"),
        ("w", WRITER, GIVES_AWAY, "w"),
        ("", WRITER, "", "b"),
        ("", PREFERRED, "", "b"),
        ("b", WRITER, "", "b"),
    ],
)
def test_who_owns_a_new_object(writer: str, ownership: str, canned: str, owner: str) -> None:
    assert owner_of_new(writer, "b", ownership, canned) == owner
