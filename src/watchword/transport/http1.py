"""An answer as the bytes of HTTP/1.1 (RFC 9112).

`wire` puts no control character into a header. Should one be there all the same, the header would end before
its value does (response splitting), so
`head` raises ValueError.
"""

import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from watchword.names import HttpResponse

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
BROKEN = HttpResponse(500, (("content-length", "0"),))
_CONTROLS = {*range(0x20), 0x7F} - {ord("\t")}
"""What may stand in no header."""
_MARKED = bytes(byte ^ (byte in _CONTROLS) for byte in range(256))
"""A table that changes them, and nothing else: to translate by it is faster than any search."""
_STATUS = {each.value: f"HTTP/1.1 {each.value} {each.phrase}" for each in HTTPStatus}


def plain(status: int, said: str) -> HttpResponse:
    """An answer outside any protocol of AWS."""
    headers = (("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(said))))
    return HttpResponse(status, headers, said.encode("ascii"))


def head(response: HttpResponse, *, keep_alive: bool) -> bytes:
    """The answer up to its body. Raises ValueError when a header holds a control character."""
    headers = response.headers if keep_alive else (*response.headers, ("connection", "close"))
    lines = [f"{name}: {value}" for name, value in headers]
    sent = "".join(lines).encode("latin-1")
    if sent.translate(_MARKED) != sent:
        raise ValueError(f"a control character in a header: {lines!r}")
    status = _STATUS.get(response.status) or f"HTTP/1.1 {response.status} "
    start = status, f"date: {_date(int(time.time()))}"
    return "\r\n".join((*start, *lines, "\r\n")).encode("latin-1")


@lru_cache(1)
def _date(seconds: int) -> str:
    """The Date header's value (RFC 9110, section 6.6.1), written once a second."""
    return formatdate(seconds, usegmt=True)
