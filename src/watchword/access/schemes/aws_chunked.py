"""Decoding a body in aws-chunked form: floors above see the payload only.

`watchword.sigv4.chunked` verifies the chunks and yields the payload. It is collected here, and handed on only
when its last byte, signature and checksum are right. A body in memory stays there; one in a file is rewritten
in place, since the payload is always shorter than the chunks that carry it. Checksums in the trailer become
headers, as if they had been sent as headers.
"""

from pathlib import Path

from msgspec.structs import replace

from watchword.names import Body, HttpRequest
from watchword.objects import ALGORITHMS
from watchword.sigv4 import Claim
from watchword.sigv4.chunked import Decoder
from watchword.sigv4.payload import FRAMINGS

_PIECE = 1 << 20
_OF_THE_FRAMES = frozenset({"x-amz-trailer", "content-length", "transfer-encoding"})


def is_declared(claim: Claim) -> bool:
    """Whether a signature says that the body is in aws-chunked form."""
    return claim.payload_hash in FRAMINGS


def is_aws_chunked(request: HttpRequest) -> bool:
    """Whether an unsigned request says so."""
    return request.header("x-amz-content-sha256") in FRAMINGS


def decode(request: HttpRequest, claim: Claim, secret: str) -> HttpRequest:
    """The request with its payload for a body. Raises as the decoder does."""
    decoder = Decoder(claim, request, secret, ALGORITHMS)
    file = request.body.file
    body = _in_memory(request.body, decoder) if file is None else _in_place(file, decoder)
    decoder.end()
    plain = without_frames(request)
    length = ("content-length", str(body.size))
    return replace(plain, headers=(*plain.headers, length, *decoder.trailers.items()), body=body)


def without_frames(request: HttpRequest) -> HttpRequest:
    """The request without the headers that are about its chunks."""
    headers = [header for header in request.headers if header[0] not in _OF_THE_FRAMES]
    return replace(request, headers=tuple(headers))


def _in_memory(body: Body, decoder: Decoder) -> Body:
    return Body(b"".join(decoder.feed(body.data)))


def _in_place(file: Path, decoder: Decoder) -> Body:
    read_at = written = 0
    with file.open("r+b") as both:
        while True:
            both.seek(read_at)
            piece = both.read(_PIECE)
            if not piece:
                break
            read_at += len(piece)
            both.seek(written)
            for payload in decoder.feed(piece):
                written += both.write(payload)
        both.truncate(written)
    return Body(file=file)
