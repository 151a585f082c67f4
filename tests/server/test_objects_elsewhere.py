"""Objects whose bytes are at another server: a second Watchword, over HTTP with real signatures."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.server.harness import Keys, Running, client, code_of, credentials, serve, told, watchword

BUCKET = "kept-elsewhere"


@dataclass
class Elsewhere:
    """The server that has the bytes, and the file of settings for it."""

    data: Path
    config: Path
    port: int
    keys: Keys
    running: Running

    @property
    def s3(self) -> Any:
        return client("s3", self.running.endpoint, self.keys)

    @property
    def flags(self) -> tuple[str, ...]:
        return ("--objects", f"s3://{BUCKET}/payroll", "--objects-config", str(self.config))

    def keys_in_it(self) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [each["Key"] for page in pages for each in page.get("Contents", ())]

    @contextmanager
    def away(self) -> Iterator[None]:
        """It ends, and starts again on the same port after this block."""
        assert self.running.stop() == 0
        yield
        self.running = self.until.enter_context(serve(self.data, "--port", str(self.port)))

    until: ExitStack = None  # type: ignore[assignment]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    data, config = tmp_path / "elsewhere", tmp_path / "objects.json"
    with ExitStack() as until:
        running = until.enter_context(serve(data))
        keys = told("root-key", "create", "--data", str(data), "--account", account_of(data))
        config.touch(0o600)
        config.write_text(
            json.dumps(
                {
                    "endpoint": running.endpoint,
                    "access_key_id": keys["AccessKeyId"],
                    "secret_access_key": keys["SecretAccessKey"],
                }
            )
        )
        found = Elsewhere(data, config, running.port, keys, running, until)
        found.s3.create_bucket(Bucket=BUCKET)
        yield found


def account_of(data: Path) -> str:
    return str(told("account", "list", "--json", "--data", str(data))["AccountId"])


def test_objects_are_there_and_nowhere_else(elsewhere: Elsewhere, tmp_path: Path) -> None:
    large = os.urandom(20 << 20)
    with serve(tmp_path / "front", *elsewhere.flags) as front:
        s3 = client("s3", front.endpoint, credentials(front.data))
        s3.create_bucket(Bucket="papers")
        s3.put_object(Bucket="papers", Key="small", Body=b"salaries")
        s3.put_object(Bucket="papers", Key="large", Body=large)
        s3.copy_object(Bucket="papers", Key="copy", CopySource="papers/large")
        s3.delete_object(Bucket="papers", Key="large")
        where = {"Bucket": "papers", "Key": "parts"}
        upload = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
        etags = [
            s3.upload_part(**upload, PartNumber=number, Body=body)["ETag"]
            for number, body in enumerate((large[: 9 << 20], b"end"), 1)
        ]
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        assert (
            code_of(s3.put_object, Bucket="papers", Key="wrong", Body=large, ContentMD5="A" * 22 + "==") != ""
        )
    assert "secret" not in front.said.lower()
    with serve(tmp_path / "front", *elsewhere.flags) as front:
        s3 = client("s3", front.endpoint, credentials(front.data))
        assert s3.get_object(Bucket="papers", Key="small")["Body"].read() == b"salaries"
        assert s3.get_object(Bucket="papers", Key="copy")["Body"].read() == large
        assert (
            s3.get_object(Bucket="papers", Key="copy", Range="bytes=8000000-9000000")["Body"].read()
            == (large[8000000:9000001])
        )
        assert s3.get_object(Bucket="papers", Key="parts")["Body"].read() == large[: 9 << 20] + b"end"
        assert not (front.data / "objects").exists()
        # A marker; one; a list and pieces of 8 MiB; a list, a part of two pieces with its list, and a part.
        assert len(elsewhere.keys_in_it()) == 1 + 1 + (1 + 3) + (1 + 3 + 1)
        for key in ("small", "copy", "parts"):
            s3.delete_object(Bucket="papers", Key=key)
        assert elsewhere.keys_in_it() == ["payroll/watchword-server"]


def test_a_store_that_is_away_refuses_and_loses_nothing(elsewhere: Elsewhere, tmp_path: Path) -> None:
    with serve(tmp_path / "front", *elsewhere.flags, "--memory", "150") as front:
        s3 = client("s3", front.endpoint, credentials(front.data))
        s3.create_bucket(Bucket="papers")
        s3.put_object(Bucket="papers", Key="old", Body=b"old")
        with elsewhere.away():
            assert code_of(s3.put_object, Bucket="papers", Key="old", Body=b"new") == "ServiceUnavailable"
            assert code_of(s3.get_object, Bucket="papers", Key="old") == "ServiceUnavailable"
            assert s3.head_object(Bucket="papers", Key="old")["ContentLength"] == 3
            assert s3.list_objects_v2(Bucket="papers")["KeyCount"] == 1
        assert s3.get_object(Bucket="papers", Key="old")["Body"].read() == b"old"
        s3.put_object(Bucket="papers", Key="old", Body=b"new")
        assert s3.get_object(Bucket="papers", Key="old")["Body"].read() == b"new"
        front.stop(signal.SIGKILL)
    assert "objects out of reach" in front.said
    assert elsewhere.keys["SecretAccessKey"] not in front.said


def test_it_does_not_start_where_it_could_do_harm(elsewhere: Elsewhere, tmp_path: Path) -> None:
    with serve(tmp_path / "front", *elsewhere.flags) as front:
        s3 = client("s3", front.endpoint, credentials(front.data))
        s3.create_bucket(Bucket="papers")
        s3.put_object(Bucket="papers", Key="key", Body=b"data")
    assert "another server keeps its objects there" in refusal(tmp_path / "other", *elsewhere.flags)
    assert "bytes of this server's objects aren't there" in refusal(tmp_path / "front")
    with_another_prefix = ("--objects", f"s3://{BUCKET}/other", *elsewhere.flags[2:])
    assert "bytes of this server's objects aren't there" in refusal(tmp_path / "front", *with_another_prefix)
    elsewhere.config.chmod(0o644)
    assert "others can read them" in refusal(tmp_path / "front", *elsewhere.flags)
    elsewhere.config.chmod(0o600)
    with elsewhere.away():
        assert "HTTP error" in refusal(tmp_path / "front", *elsewhere.flags)


def refusal(data: Path, *flags: str) -> str:
    """Why a server doesn't start: one line."""
    result = watchword("serve", "--port", "0", "--data", str(data), *flags)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    return result.stderr
