"""Keys that sign the tokens of accounts' issuers. They are sealed before they are stored."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, LargeBinary, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

KIND = "token-key"
TOKEN_KEYS = Table(
    "token_keys",
    METADATA,
    Column("id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False, index=True),
    Column("algorithm", CodepointText, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealing_key", CodepointText, nullable=False, index=True),
    Column("created", Timestamp, nullable=False),
)


class TokenKey(Struct, frozen=True):
    """A private key in PEM, `sealed` by `sealing_key`. Its id is the `kid` of the tokens that it signs."""

    id: str
    account: str
    algorithm: str
    sealed: bytes
    sealing_key: str
    created: datetime

    def __repr__(self) -> str:
        """Without the key, though it is sealed."""
        return f"TokenKey({self.id})"


_ALL = select(*columns(TOKEN_KEYS, TokenKey)).order_by(TOKEN_KEYS.c.created, TOKEN_KEYS.c.id)
_OF = _ALL.where(TOKEN_KEYS.c.account == bindparam("account"))
_TO_RESEAL = _ALL.where(TOKEN_KEYS.c.sealing_key != bindparam("sealing_key"))


def insert(tx: Transaction, key: TokenKey) -> None:
    """Adds a key."""
    tx.run(TOKEN_KEYS.insert(), structs.asdict(key))
    tx.changed(KIND, key.account, key.account)


def of_account(tx: Transaction, account: str) -> list[TokenKey]:
    """All keys of the account's issuer, oldest first. Rotation keeps them few."""
    return tx.all(TokenKey, _OF, account=account)


def to_reseal(tx: Transaction, sealing_key: str, *, limit: int) -> tuple[list[TokenKey], bool]:
    """Keys that another key than `sealing_key` has sealed; and whether there are more."""
    return tx.page(TokenKey, _TO_RESEAL, limit, sealing_key=sealing_key)


def reseal(tx: Transaction, key: TokenKey, *, sealed: bytes, sealing_key: str) -> None:
    """Replaces the sealed key by the same key, sealed by another."""
    again = {"sealed": sealed, "sealing_key": sealing_key}
    tx.run(TOKEN_KEYS.update().where(TOKEN_KEYS.c.id == key.id), again)
    tx.changed(KIND, key.account, key.account)


def remove(tx: Transaction, key: TokenKey) -> None:
    """Removes the key."""
    tx.run(TOKEN_KEYS.delete().where(TOKEN_KEYS.c.id == key.id))
    tx.changed(KIND, key.account, key.account)
