"""Certificate authorities of tests: certificates that are right but for what a test changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(common_name: str, **more: str) -> x509.Name:
    """more: attributes by the name of their OID, such as ORGANIZATION_NAME."""
    attributes = [x509.NameAttribute(getattr(NameOID, oid), value) for oid, value in more.items()]
    common = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    return x509.Name([*attributes, *common])


def usage(*used: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{each: each in used for each in USAGES})


@dataclass(frozen=True)
class Holder:
    """A certificate with its key, and the certificates between it and the trust anchor."""

    certificate: x509.Certificate
    key: Key
    between: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """The files of the certificate, with those behind it, and of the key."""
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        all_ = (self.certificate, *self.between)
        certificate.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in all_))
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, key


@dataclass(frozen=True)
class Change:
    """What differs from a right certificate."""

    ca: bool | None = False
    usage: Sequence[str] | None = ("digital_signature",)
    begins: timedelta = timedelta(hours=-1)
    ends: timedelta = timedelta(hours=1)
    key: Key | None = None
    hash: HashAlgorithm = field(default_factory=SHA256)
    path_length: int | None = None
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = ()
    serial: int = 0


_CA = ("key_cert_sign", "crl_sign")


@dataclass(frozen=True)
class Authority(Holder):
    """A certificate authority."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @classmethod
    def new(cls, common_name: str = "Root", **change: Any) -> Self:
        """A root."""
        now = change.pop("now", datetime.now(UTC))
        change = {"ca": True, "usage": _CA, "ends": timedelta(days=1), **change}
        made = _made(name(common_name), None, Change(**change), now)
        return cls(made.certificate, made.key, now=now)

    def issue(self, subject: str | x509.Name = "web-1", **change: Any) -> Holder:
        """A certificate of this authority."""
        named = name(subject) if isinstance(subject, str) else subject
        return _made(named, self, Change(**change), self.now)

    def below(self, common_name: str = "Intermediate", **change: Any) -> "Authority":
        """An authority whose certificate this one signed."""
        made = _made(name(common_name), self, Change(**{"ca": True, "usage": _CA, **change}), self.now)
        return Authority(made.certificate, made.key, made.between, self.now)

    def revoke(self, *revoked: x509.Certificate, issuer: x509.Name | None = None) -> bytes:
        """A list (CRL) of these certificates, in PEM."""
        builder = x509.CertificateRevocationListBuilder(
            issuer or self.certificate.subject, self.now, self.now + timedelta(days=1)
        )
        for each in revoked:
            entry = x509.RevokedCertificateBuilder(each.serial_number, self.now).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.key, SHA256()).public_bytes(Encoding.PEM)


def _made(subject: x509.Name, by: Authority | None, change: Change, now: datetime) -> Holder:
    key = change.key or new_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(change.serial or x509.random_serial_number())
        .not_valid_before(now + change.begins)
        .not_valid_after(now + change.ends)
    )
    if change.ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(change.ca, change.path_length), critical=True)
    if change.usage is not None:
        builder = builder.add_extension(usage(*change.usage), critical=True)
    for extension, critical in change.extensions:
        builder = builder.add_extension(extension, critical)
    between = (by.certificate, *by.between) if by and by.between else ()
    if by and not by.between and by.certificate.issuer != by.certificate.subject:
        between = (by.certificate,)
    return Holder(builder.sign(by.key if by else key, change.hash), key, between)
