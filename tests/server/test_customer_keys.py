"""SSE-C with unmodified clients: boto3 and its transfer manager, forms, presigned URLs, the aws CLI.

And what an installation has of the keys afterwards: nothing.
"""

import base64
import hashlib
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.server.test_forms import multipart, send

from watchword.testing import Server

BUCKET = "sealed"
RAW = b"a key that customers brought ..."
TEXT, MD5 = (base64.b64encode(each).decode() for each in (RAW, hashlib.md5(RAW).digest()))
KEY: dict[str, Any] = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": RAW}
HEADERS = {
    "x-amz-server-side-encryption-customer-algorithm": "AES256",
    "x-amz-server-side-encryption-customer-key": TEXT,
    "x-amz-server-side-encryption-customer-key-MD5": MD5,
}
LARGE = bytes(range(251)) * (11 << 12)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(scope="module")
def running(place: Path) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        server = Server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def s3(running: Server) -> Any:
    client = boto3.client("s3", config=Config(signature_version="s3v4"), **running.client_arguments)
    client.create_bucket(Bucket=BUCKET)
    return client


def read(s3: Any, key: str) -> bytes:
    data: bytes = s3.get_object(Bucket=BUCKET, Key=key, **KEY)["Body"].read()
    return data


def test_boto3_and_its_transfer_manager(s3: Any) -> None:
    parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_fileobj(BytesIO(LARGE), BUCKET, "large", ExtraArgs=KEY, Config=parts)
    assert s3.head_object(Bucket=BUCKET, Key="large", **KEY)["SSECustomerKeyMD5"] == MD5
    back = BytesIO()
    s3.download_fileobj(BUCKET, "large", back, ExtraArgs=KEY, Config=parts)
    assert back.getvalue() == LARGE
    source = {f"CopySource{name}": value for name, value in KEY.items()}
    s3.copy({"Bucket": BUCKET, "Key": "large"}, BUCKET, "copy", ExtraArgs=KEY | source, Config=parts)
    assert read(s3, "copy") == LARGE


def test_without_a_key(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="small", Body=b"small", **KEY)
    with pytest.raises(ClientError) as refused:
        s3.head_object(Bucket=BUCKET, Key="small")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    other = KEY | {"SSECustomerKey": b"o" * 32}
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket=BUCKET, Key="small", **other)
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_presigned(s3: Any) -> None:
    url = s3.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "presigned", **KEY})
    assert TEXT not in url
    request = urllib.request.Request(url, b"by a URL", HEADERS, method="PUT")
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["x-amz-server-side-encryption-customer-key-md5"] == MD5
    assert read(s3, "presigned") == b"by a URL"


def test_a_form(s3: Any) -> None:
    fields = {name.lower(): text for name, text in HEADERS.items()}
    conditions = [{name: text} for name, text in fields.items()]
    made = s3.generate_presigned_post(BUCKET, "posted", Fields=dict(fields), Conditions=conditions)
    assert send(made["url"], multipart(made["fields"], b"by a form")).status == 204
    assert read(s3, "posted") == b"by a form"


def test_the_aws_cli(s3: Any, running: Server, tmp_path: Path) -> None:
    environment = {**os.environ, **running.environment}
    file, key, back = (tmp_path / name for name in ("file", "key", "back"))
    file.write_bytes(LARGE)
    key.write_bytes(RAW)
    given = ["--sse-c", "AES256", "--sse-c-key", f"fileb://{key}"]
    command = [sys.executable, "-m", "awscli", "s3", "cp", *given]
    for source, target in ((str(file), f"s3://{BUCKET}/cli"), (f"s3://{BUCKET}/cli", str(back))):
        done = subprocess.run([*command, source, target], capture_output=True, check=False, env=environment)
        assert done.returncode == 0, done.stderr.decode()
    assert back.read_bytes() == LARGE


def test_a_condition_demands_it(s3: Any, running: Server) -> None:
    """Source: Amazon S3 User Guide, "Requiring and restricting SSE-C"."""
    name = "s3:x-amz-server-side-encryption-customer-algorithm"
    policy = (
        '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", '
        f'"Resource": "arn:aws:s3:::demanding/*", "Condition": {{"Null": {{"{name}": "true"}}}}}}}}'
    )
    s3.create_bucket(Bucket="demanding")
    s3.put_bucket_policy(Bucket="demanding", Policy=policy)
    s3.put_object(Bucket="demanding", Key="key", Body=b"", **KEY)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket="demanding", Key="key", Body=b"")


def test_no_file_has_a_key_or_its_md5(s3: Any, place: Path) -> None:
    """Last in this file: of all that was written by the tests before."""
    s3.put_object(Bucket=BUCKET, Key="small", Body=b"small", **KEY)
    files = [file for file in place.rglob("*") if file.is_file()]
    written = {file: file.read_bytes() for file in files}
    assert any(b'"PutObject"' in data for data in written.values()), "the journal is among them"
    for file, data in written.items():
        for secret in (RAW, TEXT.encode(), MD5.encode(), RAW.hex().encode()):
            assert secret not in data, file
