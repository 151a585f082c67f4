"""The scheme of X.509 signatures: a certificate of the caller's own authority, whose key signed the request.

Only CreateSession of IAM Roles Anywhere takes them. The head of the request has the signature; which trust
anchor should vouch for the certificate is in the operation's input. In this order:

1. The certificate can be read, and its key is one that is taken.
2. The signature holds (`sigv4.x509_keys`): the caller has the key. Only then anything is looked up.
3. The certificate may sign requests, now (`proofs.certificates`, rules 3 to 6).
4. The trust anchor is in the account and Region of its ARN, and enabled.
5. A path leads to it, and nothing in the path is revoked.

The real time counts, as for tokens (`web_identity`). A trust anchor that isn't there, or is disabled, is
refused like one that didn't issue the certificate, so no answer tells which there are.
Source: IAM Roles Anywhere User Guide, "The authentication process"; its sentences, as users of AWS's signing
helper report them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watchword.access.caller import Caller, Proven, VouchedByCertificate
from watchword.access.schemes.signature import skew_of
from watchword.facts.anchors import REVOCATION_LISTS, TRUST_ANCHOR, UUID_FORM
from watchword.installation.settings import Settings
from watchword.names import Arn, AwsError, HttpRequest, HttpResponse, fault
from watchword.names.principal import CertificateHolder
from watchword.sigv4 import x509
from watchword.sigv4.replay import Trace, trace
from watchword.sigv4.x509 import X509Claim
from watchword.store.rolesanywhere.trust_anchors import TrustAnchor
from watchword.wire import Operation
from watchword.world import World

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

INSUFFICIENT = "Untrusted certificate. Insufficient certificate: {}."
UNTRUSTED = "Untrusted signing certificate"
REVOKED = "Certificate revoked"
ELSEWHERE = "A signature with a certificate counts for CreateSession of Roles Anywhere only."


@dataclass(frozen=True, slots=True)
class CertificateSignature:
    """A signature with a certificate, as it came; nothing is proved."""

    request: HttpRequest
    claimed: X509Claim
    anchor_arn: str = ""
    """The trust anchor that should vouch for it; empty before the input is read."""
    version: str = "X.509"

    @property
    def service(self) -> str | None:
        return self.claimed.claim.scope.service

    @property
    def region(self) -> str:
        return self.claimed.claim.scope.region

    @property
    def access_key_id(self) -> str:
        return self.claimed.claim.access_key_id

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        if not self.anchor_arn:
            raise fault("UnsupportedSignature", ELSEWHERE)
        from watchword.proofs import certificates  # noqa: PLC0415 many servers never see a certificate

        try:
            certificate = certificates.read(self.claimed.certificate)  # 1.
        except certificates.UntrustedError as wrong:
            raise _denied(INSUFFICIENT.format(wrong)) from None
        self._verify(world, certificate, operation)  # 2.
        anchor = self._anchor(world, certificate)  # 3. 4. 5.
        holder = CertificateHolder(
            anchor.arn, certificate.subject.rfc4514_string(), serial=f"{certificate.serial_number:x}"
        )
        return Proven(Caller(holder, vouched=VouchedByCertificate(anchor, certificate)), self.request)

    def admit(self, world: World, operation: Operation) -> Proven:  # noqa: ARG002 the face
        raise fault("MissingAuthenticationToken", meant="a large body, signed with a certificate")

    def trace(self, service: str) -> Trace | None:
        return trace(self.claimed.claim, self.request, skew_of(service))

    def answer(self, response: HttpResponse) -> HttpResponse:
        return response

    def _verify(self, world: World, certificate: "Certificate", operation: Operation) -> None:
        from watchword.sigv4 import x509_keys  # noqa: PLC0415 as above

        x509_keys.verify(
            self.claimed.claim,
            self.request,
            certificate,
            regions=(Arn.parse(self.anchor_arn).region,),
            now=world.clock.wall(),
            skew=skew_of(operation.service.name),
        )

    def _anchor(self, world: World, leaf: "Certificate") -> TrustAnchor:
        from watchword.proofs import certificates  # noqa: PLC0415 as above

        now = world.clock.wall()
        try:
            certificates.check_leaf(leaf, now)
        except certificates.UntrustedError as wrong:
            raise _denied(INSUFFICIENT.format(wrong)) from None
        anchor = _anchor_at(world, self.anchor_arn)
        try:
            between = [certificates.read(each) for each in self.claimed.chain]
            path = certificates.path(leaf, between, certificates.read_bundle(anchor.certificates), now)
        except certificates.UntrustedError as wrong:
            raise _denied(UNTRUSTED, str(wrong)) from None
        try:
            certificates.check_revocation(path, world.facts.get(REVOCATION_LISTS, anchor.id) or ())
        except certificates.UntrustedError as wrong:
            raise _denied(REVOKED, str(wrong)) from None
        return anchor


def read(_settings: Settings, request: HttpRequest) -> CertificateSignature | None:
    """Raises IncompleteSignature, UnsupportedSignature and others for a malformed signature."""
    claimed = x509.read(request)
    return CertificateSignature(request, claimed) if claimed else None


def read_with_input(request: HttpRequest, given: Mapping[str, Any]) -> CertificateSignature:
    """What a call of CreateSession presents. Raises MissingAuthenticationToken for another signature."""
    claimed = x509.read(request)
    if claimed is None:
        raise fault("MissingAuthenticationToken", "CreateSession is signed with a certificate's key.")
    return CertificateSignature(request, claimed, given["trustAnchorArn"])


def _anchor_at(world: World, text: str) -> TrustAnchor:
    arn, reference = Arn.parse(text), text.rpartition("/")[2]
    known = UUID_FORM.fullmatch(reference)
    found = world.facts.get(TRUST_ANCHOR, arn.account, arn.region, reference) if known else None
    if found is None or found.record.arn != text:
        raise _denied(UNTRUSTED, f"there is no trust anchor {text}")
    if not found.record.enabled:
        raise _denied(UNTRUSTED, f"the trust anchor {text} is disabled")
    return found.record


def _denied(said: str, meant: str = "") -> AwsError:
    return AwsError("AccessDenied", 403, said, meant)
