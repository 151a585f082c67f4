"""What does the request bring to prove who sends it?  Read once, before anything else looks at it.

1. Signature Version 4, in the Authorization header or the query: `watchword.sigv4.read`;
2. version 2 in the query, where the setting lets it in: for S3 only, GET and PUT only, never in a header
   (docs/decisions/0008). Parameters that stand for headers become headers here, so that the operation is
   recognised by what was signed;
3. a form that is posted to a bucket: see `forms`.

Nothing is proved here; that is `authenticate`.
"""

from typing import NamedTuple

from watchword.access.forms import Upload, read_upload
from watchword.installation.settings import Settings
from watchword.names import HttpRequest
from watchword.sigv4 import Claim, read, sigv2
from watchword.sigv4.sigv2 import Presigned
from watchword.wire.addressing import before_path

VERSION_2_REGION = "us-east-1"
"""Version 2 names no region; this is the one where AWS serves whoever names none."""


class Shown(NamedTuple):
    """A claim, what it is for, and the request to go on with."""

    claim: Claim | Presigned | Upload | None
    request: HttpRequest

    @property
    def service(self) -> str | None:
        """The service that the signature is for."""
        if isinstance(self.claim, Claim):
            return self.claim.scope.service
        return None if self.claim is None else "s3"

    @property
    def signed(self) -> Claim | Presigned | None:
        """The signature's own claim, wherever it stands."""
        return self.claim.claim if isinstance(self.claim, Upload) else self.claim

    @property
    def region(self) -> str:
        """The region that the signature is for."""
        claim = self.signed
        if isinstance(claim, Claim):
            return claim.scope.region or claim.region_set[0]
        return "" if claim is None else VERSION_2_REGION

    @property
    def version(self) -> str:
        """The signature's version, for the record; empty when there is none."""
        claim = self.signed
        if isinstance(claim, Claim):
            return "SigV4"
        return "" if claim is None else "SigV2"


def shown(settings: Settings, request: HttpRequest) -> Shown:
    """What a request shows. Raises faults."""
    if settings.sigv2_presigned and sigv2.PARAMETER in request.query:  # 2
        bucket = before_path(request.header("host"), settings.hosts).strip("/")
        claim = sigv2.read_presigned(request, bucket)
        if claim is not None:
            return Shown(claim, sigv2.with_headers(request))
    signed = read(request)  # 1
    if signed is None and (upload := read_upload(settings, request)):  # 3
        return Shown(*upload)
    return Shown(signed, request)
