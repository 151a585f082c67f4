"""The root key: 32 bytes in a file that only its owner can read, under which the keyring rests sealed.

Nodes of one database share it. It is made at first start, never printed, and refused when anybody else
could have read it.
"""

import base64
import os
import stat
from pathlib import Path

from watchword.names.ids import Randomness

LENGTH = 32
_PRIVATE = 0o600
_OTHERS = 0o077


class Unusable(Exception):  # noqa: N818 its message is the whole line an operator reads
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
        raise Unusable(f"root key {file}: others can read it (mode {mode:04o}); chmod 600 it, then rotate")
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != LENGTH:
        raise Unusable(f"root key {file}: expected {LENGTH} bytes of base64")
    return key


def load_or_make(file: Path, randomness: Randomness) -> bytes:
    """The key, made and written first when the file doesn't exist yet.

    Of several processes that start at once, one makes it: the whole file appears under its name or none.
    """
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    if not file.exists():
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
            with os.fdopen(descriptor, "wb") as target:
                target.write(base64.b64encode(randomness(LENGTH)) + b"\n")
                target.flush()
                os.fsync(target.fileno())
            os.link(draft, file)
        except FileExistsError:
            pass
        except OSError as error:
            raise Unusable(f"root key {file}: {error.strerror}") from None
        finally:
            draft.unlink(missing_ok=True)
    return load(file)
