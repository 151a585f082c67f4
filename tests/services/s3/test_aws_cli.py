"""The unmodified aws CLI against a running server: its high-level s3 commands."""

import subprocess
import sys
from pathlib import Path

import pytest

from watchword.testing import Server

pytestmark = pytest.mark.slow


def aws(*arguments: str, data: bytes = b"") -> bytes:
    """What `aws s3 ...` prints; its words when it fails."""
    command = [sys.executable, "-m", "awscli", "s3", *arguments]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_a_day_with_the_cli(watchword: Server, tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "img").mkdir(parents=True)
    (site / "index.html").write_text("<h1>Salve</h1>")
    (site / "img" / "ä b.png").write_bytes(bytes(5000))

    aws("mb", "s3://bucket")
    assert aws("ls").split()[-1] == b"bucket"
    aws("cp", str(site / "index.html"), "s3://bucket/a/index.html")
    assert aws("cp", "s3://bucket/a/index.html", "-") == b"<h1>Salve</h1>"
    aws("cp", "-", "s3://bucket/from-a-pipe", data=b"piped")
    aws("cp", "s3://bucket/from-a-pipe", "s3://bucket/copy")
    aws("sync", str(site), "s3://bucket/site")
    assert aws("sync", str(site), "s3://bucket/site") == b""
    listed = aws("ls", "--recursive", "s3://bucket/").decode()
    assert [line[31:] for line in listed.splitlines()] == [
        "a/index.html",
        "copy",
        "from-a-pipe",
        "site/img/ä b.png",
        "site/index.html",
    ]
    assert aws("ls", "s3://bucket/site/").split()[:2] == [b"PRE", b"img/"]
    aws("sync", "s3://bucket/site", str(tmp_path / "back"))
    assert (tmp_path / "back" / "img" / "ä b.png").read_bytes() == bytes(5000)
    aws("mv", "s3://bucket/copy", "s3://bucket/moved")
    aws("rm", "--recursive", "s3://bucket/site")
    assert b"site/" not in aws("ls", "s3://bucket/")
    large = tmp_path / "large"
    large.write_bytes(bytes(range(256)) * (9 << 12))
    aws("cp", str(large), "s3://bucket/large")  # in parts, from 8 MB on
    aws("cp", "s3://bucket/large", str(tmp_path / "down"))
    assert (tmp_path / "down").read_bytes() == large.read_bytes()
    aws("cp", "s3://bucket/large", "s3://bucket/large-copy")
    aws("rb", "--force", "s3://bucket")
    assert aws("ls") == b""
