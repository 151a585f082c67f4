"""What comes over the wire becomes one request, within limits, and leaves nothing behind."""

import asyncio
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchword.gateway import receive
from watchword.gateway.receive import (
    ABANDONED,
    MAX_IN_MEMORY,
    Gone,
    Message,
    Peer,
    body,
    head,
    may_be_large,
    sweep_spool,
)
from watchword.names import AwsError, Body, HttpRequest

NOW = datetime(2026, 1, 2, tzinfo=UTC)
S3 = HttpRequest("PUT", "/bucket/key", "", (("authorization", "Credential=x/us-east-1/s3/aws4_request"),))
IAM = HttpRequest("POST", "/", "", (("authorization", "Credential=x/us-east-1/iam/aws4_request"),))
HALF = bytes(MAX_IN_MEMORY // 2 + 1)
FORM = (("content-type", "multipart/form-data; boundary=x"),)


def received(request: HttpRequest, pieces: Iterable[bytes], spool: Path, *, whole: bool = True) -> Body:
    """The body of these pieces, from a client whom everybody knows."""
    messages: list[Message] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    end = {"type": "http.request", "body": b""} if whole else {"type": "http.disconnect"}
    coming = iter([*messages, end])

    async def next_message() -> Message:
        return next(coming)

    async def admit(beginning: Body) -> None:
        assert request is S3  # a form is admitted by what is in it, and nobody else sends so much
        assert len(beginning.data) > MAX_IN_MEMORY

    return asyncio.run(body(request, next_message, spool, admit))


def code_of(request: HttpRequest, pieces: Iterable[bytes], spool: Path) -> str:
    with pytest.raises(AwsError) as refused:
        received(request, pieces, spool)
    assert not list(spool.iterdir())
    return refused.value.code


def test_a_large_body_is_in_a_file_that_others_cannot_read(tmp_path: Path) -> None:
    found = received(S3, [HALF] * 5, tmp_path)
    assert found.file
    assert found.read() == HALF * 5
    assert found.file.stat().st_mode & 0o077 == 0


def test_a_body_has_a_limit_though_nothing_announced_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert code_of(IAM, [HALF] * 2, tmp_path) == "RequestTooLarge"
    monkeypatch.setattr(receive, "MAX_OBJECT", 2 * MAX_IN_MEMORY)
    assert received(S3, [bytes(MAX_IN_MEMORY)] * 2, tmp_path).size == 2 * MAX_IN_MEMORY
    for file in tmp_path.iterdir():
        file.unlink()
    assert code_of(S3, [bytes(MAX_IN_MEMORY), bytes(MAX_IN_MEMORY), b"a"], tmp_path) == "RequestTooLarge"


@pytest.mark.parametrize("pieces", [1, 5])
def test_who_leaves_in_the_middle_leaves_nothing(tmp_path: Path, pieces: int) -> None:
    with pytest.raises(Gone):
        received(S3, [HALF] * pieces, tmp_path, whole=False)
    assert not list(tmp_path.iterdir())


def test_a_form_is_not_admitted_by_its_head(tmp_path: Path) -> None:
    waiting = HttpRequest("POST", "/bucket", "", (*FORM, ("expect", "100-continue")))
    assert received(waiting, [b"--x--"], tmp_path).data == b"--x--"


def test_white_space_around_a_value_is_not_the_values() -> None:
    found = head("GET", b"/", b"a=%20", [(b"x-said", b" \t a\xa0b \t\xa0 ")], Peer("", secure=False, tls=""))
    assert found.headers == (("x-said", "a\xa0b \t\xa0"),)


def test_only_s3_takes_large_bodies() -> None:
    assert may_be_large(S3)
    assert may_be_large(HttpRequest("PUT", "/", "X-Amz-Credential=x%2Fus-east-1%2Fs3%2Faws4_request"))
    assert may_be_large(HttpRequest("PUT", "/", "AWSAccessKeyId=x&Signature=y"))
    assert may_be_large(HttpRequest("POST", "/bucket", "", FORM))
    assert not may_be_large(IAM)
    assert not may_be_large(HttpRequest("PUT", "/bucket/key", "", FORM))
    assert not may_be_large(HttpRequest("POST", "/bucket"))


def test_what_a_killed_server_left_behind_is_removed(tmp_path: Path) -> None:
    late = (NOW - ABANDONED - timedelta(seconds=1)).timestamp()
    for name, changed in {
        "incoming-old": late,
        "incoming-new": late + 2,
        "watchword.db": late,
    }.items():
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (changed, changed))
    (tmp_path / "incoming-that-another-server-just-removed").symlink_to(tmp_path / "nothing")
    sweep_spool(tmp_path, NOW)
    assert {file.name for file in tmp_path.iterdir() if file.exists()} == {"incoming-new", "watchword.db"}
