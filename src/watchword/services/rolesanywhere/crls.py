"""Certificate revocation lists (CRLs): which certificates of a trust anchor no longer count.

1. The trust anchor is the caller's own, in this Region, and has at most MOST lists.
2. A list is read strictly (`proofs.certificates.read_list`).
3. A new list counts at once, unless the request says that it is disabled.

Source: IAM Roles Anywhere API Reference, ImportCrl and its siblings; User Guide, "Revocation", "Quotas".
"""

from msgspec import structs

from watchword.access import Demand
from watchword.names import nouns
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.rolesanywhere import made, pages, tags
from watchword.services.rolesanywhere.errors import invalid
from watchword.services.rolesanywhere.named import current, look_up, on, on_everything, read, still
from watchword.store import tags as stored_tags
from watchword.store.rolesanywhere import crls, trust_anchors
from watchword.store.rolesanywhere.crls import Crl
from watchword.store.rolesanywhere.trust_anchors import TrustAnchor

KIND = nouns.CRL
MOST = 2


def import_crl(call: Call) -> Output:
    """ImportCrl."""
    given = call.input
    anchor: TrustAnchor = still(call, read(call, given["trustAnchorArn"], nouns.TRUST_ANCHOR))  # 1.
    if len(crls.of(call.tx, anchor.id)) >= MOST:
        raise invalid(f"The trust anchor has {MOST} revocation lists, which is the most.")
    crl = Crl(
        made.new_id(call),
        call.account,
        call.context.region,
        given["name"],
        anchor.id,
        given["crlData"],
        _der(given["crlData"], anchor),
        call.now,
        call.now,
        enabled=given.get("enabled", True),  # 3.
        alias=made.alias_of(call),
        partition=call.partition,
    )
    added = tags.given(call, KIND)
    made.write(call, crls.insert, crl)
    stored_tags.put(call.tx, KIND, crl.id, added)
    return _detail(crl)


def to_import(call: Call) -> tuple[Demand, ...]:
    """The action on everything; the trust anchor is looked up with it."""
    look_up(call, read(call, call.input["trustAnchorArn"], nouns.TRUST_ANCHOR))
    return tags.to_create(call)


def get_crl(call: Call) -> Output:
    """GetCrl."""
    return _detail(current(call, KIND))


def list_crls(call: Call) -> Output:
    """ListCrls."""
    return pages.listed(call, crls.page, "crls", described)


def update_crl(call: Call) -> Output:
    """UpdateCrl."""
    before: Crl = current(call, KIND)
    more: dict[str, bytes] = {}
    if "crlData" in call.input:
        anchor = trust_anchors.by_id(call.tx, before.anchor_id)
        assert anchor is not None  # a foreign key
        more["der"] = _der(call.input["crlData"], anchor)
    crl = made.changed(call, before, {"name": "name", "crlData": "given"}, **more)
    made.write(call, crls.update, crl)
    return _detail(crl, before)


def enable_crl(call: Call) -> Output:
    """EnableCrl."""
    return _switched(call, enabled=True)


def disable_crl(call: Call) -> Output:
    """DisableCrl."""
    return _switched(call, enabled=False)


def delete_crl(call: Call) -> Output:
    """DeleteCrl."""
    crl = current(call, KIND)
    crls.remove(call.tx, crl)
    return _detail(crl)


def described(crl: Crl, before: Crl | None = None) -> Output:
    """CrlDetail."""
    prefix = crl.arn.removesuffix(f"{KIND}/{crl.id}")
    return {
        "crlId": crl.id,
        "crlArn": crl.arn,
        "name": crl.name,
        "enabled": crl.enabled,
        "crlData": crl.given,
        "trustAnchorArn": f"{prefix}{nouns.TRUST_ANCHOR}/{crl.anchor_id}",
        "createdAt": crl.created,
        "updatedAt": crl.updated,
        **made.aliases(KIND, crl, before),
    }


def _detail(crl: Crl, before: Crl | None = None) -> Output:
    return {"crl": described(crl, before)}


def _switched(call: Call, *, enabled: bool) -> Output:
    crl = structs.replace(current(call, KIND), enabled=enabled, updated=call.now)
    crls.update(call.tx, crl)
    return _detail(crl)


def _der(data: bytes, anchor: TrustAnchor) -> bytes:
    """Rule 2. Raises ValidationException."""
    from watchword.proofs import certificates  # noqa: PLC0415 many servers never see a certificate

    try:
        return certificates.read_list(data, certificates.read_bundle(anchor.certificates))
    except certificates.UntrustedError as wrong:
        raise invalid(f"crlData can't be taken: {wrong}.") from None


OPERATIONS: dict[str, Operation] = {
    "ImportCrl": writes(import_crl, to_import),
    "GetCrl": reads(get_crl, on(KIND)),
    "ListCrls": reads(list_crls, on_everything),
    "UpdateCrl": writes(update_crl, on(KIND)),
    "EnableCrl": writes(enable_crl, on(KIND)),
    "DisableCrl": writes(disable_crl, on(KIND)),
    "DeleteCrl": writes(delete_crl, on(KIND)),
}
