"""Names of hosts with an account before them, as unmodified SDKs make them for S3 Control."""

import re
import socket
from typing import Any

_OF_ACCOUNT = re.compile(r"[0-9]{12}\.(?=127\.0\.0\.1|localhost)")
_look_up = socket.getaddrinfo


def getaddrinfo(host: Any, *others: Any, **named: Any) -> Any:
    """Like socket's, for a network whose names of this host exist with any account before them."""
    return _look_up(_OF_ACCOUNT.sub("", host) if isinstance(host, str) else host, *others, **named)
