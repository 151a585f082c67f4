"""What refusals tell of entities: callers without permission can't tell an existing one from a missing one.

Source of the words: IAM's refusals, as users of the aws CLI and terraform report them.
"""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from tests.identity.pem import certificate, metadata, pem, private, rsa_key
from tests.services.harness import call_of, carry_out
from tests.services.iam.harness import ADMINISTRATOR, ALLOW_ALL, A, B, Iam

from watchword.names import AwsError
from watchword.names.principal import User
from watchword.services.sts import OPERATIONS as STS
from watchword.store import Database, Transaction

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"},
    }
)
IAM = f"arn:aws:iam::{A}"
TAGS = [{"Key": "k", "Value": "v"}]
PATH = {"Path": "/secret/"}


@pytest.fixture
def eve(iam: Iam) -> Iam:
    """A user without permissions, in an account with one entity of each type below a path."""
    iam("CreateUser", UserName="x", **PATH)
    iam("CreateGroup", GroupName="x", **PATH)
    iam("CreateRole", RoleName="x", AssumeRolePolicyDocument=TRUST, **PATH)
    iam("CreateInstanceProfile", InstanceProfileName="x", **PATH)
    iam("CreatePolicy", PolicyName="x", PolicyDocument=ALLOW_ALL)
    iam("CreateOpenIDConnectProvider", Url="https://x")
    made = {"CertificateBody": pem(certificate(rsa_key())), "PrivateKey": private(rsa_key())}
    iam("UploadServerCertificate", ServerCertificateName="x", **made, **PATH)
    iam("CreateSAMLProvider", Name="x", SAMLMetadataDocument=metadata())
    made = iam("CreateUser", UserName="eve")["User"]
    return iam.by(User(A, "eve", made["UserId"]))


def said(caller: Iam, name: str, **given: Any) -> str:
    with pytest.raises(AwsError) as refused:
        caller(name, **given)
    assert refused.value.code == "AccessDenied"
    return refused.value.said


NAMED: list[tuple[str, str, dict[str, Any]]] = [
    ("GetUser", "UserName", {}),
    ("ListAccessKeys", "UserName", {}),
    ("UpdateUser", "UserName", {"NewUserName": "y"}),
    ("GetGroup", "GroupName", {}),
    ("UpdateGroup", "GroupName", {"NewPath": "/y/"}),
    ("GetRole", "RoleName", {}),
    ("AttachRolePolicy", "RoleName", {"PolicyArn": ADMINISTRATOR}),
    ("TagRole", "RoleName", {"Tags": TAGS}),
    ("GetInstanceProfile", "InstanceProfileName", {}),
    ("GetServerCertificate", "ServerCertificateName", {}),
    ("UpdateServerCertificate", "ServerCertificateName", {"NewPath": "/y/"}),
    ("CreateServiceSpecificCredential", "UserName", {"ServiceName": "codecommit.amazonaws.com"}),
    ("DeleteServiceSpecificCredential", "UserName", {"ServiceSpecificCredentialId": "ACCA" + "A" * 16}),
    ("UploadSigningCertificate", "UserName", {"CertificateBody": "x"}),
    ("UploadSSHPublicKey", "UserName", {"SSHPublicKeyBody": "x"}),
]


@pytest.mark.parametrize(("name", "member", "more"), NAMED)
def test_a_name_in_use_is_refused_like_any_other(
    eve: Iam, name: str, member: str, more: dict[str, Any]
) -> None:
    nouns = {"InstanceProfileName": "instance profile", "ServerCertificateName": "server certificate"}
    noun = nouns.get(member, member.removesuffix("Name").lower())
    messages = {said(eve, name, **{member: each}, **more).replace(f"{noun} {each} ", "-") for each in "xz"}
    refusal = f"because no identity-based policy allows the iam:{name} action"
    assert messages == {
        f"User: {IAM}:user/eve is not authorized to perform: iam:{name} on resource: -{refusal}"
    }


@pytest.mark.parametrize(
    ("name", "given", "called"),
    [
        ("CreateUser", {"UserName": "y", "Path": "/p/"}, f"{IAM}:user/p/y"),
        ("CreateRole", {"RoleName": "y", "AssumeRolePolicyDocument": TRUST}, f"{IAM}:role/y"),
        ("CreatePolicy", {"PolicyName": "y", "PolicyDocument": ALLOW_ALL}, "policy y"),
        ("GetPolicy", {"PolicyArn": f"{IAM}:policy/x"}, f"policy {IAM}:policy/x"),
        ("GetPolicy", {"PolicyArn": f"{IAM}:policy/z"}, f"policy {IAM}:policy/z"),
        ("ListUsers", {"PathPrefix": "/p/"}, f"{IAM}:user/p/"),
        ("ListPolicies", {}, "policy path /"),
        (
            "SimulatePrincipalPolicy",
            {"PolicySourceArn": f"{IAM}:user/x", "ActionNames": ["s3:GetObject"]},
            f"{IAM}:user/x",
        ),
        ("GetAccessKeyLastUsed", {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}, f"{IAM}:user/*"),
        *(
            (f"Get{noun}", {f"{noun}Arn": f"{IAM}:{each}"}, f"{IAM}:{each}")
            for noun, each in (
                ("OpenIDConnectProvider", "oidc-provider/x"),
                ("OpenIDConnectProvider", "oidc-provider/z"),
                ("SAMLProvider", "saml-provider/x"),
                ("SAMLProvider", "saml-provider/z"),
            )
        ),
    ],
)
def test_what_aws_calls_it(eve: Iam, name: str, given: dict[str, Any], called: str) -> None:
    assert f"iam:{name} on resource: {called} because" in said(eve, name, **given)


def test_passing_a_role_does_not_tell_its_path(iam: Iam, eve: Iam) -> None:
    allowed = {"Effect": "Allow", "Action": "iam:AddRole*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam("PutUserPolicy", UserName="eve", PolicyName="p", PolicyDocument=document)
    given = {"InstanceProfileName": "x", "RoleName": "x"}
    assert "iam:PassRole on resource: role x because" in said(eve, "AddRoleToInstanceProfile", **given)


def test_a_refusal_does_not_tell_whose_key_it_is(iam: Iam, other: Iam, eve: Iam) -> None:
    other("CreateUser", UserName="theirs")
    keys = [
        iam("CreateAccessKey", UserName="x")["AccessKey"]["AccessKeyId"],
        iam("CreateAccessKey")["AccessKey"]["AccessKeyId"],
        other("CreateAccessKey", UserName="theirs")["AccessKey"]["AccessKeyId"],
        "AKIAIOSFODNN7EXAMPLE",
    ]
    assert len({said(eve, "GetAccessKeyLastUsed", AccessKeyId=key) for key in keys}) == 1


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a transaction was opened to read."""
    done: Counter[str] = Counter()
    read: Callable[[Database], AbstractContextManager[Transaction]] = Database.read

    def counted(database: Database) -> AbstractContextManager[Transaction]:
        done["read"] += 1
        return read(database)

    monkeypatch.setattr(Database, "read", counted)
    return done


def _work(reads: Counter[str], caller: Iam, name: str, **given: Any) -> int:
    said(caller, name, **given)  # what can be cached is cached from now on
    reads.clear()
    said(caller, name, **given)
    return reads["read"]


@pytest.mark.parametrize(
    ("name", "member", "more"),
    [
        *NAMED,
        ("GetPolicy", "PolicyArn", {}),
        ("GetAccessKeyLastUsed", "AccessKeyId", {}),
        ("GetOpenIDConnectProvider", "OpenIDConnectProviderArn", {}),
        ("GetSAMLProvider", "SAMLProviderArn", {}),
    ],
)
def test_a_refusal_takes_the_same_work(
    iam: Iam, other: Iam, eve: Iam, reads: Counter[str], name: str, member: str, more: dict[str, Any]
) -> None:
    """Counted, not timed: what exists is cached, and what doesn't is looked up each time."""
    key = iam("CreateAccessKey", UserName="x")["AccessKey"]["AccessKeyId"]
    names = {
        "PolicyArn": [f"{IAM}:policy/x", f"{IAM}:policy/z"],
        "OpenIDConnectProviderArn": [f"{IAM}:oidc-provider/x", f"{IAM}:oidc-provider/z"],
        "SAMLProviderArn": [f"{IAM}:saml-provider/x", f"{IAM}:saml-provider/z"],
        "AccessKeyId": [key, other("CreateAccessKey")["AccessKey"]["AccessKeyId"], "AKIAIOSFODNN7EXAMPLE"],
    }.get(member, ["x", "z"])
    (work,) = {_work(reads, eve, name, **{member: each}, **more) for each in names}
    assert work == (2 if "ServiceSpecificCredentialId" in more else 1)  # it names two things


def test_a_role_that_trusts_someone_else_takes_the_work_of_a_missing_one(
    other: Iam, eve: Iam, reads: Counter[str]
) -> None:
    other("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST.replace(A, B), **PATH)
    done = []
    for role in ("secret/r", "r", "z"):
        given = {"RoleArn": f"arn:aws:iam::{B}:role/{role}", "RoleSessionName": "one"}
        for _ in range(2):
            reads.clear()
            call = call_of(eve.world, eve.caller, ("sts", "AssumeRole"), given, now=eve.now)
            with pytest.raises(AwsError, match="AccessDenied"):
                carry_out(call, STS["AssumeRole"].demands(call))
        done.append(reads["read"])
    assert done == [1, 1, 1]
