"""requests: signs requests of a Session. The rules are those of `watchword.client.signing`.

A Session follows redirects by itself and sends the same headers again. So our headers are removed first: no
signature and no token goes to a server that we didn't sign for.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.auth import AuthBase

from watchword.client.signing import OURS, REFUSED, Signing, origin, target_of
from watchword.sigv4 import Credentials


class RequestsAuth(AuthBase):
    """`auth` of a session or of one request."""

    def __init__(
        self, credentials: Credentials | Callable[[], Credentials], *, service: str, region: str
    ) -> None:
        self._signing = Signing(credentials, service, region)

    def __call__(self, prepared: PreparedRequest) -> PreparedRequest:
        """The same request, with what authenticates it."""
        self._sign(prepared)
        prepared.register_hook("response", partial(self._answered, origin(str(prepared.url))))
        return prepared

    def _answered(self, here: tuple[object, ...], response: Response, **options: Any) -> Response:  # noqa: ANN401 as the session sent it
        """Rule 4."""
        request = response.request
        if response.is_redirect:
            for name in OURS:
                request.headers.pop(name, None)
        elif (
            response.status_code in REFUSED
            and "authorization" not in request.headers
            and origin(str(request.url)) == here
            and (request.body is None or isinstance(request.body, bytes))
        ):
            return self._again(response, **options)
        return response

    def _again(self, response: Response, **options: Any) -> Response:  # noqa: ANN401
        _ = response.content  # read to the end, to free the connection
        response.close()
        request = response.request.copy()
        self._sign(request)
        answer: Response = response.connection.send(request, **options)
        answer.history.append(response)
        answer.request = request
        return answer

    def _sign(self, request: PreparedRequest) -> None:
        if isinstance(request.body, str):
            request.body = request.body.encode()
        body = request.body or b""
        headers = [(name, _text(value)) for name, value in request.headers.items()]
        if "host" not in request.headers:
            headers.append(("host", _host(str(request.url))))
        given = body if isinstance(body, bytes) else None
        signed = self._signing.sign(str(request.method), request.path_url, headers, given)
        if target_of(signed) != request.path_url:
            request.url = urlsplit(str(request.url))._replace(query=signed.query).geturl()
        request.headers.update({name: value for name, value in signed.headers if name in OURS})


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _host(url: str) -> str:
    """The host header that http.client will write."""
    parts = urlsplit(url)
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return parts.netloc.rpartition("@")[2].removesuffix(usual)
