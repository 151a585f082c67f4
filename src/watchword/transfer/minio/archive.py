"""The zip that `mc admin cluster iam export` writes.

1. Its members are JSON objects, each a name -> what it stands for. One that is missing is empty.
2. A member is read up to LARGEST bytes, whatever the archive says of its size.
3. Secret keys are in users.json and svcaccts.json. Nothing here keeps them: `User` and `Account` have no
   field for one.

Source: MinIO's admin client, "cluster iam export"; its names of files.
"""

import lzma
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

LARGEST = 64 << 20
_FOLDER = "iam-assets"
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError)
ENABLED = {"enabled", "on", ""}

One = TypeVar("One")


class UnreadableExport(ValueError):  # noqa: N818 its message is the line that a person reads
    """A file that isn't such an archive; the message says why."""


class User(Struct, frozen=True):
    """A user, by its access key."""

    status: str = ""


class Group(Struct, frozen=True):
    """A group, and the access keys of its members."""

    members: list[str] = []
    status: str = ""


class Mapped(Struct, frozen=True):
    """The policies of a user or group: names with commas between them."""

    policy: str = ""

    @property
    def names(self) -> list[str]:
        return [name.strip() for name in self.policy.split(",") if name.strip()]


class Account(Struct, frozen=True):
    """A service account: an access key of a user, with less permissions."""

    parent: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """What the archive has."""

    made: datetime
    policies: Mapping[str, Raw] = field(default_factory=dict)
    users: Mapping[str, User] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    of_users: Mapping[str, Mapped] = field(default_factory=dict)
    of_groups: Mapping[str, Mapped] = field(default_factory=dict)
    of_sessions: Mapping[str, Mapped] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)


def read(path: Path) -> Export:
    """Raises UnreadableExport."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if each.filename.startswith(f"{_FOLDER}/")]
            if not members:
                raise UnreadableExport(f"{path}: has no {_FOLDER}, so it isn't an export of MinIO's IAM")
            return Export(
                datetime(*max(each.date_time for each in members), tzinfo=UTC),
                _member(archive, "policies", Raw),
                _member(archive, "users", User),
                _member(archive, "groups", Group),
                _member(archive, "user_mappings", Mapped),
                _member(archive, "group_mappings", Mapped),
                _member(archive, "stsuser_mappings", Mapped),
                _member(archive, "svcaccts", Account),
            )
    except (OSError, EOFError, ValueError, RuntimeError, *_BROKEN) as error:
        if isinstance(error, UnreadableExport):
            raise
        raise UnreadableExport(f"{path}: {_without_secrets(error)}") from None


def _member(archive: zipfile.ZipFile, name: str, kind: type[One]) -> Mapping[str, One]:
    """Rules 1 and 2."""
    place = f"{_FOLDER}/{name}.json"
    if place not in archive.namelist():
        return {}
    with archive.open(place) as file:
        text = file.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise UnreadableExport(f"{archive.filename}: {place} is larger than {LARGEST} bytes")
    found: Any = msgspec.json.decode(text, type=dict[str, kind] | None)  # type: ignore[valid-type]
    return found or {}


def _without_secrets(error: Exception) -> str:
    """What went wrong. msgspec names the place and the type, never the value."""
    return str(error) or type(error).__name__
