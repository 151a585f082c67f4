"""The root key: 32 bytes in a private file. The keyring in the database is sealed under it.

All nodes of a database need the same root key. It is made at the first start and never printed. A file that
other users can read is refused.
"""

import base64
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from watchword.names.ids import Randomness

LENGTH = 32
_OTHERS = 0o077


class Unusable(Exception):  # noqa: N818 its message is the line that the operator reads
    """The root key can't be used; the message says why and what to do."""


def load(file: Path) -> bytes:
    """The key. Raises Unusable when it is missing, malformed, or readable by others."""
    try:
        with file.open("rb") as source:
            mode = stat.S_IMODE(os.fstat(source.fileno()).st_mode)
            text = source.read(4 * LENGTH)
    except OSError as error:
        raise Unusable(f"root key {file}: {error.strerror}") from None
    if mode & _OTHERS:
        raise Unusable(
            f"root key {file}: others can read it (mode {mode:04o}); chmod 600 it, and treat it as leaked"
        )
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != LENGTH:
        raise Unusable(f"root key {file}: expected {LENGTH} bytes of base64")
    return key


def load_or_make(file: Path, randomness: Randomness) -> bytes:
    """The key. Makes the file first if it doesn't exist.

    If several processes start at once, one of them makes it: the file appears under its name whole.
    """
    if not file.exists():
        try:
            _make(file, base64.b64encode(randomness(LENGTH)) + b"\n")
        except OSError as error:
            raise Unusable(f"root key {file}: {error.strerror}") from None
    return load(file)


def _make(file: Path, text: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as target:
            target.write(text)
            target.flush()
            os.fsync(target.fileno())
        with suppress(FileExistsError):
            os.link(name, file)
    finally:
        Path(name).unlink()
