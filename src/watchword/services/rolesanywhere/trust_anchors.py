"""Trust anchors: the certificate authorities that an account trusts.

1. The source is a CERTIFICATE_BUNDLE, PEM. Other sources are refused: AWS's private CAs aren't here.
2. Each certificate of the bundle could have signed others: a CA with keyCertSign, a strong key, SHA-256. It
   needn't be valid yet.
3. Lists that certificates point to (crlDpRevocationEnabled) are not fetched, so asking for that is refused.
4. The certificate of an authority of hosts stays: who may change trust anchors can't name hosts.
5. A new one is disabled unless the request says otherwise. When it is deleted, so are its revocation lists.

Source: IAM Roles Anywhere API Reference, CreateTrustAnchor and its siblings; User Guide, "Trust model".
"""

from msgspec import structs

from watchword.names import nouns
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.rolesanywhere import made, notifications, pages, tags
from watchword.services.rolesanywhere.errors import invalid
from watchword.services.rolesanywhere.named import current, on, on_everything
from watchword.store import tags as stored_tags
from watchword.store.rolesanywhere import crls, host_authorities, trust_anchors
from watchword.store.rolesanywhere.trust_anchors import TrustAnchor

KIND = nouns.TRUST_ANCHOR
BUNDLE = "CERTIFICATE_BUNDLE"
MOST_CERTIFICATES = 10
OF_HOSTS = "The trust anchor certifies the hosts of this server. Its source can't be changed."


def create_trust_anchor(call: Call) -> Output:
    """CreateTrustAnchor."""
    given = call.input
    _refuse_fetching(call)
    anchor = TrustAnchor(
        made.new_id(call),
        call.account,
        call.context.region,
        given["name"],
        _certificates(call),
        call.now,
        call.now,
        enabled=given.get("enabled", False),
        alias=made.alias_of(call),
        notifications=notifications.settings(call),
        partition=call.partition,
    )
    added = tags.given(call, KIND)
    made.write(call, trust_anchors.insert, anchor)
    stored_tags.put(call.tx, KIND, anchor.id, added)
    return _detail(anchor)


def get_trust_anchor(call: Call) -> Output:
    """GetTrustAnchor."""
    return _detail(current(call, KIND))


def list_trust_anchors(call: Call) -> Output:
    """ListTrustAnchors."""
    return pages.listed(call, trust_anchors.page, "trustAnchors", described)


def update_trust_anchor(call: Call) -> Output:
    """UpdateTrustAnchor."""
    before = current(call, KIND)
    _refuse_fetching(call)
    if "source" in call.input and host_authorities.by_anchor(call.tx, before.id):  # 4.
        raise invalid(OF_HOSTS)
    more = {"certificates": _certificates(call)} if "source" in call.input else {}
    anchor = made.changed(call, before, {"name": "name"}, **more)
    made.write(call, trust_anchors.update, anchor)
    return _detail(anchor, before)


def enable_trust_anchor(call: Call) -> Output:
    """EnableTrustAnchor."""
    return _switched(call, enabled=True)


def disable_trust_anchor(call: Call) -> Output:
    """DisableTrustAnchor."""
    return _switched(call, enabled=False)


def delete_trust_anchor(call: Call) -> Output:
    """DeleteTrustAnchor."""
    anchor = current(call, KIND)
    for crl in crls.of(call.tx, anchor.id):
        crls.remove(call.tx, crl)
    trust_anchors.remove(call.tx, anchor)
    return _detail(anchor)


def put_notification_settings(call: Call) -> Output:
    """PutNotificationSettings."""
    return _detail(notifications.put(call))


def reset_notification_settings(call: Call) -> Output:
    """ResetNotificationSettings."""
    return _detail(notifications.reset(call))


def described(anchor: TrustAnchor, before: TrustAnchor | None = None) -> Output:
    """TrustAnchorDetail."""
    return {
        "trustAnchorId": anchor.id,
        "trustAnchorArn": anchor.arn,
        "name": anchor.name,
        "source": {"sourceType": BUNDLE, "sourceData": {"x509CertificateData": anchor.certificates}},
        "enabled": anchor.enabled,
        "crlDpRevocationEnabled": False,
        "createdAt": anchor.created,
        "updatedAt": anchor.updated,
        "notificationSettings": notifications.described(anchor),
        **made.aliases(KIND, anchor, before),
    }


def _detail(anchor: TrustAnchor, before: TrustAnchor | None = None) -> Output:
    return {"trustAnchor": described(anchor, before)}


def _switched(call: Call, *, enabled: bool) -> Output:
    anchor = structs.replace(current(call, KIND), enabled=enabled, updated=call.now)
    trust_anchors.update(call.tx, anchor)
    return _detail(anchor)


def _certificates(call: Call) -> str:
    """Rules 1 and 2: the PEM text of the source. Raises ValidationException."""
    from watchword.proofs import certificates  # noqa: PLC0415 many servers never see a certificate

    source = call.input["source"]
    text: str = source.get("sourceData", {}).get("x509CertificateData", "")
    if source.get("sourceType") != BUNDLE or not text:
        raise invalid(f"The source of a trust anchor must be a {BUNDLE}, with x509CertificateData.")
    try:
        found = certificates.read_bundle(text)
    except certificates.UntrustedError as wrong:
        raise invalid(f"x509CertificateData can't be a trust anchor: {wrong}.") from None
    if len(found) > MOST_CERTIFICATES:
        raise invalid(f"x509CertificateData has more than {MOST_CERTIFICATES} certificates.")
    return text


def _refuse_fetching(call: Call) -> None:
    """Rule 3."""
    if call.input.get("crlDpRevocationEnabled"):
        raise invalid("Revocation lists are imported (ImportCrl), not fetched: crlDpRevocationEnabled.")


OPERATIONS: dict[str, Operation] = {
    "CreateTrustAnchor": writes(create_trust_anchor, tags.to_create),
    "GetTrustAnchor": reads(get_trust_anchor, on(KIND)),
    "ListTrustAnchors": reads(list_trust_anchors, on_everything),
    "UpdateTrustAnchor": writes(update_trust_anchor, on(KIND)),
    "EnableTrustAnchor": writes(enable_trust_anchor, on(KIND)),
    "DisableTrustAnchor": writes(disable_trust_anchor, on(KIND)),
    "DeleteTrustAnchor": writes(delete_trust_anchor, on(KIND)),
    "PutNotificationSettings": writes(put_notification_settings, on(KIND)),
    "ResetNotificationSettings": writes(reset_notification_settings, on(KIND)),
}
