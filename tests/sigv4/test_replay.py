"""What the replay guard remembers."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import Credentials, presign, read, sign, verify
from watchword.sigv4.replay import Trace, trace, trace_of_text

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
SIGNER = Credentials("AKIA", "secret")
REQUEST = HttpRequest("POST", "/", "", (("host", "a"),), Body(b"Action=CreateUser"))


def trace_of(request: HttpRequest) -> Trace:
    claim = read(request)
    assert claim
    return trace(claim, request, 300)


def signed(request: HttpRequest = REQUEST, signer: Credentials = SIGNER, now: datetime = NOW) -> HttpRequest:
    return sign(request, signer, service="iam", region="us-east-1", now=now)


def test_the_same_request_is_the_same() -> None:
    assert trace_of(signed()) == trace_of(signed())
    assert len(trace_of(signed()).identity) == 32


def test_white_space_in_the_authorization_header_makes_no_other_request() -> None:
    request = signed()
    headers = tuple((name, value.replace(", ", ",  ")) for name, value in request.headers)
    assert headers != request.headers
    assert trace_of(replace(request, headers=headers)) == trace_of(request)


def test_another_request_is_another() -> None:
    others = [
        signed(replace(REQUEST, body=Body(b"Action=DeleteUser"))),
        signed(now=NOW + timedelta(seconds=1)),
        signed(signer=Credentials("AKIB", "secret")),
        signed(replace(REQUEST, headers=(("host", "b"),))),
    ]
    identities = {trace_of(request).identity for request in [signed(), *others]}
    assert len(identities) == 5


def test_it_is_remembered_as_long_as_the_signature_is_good() -> None:
    for request, seconds in (
        (signed(), 300),
        (presign(REQUEST, SIGNER, service="iam", region="us-east-1", now=NOW, expires=77), 77),
    ):
        claim = read(request)
        assert claim
        until = trace_of(request).until
        assert until > NOW + timedelta(seconds=seconds)
        verify(claim, request, SIGNER.secret, now=NOW + timedelta(seconds=seconds))
        with pytest.raises(AwsError, match="SignatureExpired"):
            verify(claim, request, SIGNER.secret, now=until)


def test_a_form_may_be_good_until_the_end_of_the_calendar() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    for end in (last, last.replace(microsecond=999_999)):
        assert trace_of_text("AKIA", "policy", end).until == last
