"""S3 Control with unmodified boto3, which puts the account before the name of the host."""

import socket

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.server.harness import Draft, Line
from tests.services.s3control.hosts import getaddrinfo

from watchword.testing import Server

ACCOUNT, ANOTHER = "123456789012", "999999999999"
PATH = "/v20180820/configuration/publicAccessBlock"


def test_put_read_removed(watchword: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    control = boto3.client("s3control", **watchword.client_arguments)
    missing = control.exceptions.NoSuchPublicAccessBlockConfiguration
    with pytest.raises(missing) as refused:
        control.get_public_access_block(AccountId=ACCOUNT)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    on = {"BlockPublicAcls": True, "IgnorePublicAcls": False}
    control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=on)
    found = control.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"]
    assert found == {**on, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
    control.delete_public_access_block(AccountId=ACCOUNT)
    with pytest.raises(missing):
        control.get_public_access_block(AccountId=ACCOUNT)
    with pytest.raises(ClientError, match="AccessDenied"):
        control.get_public_access_block(AccountId=ANOTHER)
    with pytest.raises(ClientError, match="NotImplemented"):
        control.list_access_points(AccountId=ACCOUNT)


def test_which_requests_are_for_it(watchword: Server) -> None:
    """Its signatures are those of S3: a header tells them apart, and that is the account in the host."""

    def told(account: str, host: str, path: str = PATH) -> str:
        headers = {"host": host, **({"x-amz-account-id": account} if account else {})}
        keys = {"AccessKeyId": watchword.access_key_id, "SecretAccessKey": watchword.secret}
        draft = Draft("s3", method="GET", path=path, headers=headers)
        with Line(watchword.endpoint) as line:
            return line.send(draft.signed(watchword.endpoint, keys)).code

    none = "NoSuchPublicAccessBlockConfiguration"
    for host in ("localhost", "127.0.0.1", f"{ACCOUNT}.127.0.0.1", f"{ACCOUNT}.localhost"):
        assert told(ACCOUNT, host) == none
    assert told(ACCOUNT, f"{ANOTHER}.127.0.0.1") == told(ACCOUNT, "elsewhere") == "InvalidRequest"
    assert told("", "127.0.0.1") == "NoSuchBucket"
    assert told(ACCOUNT, "127.0.0.1", "/bucket/key") == "InvalidAction"
    assert told("nobody", "127.0.0.1") == "ValidationError"
