"""Floor 4: the bytes of objects, as blobs under random names, and their checksums."""

from watchword.objects.blob_names import new_blob
from watchword.objects.failures import BlobMissingError, PlaceUnavailable
from watchword.objects.object_bytes import Objects
from watchword.objects.remote import Remote
from watchword.objects.sums import ALGORITHMS, Sums

__all__ = ["ALGORITHMS", "BlobMissingError", "Objects", "PlaceUnavailable", "Remote", "Sums", "new_blob"]
