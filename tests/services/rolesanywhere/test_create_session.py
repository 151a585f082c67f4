"""CreateSession over the wire: a certificate becomes a session of a role, with all that it says."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests.services.rolesanywhere.authority import Authority, name
from tests.services.rolesanywhere.conftest import ACTIONS, Site, trust

from watchword.delivery.supply import Issued, NotIssued


def sts(site: Site, issued: Issued) -> Any:
    return boto3.client(
        "sts",
        endpoint_url=site.server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=issued.access_key_id,
        aws_secret_access_key=issued.secret,
        aws_session_token=issued.token,
    )


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 2048),
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP521R1()),
    ],
    ids=["RSA", "P-256", "P-384", "P-521"],
)
def test_a_certificate_becomes_a_session(site: Site, authority: Authority, key: Any) -> None:
    holder = authority.issue(key=key, serial=0x1F71C5)
    identity = sts(site, site.issue(holder)).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{site.server.account}:assumed-role/web/1f71c5"


def test_the_answer_is_what_aws_s_helper_reads(site: Site, authority: Authority) -> None:
    holder = authority.issue(serial=0xA1)
    status, answer = site.send(site.signed(holder))
    assert status == 201
    (found,) = answer["credentialSet"]
    assert set(found) == {"assumedRoleUser", "credentials", "packedPolicySize", "roleArn", "sourceIdentity"}
    assert set(found["credentials"]) == {"accessKeyId", "expiration", "secretAccessKey", "sessionToken"}
    assert found["credentials"]["expiration"].endswith("Z")
    assert found["assumedRoleUser"]["arn"].endswith(":assumed-role/web/a1")
    assert found["roleArn"] == site.role
    assert found["sourceIdentity"] == "CN=web-1"
    assert answer["subjectArn"].startswith(f"arn:aws:rolesanywhere:us-east-1:{site.server.account}:subject/")


def test_arns_in_the_query_as_aws_s_helper_sends_them(site: Site, authority: Authority) -> None:
    status, _ = site.send(site.signed(authority.issue(), in_query=True))
    assert status == 201


def test_an_arn_in_both_places_is_refused(site: Site, authority: Authority) -> None:
    query = f"roleArn={site.role.replace('/', '%2F')}"
    status, answer = site.send(site.signed(authority.issue(), query=query))
    assert (status, answer["message"]) == (400, "roleArn is given in the query and in the body")


def test_what_the_certificate_says_becomes_tags(site: Site, authority: Authority) -> None:
    names = x509.SubjectAlternativeName(
        [
            x509.UniformResourceIdentifier("spiffe://site/web"),
            x509.DNSName("web.example.com"),
            x509.DNSName("second.example.com"),
            x509.DirectoryName(name("directory")),
        ]
    )
    subject = name("web-1", ORGANIZATION_NAME="Example", ORGANIZATIONAL_UNIT_NAME="red")
    tags = {
        "x509Subject/CN": "web-1",
        "x509Subject/O": "Example",
        "x509Subject/OU": "red",
        "x509Issuer/CN": "Root",
        "x509SAN/URI": "spiffe://site/web",
        "x509SAN/DNS": "web.example.com",
        "x509SAN/Name/CN": "directory",
    }
    for key in ("aws:PrincipalTag", "aws:RequestTag"):
        equal = {f"{key}/{tag}": value for tag, value in tags.items()}
        site.client("iam").update_assume_role_policy(RoleName="web", PolicyDocument=trust(StringEquals=equal))
        site.issue(authority.issue(subject, extensions=[(names, False)]))
    unknown = {"Null": {"aws:PrincipalTag/x509SAN/DNS/1": "false"}}
    site.client("iam").update_assume_role_policy(RoleName="web", PolicyDocument=trust(**unknown))
    with pytest.raises(NotIssued, match="Unable to assume role"):
        site.issue(authority.issue(subject, extensions=[(names, False)]))


def test_the_session_carries_the_tags(site: Site, authority: Authority) -> None:
    iam = site.client("iam")
    allowed = {
        "Effect": "Allow",
        "Action": "iam:ListUsers",
        "Resource": "*",
        "Condition": {
            "StringEquals": {"aws:PrincipalTag/x509Subject/CN": "web-1", "aws:SourceIdentity": "CN=web-1"}
        },
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="web", PolicyName="own", PolicyDocument=document)
    for common_name, refused in (("web-1", False), ("web-2", True)):
        issued = site.issue(authority.issue(common_name))
        client = boto3.client(
            "iam",
            endpoint_url=site.server.endpoint,
            region_name="us-east-1",
            aws_access_key_id=issued.access_key_id,
            aws_secret_access_key=issued.secret,
            aws_session_token=issued.token,
        )
        if refused:
            with pytest.raises(ClientError, match="AccessDenied"):
                client.list_users()
        else:
            client.list_users()


@pytest.mark.parametrize("action", ACTIONS)
def test_a_trust_policy_must_allow_all_three_actions(site: Site, authority: Authority, action: str) -> None:
    others = [each for each in ACTIONS if each != action]
    site.client("iam").update_assume_role_policy(RoleName="web", PolicyDocument=trust(others))
    status, said = site.refusal(authority.issue())
    assert (status, said) == (403, f"Unable to assume role for {site.role}")


def test_a_trust_policy_sees_trust_anchor_and_account(site: Site, authority: Authority) -> None:
    equal = {
        "aws:SourceArn": site.anchor,
        "aws:SourceAccount": site.server.account,
        "aws:PrincipalServiceName": "rolesanywhere.amazonaws.com",
        "sts:SourceIdentity": "CN=web-1",
    }
    site.client("iam").update_assume_role_policy(RoleName="web", PolicyDocument=trust(StringEquals=equal))
    site.issue(authority.issue())
    site.client("iam").update_assume_role_policy(
        RoleName="web", PolicyDocument=trust(StringEquals=equal | {"aws:SourceArn": f"{site.anchor}0"})
    )
    assert site.refusal(authority.issue())[1].startswith("Unable to assume role")


def test_a_common_name_with_spaces_is_no_source_identity(site: Site, authority: Authority) -> None:
    status, answer = site.send(site.signed(authority.issue("web one")))
    assert status == 201
    assert "sourceIdentity" not in answer["credentialSet"][0]
    site.client("iam").update_assume_role_policy(
        RoleName="web", PolicyDocument=trust(StringLike={"sts:SourceIdentity": "*"})
    )
    assert site.refusal(authority.issue("web one"))[0] == 403


def test_a_value_that_no_tag_can_have(site: Site, authority: Authority) -> None:
    subject = name("web-1", ORGANIZATION_NAME="A & B")
    status, said = site.refusal(authority.issue(subject))
    assert status == 403
    assert said == (
        f"Unable to assume role for {site.role}. Some attributes failed to be mapped into session tags. "
        "Issuer: [  ]; Subject: [ O ]; SAN: [  ]"
    )


def test_a_holder_without_a_name(site: Site, authority: Authority) -> None:
    """As SPIRE's certificates are: only a URI names the workload."""
    uri = x509.SubjectAlternativeName([x509.UniformResourceIdentifier("spiffe://site/web")])
    status, answer = site.send(site.signed(authority.issue(name(""), extensions=[(uri, True)])))
    assert status == 201, answer


def test_a_mapping_decides_which_tags_there_are(site: Site, authority: Authority) -> None:
    client = site.client("rolesanywhere")
    client.delete_attribute_mapping(profileId=site.profile, certificateField="x509Issuer")
    client.put_attribute_mapping(
        profileId=site.profile, certificateField="x509Subject", mappingRules=[{"specifier": "OU"}]
    )
    null = {"aws:RequestTag/x509Issuer/CN": "true", "aws:RequestTag/x509Subject/CN": "true"}
    policy = trust(Null=null, StringEquals={"aws:RequestTag/x509Subject/OU": "red"})
    site.client("iam").update_assume_role_policy(RoleName="web", PolicyDocument=policy)
    site.issue(authority.issue(name("web-1", ORGANIZATIONAL_UNIT_NAME="red")))


def test_a_profile_limits_its_sessions(site: Site, authority: Authority) -> None:
    client, holder = site.client("rolesanywhere"), authority.issue()
    statement = {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}
    client.update_profile(
        profileId=site.profile,
        durationSeconds=900,
        sessionPolicy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        managedPolicyArns=["arn:aws:iam::aws:policy/IAMReadOnlyAccess"],
    )
    site.client("iam").attach_role_policy(
        RoleName="web", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    _, answer = site.send(site.signed(holder, durationSeconds=3600))
    found = answer["credentialSet"][0]["credentials"]
    iam = boto3.client(
        "iam",
        endpoint_url=site.server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=found["accessKeyId"],
        aws_secret_access_key=found["secretAccessKey"],
        aws_session_token=found["sessionToken"],
    )
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_user(UserName="none")
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.create_user(UserName="none")
    site.server.advance(901)
    with pytest.raises(ClientError, match="ExpiredToken"):
        iam.get_user(UserName="none")


def test_a_session_name_where_the_profile_takes_one(site: Site, authority: Authority) -> None:
    holder = authority.issue()
    assert site.refusal(holder, roleSessionName="mine") == (
        403,
        "The profile doesn't accept a role session name.",
    )
    site.client("rolesanywhere").update_profile(profileId=site.profile, acceptRoleSessionName=True)
    arn = sts(site, site.issue(holder, session_name="mine")).get_caller_identity()["Arn"]
    assert arn.endswith("/web/mine")


def test_instance_properties(site: Site, authority: Authority) -> None:
    client, role = site.client("rolesanywhere"), site.role
    made = client.create_profile(name="strict", roleArns=[role], enabled=True, requireInstanceProperties=True)
    profile = made["profile"]["profileArn"]
    assert site.refusal(authority.issue(), profileArn=profile) == (
        403,
        "The profile requires instance properties.",
    )
    given = {"profileArn": profile, "instanceProperties": {"rack": "7"}}
    assert site.send(site.signed(authority.issue(), **given))[0] == 201
    (subject,) = client.list_subjects()["subjects"]
    found = client.get_subject(subjectId=subject["subjectId"])["subject"]
    assert [each["properties"] for each in found["instanceProperties"]] == [{"rack": "7"}]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("disabled", "The profile is disabled."),
        ("deleted", "There is no such profile."),
        ("without the role", "The profile doesn't list the role."),
    ],
)
def test_a_profile_that_gives_nothing(site: Site, authority: Authority, changed: str, said: str) -> None:
    client = site.client("rolesanywhere")
    match changed:
        case "disabled":
            client.disable_profile(profileId=site.profile)
        case "deleted":
            client.delete_profile(profileId=site.profile)
        case _:
            client.update_profile(profileId=site.profile, roleArns=[f"{site.role}-2"])
    assert site.refusal(authority.issue()) == (403, said)


def test_subjects_say_who_came(site: Site, authority: Authority) -> None:
    client = site.client("rolesanywhere")
    first, second = authority.issue("web-1"), authority.issue("web-1")
    for holder in (first, second, authority.issue("web-2")):
        site.issue(holder)
    listed = client.list_subjects()["subjects"]
    assert sorted(each["x509Subject"] for each in listed) == ["CN=web-1", "CN=web-2"]
    one = next(each for each in listed if each["x509Subject"] == "CN=web-1")
    found = client.get_subject(subjectId=one["subjectId"])["subject"]
    serials = {each["serialNumber"] for each in found["credentials"]}
    assert serials == {str(each.certificate.serial_number) for each in (first, second)}
    assert {each["issuer"] for each in found["credentials"]} == {"CN=Root"}
    assert found["credentials"][0]["x509CertificateData"] in (first.pem, second.pem)


def test_a_subject_keeps_few_certificates(site: Site, authority: Authority) -> None:
    client = site.client("rolesanywhere")
    for _ in range(12):
        site.issue(authority.issue())
    (subject,) = client.list_subjects()["subjects"]
    found = client.get_subject(subjectId=subject["subjectId"])["subject"]
    assert len(found["credentials"]) == 10
