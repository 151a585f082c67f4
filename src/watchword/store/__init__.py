"""Floor 3: the store. Tables and transactions.

Every function takes an open transaction as its first argument and returns frozen records. Nothing here
reads a clock, makes random numbers, or knows what the records mean.

A noun is a module: `from watchword.store.iam import users`, then `users.named(tx, account, name)`.
This folder has the machinery, and the nouns that all services share: accounts, tags, the keyring,
revocations, the audit log. Each service has a folder for its own nouns.
"""

from watchword.store.cache import Cache
from watchword.store.database import Database
from watchword.store.errors import CannotOpen, Conflict, Missing, StillReferenced, StoreError, Unavailable
from watchword.store.freshness import Watch
from watchword.store.transaction import EVERYTHING, Topic, Transaction

__all__ = [
    "EVERYTHING",
    "Cache",
    "CannotOpen",
    "Conflict",
    "Database",
    "Missing",
    "StillReferenced",
    "StoreError",
    "Topic",
    "Transaction",
    "Unavailable",
    "Watch",
]
