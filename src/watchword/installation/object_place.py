"""Where the bytes of objects are: in the data directory, or what `--objects` says.

1. A `file://` URL is a folder, with all promises of the data directory's own.
2. Settings of an object store, with its credentials, are in a private file of JSON (`--objects-config`), by
   obstore's names for them. A file that others can read is refused, as the root key's is.
3. An ephemeral server keeps objects where they are gone at its end: in its directory, or in memory. No other
   server keeps them in memory, since rows would outlive the bytes.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from watchword.installation.data_directory import UMASK
from watchword.installation.settings import Settings
from watchword.objects.remote import BadPlace, Remote

LONGEST = 1 << 16
"""Bytes of a file of settings."""


def object_place(settings: Settings) -> Path | Remote:
    """Raises BadPlace."""
    if not settings.objects_url:
        return settings.objects
    url = urlsplit(settings.objects_url)
    if (url.scheme == "memory") != (settings.ephemeral is not None):
        raise BadPlace("memory is for an ephemeral server, and every other place for one that keeps its data")
    if url.scheme == "file":
        if url.netloc or not url.path.startswith("/"):
            raise BadPlace("a file:// URL has an absolute path, and no host")
        return Path(unquote(url.path))
    return Remote(settings.objects_url, _config(settings.objects_config))


def _config(name: str) -> Mapping[str, str]:
    if not name:
        return {}
    try:
        with Path(name).open("rb") as source:
            mode = stat.S_IMODE(os.fstat(source.fileno()).st_mode)
            text = source.read(LONGEST)
    except OSError as error:
        raise BadPlace(f"its settings {name}: {error.strerror}") from None
    if mode & UMASK:
        raise BadPlace(f"its settings {name}: others can read them (mode {mode:04o}); chmod 600 the file")
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except ValueError:  # whose message could quote a secret
        raise BadPlace(f"its settings {name}: expected a JSON object of names and texts") from None
