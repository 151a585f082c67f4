"""What comes over the wire becomes one request, within limits, and leaves nothing behind."""

import os
import tracemalloc
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchword.names import AwsError, Body, HttpRequest, fault
from watchword.transport import receive
from watchword.transport.receive import MAX_IN_MEMORY, Incoming, Peer, head, may_be_large
from watchword.transport.spool import ABANDONED, sweep_spool

NOW = datetime(2026, 1, 2, tzinfo=UTC)
S3 = HttpRequest("PUT", "/bucket/key", "", (("authorization", "Credential=x/us-east-1/s3/aws4_request"),))
IAM = HttpRequest("POST", "/", "", (("authorization", "Credential=x/us-east-1/iam/aws4_request"),))
HALF = bytes(MAX_IN_MEMORY // 2 + 1)
FORM = (("content-type", "multipart/form-data; boundary=x"),)


def coming(request: HttpRequest, pieces: Iterable[bytes], spool: Path) -> Incoming:
    """The request once these pieces of its body came, from a client that may be admitted."""
    incoming = Incoming(request, spool)
    for piece in pieces:
        incoming.take(piece)
        if incoming.asks:
            assert request is S3  # a form is admitted by what is in it, and no other request may be so large
            assert incoming.beginning().body.size > MAX_IN_MEMORY
            incoming.admit()
    return incoming


def received(request: HttpRequest, pieces: Iterable[bytes], spool: Path) -> Body:
    incoming = coming(request, pieces, spool)
    assert not incoming.ready
    incoming.whole = True
    assert incoming.ready
    incoming.finish()
    return incoming.request.body


def code_of(request: HttpRequest, pieces: Iterable[bytes], spool: Path) -> str:
    refused = coming(request, pieces, spool)
    assert (refused.ready, refused.held) == (True, 0)
    assert not list(spool.iterdir())
    assert isinstance(refused.error, AwsError)
    return refused.error.code


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


def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(tmp_path: Path) -> None:
    announced = (*IAM.headers, ("content-length", str(MAX_IN_MEMORY + 1)))
    assert code_of(HttpRequest("POST", "/", "", announced), [], tmp_path) == "RequestTooLarge"


@pytest.mark.parametrize("pieces", [1, 5])
def test_a_client_that_leaves_in_the_middle_leaves_no_file(tmp_path: Path, pieces: int) -> None:
    coming(S3, [HALF] * pieces, tmp_path).drop()
    assert not list(tmp_path.iterdir())


def test_nothing_is_spooled_before_its_sender_is_admitted(tmp_path: Path) -> None:
    incoming = Incoming(S3, tmp_path)
    for _ in range(3):
        incoming.take(HALF)
    incoming.whole = True
    assert (incoming.asks, incoming.ready, incoming.held) == (True, False, 3 * len(HALF))
    assert not list(tmp_path.iterdir())
    incoming.admit()
    assert (incoming.asks, incoming.ready, incoming.held) == (False, True, 0)
    assert list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [1, 2])
def test_a_body_that_comes_in_small_pieces_takes_no_more_memory(tmp_path: Path, size: int) -> None:
    piece = b"a" * size
    tracemalloc.start()
    incoming = Incoming(IAM, tmp_path)
    for _ in range(MAX_IN_MEMORY // size):
        incoming.take(bytes(piece))
    incoming.finish()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert incoming.request.body.size == MAX_IN_MEMORY
    assert peak < 3 * MAX_IN_MEMORY


def test_a_full_disk_refuses_the_request(tmp_path: Path) -> None:
    incoming = coming(S3, [HALF, HALF], tmp_path / "missing")
    assert incoming.ready
    assert isinstance(incoming.error, OSError)


def test_a_form_is_not_admitted_by_its_head(tmp_path: Path) -> None:
    waiting = HttpRequest("POST", "/bucket", "", (*FORM, ("expect", "100-continue")))
    assert received(waiting, [b"--x--"], tmp_path).data == b"--x--"


@pytest.mark.parametrize("known", [True, False])
def test_a_client_that_waits_for_a_100_is_admitted_first(tmp_path: Path, known: bool) -> None:
    waiting = HttpRequest("PUT", "/bucket/key", "", (*S3.headers, ("expect", "100-Continue")))
    incoming = Incoming(waiting, tmp_path)
    assert (incoming.asks, incoming.continues, incoming.keep_alive) == (True, True, True)
    if known:
        incoming.admit()
    else:
        incoming.refuse(fault("AccessDenied"))
    assert (incoming.ready, incoming.keep_alive) == (not known, known)


def test_only_s3_takes_large_bodies() -> None:
    assert may_be_large(S3)
    assert may_be_large(HttpRequest("PUT", "/", "X-Amz-Credential=x%2Fus-east-1%2Fs3%2Faws4_request"))
    assert may_be_large(HttpRequest("PUT", "/", "AWSAccessKeyId=x&Signature=y"))
    assert may_be_large(HttpRequest("POST", "/bucket", "", FORM))
    assert not may_be_large(IAM)
    assert not may_be_large(HttpRequest("PUT", "/bucket/key", "", FORM))
    assert not may_be_large(HttpRequest("POST", "/bucket"))


def test_a_target_is_path_and_query() -> None:
    peer = Peer("192.0.2.1", secure=True, tls="1.3")
    found = head("GET", b"//a%20/b?x=%2F?y#part", [], peer)
    assert (found.path, found.query, found.peer, found.secure, found.tls) == ("//a%20/b", "x=%2F?y", *peer)


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
