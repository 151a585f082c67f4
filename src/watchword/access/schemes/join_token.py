"""The scheme of join tokens: the holder of the token is the host that was enrolled, once, for minutes.

Only its digest is kept. That it is used once is decided in the transaction that joins the host
(`services.rolesanywhere.hosts`). A token that nobody issued, that was used, or that expired is refused alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from watchword.access.caller import Caller, Proven
from watchword.facts.anchors import HOST_OF_TOKEN
from watchword.names import HttpRequest, HttpResponse, fault
from watchword.names.principal import CertificateHolder
from watchword.sigv4.replay import Trace
from watchword.wire import Operation
from watchword.world import World

REFUSED = "The join token is not valid: it was used, has expired, or never was one."


@dataclass(frozen=True, slots=True)
class JoinToken:
    """A token as it was sent, with nothing proved."""

    request: HttpRequest
    token: str
    service: str | None = None
    region: str = ""
    access_key_id: str = ""
    version: str = ""

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        host = world.facts.get(HOST_OF_TOKEN, digest(self.token))
        if host is None or host.revoked is not None:
            raise fault("InvalidClientTokenId", REFUSED, meant="no host waits for that token")
        if world.clock.now() >= host.token_expires:
            raise fault("InvalidClientTokenId", REFUSED, meant=f"the token of host {host.name} has expired")
        return Proven(Caller(CertificateHolder(host.anchor_arn, f"CN={host.name}")), self.request)

    def admit(self, world: World, operation: Operation) -> Proven:  # noqa: ARG002 the face
        raise fault("MissingAuthenticationToken")

    def trace(self, service: str) -> Trace | None:  # noqa: ARG002 the face
        """None: it is used once, whatever the setting says."""
        return None

    def answer(self, response: HttpResponse) -> HttpResponse:
        return response


def read(request: HttpRequest, given: Mapping[str, Any]) -> JoinToken:
    """What the input of JoinHost presents."""
    return JoinToken(request, given["token"])


def digest(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()
