"""What a store that fails raises, as this package says it.

1. What the operating system refused is an OSError with its number. The local store has the number in its
   message only.
2. A blob that isn't there is a BlobMissingError.
3. Everything else that a store says is PlaceUnavailable: it can't be reached, is too slow or full, or refuses
   our credentials. Its message is for the operator. A URL in it loses its query, which can hold a signature.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

_OS_ERROR = re.compile(r"\(os error (\d+)\)")
_QUERY = re.compile(r"\?[^\s\"')]*")
_LONGEST = 400
"""Characters of a store's message that are kept: an answer can be a page of HTML."""


class BlobMissingError(LookupError):
    """There is no such blob: its object was replaced or deleted after its row was read."""


class PlaceUnavailable(Exception):  # noqa: N818 its message is the line that the operator reads
    """The object store can't do now what was asked of it."""


@contextmanager
def translated(blob: str) -> Iterator[None]:
    """Raises the three errors in place of the store's own."""
    from obstore.exceptions import BaseError  # noqa: PLC0415 see the head of `blobs`

    try:
        yield
    except FileNotFoundError:
        raise BlobMissingError(blob) from None
    except BaseError as error:
        raise _meant(error) from None


def _meant(error: Exception) -> Exception:
    text = " ".join(str(error).partition("Debug source:")[0].split())
    if found := _OS_ERROR.search(text):
        return OSError(int(found[1]), os.strerror(int(found[1])))
    return PlaceUnavailable(_QUERY.sub("?...", text)[:_LONGEST])
