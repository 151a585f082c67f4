"""Tags of users, roles, managed policies, instance profiles and identity providers."""

import json

import pytest
from tests.identity.pem import certificate, metadata, pem, private, rsa_key
from tests.services.iam.harness import ADMINISTRATOR, ALLOW_ALL, A, Iam, refused

from watchword.names import AwsError

KINDS = ["User", "Role", "Policy", "OpenIDConnectProvider", "SAMLProvider", "ServerCertificate"]
PROVIDERS = ["OpenIDConnectProvider", "SAMLProvider"]
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"},
}
DUPLICATE = "Duplicate tag keys found. Please note that Tag keys are case insensitive."


def tags(**given: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in given.items()]


def create(iam: Iam, kind: str, **given: object) -> dict[str, str]:
    """An entity of that kind; how inputs name it."""
    more = {
        "User": {},
        "Role": {"AssumeRolePolicyDocument": json.dumps(TRUST)},
        "Policy": {"PolicyDocument": ALLOW_ALL},
        "InstanceProfile": {},
        "OpenIDConnectProvider": {"Url": "https://idp.example.com/x"},
        "SAMLProvider": {"Name": "x", "SAMLMetadataDocument": metadata()},
        "ServerCertificate": {
            "CertificateBody": pem(certificate(rsa_key())),
            "PrivateKey": private(rsa_key()),
        },
    }[kind]
    if kind == "ServerCertificate":
        iam("UploadServerCertificate", ServerCertificateName="x", **more, **given)
        return {"ServerCertificateName": "x"}
    if kind in PROVIDERS:
        made = iam(f"Create{kind}", **more, **given)
        return {f"{kind}Arn": made[f"{kind}Arn"]}
    made = iam(f"Create{kind}", **{f"{kind}Name": "x"}, **more, **given)[kind]
    return {"PolicyArn": made["Arn"]} if kind == "Policy" else {f"{kind}Name": "x"}


@pytest.mark.parametrize("kind", KINDS)
def test_tags_are_added_replaced_and_taken_away(iam: Iam, kind: str) -> None:
    which = create(iam, kind, Tags=tags(team="a", zone="1"))
    iam(f"Tag{kind}", Tags=tags(team="b", cost=""), **which)
    assert iam(f"List{kind}Tags", **which)["Tags"] == tags(cost="", team="b", zone="1")
    iam(f"Untag{kind}", TagKeys=["zone", "none"], **which)
    assert iam(f"List{kind}Tags", **which)["Tags"] == tags(cost="", team="b")
    pages = iam.pages(f"List{kind}Tags", "Tags", 1, **which)
    assert pages == [tags(cost=""), tags(team="b")]
    found = iam(f"Get{kind}", **which)
    assert (found if kind in PROVIDERS else found[kind])["Tags"] == tags(cost="", team="b")


@pytest.mark.parametrize("kind", ["User", "Role"])
def test_keys_of_users_and_roles_have_no_case(iam: Iam, kind: str) -> None:
    which = create(iam, kind, Tags=tags(team="a", zone="1"))
    iam(f"Tag{kind}", Tags=tags(TEAM="b"), **which)
    assert iam(f"List{kind}Tags", **which)["Tags"] == tags(TEAM="b", zone="1")
    iam(f"Untag{kind}", TagKeys=["Zone", "tEAM"], **which)
    assert iam(f"List{kind}Tags", **which)["Tags"] == []
    refused("InvalidInput", DUPLICATE, iam, f"Tag{kind}", Tags=tags(k1="", K1=""), **which)


@pytest.mark.parametrize("kind", ["Policy", "InstanceProfile", "ServerCertificate", *PROVIDERS])
def test_keys_of_all_else_have_case(iam: Iam, kind: str) -> None:
    which = create(iam, kind, Tags=tags(team="a", Team="b"))
    iam(f"Tag{kind}", Tags=tags(TEAM="c"), **which)
    assert iam(f"List{kind}Tags", **which)["Tags"] == tags(TEAM="c", Team="b", team="a")
    iam(f"Untag{kind}", TagKeys=["Team", "tEAM"], **which)
    assert iam(f"List{kind}Tags", **which)["Tags"] == tags(TEAM="c", team="a")
    said = "Duplicate tag keys found."
    refused("InvalidInput", said, iam, f"Tag{kind}", Tags=[*tags(k1=""), *tags(k1="")], **which)


def test_two_tags_are_one_condition_key_that_allows_nothing(iam: Iam) -> None:
    """A condition key has no case: which of the two tags decided, nobody could tell."""
    which = create(iam, "Policy", Tags=tags(team="red", Team="blue"))
    ann, _ = iam.ruler("ann")
    key = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    allowed = {"Effect": "Allow", "Action": "iam:GetPolicy", "Resource": "*", "Condition": key}
    iam("DetachUserPolicy", UserName="ann", PolicyArn=ADMINISTRATOR)
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam("PutUserPolicy", UserName="ann", PolicyName="p", PolicyDocument=document)
    with pytest.raises(AwsError, match="AccessDenied"):
        ann("GetPolicy", **which)
    iam("UntagPolicy", TagKeys=["Team"], **which)
    assert ann("GetPolicy", **which)["Policy"]["Tags"] == tags(team="red")


@pytest.mark.parametrize("kind", KINDS)
def test_rules_of_tagging(iam: Iam, kind: str) -> None:
    with pytest.raises(Exception, match="Duplicate tag keys"):
        create(iam, kind, Tags=[*tags(a="1"), *tags(a="2")])
    with pytest.raises(Exception, match="reserved"):
        create(iam, kind, Tags=tags(**{"AWS:x": "1"}))
    which = create(iam, kind, Tags=tags(**{f"k{number}": "" for number in range(50)}))
    iam(f"Tag{kind}", Tags=tags(k1="new"), **which)
    said = "The number of tags has reached the maximum limit."
    refused("LimitExceeded", said, iam, f"Tag{kind}", Tags=tags(one="more"), **which)


@pytest.mark.parametrize("kind", KINDS)
def test_who_is_missing(iam: Iam, kind: str) -> None:
    which, said = {f"{kind}Name": "x"}, f"The {kind.lower()} with name x cannot be found."
    if kind == "Policy":
        which = {"PolicyArn": f"arn:aws:iam::{A}:policy/x"}
        said = f"Policy {which['PolicyArn']} was not found."
    if kind == "ServerCertificate":
        said = "The Server Certificate with name x cannot be found."
    if kind == "OpenIDConnectProvider":
        which = {f"{kind}Arn": f"arn:aws:iam::{A}:oidc-provider/x"}
        said = f"OpenIDConnect Provider not found for arn {which[f'{kind}Arn']}"
    if kind == "SAMLProvider":
        which = {f"{kind}Arn": f"arn:aws:iam::{A}:saml-provider/x"}
        said = f"Manifest not found for arn {which[f'{kind}Arn']}"
    refused("NoSuchEntity", said, iam, f"Tag{kind}", Tags=tags(a="1"), **which)
    refused("NoSuchEntity", said, iam, f"Untag{kind}", TagKeys=["a"], **which)
    refused("NoSuchEntity", said, iam, f"List{kind}Tags", **which)


@pytest.mark.parametrize("kind", KINDS)
def test_a_marker_fits_however_long_a_key_is(iam: Iam, kind: str) -> None:
    which = create(iam, kind, Tags=tags(**{letter * 128: "" for letter in "字界"}))
    markers = [iam(f"List{kind}Tags", MaxItems=1, **which)["Marker"]]
    assert all(len(marker) <= 320 for marker in markers)
    assert len(iam.pages(f"List{kind}Tags", "Tags", 1, **which)) == 2


def test_a_policy_made_again_has_no_old_tags(iam: Iam) -> None:
    which = create(iam, "Policy", Tags=tags(a="1"))
    iam("DeletePolicy", **which)
    assert create(iam, "Policy") == which
    assert iam("ListPolicyTags", **which)["Tags"] == []
