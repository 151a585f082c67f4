"""What every database starts with: a key in the keyring and an account. And how the keyring rotates.

Several servers may start on one empty database at once: writes are serial, so the first one furnishes and
the others find it done. An ephemeral server is furnished again at each reset, with the same account and
the same root key.
"""

from datetime import timedelta

from watchword.identity import secrets
from watchword.names.ids import ACCOUNT_DIGITS
from watchword.proofs.keyring import Key, new_key, wrap
from watchword.store import Transaction, access_keys, accounts, keyring
from watchword.store.access_keys import AccessKey
from watchword.store.accounts import Account
from watchword.store.keyring import ACTIVE, WrappedKey
from watchword.world import World

FIRST_ACCOUNT = "main"
RESEALED_AT_ONCE = 100


def furnish(world: World) -> None:
    """Makes what is missing; does nothing on a furnished database."""
    with world.database.write(world.clock.now()) as tx:
        if not keyring.all_keys(tx):
            add_key(world, tx)
        if not accounts.count(tx) and world.settings.ephemeral is None:
            add_account(world, tx, FIRST_ACCOUNT)
    if world.settings.ephemeral is not None:
        _furnish_ephemeral(world)


def reset(world: World) -> None:
    """Empties an ephemeral server; account and root key stay."""
    if world.settings.ephemeral is None:
        raise RuntimeError("only an ephemeral server forgets")
    world.clock.ahead = timedelta()
    world.database.reset(world.clock.now())
    world.objects.reset()
    furnish(world)


def add_account(world: World, tx: Transaction, name: str, account_id: str = "") -> str:
    """A new account's id. Raises Conflict when there is an account of that id."""
    drawn = int.from_bytes(world.randomness(16), "big")
    lowest = 10 ** (ACCOUNT_DIGITS - 1)
    account_id = account_id or str(lowest + drawn % (9 * lowest))
    accounts.insert(tx, Account(account_id, name, world.clock.now()))
    return account_id


def add_root_key(world: World, tx: Transaction, account: str, key_id: str, secret: str) -> None:
    """A long-term access key of the account's root user."""
    sealed = secrets.seal(secret, key_id, world.facts.keyring())
    key = AccessKey(key_id, account, None, sealed.secret, sealed.sealing_key, world.clock.now())
    access_keys.insert(tx, key)


def add_key(world: World, tx: Transaction) -> Key:
    """A new key that seals from now on; those before it only open."""
    for older in keyring.all_keys(tx):
        if older.state == ACTIVE:
            keyring.retire(tx, older)
    key = new_key(world.randomness)
    wrapped = wrap(key, world.facts.root_key.material, world.randomness)
    keyring.insert(tx, WrappedKey(key.id, wrapped, world.clock.now()))
    return key


def rotate(world: World) -> tuple[str, int]:
    """A new sealing key, and every secret at rest sealed again under it: its id, and how many."""
    with world.database.write(world.clock.now()) as tx:
        newest = add_key(world, tx)
    ring, resealed, more = world.facts.keyring(), 0, True
    while more:
        with world.database.write(world.clock.now()) as tx:
            keys, more = access_keys.to_reseal(tx, newest.id, limit=RESEALED_AT_ONCE)
            for key in keys:
                sealed = secrets.seal(secrets.open(key, ring), key.id, ring)
                access_keys.reseal(tx, key, secret=sealed.secret, sealing_key=sealed.sealing_key)
        resealed += len(keys)
    return newest.id, resealed


def _furnish_ephemeral(world: World) -> None:
    start = world.settings.ephemeral
    assert start is not None
    with world.database.write(world.clock.now()) as tx:
        if accounts.by_id(tx, start.account) is None:
            add_account(world, tx, FIRST_ACCOUNT, start.account)
            add_root_key(world, tx, start.account, start.access_key_id, start.secret)
