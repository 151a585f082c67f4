"""By what the agent itself is known to the server: a source gets sessions of roles by it.

The rest of the agent doesn't know which kind of source it is. The form of a command's output is that of AWS
SDKs and Tools Reference Guide, "Process credential provider".
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from watchword.delivery.agent.enrolled import Enrolled
from watchword.delivery.agent.sts import Server, Wanted
from watchword.delivery.agent.written import Host
from watchword.delivery.supply import Issued, NotIssued, Refused, Supply

PROCESS_SECONDS = 30
ITSELF = "the agent itself"
WITHOUT_END = timedelta(minutes=15)
"""How long credentials are used that don't say when they end, until the command is asked again."""
MAX_TOKEN = 1 << 16


@dataclass(frozen=True)
class Source:
    """What gives sessions."""

    issue: Callable[[Wanted], Issued]
    """Raises NotIssued."""
    own: Supply | None = None
    """The agent's own credentials, where they are kept: who renews sessions, renews these too."""


class _Printed(msgspec.Struct, rename="pascal"):
    """What the command of a `credential_process` prints."""

    version: Literal[1]
    access_key_id: str
    secret_access_key: str
    session_token: str = ""
    expiration: datetime | None = None


def source(host: Host, server: Server, now: Callable[[], datetime]) -> Source:
    """The source that the agent's file names."""
    if host.directory:
        return Source(Enrolled(Path(host.directory)).issue)
    if host.web_identity_token_file:
        return _by_token(Path(host.web_identity_token_file), server)
    command = host.process or [sys.executable, "-m", "watchword.delivery.agent.profile", host.profile]
    return _by_process(command, server, now)


def _by_token(file: Path, server: Server) -> Source:
    def issue(wanted: Wanted) -> Issued:
        try:
            with file.open(encoding="ascii") as opened:
                token = opened.read(MAX_TOKEN).strip()
        except (OSError, ValueError) as error:
            raise NotIssued(f"{file}: {error}") from None
        return server.assume_role_with_token(wanted, token)

    return Source(issue)


def _by_process(command: Sequence[str], server: Server, now: Callable[[], datetime]) -> Source:
    own = Supply(lambda: printed(command, now()), now)

    def issue(wanted: Wanted) -> Issued:
        try:
            return server.assume_role(wanted, own.get())
        except Refused:
            own.forget()  # perhaps it is we who were refused
            raise

    return Source(issue, own)


def printed(command: Sequence[str], now: datetime) -> Issued:
    """What the command prints. Raises NotIssued."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROCESS_SECONDS, check=False)  # noqa: S603 the operator's
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotIssued(f"{command[0]}: {error}") from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").split("\n")
        said = next((line for line in reversed(lines) if line.strip()), "")
        raise NotIssued(f"{command[0]} ended with exit code {done.returncode}: {said}")
    try:
        given = msgspec.json.decode(done.stdout, type=_Printed)
        ended = given.expiration is not None and given.expiration <= now
    except (ValueError, TypeError):
        raise NotIssued(f"{command[0]} printed no credentials that can be read") from None
    if ended:
        raise NotIssued(f"{command[0]} printed credentials that ended at {given.expiration}")
    expires = given.expiration or now + WITHOUT_END
    return Issued(ITSELF, given.access_key_id, given.secret_access_key, given.session_token, expires)
