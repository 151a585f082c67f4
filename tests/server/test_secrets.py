"""N35: after a day's work and a day's attacks, no secret stands in anything that is kept or printed."""

import base64
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from botocore.client import BaseClient
from tests.identity.pem import certificate, metadata, pem, private, rsa_key
from tests.server.harness import (
    Draft,
    Keys,
    Line,
    client,
    code_of,
    credentials,
    eventually,
    query,
    serve,
    told,
    watchword,
)

from watchword.proofs import mfa
from watchword.proofs.keyring import unwrap

TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},'
    '"Action":"sts:AssumeRole"}]}'
)


class Secrets:
    """What must not be found, in every form it could be written in."""

    def __init__(self) -> None:
        self.forms: dict[bytes, str] = {}
        self.texts: dict[str, str] = {}

    def text(self, name: str, text: str) -> None:
        assert len(text) >= 16
        self.forms[text.encode()] = name
        self.texts[name] = text
        self.raw(f"{name}, decoded", base64.b64decode(text))

    def raw(self, name: str, data: bytes) -> None:
        self.forms |= {data: name, data.hex().encode(): f"{name}, hexadecimal"}
        self.forms[base64.b64encode(data)] = f"{name}, base64"

    def keys(self, name: str, keys: Keys) -> Keys:
        self.text(f"secret of {name}", keys["SecretAccessKey"])
        if "SessionToken" in keys:
            self.text(f"token of {name}", keys["SessionToken"])
        return keys

    def pem(self, name: str, key: str) -> str:
        lines = key.splitlines()[1:-1]
        self.forms |= {line.encode(): f"a line of {name}" for line in lines if len(line) >= 32}
        self.raw(name, base64.b64decode("".join(lines)))
        return key

    def found_in(self, text: bytes) -> set[str]:
        return {name for form, name in self.forms.items() if form in text}


def files(place: Path) -> Iterator[tuple[Path, bytes]]:
    for file in sorted(place.rglob("*")):
        if file.is_file() and file.name != "root.key":
            yield file, file.read_bytes()


def test_no_secret_is_kept_or_printed(tmp_path: Path) -> None:
    data, secrets = tmp_path / "data", Secrets()
    with serve(data, "--log", "requests") as server:
        administrator = secrets.keys("the administrator", credentials(data))
        secrets.keys("root", told("root-key", "create", "--data", str(data)))
        iam = client("iam", server.endpoint, administrator)
        work(server.endpoint, iam, secrets)
        attack(server.endpoint, secrets)
        material(data, secrets)
        told("keyring", "rotate", "--data", str(data))
        material(data, secrets)
        break_things(data, server.endpoint, administrator, secrets)
        assert eventually(lambda: "request failed" in server.said)  # the operator is told ...
        assert "Traceback" not in server.said
        watchword("explain", "--last-denied", "--data", str(data))
    assert len(secrets.forms) >= 30
    for file, content in files(tmp_path):
        assert secrets.found_in(content) == set(), file
    assert any(file.name.endswith(".printed") for file, _ in files(tmp_path))


def work(endpoint: str, iam: BaseClient, secrets: Secrets) -> None:
    """Keys are made, a role is assumed, objects are moved."""
    user = iam.create_user(UserName="alice")["User"]
    alice = secrets.keys("alice", iam.create_access_key(UserName="alice")["AccessKey"])
    people(iam, client("iam", endpoint, alice), secrets)
    phone(iam, secrets)
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST % user["Arn"])
    iam.attach_role_policy(RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    private_key = secrets.pem("a private key of SAML", private(rsa_key("opens")))
    iam.create_saml_provider(Name="x", SAMLMetadataDocument=metadata(), AddPrivateKey=private_key)
    code_of(
        iam.update_saml_provider,
        SAMLProviderArn="arn:aws:iam::123456789012:saml-provider/none",
        AddPrivateKey=private_key,
    )
    for service, member in (("codecommit", "ServicePassword"), ("bedrock", "ServiceCredentialSecret")):
        given = {"UserName": "alice", "ServiceName": f"{service}.amazonaws.com"}
        made = iam.create_service_specific_credential(**given)["ServiceSpecificCredential"]
        secrets.text(f"secret for {service}", made[member].removeprefix("ABSK"))
        on = {"UserName": "alice", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
        again = iam.reset_service_specific_credential(**on)["ServiceSpecificCredential"][member]
        secrets.text(f"next secret for {service}", again.removeprefix("ABSK"))
    iam.list_service_specific_credentials(AllUsers=True)
    own = secrets.pem("a private key of a server", private(rsa_key("server")))
    body = pem(certificate(rsa_key("server")))
    iam.upload_server_certificate(ServerCertificateName="x", CertificateBody=body, PrivateKey=own)
    iam.get_server_certificate(ServerCertificateName="x")
    other = {"ServerCertificateName": "y", "CertificateBody": body}
    assert code_of(iam.upload_server_certificate, PrivateKey=private_key, **other) == "KeyPairMismatch"
    assert code_of(iam.upload_server_certificate, PrivateKey=own[:-40], **other) == "MalformedCertificate"
    sts = client("sts", endpoint, alice)
    arn = user["Arn"].replace("user/alice", "role/reader")
    reader = secrets.keys("reader", sts.assume_role(RoleArn=arn, RoleSessionName="canary")["Credentials"])
    secrets.keys("alice's session", sts.get_session_token()["Credentials"])
    s3 = client("s3", endpoint, reader)
    s3.create_bucket(Bucket="canary-bucket")
    s3.put_object(Bucket="canary-bucket", Key="k", Body=b"x" * (2 << 20))
    s3.get_object(Bucket="canary-bucket", Key="k")["Body"].read()


def people(iam: BaseClient, alice: BaseClient, secrets: Secrets) -> None:
    """Passwords are set, changed, given wrong and refused."""
    first, second, short, wrong = (
        f"{name}-Password-of-Alice-7" for name in ("First", "Second", "Sh", "Wrong")
    )
    for password in (first, second, short, wrong):
        secrets.raw(password.partition("-")[0], password.encode())
    iam.create_login_profile(UserName="alice", Password=first)
    iam.update_account_password_policy(AllowUsersToChangePassword=True, MinimumPasswordLength=24)
    alice.change_password(OldPassword=first, NewPassword=second)
    assert code_of(alice.change_password, OldPassword=wrong, NewPassword=first) == "AccessDenied"
    refused = code_of(alice.change_password, OldPassword=second, NewPassword=short)
    assert refused == "PasswordPolicyViolation"
    iam.update_login_profile(UserName="alice", Password=first)
    too_long = f"{wrong}{'x' * 128}"
    assert code_of(iam.update_login_profile, UserName="alice", Password=too_long) == "ValidationError"


def phone(iam: BaseClient, secrets: Secrets) -> None:
    """An MFA device is made, and proved by codes."""
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    seed = base64.b32decode(made["Base32StringSeed"])
    secrets.raw("the seed", seed)
    secrets.raw("the seed in base32", made["Base32StringSeed"])
    secrets.raw("the QR code", made["QRCodePNG"])
    step = mfa.step_of(datetime.now(UTC))
    first, second = (mfa.code_of(seed, step + ahead) for ahead in (0, 1))
    given = {"UserName": "alice", "SerialNumber": made["SerialNumber"]}
    wrong = {"AuthenticationCode1": second, "AuthenticationCode2": first}
    assert code_of(iam.enable_mfa_device, **given, **wrong) == "InvalidAuthenticationCode"
    iam.enable_mfa_device(**given, AuthenticationCode1=first, AuthenticationCode2=second)
    iam.list_virtual_mfa_devices()


def attack(endpoint: str, secrets: Secrets) -> None:
    """Secrets in places where they don't belong, and credentials that don't fit."""
    secret, token = secrets.texts["secret of alice"], secrets.texts["token of reader"]
    wrong = {"AccessKeyId": "ASIA" + "A" * 16, "SecretAccessKey": secret, "SessionToken": token}
    drafts = [
        query("sts", "GetCallerIdentity"),
        query("iam", "ListUsers"),
        Draft("s3", "GET", "/canary-bucket/k"),
        Draft("organizations", headers={"x-amz-target": "AWSOrganizationsV20161128.Nothing"}, body=b"{"),
        query("sts", "GetSessionToken", SerialNumber="arn:aws:iam::1:mfa/x", TokenCode="123456"),
    ]
    with Line(endpoint) as line:
        for draft in drafts:
            assert line.send(draft.signed(endpoint, wrong)).status >= 400
            assert line.send(draft.signed(endpoint, {**wrong, "SessionToken": token[:-8]})).status >= 400
            assert line.send(draft.request(endpoint)).status >= 400


def material(data: Path, secrets: Secrets) -> None:
    """The root key, and the keys of the ring as only it opens them."""
    root = base64.b64decode((data / "root.key").read_bytes().strip())
    secrets.raw("the root key", root)
    with sqlite3.connect(data / "watchword.db") as database:
        for key_id, sealed in database.execute("SELECT id, sealed FROM keyring").fetchall():
            secrets.raw(f"keyring key {key_id}", unwrap(key_id, bytes(sealed), root).material)
    database.close()


def break_things(data: Path, endpoint: str, keys: Keys, secrets: Secrets) -> None:
    """Faults of ours: a table is gone, an object's bytes are gone, a document is no policy any more."""
    assert secrets.forms
    iam, s3 = client("iam", endpoint, keys), client("s3", endpoint, keys)
    with sqlite3.connect(data / "watchword.db", isolation_level=None) as database:
        database.execute("ALTER TABLE tags RENAME TO hidden")
        assert code_of(iam.tag_user, UserName="alice", Tags=[{"Key": "a", "Value": "b"}])
        database.execute("ALTER TABLE hidden RENAME TO tags")
        database.execute("UPDATE roles SET trust = 'no JSON'")
        assert code_of(iam.get_role, RoleName="reader")
        assert code_of(iam.update_assume_role_policy, RoleName="reader", PolicyDocument="{}")
    database.close()
    for file in (data / "objects").rglob("*"):
        if file.is_file():
            file.unlink()
    assert code_of(s3.get_object, Bucket="canary-bucket", Key="k")
