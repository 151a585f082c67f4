"""The private keys of the authorities that certify hosts, sealed. The certificate is a trust anchor's."""

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import Column, LargeBinary, Table, bindparam, select

from watchword.store.rolesanywhere import trust_anchors
from watchword.store.tables import METADATA, CodepointText, Timestamp, columns
from watchword.store.transaction import Transaction

HOST_AUTHORITIES = Table(
    "host_authorities",
    METADATA,
    Column("anchor_id", CodepointText, primary_key=True),
    Column("account", CodepointText, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealing_key", CodepointText, nullable=False),
    Column("created", Timestamp, nullable=False),
)


class HostAuthority(Struct, frozen=True):
    """The authority whose certificate is that trust anchor."""

    anchor_id: str
    account: str
    sealed: bytes
    sealing_key: str
    created: datetime

    def __repr__(self) -> str:
        """Without the key, though it is sealed."""
        return f"HostAuthority({self.anchor_id})"


_ALL = select(*columns(HOST_AUTHORITIES, HostAuthority)).order_by(HOST_AUTHORITIES.c.created.desc())
_OF_ACCOUNT = _ALL.where(HOST_AUTHORITIES.c.account == bindparam("account"))
_BY_ANCHOR = _ALL.where(HOST_AUTHORITIES.c.anchor_id == bindparam("anchor_id"))
_TO_RESEAL = _ALL.where(HOST_AUTHORITIES.c.sealing_key != bindparam("sealing_key"))


def insert(tx: Transaction, authority: HostAuthority) -> None:
    """Adds the authority of a trust anchor."""
    tx.run(HOST_AUTHORITIES.insert(), structs.asdict(authority))
    tx.changed(trust_anchors.KIND, authority.anchor_id, authority.account)


def of_account(tx: Transaction, account: str) -> list[HostAuthority]:
    """The newest one first. Some may have a trust anchor that was deleted."""
    return tx.all(HostAuthority, _OF_ACCOUNT, account=account)


def by_anchor(tx: Transaction, anchor_id: str) -> HostAuthority | None:
    return tx.one(HostAuthority, _BY_ANCHOR, anchor_id=anchor_id)


def to_reseal(tx: Transaction, sealing_key: str, *, limit: int) -> tuple[list[HostAuthority], bool]:
    """Those that another key than `sealing_key` has sealed; and whether there are more."""
    return tx.page(HostAuthority, _TO_RESEAL, limit, sealing_key=sealing_key)


def reseal(tx: Transaction, authority: HostAuthority, *, sealed: bytes, sealing_key: str) -> None:
    """Replaces the sealed key by the same key, sealed by another."""
    of_anchor = HOST_AUTHORITIES.c.anchor_id == authority.anchor_id
    tx.run(HOST_AUTHORITIES.update().where(of_anchor), {"sealed": sealed, "sealing_key": sealing_key})
    tx.changed(trust_anchors.KIND, authority.anchor_id, authority.account)
