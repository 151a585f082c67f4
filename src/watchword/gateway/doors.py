"""The doors of the server: which requests are answered by something other than the journey.

A door has a beginning of the path, and may have a host name, which is compared without port and case, and a
condition. The first door of the table that fits is taken. All other requests are calls of AWS's services.
"""

from collections.abc import Callable
from typing import NamedTuple

from watchword.gateway.browser_door import PAGES, browser_door, of_a_browser
from watchword.gateway.control import PREFIX, control
from watchword.gateway.cross_origin import cross_origin, from_another_origin
from watchword.gateway.issuers import issuers
from watchword.gateway.journey import journey
from watchword.gateway.scim_door import SCIM, of_scim, scim_door
from watchword.gateway.websites import of_a_website, websites
from watchword.identity.token_issuers import ISSUERS
from watchword.names import HttpRequest, HttpResponse
from watchword.wire.addressing import hostname
from watchword.world import World

Act = Callable[[World, HttpRequest], HttpResponse]
"""What answers a request. Raises nothing but WouldBlock, before anything was done."""


class Door(NamedTuple):
    """Requests to paths that begin so, on that host or (if it is empty) on any, are answered by `act`."""

    path: str | tuple[str, ...]
    """One of several, where it is a tuple."""
    act: Act
    host: str = ""
    only: Callable[[HttpRequest], bool] | None = None
    """Which of these requests; all of them if it is None."""

    def is_for(self, request: HttpRequest) -> bool:
        """Whether a request to such a path is one that it takes."""
        if self.only and not self.only(request):
            return False
        return not self.host or hostname(request.header("host") or "") == self.host


DOORS = (
    Door("/", websites, only=of_a_website),  # first: nothing else is on its host names
    Door(ISSUERS, issuers),
    Door(PREFIX, control),
    Door(SCIM, scim_door, only=of_scim),
    Door(PAGES, browser_door, only=of_a_browser),
    Door("/", cross_origin, only=from_another_origin),
)


def act_for(request: HttpRequest, doors: tuple[Door, ...] = DOORS) -> Act:
    """What answers the request."""
    for door in doors:
        if request.path.startswith(door.path) and door.is_for(request):
            return door.act
    return journey
