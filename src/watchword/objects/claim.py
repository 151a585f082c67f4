"""Whose an object store is, found out at the start of a server.

A marker in the store has the id of a server. A sweep deletes every blob that no row has, so two servers at
one place would delete each other's.

1. What is written can be read back, also a range of it, is listed, and is gone once deleted, each at once.
   Otherwise the store isn't consistent, isn't writable, or has no ranges.
2. The marker has another server's id: refused.
3. No marker: the place is taken if it is empty and the server has no objects yet, or if bytes of its objects
   are there, as after they were copied there. The marker is written if there is none (If-None-Match): of two
   servers that start at once, one gets the place.
4. The server has objects, and none of their bytes are there: refused, since they are somewhere else.

A server whose objects are in its own data directory has no marker. Rule 4 holds.
"""

from collections.abc import Collection

from watchword.names.ids import Randomness
from watchword.objects.blob_names import new_blob
from watchword.objects.blobs import Blobs
from watchword.objects.failures import BlobMissingError, translated

MARKER = "watchword-server"
_PROBE = "watchword-probe"


class PlaceRefused(Exception):  # noqa: N818 its message is the line that the operator reads
    """The server can't keep its objects there."""


def claim(blobs: Blobs, server: str, sample: Collection[str], randomness: Randomness) -> None:
    """Raises PlaceRefused, and PlaceUnavailable for a store that can't be reached or refuses us.

    server: the id of this server; sample: blobs of some of its objects, empty only if it has none.
    """
    _check_consistent(blobs, randomness)
    found = _marker(blobs) or _mark(blobs, server, sample)
    if found != server:
        raise PlaceRefused(f"another server keeps its objects there (server {found})")
    check_sample(blobs, sample)


def check_sample(blobs: Blobs, sample: Collection[str]) -> None:
    """Rule 4."""
    if sample and not any(_has(blobs, each) for each in sample):
        raise PlaceRefused("the bytes of this server's objects aren't there")


def _check_consistent(blobs: Blobs, randomness: Randomness) -> None:
    """Rule 1."""
    probe, data = f"{_PROBE}/{new_blob(randomness).replace('/', '')}", randomness(32)
    with translated(probe):
        blobs.store.put(probe, data, use_multipart=False)
        try:
            read = blobs.store.get(probe).bytes().to_bytes()
            part = blobs.store.get(probe, options={"range": (8, 24)}).bytes().to_bytes()
            listed = {each["path"] for batch in blobs.store.list(_PROBE) for each in batch}
        finally:
            blobs.store.delete(probe)
        if (read, part) != (data, data[8:24]) or probe not in listed or _has(blobs, probe):
            raise PlaceRefused("it isn't consistent: a write isn't seen by the next read")


def _marker(blobs: Blobs) -> str | None:
    try:
        with translated(MARKER):
            return blobs.store.get(MARKER).bytes().to_bytes().decode(errors="replace")[:64]
    except BlobMissingError:
        return None


def _mark(blobs: Blobs, server: str, sample: Collection[str]) -> str:
    """Rule 3. Returns whose the place is now."""
    from obstore.exceptions import AlreadyExistsError  # noqa: PLC0415 see the head of `blobs`

    if sample:
        check_sample(blobs, sample)
    elif not _is_empty(blobs):
        raise PlaceRefused("something is there already, and it isn't this server's")
    with translated(MARKER):
        try:
            blobs.store.put(MARKER, server.encode(), mode="create", use_multipart=False)
        except AlreadyExistsError:
            return _marker(blobs) or ""
    return server


def _is_empty(blobs: Blobs) -> bool:
    """Whether nothing is there but probes of servers that start now."""
    with translated(""):
        paths = (each["path"] for batch in blobs.store.list(chunk_size=50) for each in batch)
        return all(path.startswith(f"{_PROBE}/") for path in paths)


def _has(blobs: Blobs, blob: str) -> bool:
    try:
        blobs.size(blob)
    except BlobMissingError:
        return False
    return True
