"""HTTPS: unmodified clients over it, and what the server makes of it."""

import ipaddress
import json
import os
import resource
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, SSLError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.server.harness import Keys, Running, client, credentials, serve, watchword

AWS = Path(sys.executable).with_name("aws")


def make_certificate(place: Path, passphrase: bytes = b"") -> tuple[Path, Path]:
    """A self-signed certificate of 127.0.0.1 and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "watchword test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    protection = (
        serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    )
    files = place / "certificate.pem", place / "key.pem"
    files[0].write_bytes(certificate.public_bytes(pem))
    files[1].write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, protection))
    return files


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def secure(files: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    arguments = "--tls-certificate", str(files[0]), "--tls-key", str(files[1])
    with serve(tmp_path_factory.mktemp("tls-server") / "data", *arguments) as server:
        yield server


@pytest.fixture(scope="module")
def keys(secure: Running) -> Keys:
    return credentials(secure.data)


@pytest.fixture
def trusted(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(files[0]))


def test_boto3_over_https(secure: Running, keys: Keys, trusted: None) -> None:
    assert secure.endpoint.startswith("https://")
    arn = client("sts", secure.endpoint, keys).get_caller_identity()["Arn"]
    assert ":assumed-role/WatchwordAdministrator/" in arn


def test_the_aws_cli_over_https(secure: Running, keys: Keys, files: tuple[Path, Path]) -> None:
    environment = {
        **os.environ,
        "AWS_CA_BUNDLE": str(files[0]),
        "AWS_ENDPOINT_URL": secure.endpoint,
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    said = subprocess.run(
        [AWS, "iam", "list-users"], env=environment, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr


def test_a_client_without_the_certificate_sends_nothing(secure: Running, keys: Keys) -> None:
    with pytest.raises(SSLError):
        client("sts", secure.endpoint, keys).get_caller_identity()


def test_plain_http_is_not_spoken(secure: Running, keys: Keys) -> None:
    plain = secure.endpoint.replace("https:", "http:")
    with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
        client("sts", plain, keys).get_caller_identity()
    assert "Traceback" not in secure.said


def test_objects_over_https(secure: Running, keys: Keys, trusted: None) -> None:
    """boto3 leaves the body's hash out of the signature over TLS, and sends it whole."""
    s3 = client("s3", secure.endpoint, keys)
    s3.create_bucket(Bucket="tls-bucket")
    for body in (b"small", b"x" * (3 << 20)):
        s3.put_object(Bucket="tls-bucket", Key="k", Body=body)
        assert s3.get_object(Bucket="tls-bucket", Key="k")["Body"].read() == body


CHECKSUMS = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")


@pytest.fixture(scope="module")
def chunking(secure: Running, keys: Keys, files: tuple[Path, Path]) -> Any:
    """A client that sends objects over TLS as boto3 does unless told otherwise."""
    s3 = boto3.client(
        "s3",
        endpoint_url=secure.endpoint,
        region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        verify=str(files[0]),
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )
    s3.create_bucket(Bucket="chunked-bucket")
    return s3


@pytest.mark.parametrize("algorithm", CHECKSUMS)
@pytest.mark.parametrize("size", [0, 5, 3 << 20])
def test_chunks_with_a_checksum_behind_them(chunking: Any, algorithm: str, size: int) -> None:
    sent: list[Any] = []
    chunking.meta.events.register("before-send.s3.PutObject", lambda request, **_: sent.append(request))
    body = os.urandom(size)
    put = chunking.put_object(Bucket="chunked-bucket", Key="k", Body=body, ChecksumAlgorithm=algorithm)
    assert sent[0].headers["X-Amz-Trailer"] == f"x-amz-checksum-{algorithm.lower()}".encode()
    got = chunking.get_object(Bucket="chunked-bucket", Key="k", ChecksumMode="ENABLED")
    assert got["Body"].read() == body
    assert got[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]


class Changed:
    """A body with another byte for one of its own, after boto3 computed the checksum."""

    def __init__(self, body: Any) -> None:
        self.body = body

    def read(self, size: int = -1) -> bytes:
        data: bytes = self.body.read(size)
        return data.replace(b"Q", b"q")


@pytest.mark.parametrize("algorithm", CHECKSUMS)
@pytest.mark.parametrize("size", [5, 3 << 20])
def test_n2_another_body_than_its_checksum_says(chunking: Any, algorithm: str, size: int) -> None:
    def change(request: Any, **_: object) -> None:
        request.body = Changed(request.body)

    chunking.meta.events.register("before-send.s3.PutObject", change)
    try:
        with pytest.raises(ClientError) as refused:
            chunking.put_object(
                Bucket="chunked-bucket", Key="changed", Body=b"Q" * size, ChecksumAlgorithm=algorithm
            )
    finally:
        chunking.meta.events.unregister("before-send.s3.PutObject", change)
    error = refused.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == ("BadDigest", 400)
    assert chunking.list_objects_v2(Bucket="chunked-bucket", Prefix="changed")["KeyCount"] == 0


def test_a_policy_can_ask_for_tls(secure: Running, keys: Keys, trusted: None) -> None:
    iam = client("iam", secure.endpoint, keys)
    iam.create_user(UserName="careful")
    only = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*",'
    only += '"Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}'
    iam.put_user_policy(UserName="careful", PolicyName="tls", PolicyDocument=only)
    key = iam.create_access_key(UserName="careful")["AccessKey"]
    assert client("iam", secure.endpoint, key).list_users()["Users"]


@pytest.mark.parametrize(("version", "enough"), [("1.2", True), ("1.3", True), ("1.4", False)])
def test_a_policy_can_ask_for_a_version_of_tls(
    secure: Running, keys: Keys, trusted: None, version: str, *, enough: bool
) -> None:
    """s3:TlsVersion, of small requests and of those that come by ASGI."""
    iam, s3 = client("iam", secure.endpoint, keys), client("s3", secure.endpoint, keys)
    name = f"tls-{version.replace('.', '-')}"
    iam.create_user(UserName=name)
    s3.create_bucket(Bucket=name)
    at_least = {"NumericGreaterThanEquals": {"s3:TlsVersion": version}}
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": at_least}
    policy = {"Version": "2012-10-17", "Statement": statement}
    iam.put_user_policy(UserName=name, PolicyName="tls", PolicyDocument=json.dumps(policy))
    mine = client("s3", secure.endpoint, iam.create_access_key(UserName=name)["AccessKey"])
    for body in (b"small", bytes(3 << 20)):
        if enough:
            assert mine.put_object(Bucket=name, Key="key", Body=body)["ETag"]
        else:
            with pytest.raises(ClientError, match="AccessDenied"):
                mine.put_object(Bucket=name, Key="key", Body=body)


def test_a_key_with_a_passphrase_is_not_asked_for(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, b"hush")
    arguments = "--tls-certificate", str(certificate), "--tls-key", str(key)
    result = watchword("serve", *arguments, "--data", str(tmp_path / "data"))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert str(key) in result.stderr


def test_a_client_that_never_closes_is_evicted(files: tuple[Path, Path], tmp_path: Path) -> None:
    arguments = "--tls-certificate", str(files[0]), "--tls-key", str(files[1])
    trust = ssl.create_default_context(cafile=str(files[0]))
    with serve(tmp_path / "data", *arguments) as server, ExitStack() as strangers:
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (128, hard))
        connections = []
        for _ in range(200):
            connection = strangers.enter_context(socket.create_connection(("127.0.0.1", server.port), 5))
            connections.append(trust.wrap_socket(connection, server_hostname="127.0.0.1"))
            strangers.enter_context(connections[-1])
            connections[-1].sendall(b"GET / HTTP/1.1\r\nX")
        assert connections[0].recv(20).startswith(b"HTTP/1.1 503 ")


def test_a_handshake_counts_as_a_connection(files: tuple[Path, Path], tmp_path: Path) -> None:
    """From its first byte: strangers who never complete one don't take the files of those who do."""
    arguments = "--tls-certificate", str(files[0]), "--tls-key", str(files[1])
    trust = ssl.create_default_context(cafile=str(files[0]))
    with serve(tmp_path / "data", *arguments) as server, ExitStack() as strangers:
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (128, hard))
        silent = [
            strangers.enter_context(socket.create_connection(("127.0.0.1", server.port), 5))
            for _ in range(200)
        ]
        connection = strangers.enter_context(socket.create_connection(("127.0.0.1", server.port), 5))
        with trust.wrap_socket(connection, server_hostname="127.0.0.1") as secured:
            secured.sendall(b"GET /_watchword/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert secured.recv(20).startswith(b"HTTP/1.1 200 ")
        assert silent[0].recv(1) == b""
        assert "Traceback" not in server.said
