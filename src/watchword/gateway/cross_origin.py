"""Requests of browsers from pages of other origins (CORS): preflights, and what is said with an answer.

1. What is set for browsers is found before anything else is done: by the host, for the URL of a function; by
   host or path, for a bucket.
2. A preflight is answered from that. It isn't recorded, and it isn't decided on: it says nothing but the
   settings. Where nothing is set, it is a request like any other.
3. Any other request takes its journey. A bucket's rules add headers to the answer, also to a refusal, if the
   answer is S3's: a path can look like a bucket's and belong to another service. The URL of a function adds
   its own (`access.schemes.function_url`).

Source: Fetch standard, "CORS protocol"; see also `functions.cors` and `services.s3.cors.rules`.
"""

from typing import Protocol
from urllib.parse import unquote

from msgspec import structs

from watchword.access.schemes.function_url import cors_of
from watchword.facts.buckets import BUCKET
from watchword.facts.functions import FUNCTION_URL
from watchword.functions.cors import Headers, is_preflight
from watchword.gateway.failure import as_fault
from watchword.gateway.journey import journey
from watchword.names import AwsError, HttpRequest, HttpResponse
from watchword.names.ids import new_request_id
from watchword.names.would_block import WouldBlock
from watchword.services.s3.cors.rules import BucketCors
from watchword.wire import addressing
from watchword.wire.error_writers import ErrorWriter
from watchword.wire.services import FALLBACK
from watchword.world import World

_OF_S3 = FALLBACK.dialect.request_id_headers("")[-1][0]
"""A header that only answers of S3 have."""
_FUNCTIONS = ErrorWriter("rest-json")
_S3 = ErrorWriter(FALLBACK.error_format, FALLBACK.dialect.request_id_headers)


class Shared(Protocol):
    """What is set for browsers."""

    def preflight(self, request: HttpRequest) -> Headers:
        """What is said before a request. Raises AwsError for one that isn't allowed."""

    def after(self, request: HttpRequest) -> Headers:
        """What is said with an answer."""


def from_another_origin(request: HttpRequest) -> bool:
    """Whether it comes from a page of another origin."""
    return "origin" in request.by_name


def cross_origin(world: World, request: HttpRequest) -> HttpResponse:
    """The answer. Raises only WouldBlock, before anything was done."""
    try:
        world.facts.confirm()
        shared = _shared(world, request)
        if shared is not None and is_preflight(request):
            return HttpResponse(200, (*shared.preflight(request), ("content-length", "0")))
    except WouldBlock:
        raise
    except Exception as broken:  # noqa: BLE001 said and logged
        return _refusal(world, request, broken)
    response = journey(world, request)
    if not isinstance(shared, BucketCors) or all(name != _OF_S3 for name, _ in response.headers):
        return response
    return structs.replace(response, headers=(*response.headers, *shared.after(request)))


def _shared(world: World, request: HttpRequest) -> Shared | None:
    """Rule 1."""
    host, hosts = request.header("host") or "", world.settings.hosts
    if addressing.FUNCTION_HOST in host.lower():
        named = addressing.function_url(host, hosts)
        url = world.facts.get(FUNCTION_URL, named[0]) if named else None
        return cors_of(url) if url else None
    bucket = _bucket(request, host, hosts)
    fact = world.facts.get(BUCKET, bucket) if bucket else None
    return BucketCors.of(fact.settings) if fact else None


def _bucket(request: HttpRequest, host: str, hosts: tuple[str, ...]) -> str:
    try:
        before = addressing.before_path(host, hosts)
    except AwsError:  # the journey says so
        return ""
    path = before + addressing.read_path(request.path)
    return unquote(path.removeprefix("/").partition("/")[0])


def _refusal(world: World, request: HttpRequest, broken: Exception) -> HttpResponse:
    request_id = new_request_id(world.randomness)
    of_a_function = addressing.FUNCTION_HOST in (request.header("host") or "").lower()
    writer = _FUNCTIONS if of_a_function else _S3
    return writer.for_method(request.method).write(as_fault(broken, request_id), request_id)
