"""Sessions for holders of certificates: CreateSession.

The certificate has been proved (`access.schemes.certificate`). In this order:

1. The profile is one of the trust anchor's account and Region, and enabled; it lists the role. A host of ours
   is still enrolled, and its session ends when it is revoked (`hosts`).
2. A name for the session is given only where the profile takes one. Otherwise it is the certificate's serial
   number. Where the profile demands properties of the instance, some are given.
3. What the certificate says becomes tags and the source identity (`identity.certificate_attributes`).
4. Roles Anywhere assumes the role: its trust policy decides, for rolesanywhere.amazonaws.com, with the trust
   anchor as aws:SourceArn and the tags as aws:PrincipalTag and aws:RequestTag. This is the same decision, and
   the same record, as of any other AssumeRole. A refusal of it is told in AWS's one sentence.
5. The subject and the certificate are noted, in the transaction of the record.

A session lasts as long as the request says, at most as long as the profile says. It can outlast the
certificate. An assumed role that can't be recorded here was handed to nobody.
Source: IAM Roles Anywhere User Guide, "CreateSession API", "Trust model"; IAM User Guide, aws:SourceArn.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from msgspec import structs

from watchword.access import Caller
from watchword.access.caller import VouchedByCertificate
from watchword.access.request_context import Via
from watchword.access.schemes import certificate as scheme
from watchword.facts.anchors import PROFILE, UUID_FORM
from watchword.identity import certificate_attributes
from watchword.names import AwsError
from watchword.names.principal import CertificateHolder, Service
from watchword.services.operation import Call, Operation, Output, no_demands, writes
from watchword.services.rolesanywhere import hosts
from watchword.services.rolesanywhere.errors import denied
from watchword.services.rolesanywhere.handed_out import as_ours, entry
from watchword.store.rolesanywhere import subjects
from watchword.store.rolesanywhere.profiles import Profile
from watchword.store.rolesanywhere.subjects import Subject, Use

PRINCIPAL = "rolesanywhere.amazonaws.com"


def create_session(call: Call) -> Output:
    """CreateSession: rule 5, and the answer."""
    answer: dict[str, Any] = call.prepared
    subject = _note(call)
    return {"credentialSet": [entry(answer, call.input["roleArn"])], "subjectArn": subject.arn}


def assume(call: Call) -> Output:
    """Rules 1 to 4: what AssumeRole answers."""
    vouched, profile = _vouched(call), _profile(call)
    host = hosts.check(call, vouched)
    said = certificate_attributes.attributes(vouched.certificate)
    tags = certificate_attributes.tags(said, profile.mappings, call.input["roleArn"])
    given = _given(call, profile, said, tags)
    world, anchor = call.world, vouched.anchor
    try:
        world.models.service("sts").operation("AssumeRole").check(given)
        caller = Caller(Service(PRINCIPAL), vouched=structs.replace(vouched, tags=tags, host=host))
        via = Via(source_arn=anchor.arn, source_account=anchor.account, invoked_by=PRINCIPAL)
        return call.act(caller, ("sts", "AssumeRole"), given, via)
    except AwsError as refused:
        raise as_ours(refused, call.input["roleArn"]) from refused


def _vouched(call: Call) -> VouchedByCertificate:
    vouched = call.caller.vouched
    if not isinstance(vouched, VouchedByCertificate):
        raise RuntimeError("the holder of a certificate has one")  # noqa: TRY004 a wrong row, not type
    return vouched


def _profile(call: Call) -> Profile:
    """Rules 1 and 2. Raises AccessDenied."""
    anchor, arn = _vouched(call).anchor, call.input["profileArn"]
    reference = arn.rpartition("/")[2]
    known = UUID_FORM.fullmatch(reference)
    found = call.world.facts.get(PROFILE, anchor.account, anchor.region, reference) if known else None
    if found is None or found.record.arn != arn:
        raise denied("There is no such profile.", f"no profile {arn} in account {anchor.account}")
    profile = found.record
    if not profile.enabled:
        raise denied("The profile is disabled.")
    if call.input["roleArn"] not in profile.role_arns:
        raise denied("The profile doesn't list the role.", f"profile {arn} has no {call.input['roleArn']}")
    if "roleSessionName" in call.input and not profile.takes_session_names:
        raise denied("The profile doesn't accept a role session name.")
    if profile.needs_properties and not call.input.get("instanceProperties"):
        raise denied("The profile requires instance properties.")
    return profile


def _given(call: Call, profile: Profile, said: dict[str, str], tags: dict[str, str]) -> dict[str, Any]:
    """The input of AssumeRole."""
    asked = call.input.get("durationSeconds", profile.duration)
    own = certificate_attributes.session_name(_vouched(call).certificate)
    given: dict[str, Any] = {
        "RoleArn": call.input["roleArn"],
        "RoleSessionName": call.input.get("roleSessionName", own),
        "DurationSeconds": min(asked, profile.duration),
    }
    optional = {
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "SourceIdentity": certificate_attributes.source_identity(said),
        "Policy": profile.policy,
        "PolicyArns": [{"arn": arn} for arn in profile.policy_arns],
    }
    return given | {name: value for name, value in optional.items() if value}


def _note(call: Call) -> Subject:
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 many never need it

    holder, vouched = call.caller.principal, _vouched(call)
    assert isinstance(holder, CertificateHolder)
    anchor, certificate = vouched.anchor, vouched.certificate
    subject = subjects.named(call.tx, anchor.account, anchor.region, holder.subject) or Subject(
        str(UUID(bytes=call.world.randomness(16), version=4)),
        anchor.account,
        anchor.region,
        holder.subject,
        call.now,
        call.now,
        partition=anchor.partition,
    )
    use = Use(
        subject.id,
        certificate.issuer.rfc4514_string(),
        str(certificate.serial_number),
        certificate.public_bytes(Encoding.PEM).decode("ascii"),
        call.now,
        call.input.get("instanceProperties", {}),
    )
    subjects.note(call.tx, subject, use)
    return subject


OPERATIONS: dict[str, Operation] = {
    "CreateSession": replace(
        writes(create_session, no_demands, mints=True, prepare=assume), proof=scheme.read_with_input
    ),
}
