"""An enrolled host, as it sees itself: it joins, renews its certificate, and gets credentials of roles.

A directory of the host has all of it, for its owner only:

    key.pem            its private key, which it made itself and which leaves it never
    certificate.pem    its certificate, of a few hours
    host.json          who it is, and where the server is

1. To join, a key is made and a certificate request is sent with the token. Nothing is written before the
   server has answered, and nothing of an earlier join is written over.
2. The certificate is renewed when half of its life is over, by the first that asks for credentials. If that
   fails, the present one goes on until it ends; nobody tries again before RETRY.
3. A file is replaced whole, or not at all.
"""

import os
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from watchword.delivery.certified import Certified, issued_of, refusal
from watchword.delivery.joined import ABOUT, CERTIFICATE, KEY, About, about
from watchword.delivery.sending import NotSent, send
from watchword.delivery.supply import Issued, NotIssued
from watchword.names import Body, HttpRequest

RETRY = timedelta(minutes=1)
_PATH = "/watchword-hosts/"
_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Host:
    """A host that has joined. For any thread."""

    directory: Path
    about: About
    _retry_from: datetime = _ALWAYS
    _renewing: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, directory: Path) -> "Host":
        """The host whose directory that is. Raises NotIssued."""
        return cls(directory, about(directory))

    @property
    def arn(self) -> str:
        return self.about.host_arn

    @property
    def id(self) -> str:
        return self.about.host_id

    @property
    def name(self) -> str:
        return self.about.name

    @property
    def endpoint(self) -> str:
        return self.about.endpoint

    @property
    def region(self) -> str:
        return self.about.region

    def issue(
        self, role: str, *, service: str = "ec2.amazonaws.com", duration: int = 3600, session_name: str = ""
    ) -> Issued:
        """Credentials of one of its roles, assumed in the name of that service. Raises NotIssued."""
        self.renew_if_due()
        asked: dict[str, object] = {"roleArn": role, "servicePrincipal": service, "durationSeconds": duration}
        if session_name:
            asked["roleSessionName"] = session_name
        return issued_of(self._call("sessions", asked), role)

    def renew_if_due(self) -> None:
        """Renews the certificate if half of its life is over (rule 2). Raises NotIssued when it has ended."""
        with self._renewing:
            now, certificate = datetime.now(UTC), self._certificate()
            begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
            if now < max(begins + (ends - begins) / 2, self._retry_from):
                return
            try:
                self.renew()
            except NotIssued as failed:
                self._retry_from = now + RETRY
                if now >= ends:
                    raise NotIssued(f"the certificate of this host ended at {ends}: {failed}") from None

    def renew(self) -> None:
        """Another certificate for the same key. Raises NotIssued."""
        key = load_pem_private_key((self.directory / KEY).read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        answer = self._call("certificate", {"certificateRequest": _request(key)})
        _replace(self.directory / CERTIFICATE, answer["certificate"].encode())

    def _certificate(self) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate((self.directory / CERTIFICATE).read_bytes())
        except (OSError, ValueError) as wrong:
            raise NotIssued(f"the certificate of this host can't be read: {wrong}") from None

    def _call(self, what: str, asked: dict[str, object]) -> Any:  # noqa: ANN401 JSON
        about = self.about
        holder = Certified(
            about.endpoint,
            self.directory / CERTIFICATE,
            self.directory / KEY,
            about.trust_anchor_arn,
            "",
            about.ca_bundle,
        )
        return holder.call(_PATH + what, {"trustAnchorArn": about.trust_anchor_arn, **asked})


def join(endpoint: str, token: str, directory: Path, *, ca_bundle: str = "") -> Host:
    """Makes this machine the host that the token was for (rule 1). Raises NotIssued."""
    if (directory / ABOUT).exists():
        raise NotIssued(f"{directory} is that of a host that has joined already")
    key = ec.generate_private_key(ec.SECP256R1())
    body = msgspec.json.encode({"token": token, "certificateRequest": _request(key)})
    headers = (("content-type", "application/json"), ("host", urlsplit(endpoint).netloc))
    request = HttpRequest("POST", f"{_PATH}join", headers=headers, body=Body(body))
    try:
        status, data, _ = send(request, endpoint, ca_bundle=ca_bundle)
        answer = msgspec.json.decode(data)
        if status != 201:  # noqa: PLR2004 Created
            raise NotIssued(refusal(status, answer))
        about = About(
            endpoint,
            answer["hostArn"],
            answer["hostId"],
            answer["name"],
            answer["trustAnchorArn"],
            ca_bundle,
        )
        certificate = answer["certificate"].encode()
    except NotSent as failed:
        raise NotIssued(str(failed)) from None
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
        raise NotIssued(f"{endpoint} doesn't answer as a server that hosts can join") from None
    _write(directory, key, certificate, about)
    return Host(directory, about)


def _write(directory: Path, key: ec.EllipticCurvePrivateKey, certificate: bytes, about: About) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _replace(directory / KEY, private)
        _replace(directory / CERTIFICATE, certificate)
        _replace(directory / ABOUT, msgspec.json.encode(about))
    except OSError as wrong:
        raise NotIssued(f"{directory} can't be written: {wrong}") from None


def _request(key: ec.EllipticCurvePrivateKey) -> str:
    """A certificate request of that key; the server says what is in the certificate."""
    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, SHA256())
    return made.public_bytes(Encoding.PEM).decode("ascii")


def _replace(file: Path, data: bytes) -> None:
    """Rule 3."""
    new = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())
    new.replace(file)
