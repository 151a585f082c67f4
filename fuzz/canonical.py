"""Canonical forms: what we sign we verify, whatever is signed; an altered request doesn't verify.

The canonical query is its own canonical form, and the order of different headers makes no difference.
"""

from datetime import UTC, datetime

from msgspec.structs import replace

from fuzz.requests import request_of, vectors
from watchword.names import AwsError
from watchword.sigv4 import Credentials, explain, read, sign, verify
from watchword.sigv4.canonical import canonical_query

CREDENTIALS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
SERVICES = ("s3", "iam")


def seeds() -> list[bytes]:
    return vectors("request")


def check(data: bytes) -> None:
    request = request_of(data)
    once = canonical_query(request.query)
    assert canonical_query(once) == once
    if request.header("host") is None:
        return
    for service in SERVICES:
        try:
            signed = sign(request, CREDENTIALS, service=service, region="us-east-1", now=NOW)
            claim = read(signed)
            assert claim
            verify(claim, signed, CREDENTIALS.secret, now=NOW)
        except AwsError as refused:
            assert refused.code != "SignatureDoesNotMatch"
            continue
        names = [name for name, _ in signed.headers]
        if len(set(names)) == len(names):
            turned = replace(signed, headers=signed.headers[::-1])
            assert explain(claim, turned) == explain(claim, signed)
        altered = replace(signed, path=f"{signed.path}x")
        try:
            verify(claim, altered, CREDENTIALS.secret, now=NOW)
        except AwsError as refused:
            assert refused.code == "SignatureDoesNotMatch"
        else:
            raise AssertionError("a signature for another path")
