"""botocore's service models, read as data from where botocore keeps them.

The newest version of each; nothing of botocore's code runs in the server.
"""

import gzip
import importlib.util
from pathlib import Path


def read_model(service: str) -> bytes:
    """The JSON text of the service's model. Raises FileNotFoundError for a service botocore doesn't know."""
    versions = sorted((_botocore() / "data" / service).glob("*/service-2.json.gz"))
    if not versions:
        raise FileNotFoundError(service)
    return gzip.decompress(versions[-1].read_bytes())


def _botocore() -> Path:
    found = importlib.util.find_spec("botocore")
    if found is None or found.origin is None:
        raise FileNotFoundError("botocore")
    return Path(found.origin).parent
