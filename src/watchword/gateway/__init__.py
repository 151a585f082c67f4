"""Floor 7: one request, start to end."""

from watchword.gateway.asgi import Application
from watchword.gateway.connection import Connection

__all__ = ["Application", "Connection"]
