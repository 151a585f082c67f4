"""The doors of the server: which paths and hosts are answered by something else than the journey.

A door is found by how the path begins, or by the host, in the order of the table. Every other request is one
to a service of AWS.
"""

from collections.abc import Callable
from typing import NamedTuple

from watchword.gateway.control import PREFIX, control
from watchword.gateway.journey import journey
from watchword.names import HttpRequest, HttpResponse
from watchword.world import World

Act = Callable[[World, HttpRequest], HttpResponse]
"""What answers a request. Raises nothing but WouldBlock, before anything was done."""


class Door(NamedTuple):
    """Where `act` answers; an empty `host` is any."""

    path: str
    act: Act
    host: str = ""


DOORS = (Door(PREFIX, control),)


def act_for(request: HttpRequest, doors: tuple[Door, ...] = DOORS) -> Act:
    """What answers the request."""
    for door in doors:
        if request.path.startswith(door.path) and (not door.host or request.header("host") == door.host):
            return door.act
    return journey
