"""Names of blobs: random, never a user's key, and telling what a blob is.

    ab/<30 hex>         a whole blob: its bytes, in one file of the store
    ab/<30 hex>.all     a joined blob: the list of the blobs whose bytes it has, one after the other
    ab/<30 hex>.<...>   a piece of a joined blob, or a part of an upload, either of them whole or joined
    <...>.e             a whole blob that is encrypted, bound to this name
    <...>.e<32 hex>     a copy of one: its bytes are bound to the name of the first, of which this is a digest

So the name says that a blob is encrypted, and what it is bound to: no other blob can be put in its place.
What was stored before names said so isn't protected like that.

What stands before the first dot is the family. A joined blob and its pieces are of one family, so whose a
piece may be is found by its name. The parts of an upload are of the family of that upload.
"""

import hashlib
import re

from watchword.names.ids import Randomness

TOGETHER = 1000
"""Names that are drawn one after the other and share a folder."""
_ALL = ".all"
_ENCRYPTED = re.compile(r".*\.e([0-9a-f]{32})?", re.ASCII)
_BLOB = re.compile(r"[0-9a-f]{2}/[0-9a-f]{30}(\.[0-9a-z.]+)?", re.ASCII)


def new_blob(randomness: Randomness) -> str:
    """A new name: 128 random bits, in one of 256 folders."""
    return _spread(randomness(16).hex())


def gathered(blob: str, drawn: int) -> str:
    """A new name in the folder of its time: one that many names share, so that one sync of it is for many.

    drawn: how many names were drawn before.
    """
    return f"{drawn // TOGETHER % 256:02x}{blob[2:]}"


def new_in_family(family: str, randomness: Randomness) -> str:
    """A new name in a family."""
    return f"{family}.{randomness(8).hex()}"


def upload_family(upload_id: str) -> str:
    """The family of an upload's parts."""
    return _spread(hashlib.sha256(upload_id.encode()).hexdigest()[:32])


def joined(blob: str) -> str:
    """The name of a joined blob instead of a whole one."""
    return f"{blob}{_ALL}"


def is_joined(blob: str) -> bool:
    return blob.endswith(_ALL)


def encrypted(blob: str) -> str:
    """The name of a whole blob that is encrypted."""
    return f"{blob}.e"


def bound_to(blob: str) -> bytes:
    """What the bytes of an encrypted blob are bound to; empty where its name doesn't say that it is one."""
    found = _ENCRYPTED.fullmatch(blob)
    if found is None:
        return b""
    return bytes.fromhex(found[1]) if found[1] else hashlib.sha256(blob.encode()).digest()[:16]


def like(blob: str, new: str) -> str:
    """A new name for a copy of a blob, in its form."""
    if is_joined(blob):
        return joined(new)
    bound = bound_to(blob)
    return encrypted(new) + bound.hex() if bound else new


def piece(blob: str, number: int) -> str:
    """The name of a piece of a joined blob."""
    return f"{blob.removesuffix(_ALL)}.{number}"


def family(blob: str) -> str:
    """The family of a blob; of a blob that is neither joined nor a piece, itself."""
    return blob.partition(".")[0]


def folder_of(blob: str) -> str:
    return blob.partition("/")[0]


def is_blob(path: str) -> bool:
    """Whether a path in a store can be a blob, and not something else that lies there."""
    return _BLOB.fullmatch(path) is not None


def _spread(digits: str) -> str:
    return f"{digits[:2]}/{digits[2:]}"
