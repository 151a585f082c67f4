"""The door of identity providers: SCIM 2.0, by which they provision people into a directory.

    /scim/DIRECTORY/scim/v2/Users, /Groups, ...        DIRECTORY is the id of an identity store, such as d-...

A bucket could be called scim. So a request is one of SCIM only if its path has this form, it carries no
signature, and its host isn't that of a function, of a bucket or of S3. What is in the package `scim` is
imported when the first one comes.
"""

import re

from watchword.gateway.journey import journey
from watchword.names import AwsError, HttpRequest, HttpResponse
from watchword.names.would_block import WouldBlock
from watchword.wire.addressing import FUNCTION_HOST, before_path, hostname
from watchword.world import World

SCIM = "/scim/d-"
_PATH = re.compile(r"/scim/d-[0-9a-f]{10}/scim/v2(/.*)?")
_BEARER = "bearer "


def of_scim(request: HttpRequest) -> bool:
    """Whether it is one, of those whose path begins like one."""
    shown = request.header("authorization")
    if shown is not None and not shown.lower().startswith(_BEARER):
        return False
    host = (request.header("host") or "").lower()
    if FUNCTION_HOST in host or hostname(host).startswith("s3."):
        return False
    signed = any(each in request.query for each in ("X-Amz-Signature=", "Signature="))
    return _PATH.fullmatch(request.path) is not None and not signed


def scim_door(world: World, request: HttpRequest) -> HttpResponse:
    """An answer in SCIM's form. Raises only WouldBlock, before anything was done."""
    if world.facts.cached:
        raise WouldBlock
    try:
        of_bucket = before_path(request.header("host"), world.settings.hosts)
    except AwsError:  # a foreign host: the token decides
        of_bucket = ""
    if of_bucket:
        return journey(world, request)
    from watchword.gateway.scim.routes import answer  # noqa: PLC0415 see the head of this file

    return answer(world, request)
