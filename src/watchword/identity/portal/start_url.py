"""The address of the access portal: SCHEME://HOST/start, as a profile's `sso_start_url` names it.

1. `/start` is that of the first instance of Identity Center; `/start/DIRECTORY` of the one with that
   directory.
2. Clients name it in two ways that mean the same: with a slash at its end, and with the fragment of AWS's
   portal (`#/`).

Whether the host is one of this server's is asked elsewhere (`wire.addressing`).
"""

import re
from typing import Final, NamedTuple

PORTAL: Final = "/start"
DEVICE: Final = f"{PORTAL}/device"
"""Where people enter user codes."""
DIRECTORY: Final = re.compile(r"d-[0-9a-f]{10}")
_URL = re.compile(
    r"(?P<origin>https?://(?P<host>[A-Za-z0-9.:\[\]-]{1,255}))/start"
    rf"(?:/(?P<directory>{DIRECTORY.pattern}))?/?(?:#/?)?"
)


class StartUrl(NamedTuple):
    """A start URL, read."""

    origin: str
    host: str
    directory: str
    """The id of a directory; empty for that of the first instance."""


def read(url: str) -> StartUrl | None:
    """None for what isn't the address of a portal."""
    found = _URL.fullmatch(url)
    return StartUrl(found["origin"], found["host"], found["directory"] or "") if found else None
