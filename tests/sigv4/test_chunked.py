"""aws-chunked bodies: AWS's published examples, every way to cut and to forge one.

Sources of the examples: Amazon S3 API Reference, "Signature Calculations for the Authorization Header:
Transferring Payload in Multiple Chunks" and "... Including Trailing Headers (Chunked Upload)".
"""

import base64
import hashlib
import hmac
import os
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import pytest
from awscrt import checksums as crt
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as replaced

from watchword.names import AwsError, HttpRequest
from watchword.sigv4 import Claim, Credentials, read, sign, verify
from watchword.sigv4.chunked import MAX_CHUNK, Decoder
from watchword.sigv4.claim import ALGORITHM, ALGORITHM_V4A
from watchword.sigv4.key import signing_key
from watchword.sigv4.sigv4a import private_key, sign_text_v4a
from watchword.sigv4.verify import verify_head

EXAMPLES = settings(max_examples=1000 if os.environ.get("WATCHWORD_FUZZ") else 60)
CREDENTIALS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
NOW = datetime(2013, 5, 24, tzinfo=UTC)
EMPTY = hashlib.sha256(b"").hexdigest()


class Crc:
    """A checksum of the AWS common runtime in hashlib's form."""

    def __init__(self, function: Callable[[bytes, int], int], width: int) -> None:
        self.function = function
        self.width = width
        self.state = 0

    def update(self, data: bytes) -> None:
        self.state = self.function(data, self.state)

    def digest(self) -> bytes:
        return self.state.to_bytes(self.width, "big")


CHECKSUMS = {
    "CRC32": lambda: Crc(zlib.crc32, 4),
    "CRC32C": lambda: Crc(crt.crc32c, 4),
    "CRC64NVME": lambda: Crc(crt.crc64nvme, 8),
    "SHA1": hashlib.sha1,
    "SHA256": hashlib.sha256,
}


def digest(algorithm: str, data: bytes) -> str:
    checksum = CHECKSUMS[algorithm]()
    checksum.update(data)
    return base64.b64encode(checksum.digest()).decode()


def request_for(payload: str, length: int, algorithm: str = ALGORITHM, *more: tuple[str, str]) -> HttpRequest:
    headers = (
        ("host", "s3.amazonaws.com"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("content-encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", str(length)),
        ("x-amz-content-sha256", payload),
        *more,
    )
    request = HttpRequest("PUT", "/examplebucket/chunkObject.txt", "", headers)
    return sign(request, CREDENTIALS, service="s3", region="us-east-1", now=NOW, algorithm=algorithm)


class Body:
    """Builds a body the way a client does, chunk by chunk."""

    def __init__(self, request: HttpRequest) -> None:
        claim = read(request)
        assert claim
        self.claim: Claim = claim
        self.previous = claim.signature
        self.payload = claim.payload_hash
        self.text = b""

    def sign(self, kind: str, hashes: str) -> str:
        claim = self.claim
        text = f"{claim.algorithm}-{kind}\n{claim.date}\n{claim.scope.text}\n{self.previous}\n{hashes}"
        if claim.algorithm == ALGORITHM_V4A:
            key = private_key(CREDENTIALS.secret, CREDENTIALS.access_key_id)
            self.previous = sign_text_v4a(key, text)
            return self.previous.ljust(144, "*")
        key = signing_key(CREDENTIALS.secret, claim.scope.date, "us-east-1", "s3")
        self.previous = hmac.new(key.key, text.encode(), "sha256").hexdigest()
        return self.previous

    def chunk(self, data: bytes) -> "Body":
        extension = ""
        if "UNSIGNED" not in self.payload:
            extension = ";chunk-signature=" + self.sign(
                "PAYLOAD", f"{EMPTY}\n{hashlib.sha256(data).hexdigest()}"
            )
        self.text += f"{len(data):x}{extension}\r\n".encode() + data + (b"\r\n" if data else b"")
        return self

    def trailer(self, **values: str) -> "Body":
        named = {name.replace("_", "-"): value for name, value in values.items()}
        self.text += "".join(f"{name}:{value}\r\n" for name, value in named.items()).encode()
        if "UNSIGNED" not in self.payload:
            lines = "".join(f"{name}:{value}\n" for name, value in sorted(named.items()))
            signature = self.sign("TRAILER", hashlib.sha256(lines.encode()).hexdigest())
            self.text += f"x-amz-trailer-signature:{signature}\r\n".encode()
        return self

    def end(self) -> bytes:
        return self.text + b"\r\n"


def decoder_for(request: HttpRequest, now: datetime = NOW) -> Decoder:
    claim = read(request)
    assert claim
    verify_head(claim, request, CREDENTIALS.secret, services=("s3",), now=now)
    return Decoder(claim, request, CREDENTIALS.secret, CHECKSUMS)


def decode(request: HttpRequest, body: bytes, step: int = 1 << 30, now: datetime = NOW) -> bytes:
    decoder = decoder_for(request, now)
    out = b""
    for start in range(0, len(body), step):
        out += b"".join(decoder.feed(body[start : start + step]))
    decoder.end()
    return out


SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
ECDSA = "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"
UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
CRC32 = ("x-amz-trailer", "x-amz-checksum-crc32")
DATA = bytes(range(256)) * 100  # 25,600 bytes


def good(
    payload: str, data: bytes = DATA, size: int = 10_000, checksum: str = "CRC32"
) -> tuple[HttpRequest, bytes]:
    algorithm = ALGORITHM_V4A if "ECDSA" in payload else ALGORITHM
    name = f"x-amz-checksum-{checksum.lower()}"
    trailer = ((("x-amz-trailer", name)),) if payload.endswith("TRAILER") else ()
    request = request_for(payload, len(data), algorithm, *trailer)
    body = Body(request)
    for start in range(0, len(data), size):
        body.chunk(data[start : start + size])
    body.chunk(b"")
    if trailer:
        body.trailer(**{name: digest(checksum, data)})
    return request, body.end()


FORMS = [SIGNED, f"{SIGNED}-TRAILER", ECDSA, f"{ECDSA}-TRAILER", UNSIGNED]


def test_the_published_chunks() -> None:
    request = request_for(SIGNED, 66560, ALGORITHM, ("content-length", "66824"))
    claim = read(request)
    assert claim
    assert claim.signature == "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
    data = b"a" * 66560
    body = (
        b"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
        + data[:65536]
        + b"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
        + data[65536:]
        + b"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
    )
    assert decode(request, body) == data


@EXAMPLES
@given(st.sampled_from(FORMS), st.binary(max_size=60_000), st.integers(8192, 30_000), st.integers(1, 20_000))
def test_chunks_behind_a_head_that_the_runtime_signed(
    crt_sign: Callable[..., HttpRequest], moment: datetime, payload: str, data: bytes, size: int, step: int
) -> None:
    """The runtime's Python signs heads; the chunks after it are signed here, from the documentation."""
    name = "x-amz-checksum-sha256"
    trailer = (("x-amz-trailer", name),) if payload.endswith("TRAILER") else ()
    length = ("x-amz-decoded-content-length", str(len(data)))
    plain = HttpRequest("PUT", "/b/k", "", (("host", "s3.local"), length, *trailer))
    given = {"v4a": "ECDSA" in payload, "payload": payload}
    request = crt_sign(plain, CREDENTIALS, "s3", "us-east-1", **given)
    body = Body(request)
    for start in range(0, len(data), size):
        body.chunk(data[start : start + size])
    body.chunk(b"")
    if trailer:
        body.trailer(**{name: digest("SHA256", data)})
    assert decode(request, body.end(), step, moment) == data


def test_the_published_trailer() -> None:
    request = request_for(f"{SIGNED}-TRAILER", 66560, ALGORITHM, ("x-amz-trailer", "x-amz-checksum-crc32c"))
    claim = read(request)
    assert claim
    assert claim.signature == "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"
    data = b"a" * 66560
    body = (
        b"10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n"
        + data[:65536]
        + b"\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n"
        + data[65536:]
        + b"\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
        b"x-amz-checksum-crc32c:sOO8/Q==\r\n"
        b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"
    )
    assert decode(request, body) == data


@pytest.mark.parametrize("payload", FORMS)
@pytest.mark.parametrize("step", [1, 7, 4096, 1 << 20])
def test_however_the_bytes_arrive(payload: str, step: int) -> None:
    request, body = good(payload)
    assert decode(request, body, step) == DATA


@pytest.mark.parametrize("payload", FORMS)
def test_an_empty_body(payload: str) -> None:
    request, body = good(payload, data=b"")
    assert decode(request, body) == b""


@pytest.mark.parametrize("checksum", CHECKSUMS)
@pytest.mark.parametrize("payload", [UNSIGNED, f"{SIGNED}-TRAILER"])
def test_each_checksum(payload: str, checksum: str) -> None:
    request, body = good(payload, checksum=checksum)
    decoder = decoder_for(request)
    assert b"".join(decoder.feed(body)) == DATA
    decoder.end()
    assert decoder.trailers == {f"x-amz-checksum-{checksum.lower()}": digest(checksum, DATA)}
    request, body = good(payload, checksum=checksum)
    value = digest(checksum, DATA)
    wrong = body.replace(value.encode(), digest(checksum, DATA + b"x").encode())
    refuse(request, wrong, {"BadDigest", "SignatureDoesNotMatch"})


def swallow(decoder: Decoder, pieces: Iterable[bytes], out: list[bytes]) -> None:
    for piece in pieces:
        out += decoder.feed(piece)
    decoder.end()


def refuse(request: HttpRequest, body: bytes, codes: set[str]) -> bytes:
    """What came out before the refusal."""
    out: list[bytes] = []
    decoder = decoder_for(request)
    with pytest.raises(AwsError) as refused:
        swallow(decoder, (body[start : start + 1000] for start in range(0, len(body), 1000)), out)
    assert refused.value.code in codes
    assert decoder.feed(b"more") == []
    with pytest.raises(AwsError):
        decoder.end()
    return b"".join(out)


@pytest.mark.parametrize("payload", FORMS[:4])
def test_no_byte_of_a_forged_chunk_comes_out(payload: str) -> None:
    request, body = good(payload)
    place = body.index(DATA[10_000:10_100], 11_000) + 50
    changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
    assert refuse(request, changed, {"SignatureDoesNotMatch"}) == DATA[:10_000]


def chunks_of(body: bytes, sizes: list[int]) -> list[bytes]:
    """The body cut after each chunk; the rest is the last piece."""
    cuts, place = [], 0
    for size in sizes:
        end = body.index(b"\r\n", place) + 2 + size + 2
        cuts.append(body[place:end])
        place = end
    return [*cuts, body[place:]]


@pytest.mark.parametrize("payload", [SIGNED, ECDSA, f"{SIGNED}-TRAILER"])
def test_chunks_out_of_order_dropped_repeated_or_cut(payload: str) -> None:
    request, body = good(payload, data=DATA[:20_000], size=10_000)
    first, second, last = chunks_of(body, [10_000, 10_000])
    assert first + second + last == body
    refuse(request, second + first + last, {"SignatureDoesNotMatch"})
    refuse(request, first + last, {"SignatureDoesNotMatch", "IncompleteBody"})
    refuse(request, first + first + last, {"SignatureDoesNotMatch"})
    refuse(request, first + second, {"IncompleteBody"})
    refuse(request, body[:-1], {"IncompleteBody"})
    refuse(request, body + b"x", {"IncompleteBody"})
    refuse(request, body + body, {"IncompleteBody"})


@pytest.mark.parametrize("payload", FORMS)
def test_every_cut_of_a_body_is_incomplete(payload: str) -> None:
    request, body = good(payload, data=b"hello", size=5)
    for end in range(len(body)):
        decoder = decoder_for(request)
        assert b"hello".startswith(b"".join(decoder.feed(body[:end])))
        with pytest.raises(AwsError, match="IncompleteBody"):
            decoder.end()


@pytest.mark.parametrize("payload", FORMS)
def test_every_flipped_byte_is_refused(payload: str) -> None:
    request, body = good(payload, data=b"hello", size=5)
    for place in range(len(body)):
        for change in (1, 0x20, 0x80):
            changed = body[:place] + bytes([body[place] ^ change]) + body[place + 1 :]
            if changed.lower() == body and payload == UNSIGNED:
                continue  # a size in capitals is the same size
            decoder = decoder_for(request)
            with pytest.raises(AwsError):
                swallow(decoder, [changed], [])


@pytest.mark.parametrize(("said", "actual"), [(25_599, DATA), (25_601, DATA), (0, DATA), (10, b"")])
@pytest.mark.parametrize("payload", [SIGNED, UNSIGNED])
def test_a_lie_about_the_decoded_length(payload: str, said: int, actual: bytes) -> None:
    trailer = (CRC32,) if payload == UNSIGNED else ()
    request = request_for(payload, said, ALGORITHM, *trailer)
    body = Body(request)
    for data in (actual[:10_000], actual[10_000:]) if actual else ():
        body.chunk(data)
    body.chunk(b"")
    if trailer:
        body.trailer(x_amz_checksum_crc32=digest("CRC32", actual))
    refuse(request, body.end(), {"IncompleteBody"})


@pytest.mark.parametrize("payload", [SIGNED, UNSIGNED])
@pytest.mark.parametrize(("size", "allowed"), [(8192, True), (8191, False)])
def test_only_the_last_chunk_may_be_small(payload: str, size: int, *, allowed: bool) -> None:
    request, body = good(payload, data=DATA[: size + 10], size=size)
    if allowed:
        assert decode(request, body) == DATA[: size + 10]
    else:
        refuse(request, body, {"InvalidChunkSizeError"})


def test_a_signed_chunk_has_a_largest_size() -> None:
    request = request_for(SIGNED, MAX_CHUNK + 1)
    line = f"{MAX_CHUNK + 1:x};chunk-signature={'0' * 64}\r\n".encode()
    refuse(request, line, {"RequestTooLarge"})


def unsigned_body(trailer: bytes, announced: str = "x-amz-checksum-crc32") -> tuple[HttpRequest, bytes]:
    request = request_for(UNSIGNED, 5, ALGORITHM, ("x-amz-trailer", announced))
    return request, b"5\r\nhello\r\n0\r\n" + trailer + b"\r\n"


CRC32_OF_HELLO = digest("CRC32", b"hello").encode()


@pytest.mark.parametrize(
    ("trailer", "code"),
    [
        (b"", "MalformedTrailerError"),
        (b"x-amz-checksum-crc32c:" + CRC32_OF_HELLO + b"\r\n", "MalformedTrailerError"),
        (b"x-amz-checksum-crc32:" + CRC32_OF_HELLO + b"\r\nx-amz-meta-a:b\r\n", "MalformedTrailerError"),
        ((b"x-amz-checksum-crc32:" + CRC32_OF_HELLO + b"\r\n") * 2, "MalformedTrailerError"),
        (b"x-amz-checksum-crc32 " + CRC32_OF_HELLO + b"\r\n", "MalformedTrailerError"),
        (b"x-amz-checksum-crc32:AAAAAA==\r\n", "BadDigest"),
        (b"x-amz-checksum-crc32:\r\n", "BadDigest"),
        (b"x" * 2000, "IncompleteBody"),
        (
            b"x-amz-checksum-crc32:" + CRC32_OF_HELLO + b"\r\nx-amz-trailer-signature:00\r\n",
            "MalformedTrailerError",
        ),
    ],
)
def test_a_trailer_is_what_was_announced(trailer: bytes, code: str) -> None:
    request, body = unsigned_body(trailer)
    refuse(request, body, {code})


@pytest.mark.parametrize(
    ("announced", "code"),
    [
        ("x-amz-checksum-md4", "InvalidRequest"),
        ("x-amz-meta-a", "InvalidRequest"),
        ("crc32", "InvalidRequest"),
        ("", "InvalidRequest"),
        ("x-amz-checksum-crc32,x-amz-checksum-crc32", "MalformedTrailerError"),
    ],
)
def test_what_may_be_announced(announced: str, code: str) -> None:
    request, _ = unsigned_body(b"", announced)
    with pytest.raises(AwsError) as refused:
        decoder_for(request)
    assert refused.value.code == code


def test_a_trailer_of_a_form_without() -> None:
    with pytest.raises(AwsError, match="MalformedTrailerError"):
        decoder_for(request_for(SIGNED, 5, ALGORITHM, CRC32))


@pytest.mark.parametrize("length", ["-1", "1.0", "", "five", "9" * 19])
def test_the_decoded_length_is_a_number(length: str) -> None:
    request = HttpRequest(
        "PUT",
        "/b/k",
        "",
        (("host", "h"), ("x-amz-decoded-content-length", length), ("x-amz-content-sha256", SIGNED)),
    )
    signed = sign(request, CREDENTIALS, service="s3", region="us-east-1", now=NOW)
    with pytest.raises(AwsError, match="MissingContentLength"):
        decoder_for(signed)


@pytest.mark.parametrize(
    "line",
    [
        b"5;chunk-signature=" + b"0" * 64,
        b"5;x=y",
        b"-5",
        b"+5",
        b"5 ",
        b" 5",
        b"0x5",
        b"",
        b"5\n",
        b"1" * 17,
        b"5" * 2000,
    ],
)
def test_n2_an_unsigned_chunk_line_has_nothing_but_a_size(line: bytes) -> None:
    request, _ = unsigned_body(b"")
    refuse(request, line + b"\r\nhello\r\n0\r\n\r\n", {"IncompleteBody"})


def test_n1_an_unsigned_trailer_upload_is_still_a_signed_request() -> None:
    request, _ = good(UNSIGNED)
    claim = read(request)
    assert claim
    with pytest.raises(AwsError, match="SignatureDoesNotMatch"):
        verify_head(replaced(claim, signature="0" * 64), request, CREDENTIALS.secret, now=NOW)


@pytest.mark.parametrize("payload", FORMS)
def test_n2_who_does_not_read_chunks_refuses_them(payload: str) -> None:
    request, _ = good(payload)
    claim = read(request)
    assert claim
    with pytest.raises(AwsError, match="UnsupportedSignature"):
        verify(claim, request, CREDENTIALS.secret, now=NOW)


@pytest.mark.parametrize(
    ("payload", "algorithm"),
    [(ECDSA, ALGORITHM), (SIGNED, ALGORITHM_V4A), (f"{SIGNED}-TRAILER", ALGORITHM_V4A)],
)
def test_chunks_are_signed_like_their_request(payload: str, algorithm: str) -> None:
    with pytest.raises(AwsError, match="UnsupportedSignature"):
        read(request_for(payload, 0, algorithm))


def test_another_service_has_no_chunks() -> None:
    request = HttpRequest("PUT", "/", "", (("host", "h"), ("x-amz-content-sha256", UNSIGNED)))
    signed = sign(request, CREDENTIALS, service="lambda", region="us-east-1", now=NOW)
    with pytest.raises(AwsError, match="UnsupportedSignature"):
        read(signed)


@EXAMPLES
@given(
    st.sampled_from(FORMS),
    st.lists(
        st.one_of(st.binary(max_size=30), st.sampled_from([b"\r\n", b"0\r\n", b"5\r\nhello\r\n"])), max_size=9
    ),
)
def test_garbage_is_refused_with_an_aws_error(payload: str, pieces: list[bytes]) -> None:
    request, body = good(payload, data=b"hello", size=5)
    decoder = decoder_for(request)
    with pytest.raises(AwsError):
        swallow(decoder, (b"z", *pieces), [])
    assert decode(request, body, 3) == b"hello"
