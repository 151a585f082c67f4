"""Beside the floors: signs requests of your own Python clients. Imports floors 1 and 2 only.

    httpx.Client(auth=HttpxAuth(credentials, service="s3", region="us-east-1"))
    requests.Session().auth = RequestsAuth(credentials, service="s3", region="us-east-1")

`credentials` is a `Credentials`, or a function that returns one. The function is called for every request, so
it can return new credentials each time. Each adapter needs only its own library; `watchword[client]` installs
both.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from watchword.client.signing import Signing
from watchword.sigv4 import Credentials

if TYPE_CHECKING:
    from watchword.client.httpx import HttpxAuth
    from watchword.client.requests import RequestsAuth

__all__ = ["Credentials", "HttpxAuth", "RequestsAuth", "Signing"]

_ADAPTERS = {"HttpxAuth": "watchword.client.httpx", "RequestsAuth": "watchword.client.requests"}


def __getattr__(name: str) -> object:
    """An adapter. Its library is imported only now."""
    if name not in _ADAPTERS:
        raise AttributeError(name)
    return getattr(import_module(_ADAPTERS[name]), name)
