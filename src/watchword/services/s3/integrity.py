"""Checksums of an upload: Content-MD5 and x-amz-checksum-*.

1. Content-MD5 is the base64 of 16 bytes. Otherwise: InvalidDigest.
2. There is at most one x-amz-checksum-<algorithm> header, and its value has the algorithm's length in base64.
   Otherwise: InvalidRequest.
3. If there is x-amz-sdk-checksum-algorithm, there is a checksum of that algorithm. Otherwise: InvalidRequest.
4. The body has these checksums. Otherwise: BadDigest, and nothing is stored.

Source: Amazon S3 User Guide, "Checking object integrity for data uploads"; API Reference, PutObject.
What doesn't belong here: checksums in a trailer, which become headers before (`access.schemes.aws_chunked`).
"""

import base64
import binascii
from dataclasses import dataclass

from watchword.names import HttpRequest
from watchword.objects import ALGORITHMS, Sums
from watchword.services.s3.errors import s3_error

_PREFIX = "x-amz-checksum-"
_NOT_SUMS = {"x-amz-checksum-mode", "x-amz-checksum-type", "x-amz-checksum-algorithm"}
_MD5_SIZE = 16


@dataclass(frozen=True, slots=True)
class Promise:
    """The checksums that the sender gave, in base64."""

    md5: str | None = None
    algorithm: str | None = None
    checksum: str | None = None

    @property
    def empty(self) -> bool:
        return self.md5 is None and self.algorithm is None

    def sums(self) -> Sums:
        """Computes the checksums from the pieces of the body."""
        return Sums((self.algorithm,) if self.algorithm else ())

    def kept(self) -> dict[str, str]:
        """The checksum that is kept with the object."""
        return {self.algorithm: self.checksum} if self.algorithm and self.checksum else {}

    def check(self, sums: Sums) -> None:
        """Rule 4."""
        if self.md5 is not None and self.md5 != sums.md5:
            raise s3_error("BadDigest", ExpectedDigest=self.md5, CalculatedDigest=sums.md5)
        if self.algorithm and self.checksum != sums.value(self.algorithm):
            raise s3_error(
                "BadDigest", f"The {self.algorithm} you specified did not match the calculated checksum."
            )


def promised(request: HttpRequest) -> Promise:
    """Rules 1 to 3."""
    md5 = request.header("content-md5")
    if md5 is not None and _decoded_size(md5) != _MD5_SIZE:
        raise s3_error("InvalidDigest", **{"Content-MD5": md5})
    given = [
        (name.removeprefix(_PREFIX).upper(), value)
        for name, value in request.headers
        if name.startswith(_PREFIX) and name not in _NOT_SUMS
    ]
    if len(given) > 1:
        raise s3_error(
            "InvalidRequest",
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        )
    algorithm, checksum = given[0] if given else (None, None)
    _check_announced(request.header("x-amz-sdk-checksum-algorithm"), algorithm)
    if algorithm is not None and checksum is not None:
        _check_form(algorithm, checksum)
    return Promise(md5, algorithm, checksum)


def check_body(request: HttpRequest, *, required: bool) -> None:
    """Checks a body that isn't streamed. Some operations require a checksum."""
    promise = promised(request)
    if required and promise.empty:
        raise s3_error(
            "InvalidRequest",
            "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
        )
    sums = promise.sums()
    for _ in sums.through(request.body.pieces()):
        pass
    promise.check(sums)


def known_algorithm(name: str) -> str:
    """The name in upper case. Raises NotImplemented for an algorithm that isn't served."""
    if name.upper() not in ALGORITHMS:
        raise s3_error("NotImplemented", f"The checksum algorithm {name} is not implemented.")
    return name.upper()


def _check_announced(announced: str | None, algorithm: str | None) -> None:
    if announced is None:
        return
    if algorithm is None:
        raise s3_error(
            "InvalidRequest",
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
            "x-amz-trailer headers were found.",
        )
    if announced.upper() != algorithm:
        raise s3_error("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.")


def _check_form(algorithm: str, checksum: str) -> None:
    size = len(ALGORITHMS[known_algorithm(algorithm)]().digest())
    if _decoded_size(checksum) != size:
        raise s3_error("InvalidRequest", f"Value for {_PREFIX}{algorithm.lower()} header is invalid.")


def _decoded_size(text: str) -> int | None:
    try:
        return len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return None
