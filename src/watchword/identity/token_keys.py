"""The keys of an account's issuer: which one signs, which are published, and when another is made.

Those who verify tokens cache the published keys. So a key is published before it signs, and for as long as
tokens that it signed may be around. For each algorithm:

1. The first key signs at once. Every later one signs LEAD after it was made.
2. The newest key that may sign is the one that does.
3. A key is published from the start, until its successor has been signing for KEPT. Then it can be removed.
4. Another key is made ROTATED after the newest.

All of it follows from when keys were made, so that all processes agree without telling each other.
Source: OpenID Connect Core 1.0, section 10.1.1 (rotation of signing keys).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol, TypeVar

from watchword.identity import private_keys
from watchword.names.ids import Randomness
from watchword.proofs import issued_token
from watchword.proofs.issued_token import ALGORITHMS, SigningKey
from watchword.proofs.keyring import Keyring
from watchword.store import Transaction
from watchword.store.iam import token_keys
from watchword.store.iam.token_keys import TokenKey

LEAD = timedelta(days=1)
KEPT = timedelta(days=1)
ROTATED = timedelta(days=90)
_ID_BYTES = 16


class Made(Protocol):
    """A key, sealed or opened."""

    @property
    def algorithm(self) -> str: ...
    @property
    def created(self) -> datetime: ...


Key = TypeVar("Key", bound=Made)


def signing(keys: Iterable[Key], algorithm: str, now: datetime) -> Key | None:
    """Rules 1 and 2. keys: oldest first."""
    own = _of(keys, algorithm)
    ready = own[:1] + [key for key in own[1:] if key.created + LEAD <= now]
    return ready[-1] if ready else None


def published(keys: Iterable[Key], now: datetime) -> list[Key]:
    """Rule 3."""
    listed = list(keys)
    return [key for algorithm in ALGORITHMS for key in _not_over(_of(listed, algorithm), now)]


def due(keys: Iterable[Key], now: datetime) -> list[str]:
    """Rule 4: the algorithms that need another key."""
    listed = list(keys)
    newest = {algorithm: _of(listed, algorithm)[-1:] for algorithm in ALGORITHMS}
    return [algorithm for algorithm, last in newest.items() if not last or last[0].created + ROTATED <= now]


def new(algorithm: str, account: str, now: datetime, ring: Keyring, randomness: Randomness) -> TokenKey:
    """Another key of the account's issuer, sealed. It takes a while."""
    key_id = randomness(_ID_BYTES).hex()
    sealed = private_keys.seal(issued_token.generate(algorithm), key_id, ring)
    return TokenKey(key_id, account, algorithm, sealed.secret, sealed.sealing_key, now)


def add(tx: Transaction, account: str, made: Iterable[TokenKey]) -> None:
    """Adds keys, and removes those that are over."""
    for key in made:
        token_keys.insert(tx, key)
    keys = token_keys.of_account(tx, account)
    for key in set(keys) - set(published(keys, tx.at)):
        token_keys.remove(tx, key)


def opened(tx: Transaction, account: str, ring: Keyring) -> tuple[SigningKey, ...]:
    """The keys of the account's issuer, oldest first."""
    return tuple(
        issued_token.read(key.id, key.algorithm, key.created, private_keys.open(key.sealed, key.id, ring))
        for key in token_keys.of_account(tx, account)
    )


def _of(keys: Iterable[Key], algorithm: str) -> list[Key]:
    return [key for key in keys if key.algorithm == algorithm]


def _not_over(keys: list[Key], now: datetime) -> list[Key]:
    over = [key for key, successor in pairwise(keys) if successor.created + LEAD + KEPT <= now]
    return keys[len(over) :]
