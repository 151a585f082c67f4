"""Floor 3: the store. Tables and transactions.

Every function takes an open transaction first and gives frozen records. Nothing here reads a clock, draws
a random number, or knows what the records mean.

The machinery stands here, and the nouns that every service has: accounts, tags, the keyring, revocations,
the audit log. A service's own nouns stand in its folder. A noun is a module:
`from watchword.store.iam import users`, then `users.named(tx, account, name)`.
"""

from watchword.store.cache import Cache
from watchword.store.database import Database
from watchword.store.errors import CannotOpen, Conflict, StillReferenced, StoreError, Unavailable
from watchword.store.freshness import Watch
from watchword.store.transaction import EVERYTHING, Topic, Transaction

__all__ = [
    "EVERYTHING",
    "Cache",
    "CannotOpen",
    "Conflict",
    "Database",
    "StillReferenced",
    "StoreError",
    "Topic",
    "Transaction",
    "Unavailable",
    "Watch",
]
