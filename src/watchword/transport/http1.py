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
_CONTROLS = bytes({*range(0x20), 0x7F} - {ord("\t")})
"""What may stand in no header."""
_STATUS = {each.value: f"HTTP/1.1 {each.value} {each.phrase}" for each in HTTPStatus}


def plain(status: int, said: str) -> HttpResponse:
    """An answer outside any protocol of AWS."""
    headers = (("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(said))))
    return HttpResponse(status, headers, said.encode("ascii"))


def head(response: HttpResponse, *, keep_alive: bool) -> bytes:
    """The answer up to its body. Raises ValueError when a header holds a control character."""
    headers = response.headers if keep_alive else (*response.headers, ("connection", "close"))
    status = _STATUS.get(response.status) or f"HTTP/1.1 {response.status} "
    written = [f"{name}: {value}" for name, value in headers]
    lines = [status, f"date: {_date(int(time.time()))}", *written, "\r\n"]
    sent = "\r\n".join(lines).encode("latin-1")
    if len(sent) - len(sent.translate(None, _CONTROLS)) != 2 * len(lines):  # more than the ends of lines
        raise ValueError(f"a control character in a header: {written!r}")
    return sent


@lru_cache(1)
def _date(seconds: int) -> str:
    """The Date header's value (RFC 9110, section 6.6.1), written once a second."""
    return formatdate(seconds, usegmt=True)
