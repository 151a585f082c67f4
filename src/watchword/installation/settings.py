"""What an operator can set: by flags, by environment variables of the same names, or by default.

Settings are read once, when a command starts; nothing else reads the environment. The workers of a server
are separate processes: `export` puts the settings into the environment, where they read them.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Self

DEFAULT_DATA = Path("~/.watchword")
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 4566
LOCAL_HOSTS = ("localhost", "s3.localhost")

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Ephemeral:
    """An account and its root key, which are the same after every reset."""

    account: str
    access_key_id: str
    secret: str


@dataclass(frozen=True)
class Settings:
    """All settings of a server or a command."""

    data: Path
    database: str = ""
    """A database URL; empty for SQLite in the data directory."""
    root_key: str = ""
    """The root key's file; empty for root.key in the data directory."""
    hostnames: tuple[str, ...] = ()
    """Further host names of this server, such as that of a load balancer."""
    sigv2_presigned: bool = True
    """Whether S3 accepts presigned requests of signature version 2."""
    refuse_replays: bool = False
    """Whether a signature can be used for one change only."""
    trusted_proxies: tuple[Network, ...] = ()
    """Proxies whose X-Forwarded-For and X-Forwarded-Proto headers are believed."""
    ephemeral: Ephemeral | None = None
    """Set for an ephemeral server; None for a server that keeps its data."""

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'watchword.db'}"

    @property
    def root_key_file(self) -> Path:
        return Path(self.root_key) if self.root_key else self.data / "root.key"

    @property
    def journal(self) -> Path:
        return self.data / "audit"

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        return (*LOCAL_HOSTS, *self.hostnames)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """The settings in the environment, from `export` or from an operator."""
        return cls(
            data=Path(environment.get("WATCHWORD_DATA") or DEFAULT_DATA).expanduser(),
            database=environment.get("WATCHWORD_DATABASE", ""),
            root_key=environment.get("WATCHWORD_ROOT_KEY_FILE", ""),
            hostnames=listed(environment.get("WATCHWORD_HOSTNAME", "")),
            sigv2_presigned=environment.get("WATCHWORD_SIGV2_PRESIGNED", "true") == "true",
            refuse_replays=environment.get("WATCHWORD_REFUSE_REPLAYS", "false") == "true",
            trusted_proxies=networks(environment.get("WATCHWORD_TRUSTED_PROXIES", "")),
        )

    def export(self, environment: MutableMapping[str, str]) -> None:
        """Puts the settings into the environment, where `read` finds them.

        Not `ephemeral`: such a server has no other process.
        """
        environment["WATCHWORD_DATA"] = str(self.data)
        environment["WATCHWORD_DATABASE"] = self.database
        environment["WATCHWORD_ROOT_KEY_FILE"] = self.root_key
        environment["WATCHWORD_HOSTNAME"] = ",".join(self.hostnames)
        environment["WATCHWORD_SIGV2_PRESIGNED"] = "true" if self.sigv2_presigned else "false"
        environment["WATCHWORD_REFUSE_REPLAYS"] = "true" if self.refuse_replays else "false"
        environment["WATCHWORD_TRUSTED_PROXIES"] = ",".join(map(str, self.trusted_proxies))


def listed(text: str) -> tuple[str, ...]:
    """The items of a comma-separated list."""
    return tuple(filter(None, (each.strip() for each in text.split(","))))


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, such as `10.0.0.0/8,::1`. Raises ValueError."""
    return tuple(map(ip_network, listed(text)))
