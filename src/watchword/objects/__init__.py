"""Floor 4: the bytes of objects, as blobs under random names, and their checksums."""

from watchword.objects.blobs import BlobMissingError, Objects, new_blob
from watchword.objects.sums import ALGORITHMS, Sums

__all__ = ["ALGORITHMS", "BlobMissingError", "Objects", "Sums", "new_blob"]
