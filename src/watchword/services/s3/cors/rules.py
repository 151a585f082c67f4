"""The CORS rules of a bucket, and what a browser is told by them.

1. The first rule counts that has the origin, the method, and (in a preflight) all headers that are asked for.
   A `*` in an origin or a header stands for any characters; headers have no case.
2. The answer names the origin that asked, or `*` if the rule's origin is `*`. Only in the first case may the
   browser send credentials.
3. A preflight that no rule has is refused, and so is one that asks for more than MOST_ASKED headers. Any
   other request goes on, and the browser keeps its answer from the page.
4. Everybody can send preflights, so what one costs is bounded: by MOST_ASKED, and by the longest document.

Source: Amazon S3 User Guide, "Using cross-origin resource sharing (CORS)" and "Elements of a CORS
configuration"; Fetch standard, "CORS protocol".
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec
from msgspec import Struct, field

from watchword.names import AwsError, HttpRequest

SETTING = "cors"
"""The name of the setting of a bucket."""
ANY = "*"
Headers = tuple[tuple[str, str], ...]
_VARY = ("vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")
_METHOD, _HEADERS = "access-control-request-method", "access-control-request-headers"
_LONGEST_METHOD = 20
MOST_ASKED = 100
_REMEMBERED = 64
_NOT_ALLOWED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, "
    "request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted "
    "by the resource's CORS spec."
)


class CorsRule(Struct, frozen=True, omit_defaults=True):
    """A rule, with its members as S3 calls them."""

    methods: tuple[str, ...] = field(name="AllowedMethods")
    origins: tuple[str, ...] = field(name="AllowedOrigins")
    headers: tuple[str, ...] = field(default=(), name="AllowedHeaders")
    exposed: tuple[str, ...] = field(default=(), name="ExposeHeaders")
    id: str = field(default="", name="ID")
    max_age: int | None = field(default=None, name="MaxAgeSeconds")

    def origin(self, asked: str) -> str | None:
        """What the answer names, None for an origin that the rule doesn't have: rule 2."""
        if ANY in self.origins:
            return ANY
        return asked if any(_like(pattern, asked) for pattern in self.origins) else None

    def has_headers(self, asked: Iterable[str]) -> bool:
        patterns = [pattern.lower() for pattern in self.headers]
        return all(any(_like(pattern, name) for pattern in patterns) for name in asked)


class BucketCors(Struct, frozen=True):
    """All rules of a bucket."""

    rules: tuple[CorsRule, ...]

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> "BucketCors | None":
        """Those of a bucket with such settings, None without any."""
        return _read(settings[SETTING]) if SETTING in settings else None

    def preflight(self, request: HttpRequest) -> Headers:
        """What is said before a request. Raises AccessForbidden: rule 3."""
        method = request.header(_METHOD) or ""
        names = (request.joined(_HEADERS) or "").split(",")
        asked = [name.strip().lower() for name in names if name.strip()]
        found = self._said(request, method, asked) if len(asked) <= MOST_ASKED else ()
        if not found:
            fields = {"Method": method[:_LONGEST_METHOD], "ResourceType": "BUCKET"}
            raise AwsError("AccessForbidden", 403, _NOT_ALLOWED, fields=fields)
        return (*found, ("access-control-allow-headers", ", ".join(asked))) if asked else found

    def after(self, request: HttpRequest) -> Headers:
        """What is said with an answer."""
        return self._said(request, request.method, ()) or (_VARY,)

    def _said(self, request: HttpRequest, method: str, asked: Iterable[str]) -> Headers:
        """By the first rule that allows it, empty if none does."""
        origin = request.header("origin") or ""
        for rule in self.rules:
            named = rule.origin(origin)
            if named is not None and method in rule.methods and rule.has_headers(asked):
                return (*_of_rule(rule, named), _VARY)
        return ()


def _of_rule(rule: CorsRule, origin: str) -> Headers:
    found: Headers = (
        ("access-control-allow-origin", origin),
        ("access-control-allow-methods", ", ".join(rule.methods)),
    )
    if origin != ANY:
        found += (("access-control-allow-credentials", "true"),)
    if rule.exposed:
        found += (("access-control-expose-headers", ", ".join(rule.exposed)),)
    if rule.max_age is not None:
        found += (("access-control-max-age", str(rule.max_age)),)
    return found


@lru_cache(_REMEMBERED)
def _read(document: str) -> BucketCors:
    return msgspec.json.decode(document, type=BucketCors)


def _like(pattern: str, text: str) -> bool:
    """A pattern has at most one `*`. Compiling it would take 50 times as long as comparing."""
    before, star, after = pattern.partition(ANY)
    if not star:
        return text == pattern
    return len(text) >= len(before) + len(after) and text.startswith(before) and text.endswith(after)
