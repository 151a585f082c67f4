"""What the transport asks for answers: what is cached is answered at once, everything else by a thread.

A journey runs on the event loop when everything it needs is cached. Where a fact must first be read, or the
operation touches database or files, `WouldBlock` ends that attempt before it has done anything, and the
journey runs again, whole, on a worker thread (docs/decisions/0003). On the event loop there is no SQL but
SQLite's own freshness check and point reads of objects' rows. Nothing outside `transport` is asynchronous.
"""

from functools import partial

from watchword.gateway.batch import Batch
from watchword.gateway.cross_origin import cross_origin
from watchword.gateway.doors import act_for
from watchword.gateway.journey import admit, check_size, journey, refuse_unreceived
from watchword.names import HttpRequest, HttpResponse
from watchword.services.operation import MAX_BODY
from watchword.transport.service import By, Deliver
from watchword.world import World


class Application:
    """The application of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._batch = Batch(world)

    def at_once(self, request: HttpRequest, deliver: Deliver, error: Exception | None = None) -> By:
        """By the event loop, when `deliver` gets the answer at the end of this turn."""
        if request.body.file:
            return By.MOVER
        if request.method == "PUT" and error is None and _is_short(request):
            return By.THREAD
        act = act_for(request) if error is None else partial(refuse_unreceived, broken=error)
        return self._batch.answer(act, request, deliver)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer, in a thread."""
        return act_for(request)(self._world, request)

    def admit(self, request: HttpRequest) -> None:
        """Raises if the request, whose body isn't here yet, is refused whatever its body is. In a thread."""
        if act_for(request) in (journey, cross_origin):
            admit(self._world, request)
        else:
            check_size(request, MAX_BODY)


def _is_short(request: HttpRequest) -> bool:
    """Whether a PUT moves no bytes but its own. Each PUT is a change, so it isn't tried on the event loop."""
    return not request.query and "x-amz-copy-source" not in request.by_name
