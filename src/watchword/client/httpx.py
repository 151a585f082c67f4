"""httpx: signs requests of a Client or an AsyncClient. The rules are those of `watchword.client.signing`.

If `follow_redirects` is on (it is off by default), httpx follows a redirect before it calls its auth again.
On a redirect to another origin it removes Authorization, but keeps x-amz-security-token.
"""

from collections.abc import Callable, Generator

import httpx

from watchword.client.signing import OURS, REFUSED, Signing, origin, target_of
from watchword.sigv4 import Credentials


class HttpxAuth(httpx.Auth):
    """`auth` of a client or of one request.

    The function that returns credentials runs in the thread that sends the request. In an AsyncClient it must
    not block.
    """

    def __init__(
        self, credentials: Credentials | Callable[[], Credentials], *, service: str, region: str
    ) -> None:
        self._signing = Signing(credentials, service, region)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        self._sign(request)
        response = yield request
        moved = response.request
        here = origin(str(request.url))
        if (  # 4
            moved is not request
            and response.status_code in REFUSED
            and origin(str(moved.url)) == here
            and isinstance(moved.stream, httpx.ByteStream)
        ):
            for name in OURS:
                moved.headers.pop(name, None)
            self._sign(moved)
            yield moved

    def _sign(self, request: httpx.Request) -> None:
        target = request.url.raw_path.decode("ascii")
        headers = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw)
        body = request.read() if isinstance(request.stream, httpx.ByteStream) else None
        signed = self._signing.sign(request.method, target, headers, body)
        if target_of(signed) != target:
            request.url = request.url.copy_with(raw_path=target_of(signed).encode("ascii"))
        request.headers.update({name: value for name, value in signed.headers if name in OURS})
