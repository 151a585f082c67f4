"""Signature Version 4, in the Authorization header or in a presigned query; SigV4a among its algorithms.

`watchword.sigv4` reads and verifies. This module looks up the access key, takes headers out of the query of a
request to S3, and decodes a body in aws-chunked form with the secret that signed its head.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from functools import cache, lru_cache, partial

from msgspec import Struct, structs

from watchword.access.caller import IN_HEADER as HEADER
from watchword.access.caller import Caller, Means, Proven
from watchword.access.credentials import signer
from watchword.access.schemes import aws_chunked
from watchword.installation.settings import Settings
from watchword.names import HttpRequest, HttpResponse, fault
from watchword.objects import ALGORITHMS
from watchword.sessions.session import milliseconds
from watchword.sigv4 import Claim, verify
from watchword.sigv4 import read as read_claim
from watchword.sigv4.hoist import hoist
from watchword.sigv4.replay import Trace, trace
from watchword.sigv4.s3_words import IN_HEADER, IN_QUERY, bad_region
from watchword.sigv4.verify import verify_head
from watchword.wire import Operation
from watchword.world import World

SKEW_SECONDS = 300
SKEW_SECONDS_S3 = 900
"""Source: Amazon S3 API Reference, "Error responses", RequestTimeTooSkewed."""

_CHECKSUM = "x-amz-checksum-"
_REGION = re.compile(r"[a-z0-9*](?:[a-z0-9*-]{0,61}[a-z0-9*])?")
"""Any name a region could have, since this server is in none of AWS's; SigV4a's patterns as well."""
_LONGEST_REGION, _REMEMBERED = 63, 256


def skew_of(service: str) -> int:
    """Seconds that the clocks of a service's callers may differ from ours."""
    return SKEW_SECONDS_S3 if service == "s3" else SKEW_SECONDS


class Signature(Struct, frozen=True):
    """A request with a signature of version 4."""

    request: HttpRequest
    """With the headers that S3's clients put in the query."""
    sent: HttpRequest
    """As it was signed."""
    claim: Claim
    version: str = "SigV4"

    @property
    def service(self) -> str | None:
        return self.claim.scope.service

    @property
    def region(self) -> str:
        return self.claim.scope.region or self.claim.region_set[0]

    @property
    def access_key_id(self) -> str:
        return self.claim.access_key_id

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        if not aws_chunked.is_declared(self.claim):
            caller, _ = self._signer(world, operation, verify)
            return Proven(caller, self.request)
        caller, secret = self._signer(world, operation, verify_head)
        return Proven(caller, aws_chunked.decode(self.request, self.claim, secret))

    def admit(self, world: World, operation: Operation) -> Proven:
        caller, _ = self._signer(world, operation, verify_head)
        chunked = aws_chunked.is_declared(self.claim)
        return Proven(caller, aws_chunked.without_frames(self.request) if chunked else self.request)

    def trace(self, service: str) -> Trace | None:
        return trace(self.claim, self.sent, skew_of(service))

    def answer(self, response: HttpResponse) -> HttpResponse:
        return response

    def _signer(self, world: World, operation: Operation, check: Callable[..., None]) -> tuple[Caller, str]:
        """The caller, and the secret that signed."""
        check_region(self.claim)
        claim, now, service = self.claim, world.clock.wall(), operation.service
        named, skew = (service.signing_name,), skew_of(service.name)

        def verify_with(secret: str) -> None:
            check(claim, self.sent, secret, services=named, now=now, skew=skew)

        caller, secret = signer(world, claim.access_key_id, claim.token, verify_with)
        if claim.expires is None:
            if claim.algorithm == HEADER.version:
                return caller, secret
            return structs.replace(caller, means=Means(version=claim.algorithm)), secret
        age = max(milliseconds(now) - milliseconds(claim.timestamp), 0)
        return structs.replace(caller, means=Means("REST-QUERY-STRING", claim.algorithm, age)), secret


def read(_settings: Settings, request: HttpRequest) -> Signature | None:
    """Raises IncompleteSignature, UnsupportedSignature and others for a malformed signature."""
    claim = read_claim(request)
    if claim is None:
        return None
    return Signature(_with_headers(request) if claim.scope.like_s3 else request, request, claim)


def _with_headers(request: HttpRequest) -> HttpRequest:
    """The request with the headers of its query, but without the checksum of an empty body.

    JavaScript's SDK presigns an upload before there is a body, and puts the checksum of nothing in the query.
    """
    if not request.query:
        return request
    hoisted, sent = hoist(request), len(request.headers)
    added = hoisted.headers[sent:]
    if not any(name.startswith(_CHECKSUM) for name, _ in added) or _of_nothing().isdisjoint(added):
        return hoisted
    kept = [each for each in added if each not in _of_nothing() and each[0] != "x-amz-sdk-checksum-algorithm"]
    return structs.replace(hoisted, headers=(*request.headers, *kept))


# Not when this module is imported: the algorithms import awscrt, which most servers never need.
@cache
def _of_nothing() -> frozenset[tuple[str, str]]:
    """The checksums of an empty body, as headers."""
    return frozenset(
        (_CHECKSUM + name.lower(), b64encode(algorithm().digest()).decode())
        for name, algorithm in ALGORITHMS.items()
    )


def identify(world: World, request: HttpRequest) -> Caller:
    """Who signed a request to this server itself, for whichever service they signed it."""
    claim = read_claim(request)
    if claim is None or aws_chunked.is_declared(claim):
        raise fault("MissingAuthenticationToken")
    expected = partial(verify, claim, request, now=world.clock.wall(), skew=SKEW_SECONDS)
    caller, _ = signer(world, claim.access_key_id, claim.token, expected)
    return caller


def check_region(claim: Claim) -> None:
    """Raises ScopeMismatch for what can't be the name of a region."""
    for region in claim.region_set or (claim.scope.region,):
        if len(region) > _LONGEST_REGION or not _is_region(region):
            said = f"Credential should be scoped to a valid Region, not '{region[:80]}'."
            place = IN_HEADER if claim.expires is None else IN_QUERY
            raise fault("ScopeMismatch", said).in_s3_as(bad_region(place, region))


# Cached: a client signs for the same region every time.
@lru_cache(_REMEMBERED)
def _is_region(name: str) -> bool:
    return _REGION.fullmatch(name) is not None
