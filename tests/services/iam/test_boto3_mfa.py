"""An authenticator app, unmodified boto3, and the profiles of the aws CLI: a user proves a second factor."""

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.client import BaseClient
from tests.services.iam.test_boto3_iam import allow, client, document, refused, root, user

from watchword.proofs.mfa import STEP_SECONDS, code_of
from watchword.testing import Server

__all__ = ["root", "user"]

PROVED = {
    "Bool": {"aws:MultiFactorAuthPresent": "true"},
    "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
}
CONFIG = """\
[profile ann]
aws_access_key_id = {AccessKeyId}
aws_secret_access_key = {SecretAccessKey}
[profile reader]
role_arn = {role}
source_profile = ann
mfa_serial = {serial}
"""


class Phone:
    """An authenticator app half an hour late, so that a test needn't wait for the next code."""

    def __init__(self, device: dict[str, Any]) -> None:
        self.serial = device["SerialNumber"]
        self._seed = base64.b32decode(device["Base32StringSeed"])
        self._step = int(time.time()) // STEP_SECONDS - 60

    def code(self) -> str:
        self._step += 1
        return code_of(self._seed, self._step)

    def pair(self) -> dict[str, str]:
        return {
            "SerialNumber": self.serial,
            "AuthenticationCode1": self.code(),
            "AuthenticationCode2": self.code(),
        }

    def proof(self) -> dict[str, str]:
        return {"SerialNumber": self.serial, "TokenCode": self.code()}


@pytest.fixture
def phone(root: BaseClient) -> Phone:
    """Ann's."""
    made = root.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    assert made["QRCodePNG"].startswith(b"\x89PNG")
    return Phone(made)


def test_a_users_phone(
    watchword: Server, root: BaseClient, user: Callable[..., BaseClient], phone: Phone
) -> None:
    """Without a code the user may do nothing but prove one, with one everything."""
    user("ann", allow("*", Condition=PROVED))
    ann = root.create_access_key(UserName="ann")["AccessKey"]
    refused("InvalidAuthenticationCode", root.enable_mfa_device, UserName="ann", SerialNumber=phone.serial,
            AuthenticationCode1="123456", AuthenticationCode2="654321")  # fmt: skip
    root.enable_mfa_device(UserName="ann", **phone.pair())
    assert root.get_mfa_device(SerialNumber=phone.serial, UserName="ann")["UserName"] == "ann"
    refused("AccessDenied", client(watchword, ann).list_users)
    proof = phone.proof()
    session = client(watchword, ann, "sts").get_session_token(**proof)["Credentials"]
    assert client(watchword, session).list_users()["Users"]
    refused("AccessDenied", client(watchword, ann, "sts").get_session_token, **proof)
    plain = client(watchword, ann, "sts").get_session_token()["Credentials"]
    refused("InvalidClientTokenId", client(watchword, plain).list_users)
    root.resync_mfa_device(UserName="ann", **phone.pair())
    root.deactivate_mfa_device(UserName="ann", SerialNumber=phone.serial)
    refused("AccessDenied", client(watchword, ann, "sts").get_session_token, **phone.proof())
    root.delete_virtual_mfa_device(SerialNumber=phone.serial)


@pytest.fixture
def reader(root: BaseClient, user: Callable[..., BaseClient], phone: Phone) -> tuple[str, dict[str, str]]:
    """A role that Ann may assume with a code, and her access key."""
    user("ann")
    ann = root.get_user(UserName="ann")["User"]["Arn"]
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": ann},
        "Action": "sts:AssumeRole",
        "Condition": PROVED,
    }
    role = root.create_role(RoleName="reader", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    policy = document(allow("iam:ListUsers"), allow("iam:ListRoles", Condition=PROVED))
    root.put_role_policy(RoleName="reader", PolicyName="own", PolicyDocument=policy)
    root.enable_mfa_device(UserName="ann", **phone.pair())
    return role, root.create_access_key(UserName="ann")["AccessKey"]


def test_a_role_that_asks_for_a_code(
    watchword: Server, reader: tuple[str, dict[str, str]], phone: Phone
) -> None:
    role, key = reader
    sts = client(watchword, key, "sts")
    asked, proof = {"RoleArn": role, "RoleSessionName": "one"}, phone.proof()
    refused("AccessDenied", sts.assume_role, **asked)
    session = sts.assume_role(**asked, **proof)["Credentials"]
    refused("AccessDenied", sts.assume_role, **asked, **proof)
    assert client(watchword, session).list_users()["Users"]
    refused("AccessDenied", client(watchword, session).list_roles)  # a role's session has no second factor


def test_a_session_that_has_proved_a_code_assumes_the_role(
    watchword: Server, reader: tuple[str, dict[str, str]], phone: Phone
) -> None:
    role, key = reader
    sts = client(watchword, key, "sts")
    asked = {"RoleArn": role, "RoleSessionName": "one"}
    plain = client(watchword, sts.get_session_token()["Credentials"], "sts")
    refused("AccessDenied", plain.assume_role, **asked)
    assert plain.assume_role(**asked, **phone.proof())
    proved = sts.get_session_token(**phone.proof())["Credentials"]
    assert client(watchword, proved, "sts").assume_role(**asked)


@pytest.mark.usefixtures("watchword")
def test_a_profile_with_a_serial_number(
    reader: tuple[str, dict[str, str]], phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the aws CLI and the SDKs assume it: they ask for the code."""
    role, key = reader
    config = tmp_path / "config"
    config.write_text(CONFIG.format(**key, role=role, serial=phone.serial))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    session = botocore.session.Session(profile="reader")
    resolver = session.get_component("credential_provider")
    resolver.get_provider("assume-role")._prompter = lambda _question: phone.code()
    assert session.create_client("iam").list_users()["Users"]
