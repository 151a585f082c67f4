"""Where a browser is sent after somebody has signed in: a page of this server, whatever was asked for.

A destination is one of the places of a sign-in, with what may follow of a path and a query. Anything else,
such as another site, `//other.example`, a backslash or a line end, is the home (open redirects).
Source: OWASP, "Unvalidated Redirects and Forwards Cheat Sheet".
"""

import re
from typing import Final

from watchword.identity.portal.start_url import PORTAL

HOME: Final = "/console"
_LONGEST = 4096
_PLACES = re.compile(r"/(?:console|v1/authorize)(?:[/?][!-\[\]-~]*)?")
_OF_PORTAL = re.compile(rf"(?:{PORTAL}|/authorize)(?:[/?][!-\[\]-~]*)?")


def destination(asked: str) -> str:
    """The place on this server that is asked for, or the console's home."""
    return asked if len(asked) <= _LONGEST and _PLACES.fullmatch(asked) else HOME


def in_portal(asked: str) -> str:
    """The same of the access portal."""
    return asked if len(asked) <= _LONGEST and _OF_PORTAL.fullmatch(asked) else PORTAL
