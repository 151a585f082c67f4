"""The id of a deletion task of a service-linked role: task/aws-service-role/SERVICE/ROLE/UUID.

Nothing is kept of a task, since it ends at once. So the id itself proves that it was issued: one half of its
UUID is random, the other half is a message authentication code (HMAC) of everything else and of the account.

    key   HKDF-SHA256(root key, info PURPOSE)
    UUID  16 bytes: 8 random, then the first 8 of HMAC-SHA256(key, account || 0 || all before them)

Sources: IAM API Reference, DeleteServiceLinkedRole (form of the id); RFC 2104 (HMAC), RFC 5869 (HKDF).
"""

import hmac
import re
from itertools import pairwise
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from watchword.names.ids import Randomness

PURPOSE = b"watchword deletion task 1"
_KEY_BYTES = 32
_HALF = 8
_GROUPS = (0, 4, 6, 8, 10, 16)
"""Where the groups of a UUID begin and end, in bytes."""
_TASK = re.compile(
    r"task(?P<path>/aws-service-role/[!-.0-~]+/)(?P<role>[\w+=,.@-]+)/"
    r"(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
    re.ASCII,
)


class DeletionTask(Struct, frozen=True):
    """A task by its id, whether it was issued or not. `path` is the role's."""

    path: str
    role: str
    uuid: bytes

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for what can't be the id of a task."""
        found = _TASK.fullmatch(text)
        return (
            cls(found["path"], found["role"], bytes.fromhex(found["uuid"].replace("-", "")))
            if found
            else None
        )

    @classmethod
    def issue(cls, path: str, role: str, account: str, root: bytes, randomness: Randomness) -> Self:
        """The id of a new task. root: the installation's root key."""
        drawn = randomness(_HALF)
        return cls(path, role, drawn + _code(root, account, path, role, drawn))

    def was_issued(self, account: str, root: bytes) -> bool:
        """Whether the account was given this id."""
        drawn, code = self.uuid[:_HALF], self.uuid[_HALF:]
        return hmac.compare_digest(code, _code(root, account, self.path, self.role, drawn))

    def __str__(self) -> str:
        groups = "-".join(self.uuid[start:end].hex() for start, end in pairwise(_GROUPS))
        return f"task{self.path}{self.role}/{groups}"


def _code(root: bytes, account: str, path: str, role: str, drawn: bytes) -> bytes:
    key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=PURPOSE).derive(root)
    return hmac.digest(key, f"{account}\0{path}{role}\0".encode() + drawn, "sha256")[:_HALF]
