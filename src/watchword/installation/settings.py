"""What an operator can set: by flags, by environment variables of the same names, or by default.

Settings are read once, when a command starts; nothing else reads the environment.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from watchword.installation.memory import DEFAULT_MEBIBYTES

DEFAULT_DATA = Path("~/.watchword")
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 4566
DEFAULT_REGION = "us-east-1"
DEFAULT_AUDIT_RESERVE = 64
DEFAULT_RECORDED_REFUSALS = 600
DEFAULT_ISSUER_URL = "https://localhost"
LOCAL_HOSTS = ("localhost", "s3.localhost")

Network = IPv4Network | IPv6Network


class Log(StrEnum):
    """What the operator's log has, each with all before it."""

    ERRORS = "errors"
    REFUSALS = "refusals"
    REQUESTS = "requests"


@dataclass(frozen=True)
class Ephemeral:
    """An account and its root key, which are the same after every reset; and further ones."""

    account: str
    access_key_id: str
    secret: str = field(repr=False)
    name: str = "main"
    others: "tuple[Ephemeral, ...]" = ()

    @property
    def accounts(self) -> "tuple[Ephemeral, ...]":
        return (self, *self.others)


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
    bounded_chains: bool = False
    """Whether the sessions of a chain end with its first session."""
    private_issuers: tuple[str, ...] = ()
    """URLs of token issuers that may have a private address, a port, or no TLS."""
    issuer_url: str = DEFAULT_ISSUER_URL
    """Where others find the token issuers of this server's accounts."""
    audit_reserve: int = DEFAULT_AUDIT_RESERVE
    """MiB that each process reserves for audit records, and that must be free for changes; 0 for none."""
    recorded_refusals: int = DEFAULT_RECORDED_REFUSALS
    """Refusals of strangers that each process records one by one in a minute; more are counted."""
    memory: int = DEFAULT_MEBIBYTES
    """MiB that each process may take."""
    log: Log = Log.ERRORS
    account: str = ""
    """The id of the account that the first start makes; random if empty."""
    functions: bool = False
    """Whether functions run: who may create one, runs code on this host."""
    endpoint: str = ""
    """Where a server can be reached from this host."""
    objects_url: str = ""
    """Where the bytes of objects are; empty for the data directory."""
    objects_config: str = ""
    """A file with the settings of that place."""
    must_exist: bool = False
    """Whether there must be a store already; otherwise what is missing is made."""
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

    @property
    def objects(self) -> Path:
        """Where the bytes of objects are by default."""
        return self.data / "objects"

    @property
    def packages(self) -> Path:
        """Deployment packages of functions, as they were uploaded."""
        return self.data / "packages"

    @property
    def unpacked(self) -> Path:
        """The same, unpacked to be run."""
        return self.data / "functions"

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        return (*LOCAL_HOSTS, *self.hostnames)


def listed(text: str) -> tuple[str, ...]:
    """The items of a comma-separated list."""
    return tuple(filter(None, (each.strip() for each in text.split(","))))


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, such as `10.0.0.0/8,::1`. Raises ValueError."""
    return tuple(map(ip_network, listed(text)))


def issuers(text: str) -> tuple[str, ...]:
    """URLs of issuers, such as `http://127.0.0.1:8080,https://sso.corp.example`. Raises ValueError."""
    from watchword.identity.issuers import private_issuer  # noqa: PLC0415 many settings need no rules

    return tuple(map(private_issuer, listed(text)))
