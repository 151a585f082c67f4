"""The scheme of requests without credentials: they have the anonymous caller, where an operation takes it."""

from msgspec import Struct

from watchword.access.caller import NOBODY, Proven
from watchword.access.schemes.aws_chunked import is_aws_chunked
from watchword.names import HttpRequest, HttpResponse, fault
from watchword.sigv4.replay import Trace
from watchword.wire import Operation
from watchword.world import World


class Anonymous(Struct, frozen=True):
    """A request without credentials."""

    request: HttpRequest
    service: str | None = None
    region: str = ""
    access_key_id: str = ""
    version: str = ""

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        if not anonymous:
            raise fault("MissingAuthenticationToken")
        if is_aws_chunked(self.request):
            raise fault("UnsupportedSignature", "A body in chunks needs a signature.")
        return Proven(NOBODY, self.request)

    def admit(self, world: World, operation: Operation) -> Proven:  # noqa: ARG002 the face
        raise fault("MissingAuthenticationToken")

    def trace(self, service: str) -> Trace | None:  # noqa: ARG002 the face
        return None

    def answer(self, response: HttpResponse) -> HttpResponse:
        return response
