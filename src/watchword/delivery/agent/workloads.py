"""Which workload asks: by its token, or by the user and control group of its socket.

1. A token that is shown must be one of a workload, and all else that the file says of it must hold.
2. Without a token, the workload is one that needs none. Of several that fit, it is the one of which the file
   says more: a control group and a user, a control group, a user. No two may be the same.
3. Tokens are found by their HMAC under a key of this process: timing tells nothing of them.
4. A token file is a regular file that others of the host can't read, and no symbolic link. Without it, or
   with too short a token in it, its workload isn't recognised.
"""

import hmac
import logging
import os
import pwd
import re
import secrets
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from watchword.delivery.agent.groups import Groups
from watchword.delivery.agent.written import LEAST_TOKEN, Workload
from watchword.delivery.supply import Supply
from watchword.transport.local_peer import Owner

MAX_TOKEN = 512
_TOKEN = re.compile(rf"[\w.~+/=-]{{{LEAST_TOKEN},{MAX_TOKEN}}}", re.ASCII)

Key = TypeVar("Key")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """A workload that can be recognised."""

    name: str
    supply: Supply
    user: int | None
    group: str


class Workloads:
    """The workloads of an agent's file."""

    def __init__(
        self, written: Mapping[str, Workload], supplies: Mapping[str, Supply], groups: Groups
    ) -> None:
        """`supplies` by the names of workloads. Raises ValueError for two that can't be told apart."""
        self._groups = groups
        self._key = secrets.token_bytes(32)
        self._by_token: dict[bytes, Known] = {}
        self._by_owner: dict[tuple[int | None, str], Known] = {}
        for name, workload in written.items():
            known = Known(name, supplies[name], _user(workload.user), workload.cgroup)
            if not (workload.token or workload.token_file):
                _add(self._by_owner, (known.user, known.group), known)
            elif token := workload.token or _read(name, Path(workload.token_file)):
                _add(self._by_token, self._digest(token), known)

    def of_token(self, token: str, owner: Callable[[], Owner | None]) -> Known | None:
        """The workload that shows this token (1)."""
        known = self._by_token.get(self._digest(token))
        if known is None or (known.user is None and not known.group):
            return known
        user, group = self._told(owner())
        fits = known.user in {None, user} and known.group in {"", group}
        return known if fits else None

    def of_owner(self, owner: Owner | None) -> Known | None:
        """The workload of a socket (2)."""
        user, group = self._told(owner)
        asked = ((user, group), (None, group), (user, ""))
        return next((self._by_owner[key] for key in asked if key in self._by_owner), None)

    def _told(self, owner: Owner | None) -> tuple[int | None, str]:
        if owner is None:
            return None, ""
        return owner.user, self._groups.path_of(owner.group) if owner.group is not None else ""

    def _digest(self, token: str) -> bytes:
        return hmac.digest(self._key, token.encode(errors="surrogateescape"), "sha256")


def _add(known: dict[Key, Known], key: Key, one: Known) -> None:
    if key in known:
        raise ValueError(f"workloads {known[key].name} and {one.name} can't be told apart")
    known[key] = one


def _user(text: str) -> int | None:
    """Raises ValueError for a user that this host doesn't have."""
    if not text or text.isdecimal():
        return int(text) if text else None
    try:
        return pwd.getpwnam(text).pw_uid
    except KeyError:
        raise ValueError(f"this host has no user {text!r}") from None


def _read(name: str, file: Path) -> str:
    """The token in a file; empty where there is none (4)."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        log.info("workload %s: %s: %s", name, file, error.strerror)
        return ""
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode) or about.st_mode & stat.S_IRWXO:
            log.warning("workload %s: %s isn't a regular file that others can't read", name, file)
            return ""
        token = os.read(descriptor, MAX_TOKEN + 2).decode("ascii", "replace").strip()
    finally:
        os.close(descriptor)
    if not _TOKEN.fullmatch(token):
        log.warning(
            "workload %s: %s holds no token of %d to %d characters", name, file, LEAST_TOKEN, MAX_TOKEN
        )
        return ""
    return token
