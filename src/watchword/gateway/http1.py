"""An answer as the bytes of HTTP/1.1, where it doesn't go out by way of ASGI.

`wire` puts no control character into a header; should one be there all the same, the header would end before
its value, so UNSAFE is sent instead.
"""

import re
from collections.abc import Iterable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from watchword.names import HttpResponse

UNSAFE = HttpResponse(500, (("content-length", "0"),))
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""All that may stand in no header, but for line feeds, which are counted."""


def plain(status: int, said: str) -> HttpResponse:
    """An answer outside any protocol."""
    headers = (("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(said))))
    return HttpResponse(status, headers, said.encode("ascii"))


def written(
    response: HttpResponse, common: Iterable[tuple[bytes, bytes]], *, bodiless: bool, keep_alive: bool
) -> bytes:
    """The whole answer; `common` are the headers that the server adds to each, `bodiless` is for HEAD."""
    headers = response.headers if keep_alive else (*response.headers, ("connection", "close"))
    text = "".join([f"{name}: {value}\n" for name, value in headers])
    if _CONTROLS.search(text) or text.count("\n") != len(headers):
        return written(UNSAFE, common, bodiless=bodiless, keep_alive=keep_alive)
    added = b"".join([b"%b: %b\r\n" % header for header in common])
    own = text.replace("\n", "\r\n").encode("latin-1")
    body = response.body if isinstance(response.body, bytes) else b"".join(response.body)
    return b"".join([STATUS_LINE[response.status], added, own, b"\r\n", b"" if bodiless else body])
