"""HTTP responses of every protocol: status, headers with the request id, a body of known length.

Header values are escaped here, for all protocols. A control character could end the header (response
splitting), so it becomes a space. Text that ISO 8859-1 can't hold becomes an encoded word, as S3 writes user
metadata.
Source: RFC 9110, sections 5.5 and 6.4.1; RFC 2047, section 2.
What doesn't belong here: documents, and which headers an output has.
"""

import base64
import hashlib
import re
from collections.abc import Iterable

from watchword.names import HttpResponse

_CONTROL = re.compile("[\x00-\x1f\x7f]+")
_BODILESS = frozenset({204, 304})
_OF_BODIES = frozenset({"content-length", "content-type"})

Headers = list[tuple[str, str]]


def header_value(text: str) -> str:
    """`text` as a header can hold it."""
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
    """The response. Adds a content-length, unless the headers have one or the status forbids a body.

    headers: lower-case names; the list is added to. body: bytes, or an iterable of bytes for a streamed body;
    then the headers must state the content-length, else TypeError.
    """
    if status in _BODILESS:
        return HttpResponse(status, tuple(item for item in headers if item[0] not in _OF_BODIES), b"")
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
