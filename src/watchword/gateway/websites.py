"""Websites of buckets: anonymous reads of objects by a host name of their own, answered for people.

For `GET http://<bucket>.s3-website.<host>/<key>`, in this order:

1. The method is GET or HEAD, the path is text in UTF-8, and the bucket has a website configuration.
2. RedirectAllRequestsTo, then routing rules without an error, redirect.
3. A key that ends in a slash, or is empty, gets the suffix of the index document. The object is read by a
   GetObject of nobody: it is decided on and recorded like any other, so the bucket policy and the public
   access block count as for anybody. Credentials that a browser sends aren't looked at.
4. An object with a redirect location redirects there.
5. Where there is no object but the key is a folder with an index document, the answer redirects there.
6. After an error, routing rules for it redirect. Else the error document is answered with the status of the
   error, else a page that says what went wrong.

Nothing else is served on these host names, also not the console. So the pages of a website have an origin of
their own.

Source: Amazon S3 User Guide, "Hosting a static website using Amazon S3", "Website endpoints", "Configuring a
custom error document", "Configuring a redirect".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from urllib.parse import quote, unquote

from msgspec import structs

from watchword.access.client_address import as_sent
from watchword.facts.buckets import BUCKET
from watchword.functions.cors import is_preflight
from watchword.gateway.cross_origin import cross_origin, from_another_origin
from watchword.gateway.failure import as_fault
from watchword.gateway.journey import journey
from watchword.names import AwsError, HttpRequest, HttpResponse
from watchword.names.ids import new_request_id
from watchword.names.would_block import WouldBlock
from watchword.services.s3.errors import s3_error
from watchword.services.s3.website.rules import MOVED, Place, Website
from watchword.wire import addressing
from watchword.wire.error_writers import ErrorWriter, WireError
from watchword.wire.services import FALLBACK
from watchword.wire.xml_text import read_document
from watchword.world import World

_PASSED = frozenset(
    {"accept-encoding", "if-match", "if-modified-since", "if-none-match", "if-unmodified-since", "origin"}
    | {"range", "referer", "user-agent", "x-forwarded-for", "x-forwarded-proto"}
    | {"access-control-request-headers", "access-control-request-method"}
)
"""Headers of a request that the read of an object has as well."""
_OF_CONDITIONS = frozenset({"range", "if-match", "if-modified-since", "if-none-match", "if-unmodified-since"})
_LOCATION = "x-amz-website-redirect-location"
_S3 = ErrorWriter(FALLBACK.error_format, FALLBACK.dialect.request_id_headers)
_METHODS = {"GET", "HEAD"}
_OF_DOCUMENT = "An Error Occurred While Attempting to Retrieve a Custom Error Document"
_FOUND = 302
_ERROR = 400


def of_a_website(request: HttpRequest) -> bool:
    """Whether a request may be for a website: whether it is, its host says."""
    return addressing.WEBSITE_HOST in (request.header("host") or "").lower()


def websites(world: World, request: HttpRequest) -> HttpResponse:
    """The answer. Raises only WouldBlock, before anything was done: one answer can take several reads."""
    if world.facts.cached:
        raise WouldBlock
    try:
        world.facts.confirm()
        named = addressing.website(request.header("host") or "", world.settings.hosts)
        if named is None:  # a host that isn't ours: the journey says so
            return journey(world, request)
        return _Visit(world, request, *named).answer()
    except AwsError as error:
        return _page(world, request, error)
    except Exception as broken:  # noqa: BLE001 said and logged
        return _page(world, request, as_fault(broken, new_request_id(world.randomness)))


@dataclass(frozen=True)
class _Visit:
    """One request to the website of a bucket."""

    world: World
    request: HttpRequest
    bucket: str
    base: str
    """The name of this server that the host ends in."""

    def answer(self) -> HttpResponse:
        """Raises AwsError for what gets a page that says so."""
        if is_preflight(self.request):
            return self._read(_key_of(self.request.path))
        if self.request.method not in _METHODS:  # 1.
            raise s3_error("MethodNotAllowed", Method=self.request.method, ResourceType="OBJECT")
        key, website = _key_of(self.request.path), self._website()
        secure = as_sent(self.request, self.world.settings.trusted_proxies).secure
        place = Place("https" if secure else "http", _authority(self.request.header("host") or ""), key)
        if website.all:  # 2.
            return _redirected(MOVED, website.all.to(place))
        if found := website.redirect(place):
            return _redirected(*found)
        suffix = website.index.suffix if website.index else ""
        whole = f"{key}{suffix}" if not key or key.endswith("/") else key
        response = self._read(whole)  # 3.
        if response.status < _ERROR:
            return _located(response, place)
        if response.status == HTTPStatus.NOT_FOUND and whole == key and self._has(f"{key}/{suffix}"):
            return _redirected(_FOUND, structs.replace(place, key=f"{key}/").url())  # 5.
        return self._failed(website, place, whole, response)

    def _website(self) -> Website:
        fact = self.world.facts.get(BUCKET, self.bucket)
        if fact is None:
            raise s3_error("NoSuchBucket", BucketName=self.bucket)
        website = Website.of(fact.settings)
        if website is None:
            raise s3_error("NoSuchWebsiteConfiguration", BucketName=self.bucket)
        return website

    def _read(self, key: str, method: str = "", *, without: Iterable[str] = ()) -> HttpResponse:
        """The answer to a read of an object by nobody, by the host name of the bucket."""
        passed = [each for each in self.request.headers if each[0] in _PASSED and each[0] not in without]
        asked = structs.replace(
            self.request,
            method=method or self.request.method,
            path=f"/{quote(key)}",
            query="",
            headers=(("host", f"{self.bucket}.{self.base}"), *passed),
        )
        act = cross_origin if from_another_origin(asked) else journey
        return act(self.world, asked)

    def _has(self, key: str) -> bool:
        return self._read(key, "HEAD", without=_OF_CONDITIONS).status < _ERROR

    def _failed(self, website: Website, place: Place, key: str, failed: HttpResponse) -> HttpResponse:
        """Rule 6."""
        if found := website.redirect(place, failed.status):
            return _redirected(*found)
        error = _error_of(failed, key)
        if website.error is None or failed.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return _page(self.world, self.request, error)
        document = self._read(website.error.key, without=_OF_CONDITIONS)
        if document.status == HTTPStatus.OK:
            return structs.replace(document, status=failed.status)
        return _page(self.world, self.request, error, _error_of(document, website.error.key))


def _authority(host: str) -> str:
    """A Host header as it may stand in a URL: what follows a colon is a port, or nothing."""
    port = host.rpartition(":")[2]
    name = addressing.hostname(host)
    return f"{name}:{port}" if port.isascii() and port.isdecimal() else name


def _key_of(path: str) -> str:
    """The key that a path names. Raises AwsError."""
    try:
        return unquote(addressing.read_path(path), errors="strict").removeprefix("/")
    except UnicodeDecodeError:
        raise s3_error("BadRequest", "The path isn't UTF-8.") from None


def _located(response: HttpResponse, place: Place) -> HttpResponse:
    """Rule 4."""
    location = next((value for name, value in response.headers if name == _LOCATION), "")
    if not location:
        return response
    here = f"{place.protocol}://{place.host}" if location.startswith("/") else ""
    return _redirected(MOVED, f"{here}{location}")


def _redirected(status: int, url: str) -> HttpResponse:
    return HttpResponse(status, (("location", url), ("content-length", "0")))


def _error_of(response: HttpResponse, key: str) -> AwsError:
    """The error that an answer of S3 says. An answer to HEAD has no body, and so no code."""
    phrase = HTTPStatus(response.status).phrase
    body = response.body if isinstance(response.body, bytes) else b""
    said = {each.name: each.text for each in read_document(body).children} if body else {}
    return AwsError(
        said.get("Code", phrase), response.status, said.get("Message", phrase), fields={"Key": key}
    )


def _page(world: World, request: HttpRequest, *errors: AwsError) -> HttpResponse:
    """A page about the first error, and about the one that came of the error document."""
    first, *of_document = map(_S3.wire_error, errors)
    status, request_id = HTTPStatus(first.status), new_request_id(world.randomness)
    title = f"{status.value} {status.phrase}"
    body = f"<h1>{title}</h1>\n{_listed(first, RequestId=request_id)}"
    for error in of_document:
        body += f"<h3>{_OF_DOCUMENT}</h3>\n{_listed(error)}"
    page = f"<html>\n<head><title>{title}</title></head>\n<body>\n{body}<hr/>\n</body>\n</html>\n".encode()
    headers = (
        ("content-type", "text/html; charset=utf-8"),
        ("content-length", str(len(page))),
        ("x-amz-error-code", first.code),
        ("x-amz-request-id", request_id),
    )
    return HttpResponse(status, headers, b"" if request.method == "HEAD" else page)


def _listed(error: WireError, **more: str) -> str:
    said = {"Code": error.code, "Message": error.message, **error.fields, **more}
    items = "".join(f"<li>{escape(name)}: {escape(text)}</li>\n" for name, text in said.items())
    return f"<ul>\n{items}</ul>\n"
