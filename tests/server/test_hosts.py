"""Hosts: an operator invites one, it joins with a token, gets credentials of its roles, and is cut off."""

import base64
import json
import re
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from tests.server.harness import Running, client, code_of, credentials, serve, told, watchword
from tests.server.test_audit import events
from tests.services.rolesanywhere.authority import Authority, name, new_key
from tests.services.rolesanywhere.conftest import trust

from watchword.delivery import host as hosts
from watchword.delivery.certified import Certified
from watchword.delivery.host import Host, join
from watchword.delivery.supply import Issued, NotIssued, Refused
from watchword.installation import hosts as operators
from watchword.installation.bootstrap import open_installation
from watchword.installation.settings import Settings

Json = dict[str, Any]
CONTAINER = "ecs-tasks.amazonaws.com"


class Site:
    """A server with roles that trust hosts."""

    def __init__(self, server: Running) -> None:
        self.server, self.data = server, ("--data", str(server.data))
        self.account = credentials(server.data)["AccountId"]
        self.iam: Any = client("iam", server.endpoint, credentials(server.data))
        self.role = self.add_role("machine", "ec2.amazonaws.com")
        self.task = self.add_role("task", CONTAINER)

    def add_role(self, role: str, service: str, **condition: Any) -> str:
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": statement | {"Condition": condition}})
        made: str = self.iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        return made

    def enroll(self, named: str, *roles: str, minutes: int = 15) -> Json:
        asked = [part for role in roles or (self.role, self.task) for part in ("--role", role)]
        return told("host", "enroll", named, *asked, "--minutes", str(minutes), *self.data)

    def join(self, named: str, folder: Path, *roles: str) -> Host:
        return join(self.server.endpoint, self.enroll(named, *roles)["Token"], folder / named)

    def listed(self) -> dict[str, Json]:
        result = watchword("host", "list", *self.data)
        return {each["Name"]: each for each in map(json.loads, result.stdout.splitlines())}

    def revoke(self, named: str) -> None:
        result = watchword("host", "revoke", named, *self.data)
        assert result.exit_code == 0, result.stderr

    def identity(self, issued: Issued) -> str:
        keys = {
            "AccessKeyId": issued.access_key_id,
            "SecretAccessKey": issued.secret,
            "SessionToken": issued.token,
        }
        sts: Any = client("sts", self.server.endpoint, keys)
        return code_of(sts.get_caller_identity) or str(sts.get_caller_identity()["Arn"])

    def last(self, event: str, *, refused: bool = False) -> Json:
        found = [each for each in events(self.server.data).values() if each["eventName"] == event]
        return [each for each in found if ("errorCode" in each) is refused][-1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("hosts") / "data") as server:
        yield Site(server)


def test_a_host_joins_and_is_its_role(site: Site, tmp_path: Path) -> None:
    host = site.join("web-1", tmp_path)
    assert host.arn == f"arn:aws:ec2:us-east-1:{site.account}:instance/{host.id}"
    arn = site.identity(host.issue(site.role))
    assert arn == f"arn:aws:sts::{site.account}:assumed-role/machine/{host.id}"
    task = host.issue(site.task, service=CONTAINER, session_name="job-7", duration=900)
    assert site.identity(task).endswith(":assumed-role/task/job-7")
    shown = site.listed()["web-1"]
    assert shown["State"] == "joined"
    assert shown["Roles"] == f"{site.role} {site.task}"
    again = Host.open(tmp_path / "web-1")
    assert (again.arn, again.name, again.endpoint, again.region) == (
        host.arn,
        "web-1",
        site.server.endpoint,
        "us-east-1",
    )
    assert site.identity(again.issue(site.role)) == arn


def test_the_commands_of_the_machine(site: Site, tmp_path: Path) -> None:
    token, folder = site.enroll("by-command")["Token"], str(tmp_path / "host")
    endpoint = ("--endpoint-url", site.server.endpoint)
    assert told("host", "join", token, *endpoint, "--directory", folder)["Name"] == "by-command"
    printed = told("host", "credentials", "--role", site.role, "--directory", folder)
    assert set(printed) == {"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}
    refused = watchword("host", "credentials", "--role", f"{site.role}-2", "--directory", folder)
    assert (refused.exit_code, refused.stderr) == (2, "watchword: The host doesn't have that role.\n")
    refused = watchword("host", "join", token, *endpoint, "--directory", folder)
    assert "has joined already" in refused.stderr


def test_files_are_for_their_owner_only(site: Site, tmp_path: Path) -> None:
    folder = site.join("private", tmp_path).directory
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert {file.name for file in folder.iterdir()} == {"certificate.pem", "host.json", "key.pem"}


def test_the_certificate_says_who_it_is(site: Site, tmp_path: Path) -> None:
    host = site.join("named", tmp_path)
    certificate = x509.load_pem_x509_certificate((host.directory / "certificate.pem").read_bytes())
    assert certificate.subject.rfc4514_string() == f"UID={host.id},CN=named"
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert life <= timedelta(hours=6, minutes=5)


def test_the_records_say_who_asked(site: Site, tmp_path: Path) -> None:
    host = site.join("recorded", tmp_path)
    host.issue(site.role)
    token_holder = site.last("JoinHost")["userIdentity"]
    assert (token_holder["type"], token_holder["userName"]) == ("CertificateHolder", "CN=recorded")
    assert "wwhost-" not in json.dumps(site.last("JoinHost"))
    asked = site.last("CreateHostSession")["userIdentity"]
    assert asked["userName"] == f"UID={host.id},CN=recorded"
    assumed = site.last("AssumeRole")
    assert assumed["userIdentity"] == {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    assert site.last("EnrollHost")["requestParameters"]["name"] == "recorded"
    result = watchword("sessions", "--json", *site.data)
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert any(each["AskedBy"].endswith(f"UID={host.id},CN=recorded") for each in found)
    assert all(each["AccessKeyId"] for each in found)


def test_a_renewal_is_recorded(site: Site, tmp_path: Path) -> None:
    host = site.join("renewed", tmp_path)
    host.renew()
    assert site.last("RenewHost")["userIdentity"]["userName"] == f"UID={host.id},CN=renewed"
    assert site.last("RenewHost")["responseElements"]["hostArn"] == host.arn


# --- what the server decides ---------------------------------------------------------------------------


def test_a_role_that_the_host_was_enrolled_without(site: Site, tmp_path: Path) -> None:
    host = site.join("narrow", tmp_path, site.role)
    with pytest.raises(NotIssued, match="The host doesn't have that role"):
        host.issue(site.task, service=CONTAINER)


def test_the_trust_policy_decides_for_the_service(site: Site, tmp_path: Path) -> None:
    host = site.join("trusted", tmp_path)
    with pytest.raises(NotIssued, match=f"Unable to assume role for {site.task}"):
        host.issue(site.task)
    with pytest.raises(NotIssued, match="servicePrincipal"):
        host.issue(site.task, service="lambda.amazonaws.com")


def test_the_trust_policy_sees_the_host(site: Site, tmp_path: Path) -> None:
    own = f"arn:aws:iam::{site.account}:role/pinned"
    first, second = (site.join(each, tmp_path, own) for each in ("pinned-1", "pinned-2"))
    site.add_role("pinned", "ec2.amazonaws.com", ArnEquals={"aws:SourceArn": first.arn})
    first.issue(own)
    with pytest.raises(NotIssued, match="Unable to assume role"):
        second.issue(own)


def test_a_session_says_which_host_it_is_of(site: Site, tmp_path: Path) -> None:
    host = site.join("source", tmp_path)
    allow = {
        "Effect": "Allow",
        "Action": "iam:ListUsers",
        "Resource": "*",
        "Condition": {"ArnEquals": {"ec2:SourceInstanceARN": host.arn}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": allow})
    site.iam.put_role_policy(RoleName="machine", PolicyName="own", PolicyDocument=document)
    other = site.join("other-source", tmp_path)
    for each, code in ((host, ""), (other, "AccessDenied")):
        issued = each.issue(site.role)
        keys = {
            "AccessKeyId": issued.access_key_id,
            "SecretAccessKey": issued.secret,
            "SessionToken": issued.token,
        }
        iam: Any = client("iam", site.server.endpoint, keys)
        assert code_of(iam.list_users) == code


# --- revocation ----------------------------------------------------------------------------------------


def test_a_revoked_host_is_cut_off(site: Site, tmp_path: Path) -> None:
    host, other = site.join("gone", tmp_path), site.join("stays", tmp_path)
    issued, kept = host.issue(site.role), other.issue(site.role)
    site.revoke("gone")
    for call in (lambda: host.issue(site.role), host.renew):
        with pytest.raises(Refused, match="not enrolled, or was revoked"):
            call()
    assert site.identity(issued) == "InvalidClientTokenId"
    assert site.identity(kept).startswith("arn:")
    assert site.listed()["gone"]["State"] == "revoked"
    assert site.last("RevokeHost")["requestParameters"] == {"name": "gone"}
    again = watchword("host", "revoke", "gone", *site.data)
    assert (again.exit_code, "has no host gone" in again.stderr) == (2, True)


def test_a_revoked_name_is_another_host_later(site: Site, tmp_path: Path) -> None:
    old = site.join("twice", tmp_path / "old")
    refused = watchword("host", "enroll", "twice", "--role", site.role, *site.data)
    assert "revoke it first" in refused.stderr
    site.revoke("twice")
    new = site.join("twice", tmp_path / "new")
    assert new.id != old.id
    new.issue(site.role)
    with pytest.raises(NotIssued, match="not enrolled"):
        old.issue(site.role)


def test_a_revoked_host_gets_nothing_by_create_session_either(site: Site, tmp_path: Path) -> None:
    """The authority of hosts is a trust anchor like any other, so a profile can be used with it."""
    host = site.join("anywhere", tmp_path)
    role = site.iam.create_role(RoleName="anywhere", AssumeRolePolicyDocument=trust())["Role"]["Arn"]
    anywhere: Any = client("rolesanywhere", site.server.endpoint, credentials(site.server.data))
    made = anywhere.create_profile(name="hosts", roleArns=[role], enabled=True)
    certified = Certified(
        site.server.endpoint,
        host.directory / "certificate.pem",
        host.directory / "key.pem",
        host.about.trust_anchor_arn,
        made["profile"]["profileArn"],
    )
    session = certified.issue(role)
    assert "anywhere" in site.identity(session)
    site.revoke("anywhere")
    assert site.identity(session) == "InvalidClientTokenId"
    with pytest.raises(NotIssued, match="not enrolled, or was revoked"):
        certified.issue(role)


def test_a_disabled_trust_anchor_cuts_all_hosts_off(site: Site, tmp_path: Path) -> None:
    host = site.join("many", tmp_path)
    anywhere: Any = client("rolesanywhere", site.server.endpoint, credentials(site.server.data))
    anchor = host.about.trust_anchor_arn
    token = site.enroll("waiting")["Token"]
    anywhere.disable_trust_anchor(trustAnchorId=anchor)
    try:
        with pytest.raises(NotIssued, match="Untrusted signing certificate"):
            host.issue(site.role)
        with pytest.raises(NotIssued, match="not enrolled"):
            join(site.server.endpoint, token, tmp_path / "waiting")
    finally:
        anywhere.enable_trust_anchor(trustAnchorId=anchor)
    host.issue(site.role)


# --- tokens --------------------------------------------------------------------------------------------


def test_a_token_is_good_once(site: Site, tmp_path: Path) -> None:
    token = site.enroll("once")["Token"]
    join(site.server.endpoint, token, tmp_path / "first")
    with pytest.raises(NotIssued, match="The join token is not valid"):
        join(site.server.endpoint, token, tmp_path / "second")
    assert not (tmp_path / "second").exists()


@pytest.mark.parametrize("token", ["wwhost-" + "0" * 64, "x" * 20])
def test_a_token_that_nobody_issued(site: Site, tmp_path: Path, token: str) -> None:
    with pytest.raises(NotIssued, match="The join token is not valid"):
        join(site.server.endpoint, token, tmp_path / "host")
    assert token not in json.dumps(site.last("JoinHost", refused=True))


def test_the_token_of_a_host_that_was_revoked(site: Site, tmp_path: Path) -> None:
    token = site.enroll("withdrawn")["Token"]
    site.revoke("withdrawn")
    with pytest.raises(NotIssued, match="The join token is not valid"):
        join(site.server.endpoint, token, tmp_path / "host")


def test_a_token_that_has_expired(site: Site, tmp_path: Path) -> None:
    settings = Settings(site.server.data.absolute(), must_exist=True)
    installation = open_installation(settings)
    try:
        given = {"account": site.account, "region": "us-east-1", "valid": timedelta(0)}
        token = operators.enroll(installation, "late", [site.role], **given).token
    finally:
        installation.close()
    with pytest.raises(NotIssued, match="The join token is not valid"):
        join(site.server.endpoint, token, tmp_path / "host")
    assert site.last("JoinHost", refused=True)["additionalEventData"]["meant"].endswith("has expired")
    site.join("late", tmp_path)


def test_a_token_is_stored_nowhere(site: Site) -> None:
    token = site.enroll("secret")["Token"]
    for file in site.server.data.rglob("*"):
        if file.is_file():
            assert token.encode() not in file.read_bytes(), file


# --- certificates --------------------------------------------------------------------------------------


def test_a_certificate_is_renewed_at_half_its_life(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = site.join("renewing", tmp_path)
    file = host.directory / "certificate.pem"
    before = file.read_bytes()
    host.issue(site.role)
    assert file.read_bytes() == before
    begins = x509.load_pem_x509_certificate(before).not_valid_before_utc

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # noqa: ARG003
            return begins + timedelta(hours=4)

    monkeypatch.setattr(hosts, "datetime", Later)
    host.issue(site.role)
    after = file.read_bytes()
    assert after != before
    assert (host.directory / "key.pem").exists()
    monkeypatch.undo()
    host.issue(site.role)
    assert file.read_bytes() == after


def test_a_server_that_is_away_while_the_certificate_is_good(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renewing is tried, and not again for a minute; the present certificate goes on."""
    host, tried = site.join("away", tmp_path), list[int]()

    def renew(_self: Host) -> None:
        tried.append(1)
        raise NotIssued("away")

    begins = host._certificate().not_valid_before_utc

    class Later(datetime):
        hours = 4.0

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # noqa: ARG003
            return begins + timedelta(hours=cls.hours)

    monkeypatch.setattr(hosts, "datetime", Later)
    monkeypatch.setattr(Host, "renew", renew)
    host.renew_if_due()
    host.renew_if_due()
    assert len(tried) == 1
    Later.hours = 7.0
    with pytest.raises(NotIssued, match="the certificate of this host ended at"):
        host.renew_if_due()


def request_of(key: Any, signer: Any = None) -> str:
    made = x509.CertificateSigningRequestBuilder().subject_name(name("admin")).sign(signer or key, SHA256())
    return made.public_bytes(Encoding.PEM).decode()


def test_a_request_names_nobody(site: Site, tmp_path: Path) -> None:
    """What a certificate says is the server's, whatever the request says."""
    host = site.join("modest", tmp_path)
    answer = host._call("certificate", {"certificateRequest": request_of(new_key())})
    made = x509.load_pem_x509_certificate(answer["certificate"].encode())
    assert made.subject.rfc4514_string() == f"UID={host.id},CN=modest"
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def forged_request() -> str:
    """With another key than the one that signed it."""
    der = x509.load_pem_x509_csr(request_of(new_key()).encode()).public_bytes(Encoding.DER)
    broken = der[:-1] + bytes([der[-1] ^ 1])
    text = base64.encodebytes(broken).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{text}-----END CERTIFICATE REQUEST-----\n"


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ("garbage", "it can't be read"),
        ("ä", "it can't be read"),
        (request_of(rsa.generate_private_key(65537, 1024)), "an RSA key of 1024 bits is not taken"),
        (forged_request(), "it isn't signed by its own key"),
    ],
)
def test_a_request_that_is_refused(site: Site, tmp_path: Path, request_: str, reason: str) -> None:
    host = site.join(f"bad-{abs(hash(request_))}", tmp_path)
    with pytest.raises(NotIssued, match=f"The certificate request can't be taken: {reason}"):
        host._call("certificate", {"certificateRequest": request_})


def test_a_certificate_of_another_authority_with_the_id_of_a_host(site: Site, tmp_path: Path) -> None:
    """A trust anchor of the account's own makers of certificates is no authority of hosts."""
    host = site.join("victim", tmp_path)
    enemy = Authority.new("Enemy")
    anywhere: Any = client("rolesanywhere", site.server.endpoint, credentials(site.server.data))
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": enemy.pem}}
    made = anywhere.create_trust_anchor(name="enemy", source=source, enabled=True)["trustAnchor"]
    certificate, key = enemy.issue(name("victim", USER_ID=host.id)).write(tmp_path)
    certified = Certified(site.server.endpoint, certificate, key, made["trustAnchorArn"], "")
    asked = {
        "trustAnchorArn": made["trustAnchorArn"],
        "roleArn": site.role,
        "servicePrincipal": "ec2.amazonaws.com",
    }
    with pytest.raises(NotIssued, match="not enrolled, or was revoked"):
        certified.call("/watchword-hosts/sessions", asked)


def test_the_key_of_the_authority_follows_the_keyring(site: Site, tmp_path: Path) -> None:
    host = site.join("rotated", tmp_path)
    result = watchword("keyring", "rotate", *site.data)
    assert result.exit_code == 0, result.stderr
    host.renew()
    site.join("after", tmp_path).issue(site.role)


# --- what operators are told ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a b", "--role", "ROLE"), "a name of a host is"),
        (("a", "--role", "arn:aws:iam::999999999999:role/web"), "not the ARN of a role of account"),
        (("a", "--role", "web"), "not the ARN of a role of account"),
        (("a", "--role", "ROLE", "--region", "Mars"), "not a Region"),
        (("a", "--role", "ROLE", "--minutes", "0"), "minutes"),
    ],
)
def test_what_cannot_be_enrolled(site: Site, arguments: tuple[str, ...], said: str) -> None:
    given = [site.role if each == "ROLE" else each for each in arguments]
    result = watchword("host", "enroll", *given, *site.data)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_directory_that_is_no_host_s(tmp_path: Path) -> None:
    with pytest.raises(NotIssued, match="isn't that of a host that has joined"):
        Host.open(tmp_path)
    (tmp_path / "host.json").write_text("{}")
    with pytest.raises(NotIssued, match="isn't that of a host that has joined"):
        Host.open(tmp_path)


PAGE = Path(__file__).parents[2] / "docs" / "hosts.md"


def test_the_trust_policy_of_the_page(site: Site, tmp_path: Path) -> None:
    (policy,) = re.findall(r"^```json\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    own = f"arn:aws:iam::{site.account}:role/of-the-page"
    first, second = (site.join(each, tmp_path, own) for each in ("page-1", "page-2"))
    policy = re.sub(r"arn:aws:ec2:[^\"]+", first.arn, policy)
    site.iam.create_role(RoleName="of-the-page", AssumeRolePolicyDocument=policy)
    first.issue(own)
    with pytest.raises(NotIssued, match="Unable to assume role"):
        second.issue(own)


def test_nobody_else_certifies_hosts(site: Site, tmp_path: Path) -> None:
    """Else who may change trust anchors would be any host, whatever the hosts' roles trust."""
    host, enemy = site.join("certified", tmp_path), Authority.new("Enemy")
    anchor = host.about.trust_anchor_arn
    anywhere: Any = client("rolesanywhere", site.server.endpoint, credentials(site.server.data))
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": enemy.pem}}
    given: Json = {"trustAnchorId": anchor.rpartition("/")[2], "source": source}
    assert code_of(anywhere.update_trust_anchor, **given) == "ValidationException"
    certificate, key = enemy.issue(name("certified", USER_ID=host.id)).write(tmp_path)
    certified = Certified(site.server.endpoint, certificate, key, anchor, "")
    asked = {"trustAnchorArn": anchor, "roleArn": site.role, "servicePrincipal": "ec2.amazonaws.com"}
    with pytest.raises(NotIssued, match="Untrusted"):
        certified.call("/watchword-hosts/sessions", asked)
