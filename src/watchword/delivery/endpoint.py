"""A container endpoint on a port of loopback, for one workload."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from watchword.delivery import container
from watchword.delivery.link import Link
from watchword.delivery.renewing import renewing
from watchword.delivery.served import Answers, serving
from watchword.delivery.supply import Supply
from watchword.names import HttpRequest, HttpResponse

LOOPBACK = "127.0.0.1"
TOKEN_BYTES = 32


class Place(NamedTuple):
    """Where a workload asks, and the token that it shows."""

    uri: str
    token: str


@contextmanager
def serving_one(supply: Supply) -> Iterator[Place]:
    """Serves what the supply has, and renews it, while the block runs."""
    token = secrets.token_urlsafe(TOKEN_BYTES)

    def meet(connection: socket.socket) -> Answers:
        link = Link(connection)

        def respond(request: HttpRequest, wait: bool) -> HttpResponse | None:  # noqa: FBT001 as Respond
            return container.refusal(request, link, token) or container.answer(supply, wait=wait)

        return Answers(respond)

    with socket.create_server((LOOPBACK, 0)) as listener, renewing(lambda: [supply]):
        place = Place(f"http://{LOOPBACK}:{listener.getsockname()[1]}{container.PATH}", token)
        with serving(listener, meet):
            yield place
