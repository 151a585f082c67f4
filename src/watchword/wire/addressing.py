"""Where S3's bucket stands: in the path, or in the host (virtual-hosted style).

Rules:
1. a known host, an IP address, `localhost` or a name without a dot is the server itself: path style;
2. `<bucket>.<known host>` names a bucket, by the longest known host; a bucket's name may have dots;
3. any other host is refused: to take it for path style would make another bucket of it.

Known hosts come from the caller. Source: Amazon S3 User Guide, "Virtual hosting of general purpose
buckets".
"""

import ipaddress
from collections.abc import Collection
from functools import lru_cache

from watchword.names import AwsError


def before_path(host: str | None, known: Collection[str]) -> str:
    """`/bucket` when the host names one, else nothing; raises AwsError."""
    name = _hostname(host or "")
    if name in known or name == "localhost" or "." not in name or _is_address(name):  # 1.
        return ""
    for candidate in sorted(known, key=len, reverse=True):
        bucket = name.removesuffix(f".{candidate}")
        if bucket not in {name, ""}:  # 2.
            return f"/{bucket}"
    said = (  # 3.
        f"The Host header {name[:100]!r} names neither this server nor a bucket on it. "
        "Address buckets in the path, or make the host name known to the server."
    )
    raise AwsError("InvalidRequest", 400, said)


def _hostname(host: str) -> str:
    """A Host header without its port, in lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower().rstrip(".")


@lru_cache(1024)
def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
