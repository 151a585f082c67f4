"""Credentials of a role for the holder of a certificate, by CreateSession of IAM Roles Anywhere.

The certificate and its private key are files in PEM. They are read at each call, so a certificate that was
renewed counts at once. The first certificate in its file is the holder's, those behind it lead to the trust
anchor. The key isn't encrypted. It never leaves this process: it signs the request (`sigv4.x509_keys`).
Source: IAM Roles Anywhere User Guide, "CreateSession API", "Get temporary security credentials".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from watchword.delivery.sending import NotSent, send
from watchword.delivery.supply import Issued, NotIssued, not_issued
from watchword.names import Arn, Body, HttpRequest
from watchword.sigv4 import x509_keys
from watchword.sigv4.x509_keys import PrivateKey

_PATH = "/sessions"
_BROKEN = (OSError, ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)


@dataclass(frozen=True, slots=True)
class Certified:
    """The holder of a certificate, and the server where it counts."""

    endpoint: str
    certificate: Path
    private_key: Path
    trust_anchor: str
    """ARN; its Region is the one that is signed for."""
    profile: str
    """ARN."""
    ca_bundle: str = ""
    """A file of the CAs that the server's own certificate is verified by; empty for the usual ones."""

    def issue(self, role: str, *, duration: int = 3600, session_name: str = "") -> Issued:
        """Credentials of the role with that ARN, for so many seconds at most. Raises NotIssued."""
        asked: dict[str, object] = {
            "profileArn": self.profile,
            "roleArn": role,
            "trustAnchorArn": self.trust_anchor,
            "durationSeconds": duration,
        }
        if session_name:
            asked["roleSessionName"] = session_name
        return issued_of(self.call(_PATH, asked), role)

    def call(self, path: str, asked: Mapping[str, object]) -> Any:  # noqa: ANN401 JSON
        """What the server answers to a request that the certificate's key signs. Raises NotIssued."""
        body = msgspec.json.encode(asked)
        host = urlsplit(self.endpoint).netloc
        headers = (("content-type", "application/json"), ("host", host))
        request = HttpRequest("POST", path, headers=headers, body=Body(body))
        try:
            chain, key = self._material()
            region = Arn.parse(self.trust_anchor).region
        except _BROKEN as wrong:
            raise NotIssued(f"the certificate or its key can't be used: {wrong}") from None
        now = datetime.now(UTC)
        signed = x509_keys.sign(request, key, chain[0], chain[1:], region=region, now=now)
        try:
            status, data, code = send(signed, self.endpoint, ca_bundle=self.ca_bundle)
            answer = msgspec.json.decode(data)
        except NotSent as failed:
            raise NotIssued(str(failed)) from None
        except msgspec.DecodeError:
            raise NotIssued(f"{self.endpoint} answers {status}, and no JSON") from None
        if status not in {200, 201}:
            raise not_issued(code, refusal(status, answer))
        return answer

    def _material(self) -> tuple[list[x509.Certificate], PrivateKey]:
        chain = x509.load_pem_x509_certificates(self.certificate.read_bytes())
        key = load_pem_private_key(self.private_key.read_bytes(), None)
        if not isinstance(key, PrivateKey):
            raise TypeError("the key is neither RSA nor on an elliptic curve")
        if key.public_key() != chain[0].public_key():
            raise ValueError("the key isn't that of the certificate")
        return chain, key


def issued_of(answer: Any, role: str) -> Issued:  # noqa: ANN401 JSON
    """The credentials in an answer of CreateSession. Raises NotIssued."""
    try:
        given = answer["credentialSet"][0]["credentials"]
        return Issued(
            role,
            given["accessKeyId"],
            given["secretAccessKey"],
            given["sessionToken"],
            datetime.fromisoformat(given["expiration"]),
        )
    except (KeyError, IndexError, TypeError, ValueError):
        raise NotIssued("the server's answer isn't one of CreateSession") from None


def refusal(status: int, answer: object) -> str:
    """What the server says, in one line."""
    said = answer.get("message") or answer.get("Message") if isinstance(answer, dict) else None
    return " ".join(str(said or f"the server answers {status}").split())
