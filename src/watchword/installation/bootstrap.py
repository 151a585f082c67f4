"""Opening a data directory. The first start makes a root key, a key in the keyring, and an account.

Only the server and `account create` make a store. For every other command there must be one
(`Settings.must_exist`): a mistyped directory would otherwise be a new, empty installation.

Several servers can start on one empty database at once: writes are serial, so the first one makes what is
missing, and the others find it. An ephemeral server gets the same account and root key again at each reset.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from os import urandom

from watchword.identity import secrets
from watchword.installation import root_key
from watchword.installation.data_directory import NotPrivate, check_private, make_private
from watchword.installation.installation import Clock, Installation, RootKey
from watchword.installation.operator import Operator
from watchword.installation.operator_events import record_command
from watchword.installation.settings import Settings
from watchword.organizations.accounts import NewAccount, add
from watchword.proofs.keyring import Key, Unopenable, new_key, wrap
from watchword.store import Database, Missing, StoreError, Transaction, accounts, keyring
from watchword.store.iam import access_keys
from watchword.store.iam.access_keys import AccessKey
from watchword.store.iam.users import User
from watchword.store.keyring import ACTIVE, WrappedKey

FIRST_ACCOUNT = "main"


class CannotStart(Exception):  # noqa: N818 its message is the line that the operator reads
    """The server or command can't start; the message is one line."""


def open_installation(settings: Settings) -> Installation:
    """The installation on the settings' data directory and database. Raises CannotStart."""
    try:
        return _existing(settings) if settings.must_exist else _made(settings)
    except OSError as error:
        raise CannotStart(f"data directory {settings.data}: {error.strerror}") from None
    except Missing as missing:
        raise CannotStart(
            f"no store in {settings.data}: {missing} (`watchword serve` makes one; --data says where it is)"
        ) from None
    except (NotPrivate, StoreError, root_key.Unusable) as error:
        raise CannotStart(str(error)) from None
    except Unopenable:
        file = settings.root_key_file
        raise CannotStart(
            f"root key {file}: the keyring of this database is sealed under another root key"
        ) from None


def _made(settings: Settings) -> Installation:
    make_private(settings.data)
    key = root_key.load_or_make(settings.root_key_file, urandom)
    database = Database.open(settings.database_url, durable=settings.ephemeral is None)
    with _closed_unless_opened(database):
        installation = _installation(settings, database, key)
        with database.write(installation.clock.now()) as tx:
            bootstrap(installation, tx)
    return installation


def _existing(settings: Settings) -> Installation:
    if not settings.data.is_dir():
        raise Missing("there is no such directory")
    database = Database.open(settings.database_url, make=False)
    with _closed_unless_opened(database):
        check_private(settings.data)
        installation = _installation(settings, database, root_key.load(settings.root_key_file))
        with database.read() as tx:
            if not accounts.count(tx):
                raise Missing("the database is empty")
            installation.root_key.keyring(tx)
    return installation


def _installation(settings: Settings, database: Database, key: bytes) -> Installation:
    return Installation(settings, Clock(), urandom, database, RootKey(key, urandom), Operator.current())


@contextmanager
def _closed_unless_opened(database: Database) -> Iterator[None]:
    """Closes the database when the block raises: nothing stays open where a start is refused."""
    try:
        yield
    except BaseException:
        database.close()
        raise


def bootstrap(installation: Installation, tx: Transaction) -> None:
    """Makes what is missing.

    Raises Unopenable when the keyring is sealed under another root key, and CannotStart for a wanted account
    that isn't there and isn't the first.
    """
    made = {}
    if not keyring.all_keys(tx):
        made["keyId"] = add_key(installation, tx).id
    installation.root_key.keyring(tx)
    start = installation.settings.ephemeral
    if start is None:
        wanted = installation.settings.account
        if not accounts.count(tx):
            made["accountId"] = add_account(installation, tx, FIRST_ACCOUNT, wanted)
        elif wanted and accounts.by_id(tx, wanted) is None:
            raise CannotStart(
                f"account {wanted} isn't in this store, which has its first account already; "
                f"`watchword account create NAME --id {wanted}` adds it"
            )
    for root in start.accounts if start else ():
        if accounts.by_id(tx, root.account) is None:
            add_account(installation, tx, root.name, root.account)
            add_root_key(installation, tx, root.account, root.access_key_id, root.secret)
            more = {"accountId": root.account, "accessKeyId": root.access_key_id}
            record_command(installation, tx, "Bootstrap", root.account, {}, {**made, **more})
            made = {}
    if made:
        record_command(installation, tx, "Bootstrap", made.get("accountId", ""), {}, made)


def add_account(installation: Installation, tx: Transaction, name: str, account_id: str = "") -> str:
    """Adds an account and returns its id. Raises Conflict when there is an account of that id."""
    return add(tx, NewAccount(name, id=account_id), installation.randomness)


def add_root_key(installation: Installation, tx: Transaction, account: str, key_id: str, secret: str) -> None:
    """Adds a long-term access key of the account's root user."""
    sealed = secrets.seal(secret, key_id, installation.root_key.keyring(tx))
    key = AccessKey(key_id, account, None, sealed.secret, sealed.sealing_key, tx.at)
    access_keys.insert(tx, key)


def add_user_key(installation: Installation, tx: Transaction, user: User, key_id: str, secret: str) -> None:
    """Adds a long-term access key of a user."""
    sealed = secrets.seal(secret, key_id, installation.root_key.keyring(tx))
    access_keys.insert(tx, AccessKey(key_id, user.account, user.id, sealed.secret, sealed.sealing_key, tx.at))


def add_key(installation: Installation, tx: Transaction) -> Key:
    """Adds a key to the keyring. From now on it seals, and older keys only open."""
    for older in keyring.all_keys(tx):
        if older.state == ACTIVE:
            keyring.retire(tx, older)
    key = new_key(installation.randomness)
    wrapped = wrap(key, installation.root_key.material, installation.randomness)
    keyring.insert(tx, WrappedKey(key.id, wrapped, tx.at))
    return key
