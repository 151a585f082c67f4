"""Requests of httpx and requests, signed: to a server as it is, and to a judge that sends them elsewhere."""

import asyncio
import hashlib
import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import httpx
import pytest
import requests
from tests.client.conftest import SIGNER, Judge

import watchword.client
from watchword.client import Credentials, HttpxAuth, RequestsAuth
from watchword.testing import Server

Send = Callable[..., Any]
FORM = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
Given = Credentials | Callable[[], Credentials]


class Client:
    """One of three libraries, through one face."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.follow = {"allow_redirects": True} if name == "requests" else {"follow_redirects": True}

    def send(self, credentials: Given, scope: str, method: str, url: str, **given: Any) -> Any:
        service, _, region = scope.partition("/")
        match self.name:
            case "requests":
                auth = RequestsAuth(credentials, service=service, region=region or "us-east-1")
                with requests.Session() as session:
                    session.auth = auth
                    session.trust_env = False
                    given = {"allow_redirects": False, **given}
                    if "content" in given:
                        given["data"] = given.pop("content")
                    return session.request(method, url, **given)
            case "httpx":
                with httpx.Client(auth=self.httpx_auth(credentials, service, region)) as client:
                    return client.request(method, url, **given)
            case _:
                return asyncio.run(self._async(credentials, service, region, method, url, **given))

    @staticmethod
    def httpx_auth(credentials: Given, service: str, region: str) -> HttpxAuth:
        return HttpxAuth(credentials, service=service, region=region or "us-east-1")

    async def _async(
        self, credentials: Given, service: str, region: str, method: str, url: str, **given: Any
    ) -> Any:
        async with httpx.AsyncClient(auth=self.httpx_auth(credentials, service, region)) as client:
            if "content" in given and not isinstance(given["content"], bytes | str):
                pieces = list(given["content"])
                given["content"] = _async_pieces(pieces)
            return await client.request(method, url, **given)


async def _async_pieces(pieces: list[bytes]) -> Any:
    for piece in pieces:
        yield piece


@pytest.fixture(params=["httpx", "httpx async", "requests"])
def client(request: pytest.FixtureRequest) -> Client:
    return Client(request.param)


@pytest.fixture
def root(server: Server) -> Credentials:
    return Credentials(server.access_key_id, server.secret)


def arn_of(client: Client, credentials: Given, server: Server) -> str:
    answer = client.send(credentials, "sts", "POST", server.endpoint, data=FORM)
    assert answer.status_code == 200, answer.text
    return str(answer.text.partition("<Arn>")[2].partition("</Arn>")[0])


@pytest.fixture(scope="module")
def session(server: Server) -> Credentials:
    """A user's session, which has a token."""
    iam = boto3.client("iam", **server.client_arguments)  # type: ignore[call-overload]
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    sts = boto3.client("sts", **{**server.client_arguments, **own})  # type: ignore[call-overload]
    found = sts.get_session_token()["Credentials"]
    return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


# --- a server as it is ---------------------------------------------------------------------------------


def test_who_calls(client: Client, server: Server, root: Credentials) -> None:
    assert arn_of(client, root, server) == f"arn:aws:iam::{server.account}:root"


def test_objects_are_put_and_got(client: Client, server: Server, root: Credentials) -> None:
    bucket = f"{server.endpoint}/{client.name.replace(' ', '-')}-bucket"
    assert client.send(root, "s3", "PUT", bucket).status_code == 200
    for key in ("plain", "a%20b/%C3%BC+%2B", "folder//x"):
        put = client.send(
            root, "s3", "PUT", f"{bucket}/{key}", content=b"bytes", headers={"x-amz-meta-a": "1  2"}
        )
        assert put.status_code == 200, put.text
        got = client.send(root, "s3", "GET", f"{bucket}/{key}", headers={"range": "bytes=1-"})
        assert (got.status_code, got.content, got.headers["x-amz-meta-a"]) == (206, b"ytes", "1  2")
    listed = client.send(root, "s3", "GET", bucket, params={"list-type": "2", "prefix": "a b/\u00fc +"})
    assert "<KeyCount>1</KeyCount>" in listed.text


def test_a_body_that_streams(client: Client, server: Server, root: Credentials) -> None:
    bucket = f"{server.endpoint}/{client.name.replace(' ', '-')}-streams"
    assert client.send(root, "s3", "PUT", bucket).status_code == 200

    def pieces() -> Iterator[bytes]:
        yield from [b"a" * 100_000, b"b" * 100_000]

    def put(**hashed: str) -> Any:
        length = {"content-length": str(len(data))}
        return client.send(
            root, "s3", "PUT", f"{bucket}/key", content=io.BytesIO(data), headers=length | hashed
        )

    data = b"a" * 100_000 + b"b" * 100_000
    answer = put()
    assert answer.status_code == 200, answer.text
    assert client.send(root, "s3", "GET", f"{bucket}/key").content == data
    assert put(**{"x-amz-content-sha256": hashlib.sha256(data).hexdigest()}).status_code == 200
    refused = put(**{"x-amz-content-sha256": hashlib.sha256(b"other").hexdigest()})
    assert "XAmzContentSHA256Mismatch" in refused.text
    refused = client.send(root, "s3", "PUT", f"{bucket}/key", content=pieces())
    assert "<Header>Transfer-Encoding</Header>" in refused.text


def test_a_body_that_streams_needs_its_hash_elsewhere(client: Client, judge: Judge) -> None:
    with pytest.raises(ValueError, match="x-amz-content-sha256"):
        client.send(SIGNER, "svc/here", "POST", judge.url, content=iter([b"a", b"b"]))
    assert judge.seen == []
    hashed = {"x-amz-content-sha256": hashlib.sha256(b"ab").hexdigest(), "content-length": "2"}
    if client.name != "requests":  # which sends what has no length in chunks, that the judge doesn't read
        answer = client.send(
            SIGNER, "svc/here", "POST", judge.url, content=iter([b"a", b"b"]), headers=hashed
        )
        assert answer.status_code == 200


def test_a_session_and_credentials_that_change(
    client: Client, server: Server, root: Credentials, session: Credentials
) -> None:
    given = iter([root, session, root])
    arns = [arn_of(client, lambda: next(given), server) for _ in range(3)]
    assert [arn.rpartition(":")[2] for arn in arns] == ["root", "user/reader", "root"]


# --- a judge -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    ["", "/", "/a%2Fb", "/?a=2&a=1&b", "/?q=a+b%2Bc&q=", "/%C3%BC?x=%C3%BC", "/a?x=1%2F2~*", "/?a=1#f"],
)
def test_what_is_signed_is_what_is_sent(client: Client, judge: Judge, target: str) -> None:
    assert client.send(SIGNER, "svc/here", "GET", judge.url + target).status_code == 200
    assert "+" not in judge.seen[-1].query
    assert judge.seen[-1].header("x-amz-security-token") == "a token"


def test_a_host_of_ones_own(client: Client, judge: Judge) -> None:
    answer = client.send(SIGNER, "svc/here", "GET", judge.url, headers={"host": "api.example.org"})
    assert (answer.status_code, judge.seen[-1].header("host")) == (200, "api.example.org")


@pytest.mark.parametrize("body", [b"", b"bytes", "t\u00ebxt", {"a": "1", "b": ["2", "3"]}])
def test_every_body_in_memory(client: Client, judge: Judge, body: Any) -> None:
    given = {"data": body} if isinstance(body, dict) else {"content": body}
    assert client.send(SIGNER, "svc/here", "POST", judge.url, **given).status_code == 200


def test_the_wrong_secret(client: Client, judge: Judge) -> None:
    wrong = Credentials(SIGNER.access_key_id, "other")
    assert client.send(wrong, "svc/here", "GET", judge.url).status_code == 403
    assert len(judge.seen) == 1


def test_a_redirect_that_is_not_followed(client: Client, judge: Judge) -> None:
    assert client.send(SIGNER, "svc/here", "GET", f"{judge.url}/moved").status_code == 307
    assert len(judge.seen) == 1


@pytest.mark.parametrize("path", ["/moved", "/see-other"])
def test_a_redirect_is_signed_anew(client: Client, judge: Judge, path: str) -> None:
    answer = client.send(SIGNER, "svc/here", "POST", judge.url + path, content=b"bytes", **client.follow)
    assert answer.status_code == 200
    method = "POST" if path == "/moved" else "GET"
    assert [request.method for request in judge.seen] == ["POST", method, method]


def test_a_redirect_to_another_origin_is_not_signed(client: Client, judge: Judge, other: Judge) -> None:
    answer = client.send(SIGNER, "svc/here", "GET", f"{judge.url}/away", **client.follow)
    assert answer.status_code == 401
    assert [request.header("authorization") for request in other.seen] == [None]
    if client.name == "requests":
        assert other.seen[0].header("x-amz-security-token") is None


def test_each_adapter_needs_its_own_library_only() -> None:
    for adapter, library in (("HttpxAuth", "requests"), ("RequestsAuth", "httpx")):
        code = f"import sys; from watchword.client import {adapter}; sys.exit({library!r} in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with pytest.raises(AttributeError):
        _ = watchword.client.NobodysAuth  # type: ignore[attr-defined]
