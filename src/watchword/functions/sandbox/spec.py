"""What a process is started with, which the server writes to the launcher as JSON; and what both agree on."""

import json
from typing import NamedTuple

TASK = "/var/task"
"""Where a process in namespaces finds its package."""
RUNTIME_PORT, SERVER_PORT = 9001, 9002
"""In a network namespace, where nothing else listens."""
FAILED = 125
"""How a process exits whose sandbox can't be made."""
SIGNALLED = 128
"""How a process exits that a signal ended: with this and the signal's number."""
ANNOUNCED = 4
"""Bytes that say how long the spec is."""


class Spec(NamedTuple):
    """All that a launcher needs to know. It gets nothing else of the server."""

    namespaces: bool
    """Whether the process gets namespaces of its own, and so sees only what is named here."""
    user_namespace: bool
    """Whether one of these is a user namespace, because the server isn't root."""
    root: str
    """An empty directory of the host, on which the process's own root is mounted; without namespaces, one
    that is the process's own."""
    uid: int
    """The user that the process runs as."""
    code: str
    """The directory of the unpacked package."""
    places: list[str]
    """Files and directories of the host that the process sees, read-only."""
    paths: list[str]
    """Where Python looks for modules, after the package."""
    handler: str
    """Of a Python function; empty to run the package's `bootstrap`."""
    environment: dict[str, str]
    memory: int
    """Bytes of memory that each process may write to."""
    storage: int
    """Bytes of files in its /tmp."""

    def dump(self) -> bytes:
        return json.dumps(self._asdict()).encode()

    @classmethod
    def load(cls, text: bytes) -> "Spec":
        return cls(**json.loads(text))
