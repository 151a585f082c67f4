"""A seed as it is written: YAML -> accounts and what is in them. docs/seeds.md is the manual."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from watchword.names.ids import is_account_id
from watchword.names.members import Place, Unfit, dotted, fit
from watchword.policy.language.print import print_value

if TYPE_CHECKING:
    from watchword.yaml_files import Document

Policy = dict[str, Any] | str
"""A document, its text, or the path of a file."""

_KEY_ID = re.compile(r"(?!ASIA)[A-Za-z0-9_]{4,128}", re.ASCII)
_SECRET = re.compile(r"[!-~]{4,128}", re.ASCII)


class Wrong(Exception):  # noqa: N818 its message is the line that a person reads
    """A seed that can't be used; the message is one line, with the line of the file."""


class _Shape(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What all parts of a seed are."""


class Key(_Shape):
    """A long-term access key."""

    id: str
    secret: str


class ManagedPolicy(_Shape):
    """A policy of the account, to be attached."""

    name: str
    document: Policy
    path: str = "/"


class Group(_Shape):
    """A group of users."""

    name: str
    path: str = "/"
    attached: list[str] = []
    inline: dict[str, Policy] = {}


class User(_Shape):
    """A user, with keys that don't change from one start to the next."""

    name: str
    path: str = "/"
    tags: dict[str, str] = {}
    boundary: str = ""
    groups: list[str] = []
    attached: list[str] = []
    inline: dict[str, Policy] = {}
    access_keys: list[Key] = []


class Role(_Shape):
    """A role. Its trust policy may name users and roles of any account of the seed."""

    name: str
    trust: Policy
    path: str = "/"
    max_session: int = 3600
    tags: dict[str, str] = {}
    boundary: str = ""
    attached: list[str] = []
    inline: dict[str, Policy] = {}


class Bucket(_Shape):
    """An empty bucket."""

    name: str
    region: str = "us-east-1"
    policy: Policy | None = None
    block_public_access: bool = True


class Account(_Shape):
    """An account; `attached` of its users, groups and roles names its policies, or ARNs."""

    id: str
    name: str = "main"
    root_key: Key | None = None
    policies: list[ManagedPolicy] = []
    groups: list[Group] = []
    users: list[User] = []
    roles: list[Role] = []
    buckets: list[Bucket] = []


class _Written(_Shape):
    accounts: list[Account]


@dataclass(frozen=True)
class Seed:
    """A seed, and where its parts stand in the file."""

    file: Path
    accounts: list[Account]
    document: "Document"

    def wrong(self, place: Place, why: object) -> Wrong:
        """The error about a part."""
        return Wrong(f"{self.file}:{self.document.line(place)}: {dotted(place)}: {why}")

    def text_of(self, policy: Policy, place: Place) -> str:
        """The text of a policy. Raises Wrong for a file that can't be read."""
        if isinstance(policy, dict):
            return print_value(policy)
        if policy.lstrip().startswith("{"):
            return policy
        try:
            return (self.file.parent / policy).read_text()
        except (OSError, UnicodeError, ValueError) as error:
            raise self.wrong(place, f"{policy}: {getattr(error, 'strerror', None) or error}") from None


def read(file: Path) -> Seed:
    """The seed in a file. Raises Wrong."""
    from watchword.yaml_files import Document, Malformed  # noqa: PLC0415 most servers read no YAML

    try:
        document = Document(file.read_bytes())
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror}") from None
    except Malformed as error:
        raise Wrong(f"{file}:{error.line}: {error}" if error.line else f"{file}: {error}") from None
    try:
        written = fit(document.value, _Written, strict=False)
    except Unfit as error:
        raise Wrong(f"{file}:{document.line(error.place)}: {error}") from None
    seed = Seed(file, written.accounts, document)
    _check_accounts(seed)
    return seed


def check_key(key: Key) -> str:
    """What is wrong with an access key; empty when nothing is."""
    if not _KEY_ID.fullmatch(key.id):
        return "an access key id is 4 to 128 letters, digits and _, and doesn't begin with ASIA"
    return "" if _SECRET.fullmatch(key.secret) else "a secret is 4 to 128 printable characters without spaces"


def _check_accounts(seed: Seed) -> None:
    ids, keys = set(), set()
    if not seed.accounts:
        raise seed.wrong(("accounts",), "there must be one")
    for index, account in enumerate(seed.accounts):
        here: Place = ("accounts", index)
        if not is_account_id(account.id):
            raise seed.wrong((*here, "id"), f"an account id is twelve digits, not {account.id!r}")
        if account.id in ids:
            raise seed.wrong((*here, "id"), f"{account.id} is given twice")
        ids.add(account.id)
        for place, key in _keys(account):
            if why := check_key(key) or (f"{key.id} is given twice" if key.id in keys else ""):
                raise seed.wrong((*here, *place), why)
            keys.add(key.id)


def _keys(account: Account) -> list[tuple[Place, Key]]:
    found: list[tuple[Place, Key]] = [(("rootKey",), account.root_key)] if account.root_key else []
    for index, user in enumerate(account.users):
        found += [
            (("users", index, "accessKeys", number), key) for number, key in enumerate(user.access_keys)
        ]
    return found
