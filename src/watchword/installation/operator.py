"""Who runs this process: the user of the operating system, and the host.

The kernel says so. Environment variables such as USER and LOGNAME are whatever somebody set them to.
"""

import os
import pwd
from dataclasses import dataclass
from typing import Self

_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-"
"""What a session's name may be made of: AWS STS API Reference, AssumeRole, RoleSessionName."""
_SHORTEST, _LONGEST = 2, 64


@dataclass(frozen=True, slots=True)
class Operator:
    """A user of the host."""

    uid: int
    name: str
    """Empty for a user id without a name, as in many containers."""
    host: str

    @classmethod
    def current(cls) -> Self:
        """The real user, also of a process that acts as another."""
        uid = os.getuid()
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:
            name = ""
        return cls(uid, name, os.uname().nodename)

    @property
    def session_name(self) -> str:
        """The name of a session that they get: theirs, as far as it can be one, else their id."""
        name = "".join(c for c in self.name if c in _NAME)[:_LONGEST]
        return name if len(name) >= _SHORTEST else f"uid-{self.uid}"
