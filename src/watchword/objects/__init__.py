"""Floor 4: the bytes of objects, as blobs under random names, and the sums that prove them whole."""

from watchword.objects.blobs import BlobMissingError, Objects, new_blob
from watchword.objects.joined import JOINED, composite, full, joined_etag
from watchword.objects.sums import ALGORITHMS, Sums

__all__ = [
    "ALGORITHMS",
    "JOINED",
    "BlobMissingError",
    "Objects",
    "Sums",
    "composite",
    "full",
    "joined_etag",
    "new_blob",
]
