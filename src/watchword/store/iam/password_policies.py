"""The account's own rules for the passwords of its users. An account without a row has AWS's default rules.

A decision depends on one of them: whether users may change their own password. So a change has the topic of
its account.
"""

from msgspec import Struct, structs
from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, bindparam, select

from watchword.store.tables import METADATA, CodepointText, columns
from watchword.store.transaction import Transaction

PASSWORD_POLICIES = Table(
    "password_policies",
    METADATA,
    Column("account", CodepointText, ForeignKey("accounts.id"), primary_key=True),
    Column("minimum_length", Integer, nullable=False),
    Column("symbols", Boolean, nullable=False),
    Column("numbers", Boolean, nullable=False),
    Column("uppercase", Boolean, nullable=False),
    Column("lowercase", Boolean, nullable=False),
    Column("users_may_change", Boolean, nullable=False),
    Column("hard_expiry", Boolean, nullable=False),
    Column("max_age", Integer),
    Column("reuse_prevention", Integer),
)


class PasswordPolicy(Struct, frozen=True):
    """The rules; `max_age` in days and `reuse_prevention` in passwords are None where there is no such rule.

    `symbols`, `numbers`, `uppercase` and `lowercase` say whether a password must have one.
    """

    account: str
    minimum_length: int
    symbols: bool
    numbers: bool
    uppercase: bool
    lowercase: bool
    users_may_change: bool
    hard_expiry: bool
    max_age: int | None = None
    reuse_prevention: int | None = None


_OF = select(*columns(PASSWORD_POLICIES, PasswordPolicy)).where(
    PASSWORD_POLICIES.c.account == bindparam("account")
)


def put(tx: Transaction, policy: PasswordPolicy) -> None:
    """Sets the rules of an account, whole."""
    _delete(tx, policy.account)
    tx.run(PASSWORD_POLICIES.insert(), structs.asdict(policy))
    tx.changed("account", policy.account, policy.account)


def of(tx: Transaction, account: str) -> PasswordPolicy | None:
    """The account's own rules, None when it has none."""
    return tx.one(PasswordPolicy, _OF, account=account)


def remove(tx: Transaction, account: str) -> bool:
    """Removes the account's own rules. False when it had none."""
    gone = _delete(tx, account)
    tx.changed("account", account, account)
    return bool(gone)


def _delete(tx: Transaction, account: str) -> int:
    return tx.run(PASSWORD_POLICIES.delete().where(PASSWORD_POLICIES.c.account == account))
