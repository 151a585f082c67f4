"""Hosts: machines that an operator enrolled join, renew their certificates, and get sessions of their roles.

These operations are Watchword's own; docs/decisions/0020 says why they are signed like CreateSession.

1. JoinHost takes the token that enrolled the host, once, and a certificate request of the host's own key.
2. RenewHost and CreateHostSession are signed with the key of the present certificate. The host must still be
   enrolled, and not revoked: that is asked at each call, so a revocation counts at once.
3. A session is of one of the host's roles. It is assumed in the name of the service that stands for what
   asks: the instance itself, a container, a pod. The role's trust policy decides, with the host's ARN as
   aws:SourceArn; the session has it as ec2:SourceInstanceARN, and ends when the host is revoked.

The real time counts in certificates, as for all of them (`access.schemes.certificate`).
"""

from dataclasses import replace
from datetime import datetime

from msgspec import structs

from watchword.access import Caller
from watchword.access.caller import VouchedByCertificate
from watchword.access.request_context import Via
from watchword.access.schemes import certificate as certificate_scheme
from watchword.access.schemes import join_token
from watchword.facts.anchors import HOST, HOST_AUTHORITY
from watchword.facts.credentials import KEYRING
from watchword.identity import certificate_attributes, private_keys
from watchword.names import AwsError, fault
from watchword.names.principal import Service
from watchword.services.operation import Call, Operation, Output, no_demands, reads, writes
from watchword.services.rolesanywhere.errors import denied, invalid
from watchword.services.rolesanywhere.handed_out import as_ours, entry
from watchword.store.rolesanywhere import host_authorities, hosts, trust_anchors
from watchword.store.rolesanywhere.hosts import Host

GONE = "The host is not enrolled, or was revoked."
OTHER_ROLE = "The host doesn't have that role."
_ID = f"{certificate_attributes.SUBJECT}/UID"


def join_host(call: Call) -> Output:
    """JoinHost: rule 1."""
    host = hosts.of_token(call.tx, join_token.digest(call.input["token"]))
    if host is None:  # another call was faster
        raise fault("InvalidClientTokenId", join_token.REFUSED)
    return _certified(call, structs.replace(host, token=None, joined=call.now))


def renew_host(call: Call) -> Output:
    """RenewHost."""
    host = hosts.by_id(call.tx, host_of(call).id)
    if host is None or host.revoked is not None:
        raise denied(GONE)
    return _certified(call, host)


def create_host_session(call: Call) -> Output:
    """CreateHostSession: the answer."""
    return {"credentialSet": [entry(call.prepared, call.input["roleArn"])]}


def assume(call: Call) -> Output:
    """Rule 3: what AssumeRole answers."""
    host, role, service = host_of(call), call.input["roleArn"], call.input["servicePrincipal"]
    if role not in host.role_arns:
        raise denied(OTHER_ROLE, f"host {host.name} was enrolled without {role}")
    given = {
        "RoleArn": role,
        "RoleSessionName": call.input.get("roleSessionName", host.id),
        "DurationSeconds": call.input.get("durationSeconds", 3600),
    }
    via = Via(source_arn=host.arn, source_account=host.account, invoked_by=service)
    try:
        return call.act(Caller(Service(service)), ("sts", "AssumeRole"), given, via)
    except AwsError as refused:
        raise as_ours(refused, role) from refused


def host_of(call: Call) -> Host:
    """Rule 2: the host whose certificate signed. Raises AccessDenied."""
    vouched = call.caller.vouched
    if not isinstance(vouched, VouchedByCertificate):
        raise RuntimeError("the holder of a certificate has one")  # noqa: TRY004 a wrong row, not type
    named = certificate_attributes.attributes(vouched.certificate).get(_ID, "")
    host = call.world.facts.get(HOST, named)
    if host is None or host.anchor_id != vouched.anchor.id or host.joined is None:
        raise denied(GONE, f"no host {named[:64]!r} was certified by that trust anchor")
    if host.revoked is not None:
        raise denied(GONE, f"host {host.name} was revoked")
    return host


def check(call: Call, vouched: VouchedByCertificate) -> str:
    """CreateSession: the ARN of a host, for which rule 2 holds there too. Raises AccessDenied."""
    of_hosts = call.world.facts.get(HOST_AUTHORITY, vouched.anchor.id) is not None
    return host_of(call).arn if of_hosts else ""


def _certified(call: Call, host: Host) -> Output:
    """A new certificate for the host, and where it counts. Raises ValidationException."""
    from watchword.proofs import certificates, host_certificates  # noqa: PLC0415 many servers have no hosts

    authority = _authority(call, host)
    now: datetime = call.world.clock.wall()
    try:
        made = host_certificates.certify(authority, call.input["certificateRequest"], host.name, host.id, now)
    except certificates.UntrustedError as wrong:
        raise invalid(f"The certificate request can't be taken: {wrong}.") from None
    hosts.update(call.tx, structs.replace(host, certified_until=made.ends))
    return {
        "hostArn": host.arn,
        "hostId": host.id,
        "name": host.name,
        "trustAnchorArn": host.anchor_arn,
        "certificate": made.pem,
    }


def _authority(call: Call, host: Host) -> tuple[str, str]:
    anchor = trust_anchors.by_id(call.tx, host.anchor_id)
    authority = host_authorities.by_anchor(call.tx, host.anchor_id)
    if anchor is None or not anchor.enabled or authority is None:
        raise denied(GONE, f"the trust anchor {host.anchor_arn} is gone, or disabled")
    key = private_keys.open(authority.sealed, authority.anchor_id, call.world.facts.need(KEYRING))
    return anchor.certificates, key


def _proved(row: Operation) -> Operation:
    return replace(row, proof=certificate_scheme.read_with_input)


OPERATIONS: dict[str, Operation] = {
    "JoinHost": replace(writes(join_host, no_demands), proof=join_token.read),
    "RenewHost": _proved(writes(renew_host, no_demands)),
    "CreateHostSession": _proved(replace(reads(create_host_session, no_demands, mints=True), prepare=assume)),
}
