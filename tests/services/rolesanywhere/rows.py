"""How each operation of Roles Anywhere is called: what a row is stands in tests/services/rows.py."""

from datetime import UTC, datetime
from typing import Any

from tests.services.rolesanywhere.authority import Authority
from tests.services.rows import Refused, Row, Step, Without

NONE = "00000000-0000-4000-8000-000000000000"
PREFIX = "arn:aws:rolesanywhere:us-east-1:123456789012:"
CA = Authority.new("Rows", now=datetime(2026, 1, 1, tzinfo=UTC))
SOURCE = {"source": {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": CA.pem}}}
ROLES = {"roleArns": ["arn:aws:iam::123456789012:role/runner"]}
CRL = {"crlData": CA.revoke()}
NO_ANCHOR, NO_PROFILE, NO_CRL, NO_SUBJECT = (
    Refused("ResourceNotFoundException", **{member: NONE})
    for member in ("trustAnchorId", "profileId", "crlId", "subjectId")
)
NO_RESOURCE = Refused("ResourceNotFoundException", resourceArn=f"{PREFIX}profile/{NONE}")
NO_SIZE = Without("botocore's paginator takes no size here; test_administration.py asks for pages by hand")
TAGS = [{"key": "team", "value": "red"}]


def anchor(reference: str) -> dict[str, Any]:
    return {"trustAnchorId": f"<{reference}>"}


def profile(reference: str) -> dict[str, Any]:
    return {"profileId": f"<{reference}>"}


def crl(reference: str) -> dict[str, Any]:
    return {"crlId": f"<{reference}>"}


SCENE = [
    *(
        Step(
            "CreateTrustAnchor",
            {"name": name, **SOURCE},
            **{name: "trustAnchor.trustAnchorId", f"{name}_arn": "trustAnchor.trustAnchorArn"},
        )
        for name in ("anchor", "anchor_spare", "anchor_alone")
    ),
    *(
        Step("CreateProfile", {"name": name, **ROLES}, **{name: "profile.profileId"})
        for name in ("profile", "profile_spare")
    ),
    *(
        Step("ImportCrl", {"name": name, "trustAnchorArn": "<anchor_arn>", **CRL}, **{name: "crl.crlId"})
        for name in ("crl", "crl_spare")
    ),
]
SUBJECT = {"certificateField": "x509Subject"}
TAGGED = {"resourceArn": "<anchor_arn>"}
SETTING = {"event": "CA_CERTIFICATE_EXPIRY"}

ROWS = {
    # trust anchors
    "CreateTrustAnchor": Row({"name": "new", **SOURCE}),
    "GetTrustAnchor": Row(anchor("anchor"), missing=NO_ANCHOR),
    "ListTrustAnchors": Row(pages=NO_SIZE),
    "UpdateTrustAnchor": Row(anchor("anchor") | {"name": "other"}, missing=NO_ANCHOR),
    "EnableTrustAnchor": Row(anchor("anchor"), missing=NO_ANCHOR),
    "DisableTrustAnchor": Row(anchor("anchor"), missing=NO_ANCHOR),
    "DeleteTrustAnchor": Row(anchor("anchor_spare"), missing=NO_ANCHOR),
    "PutNotificationSettings": Row(
        anchor("anchor") | {"notificationSettings": [SETTING | {"enabled": False}]}, missing=NO_ANCHOR
    ),
    "ResetNotificationSettings": Row(
        anchor("anchor") | {"notificationSettingKeys": [SETTING]}, missing=NO_ANCHOR
    ),
    # profiles
    "CreateProfile": Row({"name": "new", **ROLES}),
    "GetProfile": Row(profile("profile"), missing=NO_PROFILE),
    "ListProfiles": Row(pages=NO_SIZE),
    "UpdateProfile": Row(profile("profile") | {"durationSeconds": 900}, missing=NO_PROFILE),
    "EnableProfile": Row(profile("profile"), missing=NO_PROFILE),
    "DisableProfile": Row(profile("profile"), missing=NO_PROFILE),
    "DeleteProfile": Row(profile("profile_spare"), missing=NO_PROFILE),
    "PutAttributeMapping": Row(
        profile("profile") | SUBJECT | {"mappingRules": [{"specifier": "CN"}]}, missing=NO_PROFILE
    ),
    "DeleteAttributeMapping": Row(profile("profile") | SUBJECT, missing=NO_PROFILE),
    # revocation lists
    "ImportCrl": Row(
        {"name": "new", "trustAnchorArn": "<anchor_alone_arn>", **CRL},
        missing=Refused("ResourceNotFoundException", trustAnchorArn=f"{PREFIX}trust-anchor/{NONE}"),
    ),
    "GetCrl": Row(crl("crl"), missing=NO_CRL),
    "ListCrls": Row(pages=NO_SIZE),
    "UpdateCrl": Row(crl("crl") | {"name": "other"}, missing=NO_CRL),
    "EnableCrl": Row(crl("crl"), missing=NO_CRL),
    "DisableCrl": Row(crl("crl"), missing=NO_CRL),
    "DeleteCrl": Row(crl("crl_spare"), missing=NO_CRL),
    # subjects
    "GetSubject": Row({"subjectId": NONE}, missing=NO_SUBJECT, answer="ResourceNotFoundException"),
    "ListSubjects": Row(pages=Without("a subject comes with a session only, which no scene can make")),
    # tags
    "TagResource": Row(TAGGED | {"tags": TAGS}, missing=NO_RESOURCE),
    "UntagResource": Row(TAGGED | {"tagKeys": ["team"]}, missing=NO_RESOURCE),
    "ListTagsForResource": Row(TAGGED, missing=NO_RESOURCE),
}
OTHERS = {
    "JoinHost": "tests/server/test_hosts.py::test_the_records_say_who_asked",
    "RenewHost": "tests/server/test_hosts.py::test_a_renewal_is_recorded",
    "CreateHostSession": "tests/server/test_hosts.py::test_the_records_say_who_asked",
    "CreateSession": "tests/server/test_roles_anywhere.py::test_both_records_say_who_came",
}
