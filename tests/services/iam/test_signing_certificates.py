"""Signing certificates: whose they are, and which are taken."""

from datetime import datetime

import pytest
from tests.identity.pem import certificate, ec_key, pem, private, rsa_key
from tests.services.iam.harness import A, Iam, refused

from watchword.names.principal import RoleSession

ONE, TWO, THREE = ({"CertificateBody": pem(certificate(ec_key(), name))} for name in ("one", "two", "three"))
OPERATIONS = {
    "UploadSigningCertificate": ONE,
    "ListSigningCertificates": {},
    "UpdateSigningCertificate": {"CertificateId": "A" * 32, "Status": "Inactive"},
    "DeleteSigningCertificate": {"CertificateId": "A" * 32},
}


@pytest.fixture
def ann(iam: Iam) -> Iam:
    iam("CreateUser", UserName="ann")
    return iam


def test_made_listed_and_removed(ann: Iam, now: datetime) -> None:
    made = ann("UploadSigningCertificate", UserName="ANN", **ONE)["Certificate"]
    identity = made["CertificateId"]
    assert (len(identity), identity.isalnum()) == (32, True)
    assert made == {
        "UserName": "ann",
        "CertificateId": identity,
        "CertificateBody": ONE["CertificateBody"],
        "Status": "Active",
        "UploadDate": now,
    }
    assert ann("ListSigningCertificates", UserName="ann") == {"Certificates": [made], "IsTruncated": False}
    ann("UpdateSigningCertificate", UserName="ann", CertificateId=identity, Status="Inactive")
    (found,) = ann("ListSigningCertificates", UserName="ann")["Certificates"]
    assert found["Status"] == "Inactive"
    said = "The status can be set to Active or Inactive only."
    name = "UpdateSigningCertificate"
    refused("InvalidInput", said, ann, name, UserName="ann", CertificateId=identity, Status="Expired")
    ann("DeleteSigningCertificate", UserName="ann", CertificateId=identity)
    assert ann("ListSigningCertificates", UserName="ann")["Certificates"] == []


def test_two_at_most(ann: Iam) -> None:
    for body in (ONE, TWO):
        ann("UploadSigningCertificate", UserName="ann", **body)
    said = "Cannot exceed quota for SigningCertificatesPerUser: 2"
    refused("LimitExceeded", said, ann, "UploadSigningCertificate", UserName="ann", **THREE)
    assert len(ann.pages("ListSigningCertificates", "Certificates", 1, UserName="ann")) == 2
    assert ann("GetAccountSummary")["SummaryMap"]["SigningCertificatesPerUserQuota"] == 2


def test_a_certificate_is_in_an_account_once(ann: Iam, other: Iam) -> None:
    ann("UploadSigningCertificate", UserName="ann", **ONE)
    ann("CreateUser", UserName="bob")
    said = "The account already has this certificate."
    again = {"CertificateBody": ONE["CertificateBody"].replace("\n", "\r\n")}
    for whose in ({"UserName": "ann"}, {"UserName": "bob"}, {}):
        refused("DuplicateCertificate", said, ann, "UploadSigningCertificate", **whose, **again)
    other("UploadSigningCertificate", **ONE)


@pytest.mark.parametrize(
    "body",
    ["x", private(ec_key()), pem(certificate(rsa_key())) * 2],
    ids=["a word", "a private key", "two"],
)
def test_what_is_no_certificate(ann: Iam, body: str) -> None:
    said = "Unable to parse certificate. Please ensure the certificate is in PEM format."
    refused("MalformedCertificate", said, ann, "UploadSigningCertificate", CertificateBody=body)


def test_root_has_its_own(iam: Iam, other: Iam) -> None:
    made = iam("UploadSigningCertificate", **ONE)["Certificate"]
    assert "UserName" not in made
    assert [demand.resource for demand in iam.demands] == [f"arn:aws:iam::{A}:root"]
    assert iam("ListSigningCertificates")["Certificates"] == [made]
    assert other("ListSigningCertificates")["Certificates"] == []
    assert iam("GetAccountSummary")["SummaryMap"]["AccountSigningCertificatesPresent"] == 1
    assert other("GetAccountSummary")["SummaryMap"]["AccountSigningCertificatesPresent"] == 0
    iam("DeleteSigningCertificate", CertificateId=made["CertificateId"])


@pytest.mark.parametrize("name", ["UpdateSigningCertificate", "DeleteSigningCertificate"])
def test_nobody_reaches_another_users_certificate(ann: Iam, name: str) -> None:
    ann("CreateUser", UserName="bob")
    made = ann("UploadSigningCertificate", UserName="bob", **ONE)["Certificate"]
    given = OPERATIONS[name] | {"CertificateId": made["CertificateId"]}
    said = f"The Certificate with id {made['CertificateId']} cannot be found."
    refused("NoSuchEntity", said, ann, name, UserName="ann", **given)
    refused("NoSuchEntity", said, ann, name, **given)


@pytest.mark.parametrize("name", OPERATIONS)
def test_whose_it_would_be(iam: Iam, name: str) -> None:
    said = "The user with name ann cannot be found."
    refused("NoSuchEntity", said, iam, name, UserName="ann", **OPERATIONS[name])
    session = iam.by(RoleSession(A, "r", "AROA1", "s"))
    said = "Must specify userName when calling with non-User credentials"
    refused("ValidationError", said, session, name, **OPERATIONS[name])
