"""Which host a request is for, and where one to S3 names its bucket: in the path, or in the Host header.

Rules:
1. a known host, an IP address or a loopback name is the server itself: for S3, that is path style. Clients of
   HTTP/1.0 need not name a host;
2. for S3, `<bucket>.<known host>` names a bucket (virtual-hosted style). The longest known host counts; a
   bucket's name may have dots;
3. any other host is refused. A request that was signed for another server can't be used here by those who got
   hold of it; to S3 it would even name another bucket than its client meant;
4. S3 decodes a path before it takes bucket and key out of it: a plus is a space, an escaped slash a slash.
   Signatures cover the path in this sense (`sigv4.canonical`).
5. `<id>.lambda-url.<region>.<known host>` is the URL of a function, for every path and method. No bucket is
   reached by such a name.
6. `<bucket>.s3-website.<known host>`, or with a region after s3-website, is the website of a bucket, for
   every path. As in 5., no other bucket is reached by such a name.

The caller gives the known hosts, in lower case. Sources: RFC 6761, section 6.3, on loopback names; Amazon S3
User Guide, "Virtual hosting of general purpose buckets". AWS doesn't document rule 4; its SDKs sign by it.
"""

import ipaddress
import re
from collections.abc import Collection
from functools import lru_cache

from watchword.names import AwsError

FUNCTION_HOST = ".lambda-url."
WEBSITE_HOST = ".s3-website"
_WEBSITE = re.compile(r"(.+)\.s3-website(?:[.-][a-z0-9-]+)?", re.ASCII)
_URL_ID = re.compile(r"[a-z0-9]{32}")
_REMEMBERED, _LONGEST_REMEMBERED = 1024, 256
_LONGEST_ADDRESS = len("0000:0000:0000:0000:0000:ffff:255.255.255.255")


def check_host(host: str | None, known: tuple[str, ...], prefix: str = "") -> None:
    """For services without buckets. Raises AwsError InvalidRequest (3.).

    prefix: what clients of the service may put before a name of this server.
    """
    sent = (host or "").removeprefix(prefix)
    serves = _remembered if len(sent) <= _LONGEST_REMEMBERED else _serves
    if not serves(sent, known):
        raise _foreign(hostname(sent))


def before_path(host: str | None, known: tuple[str, ...]) -> str:
    """`/bucket` where the Host header names a bucket, else "". Raises AwsError InvalidRequest (3.)."""
    sent = host or ""
    find = _remembered_before if len(sent) <= _LONGEST_REMEMBERED else _before
    before = find(sent, known)
    if before is None:
        raise _foreign(hostname(sent))
    return before


def read_path(path: str) -> str:
    """A path whose labels are separated by its slashes, each to be unescaped once (4.)."""
    return read_slashes(path.replace("+", "%20"))


def read_slashes(text: str) -> str:
    """The same for what is decoded elsewhere, its plus signs included: the source of a copy."""
    return text.replace("%2F", "/").replace("%2f", "/") if "%2" in text else text


def function_url(host: str, known: Collection[str]) -> tuple[str, str] | None:
    """Id and region, where the Host header is of a function's URL (5.)."""
    if FUNCTION_HOST not in host.lower():
        return None
    url_id, _, rest = hostname(host).partition(FUNCTION_HOST)
    region, _, base = rest.partition(".")
    if not _URL_ID.fullmatch(url_id) or not (base in known or base.endswith(".localhost")):
        return None
    return url_id, region


def website(host: str, known: Collection[str]) -> tuple[str, str] | None:
    """Bucket and known host, where the Host header is of a website (6.)."""
    name = hostname(host)
    for candidate in sorted(known, key=len, reverse=True):
        if name.endswith(f".{candidate}"):
            found = _WEBSITE.fullmatch(name.removesuffix(f".{candidate}"))
            return (found[1], candidate) if found else None
    return None


def hostname(host: str) -> str:
    """A Host header without its port, in lower case."""
    if host.startswith("["):  # an IPv6 address: its colons separate no port
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower().rstrip(".")


def is_address(name: str) -> bool:
    """Whether a host name is an IP address."""
    return len(name) <= _LONGEST_ADDRESS and _is_address(name)  # longer names would fill the cache


def _serves(host: str, known: tuple[str, ...]) -> bool:
    name = hostname(host)
    return _is_server(name, known) or name.endswith(".localhost")


def _before(host: str, known: tuple[str, ...]) -> str | None:
    name = hostname(host)
    if _is_server(name, known):  # 1.
        return ""
    for candidate in sorted(known, key=len, reverse=True):
        bucket = name.removesuffix(f".{candidate}")
        if bucket not in {name, ""}:  # 2.
            return f"/{bucket}"
    return None


# Cached: a client names the same host in all its requests.
_remembered = lru_cache(_REMEMBERED)(_serves)
_remembered_before = lru_cache(_REMEMBERED)(_before)


def _is_server(name: str, known: Collection[str]) -> bool:
    return name in known or name in {"", "localhost"} or is_address(name)


def _foreign(name: str) -> AwsError:
    said = (
        f"The Host header {name[:100]!r} is not a name of this server. If it should be one, start the server "
        "with it in --hostname or WATCHWORD_HOSTNAME."
    )
    return AwsError("InvalidRequest", 400, said)


@lru_cache(_REMEMBERED)
def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
