"""Trust anchors, profiles and revocation lists as an administrator makes them with unmodified boto3."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from tests.services.iam.test_boto3_iam import document
from tests.services.rolesanywhere.authority import Authority
from tests.services.rolesanywhere.conftest import make_anchor

from watchword.testing import Server

NONE = "00000000-0000-4000-8000-000000000000"
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


@pytest.fixture
def anywhere(watchword: Server) -> Any:
    return boto3.client("rolesanywhere", **watchword.client_arguments)


@pytest.fixture
def role(watchword: Server) -> str:
    return f"arn:aws:iam::{watchword.account}:role/web"


def refused(code: str, call: Callable[..., object], **given: object) -> str:
    """The message of a refusal with that code."""
    with pytest.raises(ClientError) as caught:
        call(**given)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    return str(error["Message"])


def source(pem: str) -> dict[str, Any]:
    return {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": pem}}


# --- trust anchors -------------------------------------------------------------------------------------


def test_a_trust_anchor(anywhere: Any, watchword: Server, authority: Authority) -> None:
    made = anywhere.create_trust_anchor(name="site", source=source(authority.pem))["trustAnchor"]
    anchor_id = made["trustAnchorId"]
    arn = f"arn:aws:rolesanywhere:us-east-1:{watchword.account}:trust-anchor/{anchor_id}"
    assert made["trustAnchorArn"] == arn
    assert made["source"] == source(authority.pem)
    assert made["enabled"] is False
    assert made["notificationSettings"] == [
        {
            "event": event,
            "enabled": True,
            "threshold": 45,
            "channel": "ALL",
            "configuredBy": "rolesanywhere.amazonaws.com",
        }
        for event in ("CA_CERTIFICATE_EXPIRY", "END_ENTITY_CERTIFICATE_EXPIRY")
    ]
    for reference in (anchor_id, arn):
        assert anywhere.get_trust_anchor(trustAnchorId=reference)["trustAnchor"] == made
    other = Authority.new("Other")
    changed = anywhere.update_trust_anchor(trustAnchorId=arn, name="new", source=source(other.pem))
    assert (changed["trustAnchor"]["name"], changed["trustAnchor"]["source"]) == ("new", source(other.pem))
    assert anywhere.delete_trust_anchor(trustAnchorId=arn)["trustAnchor"]["trustAnchorArn"] == arn
    assert anywhere.list_trust_anchors()["trustAnchors"] == []


def test_a_bundle_of_several(anywhere: Any, authority: Authority) -> None:
    anywhere.create_trust_anchor(name="two", source=source(authority.pem + Authority.new("Next").pem))
    many = authority.pem * 11
    said = refused("ValidationException", anywhere.create_trust_anchor, name="many", source=source(many))
    assert said == "x509CertificateData has more than 10 certificates."


BUNDLES: dict[str, tuple[Callable[[Authority], str], str]] = {
    "no PEM": (lambda _: "certificate", "it is not a list of certificates in PEM"),
    "letters that PEM has not": (lambda _: "ä", "it is not a list of certificates in PEM"),
    "a leaf": (lambda real: real.issue().pem, "an issuer's basic constraints don't say CA:TRUE"),
    "a CA that may not sign": (
        lambda real: real.below(usage=("crl_sign",)).pem,
        "an issuer's key usage has no keyCertSign",
    ),
    "a weak key": (
        lambda _: Authority.new(key=rsa.generate_private_key(65537, 1024)).pem,
        "an RSA key of 1024 bits is not taken",
    ),
    "one of two": (
        lambda real: real.pem + real.issue().pem,
        "an issuer's basic constraints don't say CA:TRUE",
    ),
}


@pytest.mark.parametrize("case", BUNDLES)
def test_a_bundle_that_nobody_should_trust(anywhere: Any, authority: Authority, case: str) -> None:
    make, reason = BUNDLES[case]
    given = {"name": "site", "source": source(make(authority))}
    said = refused("ValidationException", anywhere.create_trust_anchor, **given)
    assert said == f"x509CertificateData can't be a trust anchor: {reason}."


@pytest.mark.parametrize(
    "given",
    [
        {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": "arn:aws:acm-pca:us-east-1:1:a/b"}},
        {"sourceType": "SELF_SIGNED_REPOSITORY"},
        {"sourceType": "CERTIFICATE_BUNDLE"},
        {},
    ],
)
def test_other_sources_are_refused(anywhere: Any, given: dict[str, Any]) -> None:
    said = refused("ValidationException", anywhere.create_trust_anchor, name="site", source=given)
    assert said == "The source of a trust anchor must be a CERTIFICATE_BUNDLE, with x509CertificateData."


def test_lists_are_not_fetched(anywhere: Any, authority: Authority) -> None:
    given = {"name": "site", "source": source(authority.pem), "crlDpRevocationEnabled": True}
    assert "not fetched" in refused("ValidationException", anywhere.create_trust_anchor, **given)
    anchor = make_anchor(anywhere, authority)
    change = {"trustAnchorId": anchor, "crlDpRevocationEnabled": True}
    assert "not fetched" in refused("ValidationException", anywhere.update_trust_anchor, **change)


def test_notification_settings(anywhere: Any, authority: Authority, watchword: Server) -> None:
    anchor = make_anchor(anywhere, authority).rpartition("/")[2]
    given = [{"event": "CA_CERTIFICATE_EXPIRY", "enabled": False, "threshold": 7}]
    answer = anywhere.put_notification_settings(trustAnchorId=anchor, notificationSettings=given)
    first, second = answer["trustAnchor"]["notificationSettings"]
    assert first == {**given[0], "channel": "ALL", "configuredBy": watchword.account}
    assert second["enabled"] is True
    twice = {"trustAnchorId": anchor, "notificationSettings": given * 2}
    assert "two settings" in refused("ValidationException", anywhere.put_notification_settings, **twice)
    keys = [{"event": "CA_CERTIFICATE_EXPIRY"}]
    answer = anywhere.reset_notification_settings(trustAnchorId=anchor, notificationSettingKeys=keys)
    assert answer["trustAnchor"]["notificationSettings"][0]["enabled"] is True


# --- profiles ------------------------------------------------------------------------------------------


def test_a_profile(anywhere: Any, role: str) -> None:
    made = anywhere.create_profile(name="web", roleArns=[role])["profile"]
    expected = {
        "name": "web",
        "roleArns": [role],
        "managedPolicyArns": [],
        "durationSeconds": 3600,
        "enabled": False,
        "acceptRoleSessionName": False,
        "requireInstanceProperties": False,
    }
    assert {key: made[key] for key in expected} == expected
    assert "sessionPolicy" not in made
    assert made["attributeMappings"] == [
        {"certificateField": "x509Subject", "mappingRules": [{"specifier": "*"}]},
        {"certificateField": "x509Issuer", "mappingRules": [{"specifier": "*"}]},
        {
            "certificateField": "x509SAN",
            "mappingRules": [{"specifier": "DNS"}, {"specifier": "URI"}, {"specifier": "Name/*"}],
        },
    ]
    policy = document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    change = {"durationSeconds": 900, "sessionPolicy": policy, "managedPolicyArns": [READ_ONLY]}
    changed = anywhere.update_profile(profileId=made["profileId"], **change)["profile"]
    assert {key: changed[key] for key in change} == change
    assert changed["roleArns"] == [role]


@pytest.mark.parametrize("arn", ["arn:aws:iam::999999999999:role/web", "arn:aws:iam::123456789012:role*"])
def test_roles_are_of_the_account(anywhere: Any, arn: str) -> None:
    said = refused("ValidationException", anywhere.create_profile, name="web", roleArns=[arn])
    assert said.startswith(f"{arn} is not the ARN of a role of account ")


def test_a_session_policy_is_a_policy(anywhere: Any, role: str) -> None:
    given = {"name": "web", "roleArns": [role], "sessionPolicy": "{}"}
    said = refused("ValidationException", anywhere.create_profile, **given)
    assert said.startswith("The session policy is not valid: ")


def test_attribute_mappings(anywhere: Any, role: str) -> None:
    profile = anywhere.create_profile(name="web", roleArns=[role])["profile"]["profileId"]

    def rules(answer: dict[str, Any]) -> dict[str, list[str]]:
        mappings = answer["profile"]["attributeMappings"]
        return {
            each["certificateField"]: [rule["specifier"] for rule in each["mappingRules"]]
            for each in mappings
        }

    put = anywhere.put_attribute_mapping(
        profileId=profile,
        certificateField="x509Subject",
        mappingRules=[{"specifier": "CN"}, {"specifier": "OU"}],
    )
    assert rules(put)["x509Subject"] == ["CN", "OU"]
    gone = anywhere.delete_attribute_mapping(
        profileId=profile, certificateField="x509Subject", specifiers=["OU"]
    )
    assert rules(gone)["x509Subject"] == ["CN"]
    gone = anywhere.delete_attribute_mapping(profileId=profile, certificateField="x509SAN")
    assert set(rules(gone)) == {"x509Subject", "x509Issuer"}
    for field, specifier in (("x509Subject", "DNS"), ("x509SAN", "CN"), ("x509Issuer", "nothing")):
        given = {"certificateField": field, "mappingRules": [{"specifier": specifier}]}
        said = refused("ValidationException", anywhere.put_attribute_mapping, profileId=profile, **given)
        assert said == f"{field}/{specifier} is nothing that can be mapped."


# --- revocation lists ----------------------------------------------------------------------------------


def test_a_list(anywhere: Any, authority: Authority) -> None:
    anchor, crl = make_anchor(anywhere, authority), authority.revoke()
    made = anywhere.import_crl(name="gone", crlData=crl, trustAnchorArn=anchor)["crl"]
    assert (made["crlData"], made["trustAnchorArn"], made["enabled"]) == (crl, anchor, True)
    assert anywhere.get_crl(crlId=made["crlArn"])["crl"] == made
    assert anywhere.disable_crl(crlId=made["crlId"])["crl"]["enabled"] is False
    anywhere.import_crl(name="other", crlData=crl, trustAnchorArn=anchor)
    said = refused("ValidationException", anywhere.import_crl, name="a", crlData=crl, trustAnchorArn=anchor)
    assert said == "The trust anchor has 2 revocation lists, which is the most."
    anywhere.delete_trust_anchor(trustAnchorId=anchor)
    assert anywhere.list_crls()["crls"] == []


def partial_list(authority: Authority) -> bytes:
    builder = x509.CertificateRevocationListBuilder(
        authority.certificate.subject, authority.now, authority.now + timedelta(days=1)
    ).add_extension(x509.DeltaCRLIndicator(7), critical=True)
    return builder.sign(authority.key, SHA256()).public_bytes(Encoding.PEM)


LISTS: dict[str, tuple[Callable[[Authority], bytes], str]] = {
    "no PEM": (lambda _: b"list", "it can't be read"),
    "a certificate": (lambda real: real.pem.encode(), "it can't be read"),
    "forged": (
        lambda _: Authority.new("Root").revoke(),
        "it isn't signed by the trust anchor whose name it has",
    ),
    "a delta": (partial_list, "it has the critical extension 2.5.29.27, so it isn't a complete list"),
}


@pytest.mark.parametrize("case", LISTS)
def test_a_list_that_proves_nothing(anywhere: Any, authority: Authority, case: str) -> None:
    make, reason = LISTS[case]
    anchor = make_anchor(anywhere, authority)
    given = {"name": "gone", "crlData": make(authority), "trustAnchorArn": anchor}
    said = refused("ValidationException", anywhere.import_crl, **given)
    assert said == f"crlData can't be taken: {reason}."


# --- names, pages, tags, permissions -------------------------------------------------------------------


def test_aliases(anywhere: Any, authority: Authority, watchword: Server) -> None:
    anchor = make_anchor(anywhere, authority, aliasName="site/main")
    alias = f"arn:aws:rolesanywhere:us-east-1:{watchword.account}:alias/trust-anchor/site/main"
    found = anywhere.get_trust_anchor(trustAnchorId=alias)["trustAnchor"]
    assert (found["trustAnchorArn"], found["aliasArn"]) == (anchor, alias)
    given = {"name": "b", "source": source(authority.pem), "aliasName": "site/main"}
    taken = refused("ValidationException", anywhere.create_trust_anchor, **given)
    assert taken == "The alias site/main is taken."
    changed = anywhere.update_trust_anchor(trustAnchorId=alias, aliasName="other")["trustAnchor"]
    assert (changed["aliasName"], changed["previousAliasName"]) == ("other", "site/main")
    refused("ResourceNotFoundException", anywhere.get_trust_anchor, trustAnchorId=alias)
    gone = anywhere.update_trust_anchor(trustAnchorId=anchor, aliasName="")["trustAnchor"]
    assert "aliasName" not in gone


def test_an_alias_does_not_pass_by_a_policy(anywhere: Any, authority: Authority, watchword: Server) -> None:
    """A Deny of the trust anchor's ARN holds for its alias too."""
    anchor = make_anchor(anywhere, authority, aliasName="main")
    iam = boto3.client("iam", **watchword.client_arguments)
    iam.create_user(UserName="ann")
    allow = {"Effect": "Allow", "Action": "rolesanywhere:*", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "rolesanywhere:*", "Resource": anchor}
    iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=document(allow, deny))
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    ann = boto3.client("rolesanywhere", **(watchword.client_arguments | own))
    alias = anchor.replace("trust-anchor/", "alias/trust-anchor/").rpartition("/")[0] + "/main"
    for reference in (anchor, anchor.rpartition("/")[2], alias):
        refused("AccessDeniedException", ann.get_trust_anchor, trustAnchorId=reference)
    refused("ResourceNotFoundException", ann.get_trust_anchor, trustAnchorId=NONE)


def test_pages(anywhere: Any, role: str) -> None:
    made = {anywhere.create_profile(name=f"p{n}", roleArns=[role])["profile"]["profileId"] for n in range(3)}
    first = anywhere.list_profiles(pageSize=2)
    second = anywhere.list_profiles(pageSize=2, nextToken=first["nextToken"])
    assert {each["profileId"] for page in (first, second) for each in page["profiles"]} == made
    assert "nextToken" not in second
    assert "at least 1" in refused("ValidationException", anywhere.list_profiles, pageSize=0)
    assert "nextToken" in refused("ValidationException", anywhere.list_profiles, nextToken="x")


def test_tags(anywhere: Any, role: str, watchword: Server) -> None:
    tags = [{"key": "team", "value": "red"}]
    arn = anywhere.create_profile(name="web", roleArns=[role], tags=tags)["profile"]["profileArn"]
    anywhere.tag_resource(resourceArn=arn, tags=[{"key": "Team", "value": "blue"}])
    assert {each["key"] for each in anywhere.list_tags_for_resource(resourceArn=arn)["tags"]} == {
        "team",
        "Team",
    }
    anywhere.untag_resource(resourceArn=arn, tagKeys=["Team"])
    assert anywhere.list_tags_for_resource(resourceArn=arn)["tags"] == tags
    many = [{"key": f"k{n}", "value": ""} for n in range(51)]
    refused("TooManyTagsException", anywhere.tag_resource, resourceArn=arn, tags=many)
    refused("TooManyTagsException", anywhere.tag_resource, resourceArn=arn, tags=many[:50])
    refused("ValidationException", anywhere.tag_resource, resourceArn=arn, tags=tags * 2)
    reserved = [{"key": "aws:team", "value": ""}]
    refused("ValidationException", anywhere.tag_resource, resourceArn=arn, tags=reserved)
    iam = boto3.client("iam", **watchword.client_arguments)
    iam.create_user(UserName="ann")
    condition = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    allow = {"Effect": "Allow", "Action": "rolesanywhere:Get*", "Resource": "*", "Condition": condition}
    iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=document(allow))
    ann = as_user(watchword, iam, "ann")
    ann.get_profile(profileId=arn)
    anywhere.untag_resource(resourceArn=arn, tagKeys=["team"])
    refused("AccessDeniedException", ann.get_profile, profileId=arn)


def as_user(server: Server, iam: Any, user: str) -> Any:
    key = iam.create_access_key(UserName=user)["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    return boto3.client("rolesanywhere", **(server.client_arguments | own))


def test_another_region_has_its_own(anywhere: Any, role: str, watchword: Server) -> None:
    profile = anywhere.create_profile(name="web", roleArns=[role])["profile"]
    there = boto3.client("rolesanywhere", **(watchword.client_arguments | {"region_name": "eu-west-1"}))
    assert there.list_profiles()["profiles"] == []
    for reference in (profile["profileId"], profile["profileArn"]):
        refused("ResourceNotFoundException", there.get_profile, profileId=reference)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:rolesanywhere:us-east-1:{}:trust-anchor/" + NONE,
        "arn:aws:rolesanywhere:us-east-1:{}:profile/",
        "arn:aws:rolesanywhere:us-east-1:{}:profile/\x00",
        "arn:aws:rolesanywhere:us-east-1:{}:alias/profile/\x00",
        "arn:aws:rolesanywhere:\x00:{}:alias/profile/a",
        "arn:aws:rolesanywhere:us-east-1:\x00:alias/profile/a",
        "arn:aws:iam::{}:role/web",
        "not an ARN",
    ],
)
def test_what_is_no_resource(anywhere: Any, watchword: Server, arn: str) -> None:
    arn = arn.format(watchword.account)
    code = "ResourceNotFoundException" if arn.endswith(NONE) else "ValidationException"
    refused(code, anywhere.list_tags_for_resource, resourceArn=arn)
