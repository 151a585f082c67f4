"""Service-specific credentials: their names and secrets, when they expire, and that only digests are kept."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.services.iam.harness import ADMINISTRATOR, A, Iam, refused

from watchword.names import AwsError
from watchword.store.iam import service_credentials

GIT, BEDROCK = {"ServiceName": "codecommit.amazonaws.com"}, {"ServiceName": "bedrock.amazonaws.com"}
OF_ANN = {"UserName": "ann"}
MISSING = "The service-specific credential with id {} cannot be found."


@pytest.fixture
def ann(iam: Iam) -> Iam:
    iam("CreateUser", UserName="ann")
    return iam


def create(iam: Iam, **given: Any) -> dict[str, Any]:
    made: dict[str, Any] = iam("CreateServiceSpecificCredential", **(OF_ANN | given))
    return dict(made["ServiceSpecificCredential"])


def listed(iam: Iam, **given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = iam("ListServiceSpecificCredentials", **given)["ServiceSpecificCredentials"]
    return found


def test_a_name_and_a_password(ann: Iam, now: datetime) -> None:
    made = create(ann, **GIT)
    password, identity = made.pop("ServicePassword"), made["ServiceSpecificCredentialId"]
    assert len(base64.b64decode(password)) == 32
    assert (identity[:4], len(identity)) == ("ACCA", 20)
    assert made == {
        "CreateDate": now,
        **GIT,
        "ServiceUserName": f"ann-at-{A}",
        "ServiceSpecificCredentialId": identity,
        "UserName": "ann",
        "Status": "Active",
    }
    assert listed(ann, **OF_ANN) == [made]
    with ann.world.database.read() as tx:
        stored = service_credentials.by_id(tx, identity)
    assert stored is not None
    assert stored.secret_digest == hashlib.sha256(password.encode()).digest()


def test_an_api_key_that_expires(ann: Iam, now: datetime) -> None:
    made = create(ann, **BEDROCK, CredentialAgeDays=30)
    key = made.pop("ServiceCredentialSecret")
    assert key.startswith("ABSK")
    assert base64.b64decode(key[4:]).startswith(f"ann-at-{A}:".encode())
    assert made["ServiceCredentialAlias"] == f"ann-at-{A}"
    assert made["ExpirationDate"] == (now + timedelta(days=30)).replace(microsecond=0)
    (found,) = listed(ann, **OF_ANN)
    assert found == made
    later = replace(ann, now=now + timedelta(days=30))
    (found,) = listed(later, **OF_ANN)
    assert found["Status"] == "Expired"
    said = "Credentials for codecommit.amazonaws.com do not expire."
    name = "CreateServiceSpecificCredential"
    refused("ValidationError", said, ann, name, **OF_ANN, **GIT, CredentialAgeDays=1)


def test_two_for_each_service(ann: Iam) -> None:
    names = [create(ann, **GIT)["ServiceUserName"] for _ in range(2)]
    assert names == [f"ann-at-{A}", f"ann+1-at-{A}"]
    said = "Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2"
    refused("LimitExceeded", said, ann, "CreateServiceSpecificCredential", **OF_ANN, **GIT)
    create(ann, **BEDROCK)
    assert len(listed(ann, **OF_ANN)) == 3
    assert len(listed(ann, **OF_ANN, **GIT)) == 2
    assert len(ann.pages("ListServiceSpecificCredentials", "ServiceSpecificCredentials", 2, **OF_ANN)) == 2


def test_the_next_user_of_a_name_gets_other_names(ann: Iam) -> None:
    create(ann, **GIT)
    ann("UpdateUser", UserName="ann", NewUserName="bob")
    ann("CreateUser", UserName="ann")
    assert create(ann, **GIT)["ServiceUserName"] == f"ann+1-at-{A}"


@pytest.mark.parametrize("service", ["s3.amazonaws.com", "codecommit", "x"])
def test_other_services_have_none(ann: Iam, service: str) -> None:
    said = f"The service {service} does not support service-specific credentials."
    for name in ("CreateServiceSpecificCredential", "ListServiceSpecificCredentials"):
        refused("NotSupportedService", said, ann, name, **OF_ANN, ServiceName=service)


def test_of_all_users(ann: Iam, other: Iam) -> None:
    ann("CreateUser", UserName="bob")
    made = [create(ann, UserName=name, **GIT) for name in ("ann", "bob")] + [create(ann, **BEDROCK)]
    other("CreateUser", UserName="eve")
    create(other, UserName="eve", **GIT)
    found = listed(ann, AllUsers=True)
    assert [demand.resource for demand in ann.demands] == [f"arn:aws:iam::{A}:user/*"]
    assert {each["ServiceSpecificCredentialId"]: each["UserName"] for each in found} == {
        each["ServiceSpecificCredentialId"]: each["UserName"] for each in made
    }
    assert {each["UserName"] for each in listed(ann, AllUsers=True, **BEDROCK)} == {"ann"}
    name, member = "ListServiceSpecificCredentials", "ServiceSpecificCredentials"
    assert [len(page) for page in ann.pages(name, member, 2, AllUsers=True)] == [2, 1]
    said = "UserName and AllUsers cannot be specified together."
    refused("ValidationError", said, ann, name, AllUsers=True, **OF_ANN)
    assert listed(ann, AllUsers=False) == []


def test_switched_off_reset_and_removed(ann: Iam) -> None:
    made = create(ann, **GIT)
    on = {"ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"], **OF_ANN}
    ann("UpdateServiceSpecificCredential", Status="Inactive", **on)
    assert listed(ann, **OF_ANN)[0]["Status"] == "Inactive"
    said = "The status can be set to Active or Inactive only."
    refused("ValidationError", said, ann, "UpdateServiceSpecificCredential", Status="Expired", **on)
    again = ann("ResetServiceSpecificCredential", **on)["ServiceSpecificCredential"]
    assert again["ServicePassword"] != made["ServicePassword"]
    assert again | {"ServicePassword": "", "Status": ""} == made | {"ServicePassword": "", "Status": ""}
    with ann.world.database.read() as tx:
        stored = service_credentials.by_id(tx, on["ServiceSpecificCredentialId"])
    assert stored is not None
    assert stored.secret_digest == hashlib.sha256(again["ServicePassword"].encode()).digest()
    ann("DeleteServiceSpecificCredential", **on)
    said = MISSING.format(on["ServiceSpecificCredentialId"])
    refused("NoSuchEntity", said, ann, "DeleteServiceSpecificCredential", **on)
    assert listed(ann, **OF_ANN) == []


def test_a_user_has_its_own(iam: Iam) -> None:
    bob, _ = iam.ruler("bob")
    made = create(iam, UserName="bob", **GIT)
    on = {"ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    assert [each["UserName"] for each in listed(bob)] == ["bob"]
    assert bob("ResetServiceSpecificCredential", **on)
    (demand,) = bob.demands
    assert demand.context["iam:ServiceSpecificCredentialServiceName"] == GIT["ServiceName"]
    bob("DeleteServiceSpecificCredential", **on)
    said = MISSING.format(on["ServiceSpecificCredentialId"])
    refused("NoSuchEntity", said, iam, "DeleteServiceSpecificCredential", **on)


def test_nobody_reaches_another_users_credential(ann: Iam, other: Iam) -> None:
    """Nor learns for which service it is."""
    ann("CreateUser", UserName="bob")
    made = create(ann, UserName="bob", **GIT)
    on = {"ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"], **OF_ANN}
    said = MISSING.format(made["ServiceSpecificCredentialId"])
    refused("NoSuchEntity", said, ann, "ResetServiceSpecificCredential", **on)
    other("CreateUser", **OF_ANN)
    refused("NoSuchEntity", said, other, "ResetServiceSpecificCredential", **on)
    for caller in (ann, other):
        (demand,) = caller.asks("ResetServiceSpecificCredential", **on)
        assert demand.context == {}


def allowed(iam: Iam, keys: dict[str, dict[str, str]]) -> Iam:
    """A user who may do everything with service-specific credentials, under that condition."""
    caller, _ = iam.ruler("eve")
    iam("DetachUserPolicy", UserName="eve", PolicyArn=ADMINISTRATOR)
    statement = {
        "Effect": "Allow",
        "Action": "iam:*ServiceSpecificCredential",
        "Resource": "*",
        "Condition": keys,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam("PutUserPolicy", UserName="eve", PolicyName="p", PolicyDocument=document)
    return caller


def test_a_policy_can_name_the_service(ann: Iam) -> None:
    eve = allowed(ann, {"StringEquals": {"iam:ServiceSpecificCredentialServiceName": GIT["ServiceName"]}})
    made = create(eve, **GIT)
    eve(
        "DeleteServiceSpecificCredential",
        ServiceSpecificCredentialId=made["ServiceSpecificCredentialId"],
        **OF_ANN,
    )
    theirs = create(ann, **BEDROCK)["ServiceSpecificCredentialId"]
    for name, given in (
        ("CreateServiceSpecificCredential", BEDROCK),
        ("ResetServiceSpecificCredential", {"ServiceSpecificCredentialId": theirs}),
        ("DeleteServiceSpecificCredential", {"ServiceSpecificCredentialId": "ACCA" + "A" * 16}),
    ):
        with pytest.raises(AwsError, match="AccessDenied"):
            eve(name, **given, **OF_ANN)


def test_a_policy_can_limit_the_days(ann: Iam) -> None:
    eve = allowed(ann, {"NumericLessThanEquals": {"iam:ServiceSpecificCredentialAgeDays": "30"}})
    create(eve, **BEDROCK, CredentialAgeDays=30)
    for days in ({"CredentialAgeDays": 31}, {}):
        with pytest.raises(AwsError, match="AccessDenied"):
            create(eve, **BEDROCK, **days)
