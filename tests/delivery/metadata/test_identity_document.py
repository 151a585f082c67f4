"""The signature of an identity document is verified by its certificate, and by the CA that issued that."""

import base64
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from watchword.delivery.metadata.identity_document import signed
from watchword.delivery.supply import NotIssued

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
DOCUMENT = '{"instanceId": "i-0abc"}'
PAGE = (Path(__file__).parents[3] / "docs" / "agent.md").read_text()
START = datetime.now(UTC) - timedelta(days=1)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(key: Key, issuer_key: Key, *, ca: bool) -> bytes:
    builder = x509.CertificateBuilder(
        issuer_name=named("ca"),
        subject_name=named("ca" if ca else "host"),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=START,
        not_valid_after=START + timedelta(days=30),
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return builder.sign(issuer_key, SHA256()).public_bytes(Encoding.PEM)


def pem(key: Key | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module", params=["RSA", "ECDSA"])
def key(request: pytest.FixtureRequest) -> Key:
    if request.param == "RSA":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def files(key: Key, tmp_path: Path) -> tuple[str, str]:
    """A key and its certificate; beside them is the certificate of the CA."""
    ca = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "ca.pem").write_bytes(certificate(ca, ca, ca=True))
    (tmp_path / "key.pem").write_bytes(pem(key))
    (tmp_path / "certificate.pem").write_bytes(certificate(key, ca, ca=False))
    return str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")


@pytest.mark.skipif(not which("openssl"), reason="openssl is the judge, and isn't here")
def test_openssl_verifies_it_as_the_page_says(files: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "rsa2048").write_text(signed(DOCUMENT, *files).pkcs7)
    block = next(
        block
        for block in re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
        if "openssl smime" in block
    )
    commands = re.sub(r"^\$ ", "", block, flags=re.MULTILINE)

    def verified() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["sh", "-c", commands], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    done = verified()
    assert (done.returncode, done.stdout) == (0, DOCUMENT), done.stderr
    other = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "ca.pem").write_bytes(certificate(other, other, ca=True))
    assert verified().returncode, "another CA"


def test_the_signature_alone(key: Key, files: tuple[str, str]) -> None:
    signature = base64.b64decode(signed(DOCUMENT, *files).signature)
    for document, good in ((DOCUMENT.encode(), True), (b"{}", False)):
        try:
            if isinstance(key, rsa.RSAPrivateKey):
                key.public_key().verify(signature, document, padding.PKCS1v15(), SHA256())
            else:
                key.public_key().verify(signature, document, ec.ECDSA(SHA256()))
        except InvalidSignature:
            assert not good
        else:
            assert good


def test_what_cannot_sign(files: tuple[str, str], tmp_path: Path) -> None:
    key_file, certificate_file = files
    other = tmp_path / "other.pem"
    other.write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(NotIssued, match="the certificate is of another key"):
        signed(DOCUMENT, str(other), certificate_file)
    with pytest.raises(NotIssued, match="can't be signed"):
        signed(DOCUMENT, certificate_file, key_file)
    with pytest.raises(NotIssued, match="No such file"):
        signed(DOCUMENT, str(tmp_path / "none"), certificate_file)
