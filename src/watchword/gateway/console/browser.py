"""A request of a browser: what it shows, and which of them are answered at all.

The order of checks:

1. The Host header is a name of this server, so no other site's name can be pointed here (DNS rebinding).
2. The way is safe from readers: TLS, or a loopback name, by which a browser reaches its own machine only.
   Browsers keep a `__Host-` cookie, which must be Secure, in just these cases.
3. A POST comes from a page of this server: the Origin header says so, or Sec-Fetch-Site where a browser
   sends no Origin. A browser of today sends one of them.
4. A form is read strictly: it is urlencoded, no larger than LARGEST, no field is given twice, and none has a
   NUL, since PostgreSQL can't even be asked for one.
5. Within a sign-in a form has its token, which is made of the secret in the cookie. So a form that was shown
   to somebody else, in another tab, before they signed in as another user, is refused.

Sources: Fetch Standard, "Origin header"; Fetch Metadata Request Headers; RFC 6265bis, "The __Host- Prefix";
OWASP, "Cross-Site Request Forgery Prevention Cheat Sheet".
"""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from watchword.access import RequestLog
from watchword.names import AwsError, HttpRequest
from watchword.wire import form
from watchword.wire.addressing import check_host, hostname, is_address
from watchword.world import World

COOKIE = "__Host-watchword"
CSRF = "csrf"
LARGEST = 64 << 10
_FORM = "application/x-www-form-urlencoded"
_LOOPBACK = ("localhost", "::1")


@dataclass(frozen=True)
class BrowserRequest:
    """A request that passed the checks 1 and 2, and what it shows."""

    world: World
    log: RequestLog
    kept_in: str = COOKIE
    """The cookie that has the secret of its sign-in."""

    @property
    def request(self) -> HttpRequest:
        return self.log.request

    @cached_property
    def secret(self) -> str:
        """What the browser has of its sign-in."""
        return self.cookie(self.kept_in)

    def cookie(self, wanted: str) -> str:
        """The value of a cookie; empty for none, and for two of that name."""
        pairs = (pair.strip().partition("=") for pair in self.request.joined("cookie").split(";"))
        found = [value for name, _, value in pairs if name == wanted]
        return found[0] if len(found) == 1 else ""

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The parameters in the URL. Raises AwsError."""
        return _single(self.request.query.encode(errors="surrogatepass"))

    @cached_property
    def form(self) -> Mapping[str, str]:
        """Checks 3 to 5 are those of `posted`."""
        media = (self.request.header("content-type") or "").partition(";")[0].strip().lower()
        if media != _FORM or self.request.body.size > LARGEST:  # 4.
            raise refused(400, "InvalidRequest", "This isn't a form of this server.")
        return _single(self.request.body.read())

    @property
    def origin(self) -> str:
        """Of this server, as the browser calls it."""
        return f"{'https' if self.request.secure else 'http'}://{self.request.header('host')}"

    @property
    def token(self) -> str:
        """What forms of this sign-in have (5.)."""
        code = hmac.digest(self.secret.encode(errors="surrogatepass"), b"watchword form 1", "sha256")
        return base64.urlsafe_b64encode(code).rstrip(b"=").decode()


def read(world: World, log: RequestLog) -> BrowserRequest:
    """Checks 1 and 2. Raises AwsError."""
    request, host = log.request, log.request.header("host") or ""
    check_host(host, world.settings.hosts)
    if not request.secure and not is_loopback(host):
        said = (
            "Nobody signs in over plain HTTP, where others can read along. Open this server by https://, or "
            "on its own machine by http://localhost."
        )
        raise refused(403, "InsecureTransport", said)
    return BrowserRequest(world, log)


def posted(browser: BrowserRequest, *, signed_in: bool) -> Mapping[str, str]:
    """The fields of a form. Checks 3 to 5. Raises AwsError."""
    sent = browser.request.header("origin")
    ours = (
        browser.request.header("sec-fetch-site") == "same-origin" if sent is None else sent == browser.origin
    )
    if not ours:
        raise refused(403, "ForeignForm", "This form was sent by a page of another site.", f"origin {sent!r}")
    given = browser.form
    if signed_in and not hmac.compare_digest(_bytes(given.get(CSRF, "")), _bytes(browser.token)):
        said = (
            "This form is of another sign-in: you signed in again since it was shown, maybe in another tab. "
            "Go back, load the page again, and look who you are."
        )
        raise refused(403, "StaleForm", said)
    return given


def is_loopback(host: str) -> bool:
    """Whether a browser reaches its own machine by that Host header, and nothing else."""
    name = hostname(host)
    return name in _LOOPBACK or name.endswith(".localhost") or (name.startswith("127.") and is_address(name))


def refused(status: int, code: str, said: str, meant: str = "") -> AwsError:
    """A request that isn't answered; `said` is shown on a page."""
    return AwsError(code, status, said, meant)


def _single(data: bytes) -> dict[str, str]:
    try:
        given = form.single(form.read_body(data))
    except form.FormError as unreadable:
        raise refused(400, "InvalidRequest", f"The request can't be read: {unreadable}.") from None
    if any("\0" in value for value in given.values()):
        raise refused(400, "InvalidRequest", "The request can't be read: it has a NUL.")
    return given


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
