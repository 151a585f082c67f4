"""Answers as every protocol forms them: a status, headers with the request id, a body of known length.

Header values are made safe here, once: control characters would end the header, so they become spaces;
what ISO 8859-1 can't hold is written as an encoded word, as S3 does for user metadata.
Source: RFC 9110 sections 5.5 and 6.4.1; RFC 2047 section 2.
"""

import base64
import hashlib
import re
from collections.abc import Iterable

from watchword.names import HttpResponse

_CONTROL = re.compile("[\x00-\x1f\x7f]+")
_BODILESS = frozenset({204, 304})

Headers = list[tuple[str, str]]


def header_value(text: str) -> str:
    """`text` as it may stand in a header."""
    if text.isascii() and text.isprintable():
        return text
    text = _CONTROL.sub(" ", text)
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        packed = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
        return f"=?UTF-8?B?{packed}?="
    return text


def answer(status: int, headers: Headers, body: bytes | Iterable[bytes]) -> HttpResponse:
    """The answer with its content-length, unless the headers state it or the status forbids a body."""
    if status in _BODILESS:
        return HttpResponse(status, tuple(item for item in headers if item[0] != "content-length"), b"")
    if "content-length" not in dict(headers):
        if not isinstance(body, bytes):
            raise TypeError("a body in pieces needs a content-length in the output")
        headers.append(("content-length", str(len(body))))
    return HttpResponse(status, tuple(headers), body)


def request_id_header(request_id: str) -> Headers:
    """The header that names the request."""
    return [("x-amzn-requestid", request_id)]


def request_and_host_id_headers(request_id: str) -> Headers:
    """The two headers that name the request to clients of S3."""
    return [("x-amz-request-id", request_id), ("x-amz-id-2", host_id(request_id))]


def host_id(request_id: str) -> str:
    """The second id of a request. AWS uses its own for support; ours is derived from the first."""
    return base64.b64encode(hashlib.sha256(request_id.encode()).digest()).decode("ascii")
