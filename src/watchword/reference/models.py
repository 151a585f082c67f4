"""botocore's service models, read as data from where botocore keeps them.

The newest version of each; nothing of botocore's code runs in the server. `additions` has what a service
documents and its model leaves out, in the same form: operations whose clients sign in another way. Hosts have
operations of our own there, Access Analyzer has explanations, and CloudTrail's lookup has more attributes.
Source of CreateSession: IAM Roles Anywhere User Guide, "CreateSession API"; AWS's signing helper for what is
in the query.
"""

import gzip
import importlib.util
from pathlib import Path

import msgspec

_ADDITIONS = Path(__file__).parent / "additions"


def read_model(service: str) -> bytes:
    """The JSON text of the service's model. Raises FileNotFoundError for a service botocore doesn't know."""
    versions = sorted((_botocore() / "data" / service).glob("*/service-2.json.gz"))
    if not versions:
        raise FileNotFoundError(service)
    model = gzip.decompress(versions[-1].read_bytes())
    addition = _ADDITIONS / f"{service}.json"
    return _joined(model, addition.read_bytes()) if addition.exists() else model


def _joined(model: bytes, addition: bytes) -> bytes:
    """The model with more operations and shapes, and more values of enumerations. All else stays as it is."""
    whole, more = msgspec.json.decode(model), msgspec.json.decode(addition)
    for part, added in more.items():
        for name in added.keys() & whole[part].keys():
            if "enum" in added[name]:
                whole[part][name]["enum"] += added[name]["enum"]
        whole[part] = added | whole[part]
    return msgspec.json.encode(whole)


def _botocore() -> Path:
    found = importlib.util.find_spec("botocore")
    if found is None or found.origin is None:
        raise FileNotFoundError("botocore")
    return Path(found.origin).parent
