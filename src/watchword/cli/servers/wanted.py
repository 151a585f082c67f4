"""What `serve` was asked for, as far as it is more than settings. Nothing of the server is loaded for it."""

import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where it listens."""

    listener: socket.socket
    endpoint: str
    tls: ssl.SSLContext | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an ephemeral server begins with."""

    accounts: tuple[str, ...]
    access_key_id: str
    secret: str
    seed: Path | None


class ReadyForm(StrEnum):
    """How an ephemeral server says that it is ready."""

    JSON = "json"
    ENV = "env"


@dataclass(frozen=True, slots=True)
class Ready:
    """How an ephemeral server says that it is ready, and in which file."""

    form: ReadyForm
    file: Path | None
