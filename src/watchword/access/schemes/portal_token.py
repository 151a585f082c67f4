"""The scheme of the access portal: a bearer token in the header x-amz-sso_bearer_token.

Whatever is wrong with a token is the same refusal. Its session is asked at each request (`access.portal`).
Source: IAM Identity Center Portal API Reference; RFC 6750.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, structs

from watchword.access import portal
from watchword.access.caller import Caller, InSession, Proven
from watchword.names import AwsError, HttpRequest, HttpResponse, fault
from watchword.names.would_block import WouldBlock
from watchword.sigv4.replay import Trace
from watchword.store.portal.secrets import Kind
from watchword.wire import Operation
from watchword.world import World

UNKNOWN = "Session token not found or invalid"


class PortalToken(Struct, frozen=True):
    """A bearer token as it was sent, with nothing proved."""

    request: HttpRequest
    token: str
    service: str | None = None
    region: str = ""
    access_key_id: str = ""
    version: str = ""

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        if world.facts.cached:
            raise WouldBlock
        try:
            found = portal.find(world, self.token, Kind.ACCESS)
        except AwsError as ended:
            if ended.code != "InvalidSessionToken":
                raise
            raise AwsError("UnauthorizedException", 401, UNKNOWN, ended.meant) from None
        caller = Caller(found.principal, vouched=InSession(found.session, found.user))
        return Proven(caller, self.request)

    def admit(self, world: World, operation: Operation) -> Proven:  # noqa: ARG002 the face
        raise fault("MissingAuthenticationToken")

    def trace(self, service: str) -> Trace | None:  # noqa: ARG002 the face
        """Clients send the same token again and again."""
        return None

    def answer(self, response: HttpResponse) -> HttpResponse:
        """Nobody may cache an answer that can have credentials."""
        return structs.replace(response, headers=(*response.headers, ("cache-control", "no-store")))


def read(request: HttpRequest, given: Mapping[str, Any]) -> PortalToken:
    """What the input of an operation presents."""
    return PortalToken(request, given["accessToken"])
