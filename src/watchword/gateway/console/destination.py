"""Where a browser is sent after somebody has signed in: a page of this server, whatever was asked for.

A destination is one of the places of a sign-in, with what may follow of a path and a query. Anything else,
such as another site, `//other.example`, a backslash or a line end, is the home (open redirects). So is a path
of which a browser makes another one, such as `/console/../bucket/page.html`.
Sources: OWASP, "Unvalidated Redirects and Forwards Cheat Sheet"; URL Standard, "double-dot URL path segment".
"""

import re
from typing import Final

from watchword.identity.portal.start_url import PORTAL

HOME: Final = "/console"
_LONGEST = 4096
_PLACES = re.compile(r"/(?:console|v1/authorize)(?:[/?][!-\[\]-~]*)?")
_OF_PORTAL = re.compile(rf"(?:{PORTAL}|/authorize)(?:[/?][!-\[\]-~]*)?")
_DOTS = re.compile(r"[^?#]*/(?:\.|%2e){1,2}(?:[/?#]|$)", re.IGNORECASE)


def destination(asked: str) -> str:
    """The place on this server that is asked for, or the console's home."""
    return asked if _is_one_of(_PLACES, asked) else HOME


def in_portal(asked: str) -> str:
    """The same of the access portal."""
    return asked if _is_one_of(_OF_PORTAL, asked) else PORTAL


def _is_one_of(places: re.Pattern[str], asked: str) -> bool:
    return len(asked) <= _LONGEST and bool(places.fullmatch(asked)) and not _DOTS.match(asked)
