"""Roles Anywhere on a server that keeps its data: the audit, the list of sessions, and their end."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.server.harness import Running, client, code_of, credentials, serve, watchword
from tests.server.test_audit import events
from tests.services.rolesanywhere.authority import Authority
from tests.services.rolesanywhere.conftest import make_anchor, trust

from watchword.delivery.certified import Certified
from watchword.delivery.supply import Issued, NotIssued

Json = dict[str, Any]


class Host:
    """A server, an authority that it trusts, and a certificate."""

    def __init__(self, server: Running, folder: Path) -> None:
        self.server, keys = server, credentials(server.data)
        anywhere: Any = client("rolesanywhere", server.endpoint, keys)
        iam: Any = client("iam", server.endpoint, keys)
        authority = Authority.new()
        self.holder = authority.issue("web-1", serial=0xA1)
        self.role = iam.create_role(RoleName="web", AssumeRolePolicyDocument=trust())["Role"]["Arn"]
        made = anywhere.create_profile(name="web", roleArns=[self.role], enabled=True)
        self.profile = made["profile"]["profileArn"]
        self.anchor = make_anchor(anywhere, authority)
        certificate, key = self.holder.write(folder)
        self.certified = Certified(server.endpoint, certificate, key, self.anchor, self.profile)

    def sts(self, issued: Issued) -> Any:
        keys = {
            "AccessKeyId": issued.access_key_id,
            "SecretAccessKey": issued.secret,
            "SessionToken": issued.token,
        }
        return client("sts", self.server.endpoint, keys)

    def event(self, name: str, *, refused: bool = False) -> Json:
        """The last one of that name."""
        found = [each for each in events(self.server.data).values() if each["eventName"] == name]
        return [each for each in found if ("errorCode" in each) is refused][-1]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Any:
    place = tmp_path_factory.mktemp("anywhere")
    with serve(place / "data") as server:
        yield Host(server, place)


def test_both_records_say_who_came(host: Host) -> None:
    issued = host.certified.issue(host.role)
    asked = host.event("CreateSession")
    assert asked["userIdentity"] == {
        "type": "CertificateHolder",
        "principalId": f"{host.anchor.rpartition('/')[2]}:a1",
        "userName": "CN=web-1",
        "identityProvider": host.anchor,
    }
    assert asked["eventSource"] == "rolesanywhere.amazonaws.com"
    assert asked["recipientAccountId"] == host.anchor.split(":")[4]
    assert asked["additionalEventData"]["signatureVersion"] == "X.509"
    assert asked["sourceIPAddress"] == "127.0.0.1"
    made = asked["responseElements"]["credentialSet"][0]
    assert made["credentials"]["accessKeyId"] == issued.access_key_id
    assert issued.secret not in json.dumps(asked)
    assert issued.token not in json.dumps(asked)
    assumed = host.event("AssumeRole")
    assert assumed["userIdentity"] == {"type": "AWSService", "invokedBy": "rolesanywhere.amazonaws.com"}
    assert assumed["requestParameters"]["sourceIdentity"] == "CN=web-1"
    assert [each["decision"] for each in assumed["additionalEventData"]["decisions"]] == ["allow"] * 3


def test_a_refusal_says_which_record_has_the_decision(host: Host) -> None:
    iam: Any = client("iam", host.server.endpoint, credentials(host.server.data))
    iam.update_assume_role_policy(
        RoleName="web", PolicyDocument=trust(StringEquals={"aws:PrincipalTag/x509Subject/CN": "web-2"})
    )
    try:
        with pytest.raises(NotIssued, match=f"Unable to assume role for {host.role}"):
            host.certified.issue(host.role)
    finally:
        iam.update_assume_role_policy(RoleName="web", PolicyDocument=trust())
    meant = host.event("CreateSession", refused=True)["additionalEventData"]["meant"]
    request_id = meant.rpartition(" ")[2].rstrip(")")
    told = watchword("explain", request_id, "--data", str(host.server.data))
    assert "expected web-2, had web-1" in told.stdout


def test_the_session_is_listed_and_can_be_revoked(host: Host) -> None:
    issued = host.certified.issue(host.role)
    assert code_of(host.sts(issued).get_caller_identity) == ""
    result = watchword("sessions", "--json", "--data", str(host.server.data))
    listed = [json.loads(line) for line in result.stdout.splitlines()]
    (found,) = [each for each in listed if each["AccessKeyId"] == issued.access_key_id]
    assert found["Arn"].endswith(":assumed-role/web/a1")
    assert found["AskedBy"] == f"{host.anchor} CN=web-1"
    assert found["SourceIp"] == "127.0.0.1"
    assert found["SourceIdentity"] == "CN=web-1"
    assert all(each["AccessKeyId"] for each in listed)
    revoked = watchword("session", "revoke", issued.access_key_id, "--data", str(host.server.data))
    assert revoked.exit_code == 0, revoked.stderr
    assert code_of(host.sts(issued).get_caller_identity) != ""


def test_a_refused_certificate_is_recorded(host: Host) -> None:
    keys: Any = credentials(host.server.data)
    anywhere: Any = client("rolesanywhere", host.server.endpoint, keys)
    anywhere.disable_trust_anchor(trustAnchorId=host.anchor)
    try:
        with pytest.raises(NotIssued, match="Untrusted signing certificate"):
            host.certified.issue(host.role)
    finally:
        anywhere.enable_trust_anchor(trustAnchorId=host.anchor)
    event = host.event("CreateSession", refused=True)
    assert event["errorCode"] == "AccessDenied"
    assert event["userIdentity"] == {"type": "Unknown", "accessKeyId": str(0xA1)}
    assert event["additionalEventData"]["meant"] == f"the trust anchor {host.anchor} is disabled"
