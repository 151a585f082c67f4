"""Inline policies of users, groups and roles."""

import json
from urllib.parse import unquote

import pytest
from tests.services.iam.harness import ALLOW_ALL, A, Iam, refused

SIZES = {"User": 2048, "Group": 5120, "Role": 10240}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"},
}


def make(iam: Iam, kind: str) -> dict[str, str]:
    """An entity of that kind; how inputs name it."""
    more = {"AssumeRolePolicyDocument": json.dumps(TRUST)} if kind == "Role" else {}
    iam(f"Create{kind}", **{f"{kind}Name": "x"}, **more)
    return {f"{kind}Name": "X"}


def long(size: int) -> str:
    """A policy of that many characters, white space not counted."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": ""}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    missing = size - len(text.replace(" ", ""))
    return text.replace('"Resource": ""', f'"Resource": "arn:aws:s3:::{"x" * (missing - 13)}"')


@pytest.mark.parametrize("kind", SIZES)
def test_policies_are_put_read_listed_and_removed(iam: Iam, kind: str) -> None:
    who = make(iam, kind)
    spaced = json.dumps(json.loads(ALLOW_ALL), indent=2)
    iam(f"Put{kind}Policy", PolicyName="p", PolicyDocument=ALLOW_ALL, **who)
    iam(f"Put{kind}Policy", PolicyName="p", PolicyDocument=spaced, **who)
    got = iam(f"Get{kind}Policy", PolicyName="p", **who)
    assert (got[f"{kind}Name"], got["PolicyName"]) == ("x", "p")
    assert unquote(got["PolicyDocument"]) == spaced
    for name in ("q", "a"):
        iam(f"Put{kind}Policy", PolicyName=name, PolicyDocument=ALLOW_ALL, **who)
    assert iam.pages(f"List{kind}Policies", "PolicyNames", 2, **who) == [["a", "p"], ["q"]]
    iam(f"Delete{kind}Policy", PolicyName="p", **who)
    said = f"The {kind.lower()} policy with name p cannot be found."
    for name in (f"Get{kind}Policy", f"Delete{kind}Policy"):
        refused("NoSuchEntity", said, iam, name, PolicyName="p", **who)


@pytest.mark.parametrize("kind", SIZES)
def test_who_is_missing(iam: Iam, kind: str) -> None:
    said, who = f"The {kind.lower()} with name x cannot be found.", {f"{kind}Name": "x"}
    for name in (f"Get{kind}Policy", f"Delete{kind}Policy"):
        refused("NoSuchEntity", said, iam, name, PolicyName="p", **who)
    refused("NoSuchEntity", said, iam, f"Put{kind}Policy", PolicyName="p", PolicyDocument=ALLOW_ALL, **who)
    refused("NoSuchEntity", said, iam, f"List{kind}Policies", **who)


@pytest.mark.parametrize("kind", SIZES)
def test_all_inline_policies_share_one_size(iam: Iam, kind: str) -> None:
    who, limit = make(iam, kind), SIZES[kind]
    iam(f"Put{kind}Policy", PolicyName="p", PolicyDocument=long(limit), **who)
    iam(f"Put{kind}Policy", PolicyName="p", PolicyDocument=long(limit) + " " * 100, **who)
    said = f"Maximum policy size of {limit} bytes exceeded for {kind.lower()} x"
    for name, document in (("p", long(limit + 1)), ("q", ALLOW_ALL)):
        given = {"PolicyName": name, "PolicyDocument": document, **who}
        refused("LimitExceeded", said, iam, f"Put{kind}Policy", **given)


@pytest.mark.parametrize("kind", SIZES)
def test_what_is_no_policy_is_not_put(iam: Iam, kind: str) -> None:
    who = make(iam, kind)
    foreign = ALLOW_ALL.replace('"Resource": "*"', '"Resource": "arn:aws-cn:s3:::b"')
    for document in ("{", json.dumps(TRUST), foreign):
        with pytest.raises(Exception, match="MalformedPolicyDocument"):
            iam(f"Put{kind}Policy", PolicyName="p", PolicyDocument=document, **who)
    assert iam(f"List{kind}Policies", **who)["PolicyNames"] == []
