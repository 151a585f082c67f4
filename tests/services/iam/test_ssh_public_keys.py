"""SSH public keys: which are taken, and how they are written."""

import base64
import hashlib
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.identity.pem import ec_key, private, rsa_key
from tests.services.iam.harness import Iam, refused

from watchword.identity.ssh_keys import in_pem, in_ssh

KEY = rsa_key().public_key()
SSH, PEM = in_ssh(KEY), in_pem(KEY)
OF_ANN = {"UserName": "ann"}
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


def ssh(key: PublicKey) -> str:
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


@pytest.fixture
def ann(iam: Iam) -> Iam:
    iam("CreateUser", UserName="ann")
    return iam


def test_made_read_and_removed(ann: Iam, now: datetime) -> None:
    made = ann("UploadSSHPublicKey", UserName="ANN", SSHPublicKeyBody=f"{SSH} ann@laptop\n")["SSHPublicKey"]
    identity = made["SSHPublicKeyId"]
    assert (identity[:4], len(identity)) == ("APKA", 20)
    md5 = hashlib.md5(base64.b64decode(SSH.split()[1]), usedforsecurity=False).hexdigest()
    assert made == {
        "UserName": "ann",
        "SSHPublicKeyId": identity,
        "Fingerprint": ":".join(md5[at : at + 2] for at in range(0, 32, 2)),
        "SSHPublicKeyBody": f"{SSH} ann@laptop",
        "Status": "Active",
        "UploadDate": now,
    }
    on = {"SSHPublicKeyId": identity, **OF_ANN}
    for encoding, body in (("SSH", SSH), ("PEM", PEM)):
        found = ann("GetSSHPublicKey", Encoding=encoding, **on)["SSHPublicKey"]
        assert found == made | {"SSHPublicKeyBody": body}
    listed = {name: value for name, value in made.items() if name not in ("Fingerprint", "SSHPublicKeyBody")}
    assert ann("ListSSHPublicKeys", **OF_ANN) == {"SSHPublicKeys": [listed], "IsTruncated": False}
    ann("UpdateSSHPublicKey", Status="Inactive", **on)
    assert ann("ListSSHPublicKeys", **OF_ANN)["SSHPublicKeys"][0]["Status"] == "Inactive"
    said = "The status can be set to Active or Inactive only."
    refused("InvalidInput", said, ann, "UpdateSSHPublicKey", Status="Expired", **on)
    ann("DeleteSSHPublicKey", **on)
    said = f"The Public Key with id {identity} cannot be found."
    refused("NoSuchEntity", said, ann, "GetSSHPublicKey", Encoding="SSH", **on)


def test_a_user_has_a_key_once_in_whatever_form(ann: Iam) -> None:
    ann("UploadSSHPublicKey", SSHPublicKeyBody=PEM, **OF_ANN)
    said = "The user ann already has this public key."
    for again in (SSH, f"{SSH} comment", PEM):
        refused("DuplicateSSHPublicKey", said, ann, "UploadSSHPublicKey", SSHPublicKeyBody=again, **OF_ANN)
    ann("CreateUser", UserName="bob")
    ann("UploadSSHPublicKey", SSHPublicKeyBody=SSH, UserName="bob")


def test_five_at_most(ann: Iam) -> None:
    keys = [rsa.RSAPublicNumbers(65537, (1 << 2047) | (2 * number + 1)).public_key() for number in range(6)]
    for key in keys[:5]:
        ann("UploadSSHPublicKey", SSHPublicKeyBody=ssh(key), **OF_ANN)
    said = "Cannot exceed quota for SSHPublicKeysPerUser: 5"
    refused("LimitExceeded", said, ann, "UploadSSHPublicKey", SSHPublicKeyBody=ssh(keys[5]), **OF_ANN)
    assert len(ann.pages("ListSSHPublicKeys", "SSHPublicKeys", 2, **OF_ANN)) == 3


UNKNOWN = "The public key must be encoded in ssh-rsa or PEM format."
BROKEN = "The public key cannot be parsed."
SMALL = "The public key must be an RSA key with at least 2048 bits."


@pytest.mark.parametrize(
    ("code", "said", "body"),
    [
        ("UnrecognizedPublicKeyEncoding", UNKNOWN, "x"),
        ("UnrecognizedPublicKeyEncoding", UNKNOWN, ssh(ed25519.Ed25519PrivateKey.generate().public_key())),
        ("UnrecognizedPublicKeyEncoding", UNKNOWN, "ssh-rsa-cert-v01@openssh.com AAAA"),
        ("InvalidPublicKey", BROKEN, "ssh-rsa AAAA"),
        ("InvalidPublicKey", BROKEN, SSH[:-20]),
        ("InvalidPublicKey", BROKEN, ssh(ec_key().public_key()).replace("ecdsa-sha2-nistp256", "ssh-rsa", 1)),
        ("InvalidPublicKey", BROKEN, private(rsa_key())),
        ("InvalidPublicKey", BROKEN, PEM[:-40]),
        ("InvalidPublicKey", SMALL, ssh(rsa_key(bits=1024).public_key())),
        ("InvalidPublicKey", SMALL, in_pem(rsa_key(bits=1024).public_key())),
        (
            "InvalidPublicKey",
            "The public key is not allowed: an RSA key of 60000 bits.",
            ssh(rsa.RSAPublicNumbers(65537, (1 << 59_999) | 1).public_key()),
        ),
    ],
    ids=[
        *(
            "a word",
            "Ed25519",
            "a certificate",
            "no key",
            "cut off",
            "another kind",
            "private",
            "PEM cut off",
        ),
        *("small", "small in PEM", "huge"),
    ],
)
def test_keys_that_are_not_taken(ann: Iam, code: str, said: str, body: str) -> None:
    refused(code, said, ann, "UploadSSHPublicKey", SSHPublicKeyBody=body, **OF_ANN)
    assert ann("ListSSHPublicKeys", **OF_ANN)["SSHPublicKeys"] == []


@pytest.mark.parametrize("name", ["GetSSHPublicKey", "UpdateSSHPublicKey", "DeleteSSHPublicKey"])
def test_nobody_reaches_another_users_key(ann: Iam, name: str) -> None:
    ann("CreateUser", UserName="bob")
    made = ann("UploadSSHPublicKey", UserName="bob", SSHPublicKeyBody=SSH)["SSHPublicKey"]
    more = {"GetSSHPublicKey": {"Encoding": "SSH"}, "UpdateSSHPublicKey": {"Status": "Inactive"}}
    given = {"SSHPublicKeyId": made["SSHPublicKeyId"], **more.get(name, {})}
    said = f"The Public Key with id {made['SSHPublicKeyId']} cannot be found."
    refused("NoSuchEntity", said, ann, name, **given, **OF_ANN)
    said = "The user with name eve cannot be found."
    refused("NoSuchEntity", said, ann, name, **given, UserName="eve")


def test_root_has_none(iam: Iam) -> None:
    assert iam("ListSSHPublicKeys") == {"SSHPublicKeys": [], "IsTruncated": False}
