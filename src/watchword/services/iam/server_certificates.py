"""Server certificates: kept for programs that fetch them, and used by nothing here.

A private key is sealed when it arrives and never shown.
Source: IAM API Reference, UploadServerCertificate and its siblings.
"""

from watchword.facts.credentials import KEYRING
from watchword.identity import private_keys
from watchword.identity.quotas import check_quota
from watchword.services.iam import demands, pages, shapes
from watchword.services.iam.entity_types import SERVER_CERTIFICATE
from watchword.services.iam.tags import put_given
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import tags
from watchword.store.iam import server_certificates
from watchword.store.iam.server_certificates import Material, ServerCertificate


def upload_server_certificate(call: Call) -> Output:
    """UploadServerCertificate."""
    from watchword.identity.certificates import read_server_certificate  # noqa: PLC0415 9 MB that few servers need

    new = SERVER_CERTIFICATE.new_entity(call)
    body, key = call.input["CertificateBody"], call.input["PrivateKey"]
    chain = call.input.get("CertificateChain")
    found = read_server_certificate(body, key, chain, call.now)
    check_quota("ServerCertificatesPerAccount", server_certificates.count(call.tx, call.account) + 1)
    certificate = ServerCertificate(**new, expires=found.not_valid_after_utc)
    sealed = private_keys.seal(key, certificate.id, call.world.facts.need(KEYRING))
    material = Material(
        certificate.id, body.strip(), chain and chain.strip(), sealed.secret, sealed.sealing_key
    )
    server_certificates.insert(call.tx, certificate, material)
    given = put_given(SERVER_CERTIFICATE, call, certificate)
    return {"ServerCertificateMetadata": _shape(certificate)} | shapes.tagged(given)


def get_server_certificate(call: Call) -> Output:
    """GetServerCertificate, without its private key."""
    certificate = SERVER_CERTIFICATE.of(call)
    material = server_certificates.material_of(call.tx, certificate)
    shown = {
        "ServerCertificateMetadata": _shape(certificate),
        "CertificateBody": material.body,
        **shapes.present("CertificateChain", material.chain),
        **shapes.all_tags(tags.of(call.tx, SERVER_CERTIFICATE.noun, certificate.id)),
    }
    return {"ServerCertificate": shown}


def list_server_certificates(call: Call) -> Output:
    """ListServerCertificates."""
    found, more = server_certificates.page(
        call.tx,
        call.account,
        path_prefix=call.input.get("PathPrefix", "/"),
        after=pages.start_of(call),
        limit=pages.size_of(call),
    )
    end = pages.end(found[-1].name if found else "", more=more)
    return {"ServerCertificateMetadataList": [_shape(each) for each in found], **end}


def update_server_certificate(call: Call) -> Output:
    """UpdateServerCertificate: sets the name, the path or both. The unique id stays the same."""
    certificate = SERVER_CERTIFICATE.of(call)
    name = call.input.get("NewServerCertificateName", certificate.name)
    SERVER_CERTIFICATE.check_free(call, name, renamed=certificate)
    path = call.input.get("NewPath", certificate.path)
    server_certificates.rename(call.tx, certificate, name=name, path=path)
    return {}


def delete_server_certificate(call: Call) -> Output:
    """DeleteServerCertificate, with its private key and tags."""
    certificate = SERVER_CERTIFICATE.of(call)
    tags.remove_all(call.tx, SERVER_CERTIFICATE.noun, certificate.id)
    server_certificates.remove(call.tx, certificate)
    return {}


def _shape(certificate: ServerCertificate) -> shapes.Shape:
    return {
        "Path": certificate.path,
        "ServerCertificateName": certificate.name,
        "ServerCertificateId": certificate.id,
        "Arn": certificate.arn,
        "UploadDate": shapes.second(certificate.created),
        "Expiration": shapes.second(certificate.expires),
    }


_ON_CERTIFICATE = demands.on(SERVER_CERTIFICATE)

OPERATIONS: dict[str, Operation] = {
    "UploadServerCertificate": writes(
        upload_server_certificate, demands.on_new(SERVER_CERTIFICATE, tagging="iam:TagServerCertificate")
    ),
    "GetServerCertificate": reads(get_server_certificate, _ON_CERTIFICATE),
    "ListServerCertificates": reads(list_server_certificates, demands.on_account),
    "UpdateServerCertificate": writes(
        update_server_certificate, demands.on_both_names(SERVER_CERTIFICATE, new="NewServerCertificateName")
    ),
    "DeleteServerCertificate": writes(delete_server_certificate, _ON_CERTIFICATE),
}
