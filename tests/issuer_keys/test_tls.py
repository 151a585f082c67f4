"""TLS to an issuer that no public authority vouches for: what a thumbprint proves, and what not."""

import hashlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from watchword.issuer_keys import tls

Signed = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]
HOST = "issuer.example.com"


def certificate(name: str, by: Signed | None = None, *, days: int = 1) -> Signed:
    """A certificate of that host name, or an authority's if it isn't signed by another."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(by[1] if by else key, hashes.SHA256())
    )
    return made, key


def thumbprint(signed: Signed) -> str:
    return hashlib.sha1(signed[0].public_bytes(serialization.Encoding.DER)).hexdigest()


@contextmanager
def presenting(place: Path, leaf: Signed, *others: Signed) -> Iterator[tuple[str, int]]:
    """The address of a server that presents these certificates."""
    pem, file = serialization.Encoding.PEM, place / "presented.pem"
    key = leaf[1].private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key + b"".join(each[0].public_bytes(pem) for each in (leaf, *others)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with (
                    suppress(OSError),  # a client that doesn't trust the certificate, and leaves
                    context.wrap_socket(connection, server_side=True) as wrapped,
                ):
                    wrapped.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def connect(address: tuple[str, int], *thumbprints: str) -> None:
    tls.over(lambda: socket.create_connection(address, 5), HOST, thumbprints).close()


AUTHORITY, OTHER = certificate("authority"), certificate("other authority")
LEAF = certificate(HOST, AUTHORITY)
TAKEN = {
    "the authority's": ((LEAF, AUTHORITY), AUTHORITY),
    "its own": ((LEAF, AUTHORITY), LEAF),
    "its own, alone": ((LEAF,), LEAF),
}
REFUSED = {
    "another authority's": ((LEAF, AUTHORITY), OTHER),
    "an authority that is presented and signed nothing": ((certificate(HOST, OTHER), AUTHORITY), AUTHORITY),
    "a certificate that is presented beside": ((certificate(HOST, OTHER), LEAF), LEAF),
    "of another host": ((certificate("evil.example.com", AUTHORITY), AUTHORITY), AUTHORITY),
    "of yesterday": ((certificate(HOST, AUTHORITY, days=-1), AUTHORITY), AUTHORITY),
}


@pytest.mark.parametrize(("presented", "known"), TAKEN.values(), ids=TAKEN.keys())
def test_a_thumbprint_that_proves_the_issuer(
    tmp_path: Path, presented: tuple[Signed, ...], known: Signed
) -> None:
    with presenting(tmp_path, *presented) as address:
        connect(address, "0" * 40, thumbprint(known).upper())


@pytest.mark.parametrize(("presented", "known"), REFUSED.values(), ids=REFUSED.keys())
def test_a_thumbprint_that_proves_nothing(
    tmp_path: Path, presented: tuple[Signed, ...], known: Signed
) -> None:
    with presenting(tmp_path, *presented) as address, pytest.raises(ssl.SSLCertVerificationError):
        connect(address, thumbprint(known))


def test_without_a_thumbprint_only_public_authorities_count(tmp_path: Path) -> None:
    with presenting(tmp_path, LEAF, AUTHORITY) as address, pytest.raises(ssl.SSLCertVerificationError):
        connect(address)
