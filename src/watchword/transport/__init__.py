"""The transport: from bytes to requests, and from answers to bytes. It knows HTTP/1.1, and nothing of AWS."""

from watchword.transport.connection_limits import ConnectionLimits
from watchword.transport.server import Hooks, Server
from watchword.transport.spool import sweep_spool

__all__ = ["ConnectionLimits", "Hooks", "Server", "sweep_spool"]
