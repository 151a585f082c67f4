"""Floor 7: one request, start to end."""

from watchword.gateway.asgi import Application
from watchword.gateway.framing import Framing

__all__ = ["Application", "Framing"]
