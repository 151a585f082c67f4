"""Cross-origin resource sharing of a function's URL: what browsers ask before a request, and see after it.

1. A preflight is an OPTIONS with `origin` and `access-control-request-method`. It never reaches the function.
2. An origin is allowed by itself, or by `*`. Of another one nothing is said, and the browser refuses.
3. The settings of the URL win over headers of the same kind that the function gives.

Source: Fetch standard, "CORS protocol"; AWS Lambda Developer Guide, "Cross-origin resource sharing (CORS)".
"""

from msgspec import Struct

from watchword.names import HttpRequest

ANY = "*"
PREFIX = "access-control-"
Headers = tuple[tuple[str, str], ...]


class Cors(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """The settings, as Lambda calls them."""

    allow_credentials: bool | None = None
    allow_headers: tuple[str, ...] | None = None
    allow_methods: tuple[str, ...] | None = None
    allow_origins: tuple[str, ...] | None = None
    expose_headers: tuple[str, ...] | None = None
    max_age: int | None = None

    def preflight(self, request: HttpRequest) -> Headers:
        """What is said before a request."""
        asked = request.header("access-control-request-method") or ""
        named = request.joined("access-control-request-headers")
        found = self._origin(request)
        if not found:
            return ()
        found += (("access-control-allow-methods", _listed(self.allow_methods, asked)),)
        if headers := _listed(self.allow_headers, named):
            found += (("access-control-allow-headers", headers),)
        if self.max_age is not None:
            found += (("access-control-max-age", str(self.max_age)),)
        return found

    def after(self, request: HttpRequest) -> Headers:
        """What is said with an answer."""
        found = self._origin(request)
        if found and self.expose_headers:
            found += (("access-control-expose-headers", ", ".join(self.expose_headers)),)
        return found

    def _origin(self, request: HttpRequest) -> Headers:
        """Rule 2."""
        origin, allowed = request.header("origin"), self.allow_origins or ()
        if origin is None or not ({origin, ANY} & set(allowed)):
            return ()
        found: Headers = (("access-control-allow-origin", ANY if ANY in allowed else origin),)
        if ANY not in allowed:
            found += (("vary", "Origin"),)
        if self.allow_credentials:
            found += (("access-control-allow-credentials", "true"),)
        return found


def is_preflight(request: HttpRequest) -> bool:
    """Rule 1."""
    return request.method == "OPTIONS" and {"origin", "access-control-request-method"} <= set(request.by_name)


def _listed(allowed: tuple[str, ...] | None, asked: str) -> str:
    """All that is allowed; where everything is, what was asked for."""
    return asked if ANY in (allowed or ()) else ", ".join(allowed or ())
