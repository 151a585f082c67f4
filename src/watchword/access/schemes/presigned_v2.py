"""Presigned requests of signature version 2, where the setting lets them in.

For S3 only, GET and PUT only, in the query only (docs/decisions/0008). Parameters that stand for headers
become headers, so that the operation is recognised by what was signed.
"""

from dataclasses import dataclass
from functools import partial

from msgspec import structs

from watchword.access.caller import VERSION_2, Means, Proven
from watchword.access.credentials import signer
from watchword.installation.settings import Settings
from watchword.names import HttpRequest, HttpResponse
from watchword.sigv4 import sigv2
from watchword.sigv4.payload import check_payload
from watchword.sigv4.replay import Trace, trace_of_text
from watchword.sigv4.sigv2 import Presigned
from watchword.wire import Operation
from watchword.wire.addressing import before_path
from watchword.world import World

REGION = "us-east-1"
"""Version 2 names none."""


@dataclass(frozen=True, slots=True)
class PresignedV2:
    """A presigned request of version 2."""

    request: HttpRequest
    claim: Presigned
    service: str | None = "s3"
    region: str = REGION
    version: str = "SigV2"

    @property
    def access_key_id(self) -> str:
        return self.claim.access_key_id

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        proven = self.admit(world, operation)
        check_payload(self.request.header("x-amz-content-sha256") or "", self.request.body)
        return proven

    def admit(self, world: World, operation: Operation) -> Proven:  # noqa: ARG002 the face
        verify = partial(sigv2.verify_presigned, self.claim, now=world.clock.wall())
        caller, _ = signer(world, self.claim.access_key_id, self.claim.token, verify)
        return Proven(structs.replace(caller, means=Means("REST-QUERY-STRING", VERSION_2)), self.request)

    def trace(self, service: str) -> Trace | None:  # noqa: ARG002 the face
        assert self.claim.expires is not None  # a form has none, a query always
        return trace_of_text(self.claim.access_key_id, self.claim.to_sign, self.claim.expires)

    def answer(self, response: HttpResponse) -> HttpResponse:
        return response


def read(settings: Settings, request: HttpRequest) -> PresignedV2 | None:
    """Raises faults for what is malformed."""
    if not settings.sigv2_presigned or sigv2.PARAMETER not in request.query:
        return None
    bucket = before_path(request.header("host"), settings.hosts).strip("/")
    claim = sigv2.read_presigned(request, bucket)
    return None if claim is None else PresignedV2(sigv2.with_headers(request), claim)
