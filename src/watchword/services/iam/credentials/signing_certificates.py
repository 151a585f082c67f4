"""Signing certificates (X.509) of users, and of the root user when it calls for itself.

Nothing here is signed with them; a certificate is in an account once.
Source: IAM API Reference, UploadSigningCertificate and its siblings.
"""

from cryptography.hazmat.primitives.hashes import SHA256

from watchword.identity.quotas import check_quota
from watchword.identity.refusals import missing_certificate, refusal
from watchword.names.ids import new_long_id
from watchword.services.iam import demands, pages, shapes
from watchword.services.iam.credentials.status import wanted_status
from watchword.services.iam.users import user_or_root
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import signing_certificates
from watchword.store.iam.signing_certificates import SigningCertificate
from watchword.store.iam.users import User


def upload_signing_certificate(call: Call) -> Output:
    """UploadSigningCertificate."""
    from watchword.identity.certificates import read_signing_certificate  # noqa: PLC0415 9 MB that few servers need

    user, body = user_or_root(call), call.input["CertificateBody"]
    fingerprint = read_signing_certificate(body, call.now).fingerprint(SHA256()).hex()
    if signing_certificates.is_known(call.tx, call.account, fingerprint):
        raise refusal("DuplicateCertificate", "The account already has this certificate.")
    check_quota("SigningCertificatesPerUser", len(_certificates_of(call, user)) + 1)
    certificate = SigningCertificate(
        id=new_long_id(call.world.randomness),
        account=call.account,
        user_id=user.id if user else None,
        body=body,
        fingerprint=fingerprint,
        created=call.now,
    )
    signing_certificates.insert(call.tx, certificate)
    return {"Certificate": _shape(certificate, user)}


def list_signing_certificates(call: Call) -> Output:
    """ListSigningCertificates."""
    user = user_or_root(call)
    shown, end = pages.page(call, _certificates_of(call, user), lambda each: each.id)
    return {"Certificates": [_shape(each, user) for each in shown], **end}


def update_signing_certificate(call: Call) -> Output:
    """UpdateSigningCertificate."""
    status = wanted_status(call)
    signing_certificates.set_status(call.tx, _certificate_named(call), status)
    return {}


def delete_signing_certificate(call: Call) -> Output:
    """DeleteSigningCertificate."""
    signing_certificates.remove(call.tx, _certificate_named(call))
    return {}


def _certificate_named(call: Call) -> SigningCertificate:
    named = call.input["CertificateId"]
    held = _certificates_of(call, user_or_root(call))
    found = next((each for each in held if each.id == named), None)
    if found is None:
        raise missing_certificate(named)
    return found


def _certificates_of(call: Call, user: User | None) -> list[SigningCertificate]:
    if user is None:
        return signing_certificates.of_root(call.tx, call.account)
    return signing_certificates.of_user(call.tx, user.id)


def _shape(certificate: SigningCertificate, user: User | None) -> shapes.Shape:
    return {
        **({"UserName": user.name} if user else {}),
        "CertificateId": certificate.id,
        "CertificateBody": certificate.body,
        "Status": certificate.status,
        "UploadDate": shapes.second(certificate.created),
    }


OPERATIONS: dict[str, Operation] = {
    "UploadSigningCertificate": writes(upload_signing_certificate, demands.on_user_or_caller),
    "ListSigningCertificates": reads(list_signing_certificates, demands.on_user_or_caller),
    "UpdateSigningCertificate": writes(update_signing_certificate, demands.on_user_or_caller),
    "DeleteSigningCertificate": writes(delete_signing_certificate, demands.on_user_or_caller),
}
