"""Floor 7: one request, start to end."""

from watchword.gateway.asgi import Application

__all__ = ["Application"]
