"""aws-chunked bodies, decoded and verified as they arrive: bytes in, verified payload out. No I/O.

    decoder = Decoder(claim, request, secret, checksums)     after verify_head
    for received in ...: for piece in decoder.feed(received): keep(piece)
    decoder.end()                                            raises unless the body was complete and valid

The grammar (each line ends in CRLF; sizes in hex):

    body     = *( size [;chunk-signature=...] CRLF data CRLF ) last
    last     = 0 [;chunk-signature=...] CRLF  *( name:value CRLF )  [ x-amz-trailer-signature:... CRLF ]  CRLF

 1. A signed chunk is buffered until its signature is verified, so it is at most MAX_CHUNK long. Each
    signature covers the previous one: chunks can't be changed, left out, repeated or reordered.
 2. Unsigned chunks are returned as they arrive. Their checksum is verified at the end: don't use them before
    `end` returns.
 3. Only the last chunk may be smaller than MIN_CHUNK.
 4. The data is as long as x-amz-decoded-content-length says.
 5. The trailer has exactly the headers that x-amz-trailer announced, and each checksum is right.
 6. Nothing follows the end.

The caller gives the checksum algorithms by their upper-case names, as they follow x-amz-checksum-.
Sources: Amazon S3 API Reference, "Signature Calculations for the Authorization Header: Transferring Payload
in Multiple Chunks" and "... Including Trailing Headers (Chunked Upload)"; "Error responses".
"""

import re
from base64 import b64encode
from collections.abc import Callable, Generator, Mapping
from hashlib import sha256
from typing import Protocol

from watchword.names import AwsError, HttpRequest, fault
from watchword.sigv4.claim import Claim
from watchword.sigv4.payload import EMPTY_SHA256, FRAMINGS, Framing
from watchword.sigv4.verify import holds, mismatch

MAX_CHUNK = 16 << 20
"""Bytes of a signed chunk."""
MIN_CHUNK = 8192
"""Bytes."""

_LONGEST_LINE = 1024
_MOST_TRAILERS = 8
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;chunk-signature=([0-9a-f]{1,160}\**))?")
_TRAILER = re.compile(rb"([a-z0-9-]+):[ ]*([A-Za-z0-9+/=*]*)[ ]*")
_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)
_CHECKSUM = "x-amz-checksum-"
_SIGNATURE = "x-amz-trailer-signature"


class Checksum(Protocol):
    """A running checksum, as hashlib has them."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class Decoder:
    """Decodes one body. After an error, `feed` returns nothing more and `end` raises."""

    def __init__(
        self, claim: Claim, request: HttpRequest, secret: str, checksums: Mapping[str, Callable[[], Checksum]]
    ) -> None:
        self._claim = claim
        self._secret = secret
        self._previous = claim.signature
        self._framing = FRAMINGS[claim.payload_hash]
        self._length = _decoded_length(request)
        self._checksums = _announced(request, self._framing, checksums)
        self.trailers: dict[str, str] = {}
        """The trailing headers; complete when `end` has returned."""
        self._data = b""
        self._at = 0
        self._out: list[bytes] = []
        self._done = False
        self._steps = self._body()

    def feed(self, data: bytes) -> list[bytes]:
        """The payload that is verified (or unsigned) by now, in pieces. Raises AwsError for a bad body.

        Errors: SignatureDoesNotMatch, RequestTooLarge, InvalidChunkSizeError, IncompleteBody, BadDigest,
        MalformedTrailerError.
        """
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0
        out: list[bytes] = []
        self._out = out
        next(self._steps, None)
        return out

    def end(self) -> None:
        """Raises IncompleteBody unless the body has ended."""
        if not self._done:
            raise _incomplete("The request body terminated unexpectedly")

    # The grammar as generators: each reads the bytes that it needs, and yields until they have arrived.

    def _body(self) -> Generator[None]:
        before = MIN_CHUNK  # no chunk came before the first one: it breaks no rule
        while size := (yield from self._chunk(before)):
            before = size
        if self._length:
            raise _incomplete("The request body is shorter than x-amz-decoded-content-length says.")
        yield from self._end_of_body()  # 5
        self._done = True
        yield from self._nothing()  # 6

    def _chunk(self, before: int) -> Generator[None, None, int]:
        """Reads one chunk and returns its size. before: the size of the previous chunk."""
        size, signature = _size((yield from self._line()), signed=self._framing.algorithm is not None)
        if size and before < MIN_CHUNK:  # 3
            raise AwsError(
                "InvalidChunkSizeError",
                403,
                "Only the last chunk is allowed to have a size less than 8192 bytes",
                fields={"BadChunkSize": str(before)},
            )
        if size > self._length:  # 4
            raise _incomplete("The request body is longer than x-amz-decoded-content-length says.")
        self._length -= size
        if self._framing.algorithm is None:
            yield from self._plain_data(size)
        else:
            yield from self._signed_data(size, signature)
        if size and (yield from self._line()):
            raise _malformed_chunk()
        return size

    def _plain_data(self, left: int) -> Generator[None]:
        """Rule 2."""
        while left:
            piece = yield from self._some(left)
            left -= len(piece)
            self._take(piece)

    def _signed_data(self, left: int, signature: str) -> Generator[None]:
        """Rule 1."""
        if left > MAX_CHUNK:
            raise fault("RequestTooLarge", f"A signed chunk of more than {MAX_CHUNK} bytes is not supported.")
        held, digest = [], sha256()
        while left:
            piece = yield from self._some(left)
            left -= len(piece)
            digest.update(piece)
            held.append(piece)
        self._prove("PAYLOAD", f"{EMPTY_SHA256}\n{digest.hexdigest()}", signature)
        for piece in held:
            self._take(piece)

    def _take(self, piece: bytes) -> None:
        for checksum in self._checksums.values():
            checksum.update(piece)
        self._out.append(piece)

    def _end_of_body(self) -> Generator[None]:
        """Rule 5, up to the empty line."""
        given: dict[str, str] = {}
        while line := (yield from self._line()):
            name, value = _trailer(line)
            if name in given or len(given) == _MOST_TRAILERS or _SIGNATURE in given:
                raise _malformed_trailer()
            given[name] = value
        if self._framing.trailer and self._framing.algorithm is not None:
            lines = "".join(f"{name}:{given[name]}\n" for name in sorted(given.keys() - {_SIGNATURE}))
            digest = sha256(lines.encode("latin-1")).hexdigest()
            self._prove("TRAILER", digest, given.pop(_SIGNATURE, ""))
        if given.keys() != self._checksums.keys():
            raise _malformed_trailer()
        for name, checksum in self._checksums.items():
            if b64encode(checksum.digest()).decode("ascii") != given[name]:
                raise AwsError("BadDigest", 400, f"Value for {name} trailing header is invalid.")
        self.trailers = given

    def _nothing(self) -> Generator[None]:
        while True:
            if self._at < len(self._data):
                self._done = False
                raise _incomplete("There is more than the request body.")
            yield

    def _some(self, limit: int) -> Generator[None, None, bytes]:
        """The next 1 to `limit` bytes."""
        while self._at == len(self._data):
            yield
        start = self._at
        self._at = min(start + limit, len(self._data))
        return self._data[start : self._at]

    def _line(self) -> Generator[None, None, bytes]:
        while (end := self._data.find(b"\r\n", self._at)) < 0:
            if len(self._data) - self._at > _LONGEST_LINE:
                raise _malformed_chunk()
            yield
        line = self._data[self._at : end]
        self._at = end + 2
        return line

    def _prove(self, kind: str, hashes: str, signature: str) -> None:
        """Verifies the signature of one chunk or trailer, which covers the previous signature."""
        claim = self._claim
        text = f"{claim.algorithm}-{kind}\n{claim.date}\n{claim.scope.text}\n{self._previous}\n{hashes}"
        # SigV4a's signatures have different lengths and may be padded with stars.
        signature = signature.rstrip("*")
        if not holds(claim, self._secret, text, signature):
            raise mismatch(claim.access_key_id, text, signature)
        self._previous = signature


def _size(line: bytes, *, signed: bool) -> tuple[int, str]:
    """The size and the signature of a chunk's first line."""
    match = _SIZE.fullmatch(line)
    if match is None or signed != (match[2] is not None):
        raise _malformed_chunk()
    return int(match[1], 16), (match[2] or b"").decode("ascii")


def _trailer(line: bytes) -> tuple[str, str]:
    match = _TRAILER.fullmatch(line)
    if match is None:
        raise _malformed_trailer()
    return match[1].decode("ascii"), match[2].decode("ascii")


def _decoded_length(request: HttpRequest) -> int:
    text = request.header("x-amz-decoded-content-length")
    if text is None or not _DIGITS.fullmatch(text):
        raise AwsError("MissingContentLength", 411, "You must provide the Content-Length HTTP header.")
    return int(text)


def _announced(
    request: HttpRequest, framing: Framing, checksums: Mapping[str, Callable[[], Checksum]]
) -> dict[str, Checksum]:
    """A running checksum for each header in x-amz-trailer, by the header's name."""
    text = request.header("x-amz-trailer")
    if not framing.trailer and text is None:
        return {}
    names = [name.strip(" ").lower() for name in (text or "").split(",")]
    known = {name: checksums.get(name.removeprefix(_CHECKSUM).upper()) for name in names}
    if not framing.trailer or len(known) != len(names):
        raise _malformed_trailer()
    running = {name: start() for name, start in known.items() if name.startswith(_CHECKSUM) and start}
    if len(running) != len(names):
        raise AwsError(
            "InvalidRequest", 400, "The value specified in the x-amz-trailer header is not supported"
        )
    return running


def _incomplete(said: str) -> AwsError:
    return AwsError("IncompleteBody", 400, said)


def _malformed_chunk() -> AwsError:
    return AwsError("IncompleteBody", 400, "The request body is not in chunks as aws-chunked has them.")


def _malformed_trailer() -> AwsError:
    return AwsError(
        "MalformedTrailerError",
        400,
        "The request contained trailing data that was not well-formed or did not conform to our published "
        "schema.",
    )
