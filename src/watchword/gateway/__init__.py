"""Floor 7: one request, start to end."""

from watchword.gateway.application import Application
from watchword.transport import ConnectionLimits, Hooks, Server

__all__ = ["Application", "ConnectionLimits", "Hooks", "Server"]
