"""The door of people: requests for pages that a browser shows.

The paths of pages are names that a bucket could have too. So a request is one of a browser only if

1. it is for a page (PAGES) or for something below it,
2. it carries no signature, no bearer token and is no upload: clients of AWS's services have one of them, and
   a person doesn't,
3. its host isn't that of a function, of a bucket or of S3.

What is in the package `console` is imported when the first page is asked for.
"""

from watchword.gateway.cross_origin import cross_origin, from_another_origin
from watchword.gateway.journey import journey
from watchword.names import AwsError, HttpRequest, HttpResponse
from watchword.names.would_block import WouldBlock
from watchword.wire.addressing import FUNCTION_HOST, before_path, hostname
from watchword.world import World

PAGES = ("/signin", "/console", "/federation", "/start", "/authorize", "/v1/authorize", "/v1/sessions")
"""What the paths of pages begin with."""
_METHODS = ("GET", "HEAD", "POST")
_OF_PROGRAMS = ("authorization", "x-amz-sso_bearer_token")
_SIGNED = ("X-Amz-Signature=", "Signature=", "X-Amz-Credential=")


def of_a_browser(request: HttpRequest) -> bool:
    """Whether it may be one, of those whose path begins like a page's."""
    if request.method not in _METHODS or any(request.header(name) is not None for name in _OF_PROGRAMS):
        return False
    if (request.header("content-type") or "").startswith("multipart/"):
        return False
    place = next(page for page in PAGES if request.path.startswith(page))
    if request.path[len(place) :][:1] not in {"", "/"} or any(each in request.query for each in _SIGNED):
        return False
    host = request.header("host") or ""
    return FUNCTION_HOST not in host.lower() and not hostname(host).startswith("s3.")


def browser_door(world: World, request: HttpRequest) -> HttpResponse:
    """A page. Raises only WouldBlock, before anything was done."""
    if world.facts.cached:
        raise WouldBlock
    try:
        of_bucket = before_path(request.header("host"), world.settings.hosts)
    except AwsError:  # a foreign host: the page says so
        of_bucket = ""
    if of_bucket:
        return (cross_origin if from_another_origin(request) else journey)(world, request)
    from watchword.gateway.console.routes import answer  # noqa: PLC0415 see the head of this file

    return answer(world, request)
