"""Identity pools, with all that is set on them: who may log in, and which roles they get.

The id of a pool has its region. What is set on a pool is read and replaced as a whole, so it is one column.
Source: Amazon Cognito Identity API Reference, IdentityPool, RoleMapping, SetPrincipalTagAttributeMap.
"""

from datetime import datetime

import msgspec
from msgspec import Struct, structs
from sqlalchemy import Column, Dialect, Index, Table, Text, bindparam, func, select
from sqlalchemy.types import TypeDecorator

from watchword.names import nouns
from watchword.store import tags
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = nouns.IDENTITY_POOL


class UserPool(Struct, frozen=True, array_like=True):
    """A Cognito user pool whose users may log in."""

    name: str
    client_id: str = ""
    checks_tokens: bool | None = None


class Rule(Struct, frozen=True, array_like=True):
    """A user with a claim that matches gets the role."""

    claim: str
    match: str
    value: str
    role: str


class RoleMapping(Struct, frozen=True, array_like=True):
    """How a provider's users get roles. `ambiguous` is what happens where none or several are found."""

    type: str
    ambiguous: str = ""
    rules: tuple[Rule, ...] = ()


class TagMap(Struct, frozen=True, array_like=True):
    """Which claims of a provider's tokens become tags of the session: tag -> claim."""

    defaults: bool = False
    tags: dict[str, str] = {}


class PoolSettings(Struct, frozen=True, omit_defaults=True):
    """What is set on a pool."""

    guests: bool
    classic: bool = False
    """Whether tokens of the pool can be used to assume roles (the basic flow)."""
    developer: str = ""
    """How the account's own service calls itself when it logs users in."""
    logins: dict[str, str] = {}
    """Public provider -> the id of the app there."""
    oidc: tuple[str, ...] = ()
    """ARNs of OIDC providers of the account."""
    saml: tuple[str, ...] = ()
    user_pools: tuple[UserPool, ...] = ()
    roles: dict[str, str] = {}
    """"authenticated" and "unauthenticated" -> the ARN of the role."""
    mappings: dict[str, RoleMapping] = {}
    """By provider, its name or its ARN."""
    tag_maps: dict[str, TagMap] = {}
    """By provider as well."""


_decoder = msgspec.json.Decoder(PoolSettings)


class _Settings(TypeDecorator[PoolSettings]):
    """Settings, as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: PoolSettings | None, dialect: Dialect) -> str | None:  # noqa: ARG002 SQLAlchemy's signature
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> PoolSettings | None:  # noqa: ARG002 SQLAlchemy's signature
        return None if value is None else _decoder.decode(value)


IDENTITY_POOLS = Table(
    "identity_pools",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False),
    Column("partition", CodepointText, nullable=False),
    Column("region", CodepointText, nullable=False),
    Column("name", Text, nullable=False),
    Column("issuer", CodepointText, nullable=False),
    Column("settings", _Settings, nullable=False),
    Column("created", Timestamp, nullable=False),
    Index("ix_identity_pools_account_region", "account", "region", "id"),
)


class Pool(Struct, frozen=True):
    """A pool; `issuer` is the URL of the issuer of its tokens."""

    id: str
    account: str
    region: str
    name: str
    issuer: str
    settings: PoolSettings
    created: datetime
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return arn_of(self.partition, self.region, self.account, self.id)


def arn_of(partition: str, region: str, account: str, pool_id: str) -> str:
    """The ARN of the pool of that id, whether it exists or not."""
    return f"arn:{partition}:cognito-identity:{region}:{account}:identitypool/{pool_id}"


_ALL = select(*columns(IDENTITY_POOLS, Pool))
_BY_ID = _ALL.where(IDENTITY_POOLS.c.id == bindparam("id"))
_PAGE = _ALL.where(
    IDENTITY_POOLS.c.account == bindparam("account"),
    IDENTITY_POOLS.c.region == bindparam("region"),
    IDENTITY_POOLS.c.id > bindparam("after"),
).order_by(IDENTITY_POOLS.c.id)
_COUNT = (
    select(func.count()).select_from(IDENTITY_POOLS).where(IDENTITY_POOLS.c.account == bindparam("account"))
)
_ACCOUNTS = select(IDENTITY_POOLS.c.account).distinct().order_by(IDENTITY_POOLS.c.account)


class _Owner(Struct, frozen=True):
    account: str


def insert(tx: Transaction, pool: Pool) -> None:
    """Adds a pool."""
    row = structs.asdict(pool)
    tx.run(IDENTITY_POOLS.insert(), row)
    _changed(tx, pool)


def by_id(tx: Transaction, pool_id: str) -> Pool | None:
    """The pool with that id, None when there is none."""
    return tx.one(Pool, _BY_ID, id=pool_id)


def page(
    tx: Transaction, account: str, region: str, *, after: str = "", limit: int
) -> tuple[list[Pool], bool]:
    """Pools sorted by id, after that one; and whether there are more."""
    return tx.page(Pool, _PAGE, limit, account=account, region=region, after=after)


def count(tx: Transaction, account: str) -> int:
    """How many pools the account has, in all regions."""
    return tx.number(_COUNT, account=account)


def accounts(tx: Transaction) -> list[str]:
    """The accounts that have pools."""
    return [each.account for each in tx.all(_Owner, _ACCOUNTS)]


def update(tx: Transaction, pool: Pool) -> None:
    """Replaces name, issuer and settings."""
    values = {"name": pool.name, "issuer": pool.issuer, "settings": pool.settings}
    tx.run(IDENTITY_POOLS.update().where(IDENTITY_POOLS.c.id == pool.id), values)
    _changed(tx, pool)


def remove(tx: Transaction, pool: Pool) -> None:
    """Removes a pool and its tags. Raises StillReferenced while it has identities."""
    tx.run(IDENTITY_POOLS.delete().where(IDENTITY_POOLS.c.id == pool.id))
    tags.remove_all(tx, KIND, pool.id)
    _changed(tx, pool)


def _changed(tx: Transaction, pool: Pool) -> None:
    tx.changed(KIND, pool.id, pool.account)
