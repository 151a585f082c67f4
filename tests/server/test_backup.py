"""A backup that is made while a server serves, and a server that is made from it."""

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.server.harness import client, code_of, credentials, serve, told, watchword

from watchword.installation import backup as making

LARGE = os.urandom(6 << 20)


def refusal(*arguments: str) -> str:
    result = watchword(*arguments)
    assert result.exit_code == 2, result.stdout
    assert result.stderr.count("\n") == 1
    return result.stderr


def fill(s3: Any) -> dict[str, bytes]:
    s3.create_bucket(Bucket="papers")
    s3.put_object(Bucket="papers", Key="small", Body=b"salaries", ChecksumAlgorithm="SHA256")
    where = {"Bucket": "papers", "Key": "parts"}
    ids = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
    etags = [
        s3.upload_part(**ids, PartNumber=number, Body=body)["ETag"]
        for number, body in enumerate((LARGE, b"end"), 1)
    ]
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
    s3.complete_multipart_upload(**ids, MultipartUpload={"Parts": parts})
    return {"small": b"salaries", "parts": LARGE + b"end"}


def test_there_and_back(tmp_path: Path) -> None:
    data, copy, new = tmp_path / "data", tmp_path / "backup", tmp_path / "new"
    with serve(data) as server:
        iam = client("iam", server.endpoint, credentials(data))
        iam.create_user(UserName="ann")
        key = iam.create_access_key(UserName="ann")["AccessKey"]
        s3 = client("s3", server.endpoint, credentials(data))
        bodies = fill(s3)
        unfinished = s3.create_multipart_upload(Bucket="papers", Key="later")["UploadId"]
        s3.upload_part(Bucket="papers", Key="later", UploadId=unfinished, PartNumber=1, Body=b"part")
        before = {name: s3.head_object(Bucket="papers", Key=name)["ETag"] for name in bodies}
        made = told("backup", str(copy), "--json", "--data", str(data))
        assert (made["Missing"], made["Bytes"] > len(LARGE)) == (0, True)
        s3.put_object(Bucket="papers", Key="small", Body=b"changed")
        s3.delete_object(Bucket="papers", Key="parts")
        iam.delete_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"])
    secrets = [(data / "root.key").read_bytes().strip(), key["SecretAccessKey"].encode()]
    for file in (path for path in copy.rglob("*") if path.is_file()):
        assert not any(secret in file.read_bytes() for secret in secrets)
    assert copy.stat().st_mode & 0o077 == 0
    assert "not to --database" in refusal(
        "restore", str(copy), "--data", str(new), "--database", "sqlite:///x"
    )
    assert "root key" in refusal("restore", str(copy), "--data", str(new))
    new.mkdir(mode=0o700, exist_ok=True)
    shutil.copy2(data / "root.key", new)
    told("restore", str(copy), "--json", "--data", str(new))
    assert "database already" in refusal("restore", str(copy), "--data", str(new))
    with serve(new) as server:
        s3 = client("s3", server.endpoint, credentials(new))
        for name, body in bodies.items():
            found = s3.get_object(Bucket="papers", Key=name)
            assert (found["ETag"], found["Body"].read()) == (before[name], body)
        part = s3.list_parts(Bucket="papers", Key="later", UploadId=unfinished)["Parts"]
        assert [each["Size"] for each in part] == [4]
        again = client("sts", server.endpoint, key)
        assert again.get_caller_identity()["Arn"].endswith("user/ann")
        events = watchword("audit", "operators", "--data", str(new)).stdout
        names = [json.loads(line)["eventName"] for line in events.splitlines()]
        assert [name for name in names if name in ("Backup", "Restore")] == ["Backup", "Restore"]
        assert watchword("objects", "check", "--rate", "0", "--data", str(new)).exit_code == 0


def test_it_has_every_byte_of_its_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While objects are replaced and deleted, as fast as that goes."""
    data, copy, new = tmp_path / "data", tmp_path / "backup", tmp_path / "new"
    with serve(data) as server:
        keys = credentials(data)
        s3 = client("s3", server.endpoint, keys)
        s3.create_bucket(Bucket="papers")
        ended, started = threading.Event(), threading.Event()

        def churn() -> None:
            mine, number = client("s3", server.endpoint, keys), 0
            while not ended.is_set():
                for key in range(20):
                    body = f"{key} {number}".encode() * 100
                    mine.put_object(
                        Bucket="papers", Key=str(key), Body=body,
                        Metadata={"sha": hashlib.sha256(body).hexdigest()},
                    )  # fmt: skip
                mine.delete_object(Bucket="papers", Key=str(number % 20))
                number += 1
                started.set()

        threads = [threading.Thread(target=churn) for _ in range(2)]
        for each in threads:
            each.start()
        assert started.wait(60)
        copying = making.copy_database

        def slowly(source: Path, target: Path) -> None:
            copying(source, target)
            started.clear()
            assert started.wait(60)  # every object is replaced once more, before its bytes are copied

        monkeypatch.setattr(making, "copy_database", slowly)
        try:
            made = told("backup", str(copy), "--json", "--data", str(data))
        finally:
            ended.set()
            for each in threads:
                each.join()
        assert made["Missing"] == 0
    new.mkdir(mode=0o700)
    shutil.copy2(data / "root.key", new)
    told("restore", str(copy), "--json", "--data", str(new))
    assert watchword("objects", "check", "--rate", "0", "--data", str(new)).exit_code == 0
    with serve(new) as server:
        s3 = client("s3", server.endpoint, credentials(new))
        listed = s3.list_objects_v2(Bucket="papers")["Contents"]
        assert len(listed) >= 19
        for each in listed:
            found = s3.get_object(Bucket="papers", Key=each["Key"])
            assert hashlib.sha256(found["Body"].read()).hexdigest() == found["Metadata"]["sha"]


def test_what_cannot_be_restored(tmp_path: Path) -> None:
    data, copy, new = tmp_path / "data", tmp_path / "backup", tmp_path / "new"
    with serve(data) as server:
        fill(client("s3", server.endpoint, credentials(data)))
    told("backup", str(copy), "--json", "--data", str(data))
    assert "isn't empty" in refusal("backup", str(copy), "--data", str(data))
    new.mkdir(mode=0o700)
    to = ("--data", str(new))
    (new / "root.key").write_text("A" * 43 + "=")
    (new / "root.key").chmod(0o600)
    assert "sealed under another one" in refusal("restore", str(copy), *to)
    shutil.copy2(data / "root.key", new)
    blob = next((copy / "objects").glob("*/*"))
    blob.rename(tmp_path / "blob")
    assert "lacks the bytes of 1 objects" in refusal("restore", str(copy), *to)
    (tmp_path / "blob").rename(blob)
    (copy / "backup.json").rename(tmp_path / "description")
    assert "broke off" in refusal("restore", str(copy), *to)
    (tmp_path / "description").rename(copy / "backup.json")
    with (copy / "watchword.db").open("ab") as file:
        file.write(b"more")
    assert "digest" in refusal("restore", str(copy), *to)
    assert not (new / "watchword.db").exists()


def test_bytes_that_are_gone_are_named(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "backup"
    with serve(data) as server:
        s3 = client("s3", server.endpoint, credentials(data))
        s3.create_bucket(Bucket="papers")
        s3.put_object(Bucket="papers", Key="gone", Body=b"data")
        s3.put_object(Bucket="papers", Key="here", Body=b"data")
        next((data / "objects").glob("??/*")).unlink()
        made = watchword("backup", str(copy), "--json", "--data", str(data))
        assert (made.exit_code, json.loads(made.stdout)["Missing"]) == (1, 1)
        assert made.stderr.startswith("missing  ")
        assert code_of(s3.head_object, Bucket="papers", Key="here") == ""


def test_postgresql_has_tools_of_its_own(tmp_path: Path, new_database_url: Callable[[str], str]) -> None:
    data, url = tmp_path / "data", new_database_url("postgresql")
    with serve(data, "--database", url):
        said = refusal("backup", str(tmp_path / "backup"), "--data", str(data), "--database", url)
    assert "pg_dump" in said
