"""The machine with a certificate of its own authority: IAM Roles Anywhere, by `watchword certified`.

The authority's key is in memory only. The machine has its own key, and a certificate of hours.
"""

import shlex
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from watchword.cli.tour.stage import REGION
from watchword.cli.tour.story import policy
from watchword.proofs.host_certificates import certify, new_authority

if TYPE_CHECKING:
    from watchword.cli.tour.no_passwords.story import Story

NAME = "press-1"


def set_up(story: "Story") -> Mapping[str, str]:
    """Gives the variables by which its program finds its credentials."""
    home = story.homes / "machine"
    home.mkdir(parents=True)
    authority = new_authority("Machines of the tour", datetime.now(UTC))
    anywhere = story.stage.administrator("rolesanywhere", story.account)
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": authority[0]}}
    made = anywhere.create_trust_anchor(name="machines", source=source, enabled=True)
    anchor = made["trustAnchor"]["trustAnchorArn"]
    role = story.add_role("machine", _trust(anchor))
    profile = anywhere.create_profile(name="machines", roleArns=[role], enabled=True)["profile"]["profileArn"]
    certificate, key = _certify(home, authority)
    command = [sys.executable, "-m", "watchword", "certified", "--endpoint-url", story.stage.endpoint]
    command += ["--certificate", str(certificate), "--private-key", str(key)]
    command += ["--trust-anchor", anchor, "--profile", profile, "--role", role]
    (home / ".aws").mkdir()
    written = f"[default]\nregion = {REGION}\ncredential_process = {shlex.join(command)}\n"
    (home / ".aws" / "config").write_text(written)
    return {}


def _trust(anchor: str) -> str:
    condition = {
        "ArnEquals": {"aws:SourceArn": anchor},
        "StringEquals": {"aws:PrincipalTag/x509Subject/CN": NAME},
    }
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    return policy(actions, Principal={"Service": "rolesanywhere.amazonaws.com"}, Condition=condition)


def _certify(home: Path, authority: tuple[str, str]) -> tuple[Path, Path]:
    """Files of the certificate and of its key, which is made here."""
    own = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(own, SHA256())
    asked = request.public_bytes(Encoding.PEM).decode("ascii")
    certificate, key = home / "cert.pem", home / "key.pem"
    certificate.write_text(certify(authority, asked, NAME, NAME, datetime.now(UTC)).pem)
    key.touch(0o600)
    key.write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, key
