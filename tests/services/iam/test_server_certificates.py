"""Server certificates: which are taken, and that their private keys rest sealed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from tests.identity.pem import FAR, certificate, ec_key, pem, private, rsa_key
from tests.services.iam.harness import A, Iam, refused

from watchword.facts.credentials import KEYRING
from watchword.identity import private_keys
from watchword.store.iam import server_certificates

ARN = f"arn:aws:iam::{A}:server-certificate/cdn/web"
ROOT, MIDDLE = ("root", ec_key("root")), ("middle", ec_key("middle"))
LEAF = certificate(rsa_key(), issuer=MIDDLE)
CHAIN = [certificate(MIDDLE[1], "middle", issuer=ROOT), certificate(ROOT[1], "root")]
BODY, KEY = pem(LEAF), private(rsa_key())
NEW = {"ServerCertificateName": "web", "CertificateBody": BODY, "PrivateKey": KEY}
ON = {"ServerCertificateName": "web"}


def joined(certificates: list[x509.Certificate]) -> str:
    return "".join(map(pem, certificates))


def test_made_read_and_removed(iam: Iam, now: datetime) -> None:
    tags = [{"Key": "team", "Value": "red"}]
    chain = {"CertificateChain": joined(CHAIN)}
    made = iam("UploadServerCertificate", **NEW, **chain, Path="/cdn/", Tags=tags)
    metadata = made["ServerCertificateMetadata"]
    assert made["Tags"] == tags
    identity = metadata["ServerCertificateId"]
    assert (identity[:4], len(identity)) == ("ASCA", 21)
    assert metadata == {
        "Path": "/cdn/",
        "ServerCertificateName": "web",
        "ServerCertificateId": identity,
        "Arn": ARN,
        "UploadDate": now,
        "Expiration": FAR,
    }
    assert iam("GetServerCertificate", ServerCertificateName="WEB")["ServerCertificate"] == {
        "ServerCertificateMetadata": metadata,
        "CertificateBody": BODY.strip(),
        "CertificateChain": joined(CHAIN).strip(),
        "Tags": tags,
    }
    listed = {"ServerCertificateMetadataList": [metadata], "IsTruncated": False}
    assert iam("ListServerCertificates") == listed
    assert iam("ListServerCertificates", PathPrefix="/cdn/") == listed
    assert iam("ListServerCertificates", PathPrefix="/x/")["ServerCertificateMetadataList"] == []
    summary = iam("GetAccountSummary")["SummaryMap"]
    assert (summary["ServerCertificates"], summary["ServerCertificatesQuota"]) == (1, 20)
    iam("DeleteServerCertificate", **ON)
    assert iam("ListServerCertificates")["ServerCertificateMetadataList"] == []
    said = "The Server Certificate with name web cannot be found."
    refused("NoSuchEntity", said, iam, "GetServerCertificate", **ON)


def test_renamed(iam: Iam, other: Iam) -> None:
    iam("UploadServerCertificate", **NEW)
    iam("UploadServerCertificate", **(NEW | {"ServerCertificateName": "mail"}))
    other("UploadServerCertificate", **NEW)
    said = "The Server Certificate with name MAIL already exists."
    name = "UpdateServerCertificate"
    refused("EntityAlreadyExists", said, iam, name, **ON, NewServerCertificateName="MAIL")
    refused(
        "EntityAlreadyExists",
        said,
        iam,
        "UploadServerCertificate",
        **(NEW | {"ServerCertificateName": "MAIL"}),
    )
    iam(name, **ON, NewServerCertificateName="WWW", NewPath="/n/")
    found = iam("GetServerCertificate", ServerCertificateName="www")["ServerCertificate"]
    assert found["ServerCertificateMetadata"]["Arn"] == f"arn:aws:iam::{A}:server-certificate/n/WWW"
    assert found["CertificateBody"] == BODY.strip()


def test_twenty_at_most(iam: Iam) -> None:
    for number in range(20):
        iam("UploadServerCertificate", **(NEW | {"ServerCertificateName": f"c{number}"}))
    said = "Cannot exceed quota for ServerCertificatesPerAccount: 20"
    refused("LimitExceeded", said, iam, "UploadServerCertificate", **NEW)
    assert len(iam.pages("ListServerCertificates", "ServerCertificateMetadataList", 7)) == 3


def test_a_private_key_rests_sealed_and_is_never_shown(iam: Iam) -> None:
    iam("UploadServerCertificate", **NEW)
    with iam.world.database.read() as tx:
        stored = server_certificates.named(tx, A, "web")
        assert stored is not None
        material = server_certificates.material_of(tx, stored)
    ring = iam.world.facts.need(KEYRING)
    assert private_keys.open(material.private_key, stored.id, ring) == KEY
    line = KEY.splitlines()[-3]
    assert line.encode() not in material.private_key
    for name in ("GetServerCertificate", "ListServerCertificates"):
        assert line not in str(iam(name, **(ON if name.startswith("Get") else {})))


NO_CERTIFICATE = "Unable to parse certificate. Please ensure the certificate is in PEM format."
NO_KEY = "Unable to parse private key. Please ensure the private key is in PEM format."
MISMATCH = "The private key does not match the certificate."


@pytest.mark.parametrize(
    ("code", "said", "changed"),
    [
        ("MalformedCertificate", NO_CERTIFICATE, {"CertificateBody": "x"}),
        ("MalformedCertificate", NO_CERTIFICATE, {"CertificateBody": KEY}),
        ("MalformedCertificate", NO_CERTIFICATE, {"CertificateBody": BODY * 2}),
        ("MalformedCertificate", NO_KEY, {"PrivateKey": "x"}),
        ("MalformedCertificate", NO_KEY, {"PrivateKey": BODY}),
        ("MalformedCertificate", NO_KEY, {"PrivateKey": private(rsa_key(), b"password")}),
        ("KeyPairMismatch", MISMATCH, {"PrivateKey": private(rsa_key("other"))}),
        ("KeyPairMismatch", MISMATCH, {"PrivateKey": private(ec_key())}),
    ],
    ids=["word", "key as certificate", "two", "no key", "certificate as key", "encrypted", "other", "EC"],
)
def test_what_does_not_fit_together(iam: Iam, code: str, said: str, changed: dict[str, str]) -> None:
    refused(code, said, iam, "UploadServerCertificate", **(NEW | changed))
    assert iam("ListServerCertificates")["ServerCertificateMetadataList"] == []


@pytest.mark.parametrize("days", [-1, 1])
def test_only_what_is_valid_today(iam: Iam, now: datetime, days: int) -> None:
    """Expired yesterday, or valid from tomorrow on."""
    near = (now + timedelta(days=days)).replace(microsecond=0)
    period = {"ends": near} if days < 0 else {"begins": near}
    made = certificate(rsa_key(), **period)
    begins, ends = made.not_valid_before_utc.isoformat(), made.not_valid_after_utc.isoformat()
    said = f"The certificate is valid from {begins} to {ends}, and not now."
    name, body = "UploadServerCertificate", {"CertificateBody": pem(made)}
    refused("MalformedCertificate", said, iam, name, **(NEW | body))
    refused("InvalidCertificate", said, iam, "UploadSigningCertificate", **body)


STRANGER = certificate(ec_key("stranger"), "middle", issuer=ROOT)
"""It has the name of the one that signed the leaf, and another key."""


@pytest.mark.parametrize(
    ("index", "chain"),
    [
        pytest.param(-1, "x", id="no PEM"),
        pytest.param(-1, "Intermediate:\n" + joined(CHAIN), id="text before"),
        pytest.param(-1, joined(CHAIN[::-1]), id="the wrong order"),
        pytest.param(-1, joined(CHAIN[1:]), id="one is missing"),
        pytest.param(-1, joined([LEAF, *CHAIN]), id="the leaf itself"),
        pytest.param(-1, joined([STRANGER]), id="another key of that name"),
        pytest.param(0, joined([CHAIN[0], STRANGER]), id="the second doesn't follow"),
        pytest.param(1, joined([*CHAIN, LEAF]), id="something after the root"),
        pytest.param(20, joined([CHAIN[0]] + [CHAIN[1]] * 20), id="too long"),
    ],
)
def test_chains_that_are_not_taken(iam: Iam, index: int, chain: str) -> None:
    said = (
        "Unable to validate certificate chain. The certificate chain must start with the immediate signing "
        "certificate, followed by any intermediaries in order. The index within the chain of the invalid "
        f"certificate is: {index}"
    )
    refused("MalformedCertificate", said, iam, "UploadServerCertificate", **NEW, CertificateChain=chain)


@pytest.mark.parametrize("length", [1, 2])
def test_a_chain_may_end_before_the_root(iam: Iam, length: int) -> None:
    chain: dict[str, Any] = {"CertificateChain": joined(CHAIN[:length])}
    iam("UploadServerCertificate", **NEW, **chain)
