"""Where a request came from, behind proxies that the operator trusts.

1. X-Forwarded-For and X-Forwarded-Proto are read only when the other end of the connection is a trusted
   proxy: from anybody else they are what a client claims about itself.
2. Addresses are read from the right, where each proxy adds the one it was called from; trusted ones are
   passed over. The first other one is the client's, and what stands left of it is never looked at. Where
   all are trusted, it is the leftmost.
3. The client used TLS when every X-Forwarded-Proto says so: no entry that it sent itself makes that true.
   A forwarded request without that header came without TLS.
4. When a trusted proxy sends such a header that can't be read, the request is refused. Were the address left
   out instead, it would escape every Deny on it.

Sources: RFC 7239, section 8.1, on why; AWS's Elastic Load Balancing User Guide, "X-Forwarded headers", and
RFC 7239, section 6, for ports and brackets of addresses.
"""

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from msgspec.structs import replace

from watchword.installation.settings import Network
from watchword.names import HttpRequest, fault

Address = IPv4Address | IPv6Address

FOR, PROTO = "x-forwarded-for", "x-forwarded-proto"
_ENTRY = re.compile(
    r"\[([0-9a-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+)(?::[0-9]{1,5})?|([0-9a-f:.]+)", re.IGNORECASE | re.ASCII
)
_MAPPED = "::ffff:"
_SECURE = {"https": True, "http": False}


def as_sent(request: HttpRequest, trusted: Sequence[Network]) -> HttpRequest:
    """The request with the client's address and whether the client used TLS. Raises ValidationError."""
    if not trusted and not request.peer.startswith(_MAPPED):
        return request
    peer = _address(request.peer.partition("%")[0])
    if peer is None:
        return request
    if not _is_trusted(peer, trusted):
        return replace(request, peer=str(peer))
    hops, schemes = list(_entries(request, FOR)), list(_entries(request, PROTO))
    if not hops and not schemes:
        return replace(request, peer=str(peer))
    return replace(request, peer=_client(peer, hops, trusted), secure=_secure(schemes), tls="")


def _client(peer: Address, hops: list[str], trusted: Sequence[Network]) -> str:
    """Rule 2."""
    client = peer
    for hop in reversed(hops):
        found = _address(hop)
        if found is None:
            raise _unreadable(FOR, hop)
        client = found
        if not _is_trusted(client, trusted):
            break
    return str(client)


def _secure(schemes: list[str]) -> bool:
    """Rule 3."""
    for scheme in schemes:
        if scheme.lower() not in _SECURE:
            raise _unreadable(PROTO, scheme)
    return bool(schemes) and all(_SECURE[scheme.lower()] for scheme in schemes)


def _entries(request: HttpRequest, header: str) -> Iterator[str]:
    """The header's entries from left to right, of several headers in their order."""
    for name, value in request.headers:
        if name == header:
            yield from (entry.strip(" \t") for entry in value.split(","))


def _address(text: str) -> Address | None:
    """An address with or without port, IPv4 written as IPv6 as what it is; None for anything else."""
    found = _ENTRY.fullmatch(text)
    try:
        address = ip_address(found[found.lastindex or 0]) if found else None
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _unreadable(header: str, entry: str) -> Exception:
    return fault("ValidationError", f"A proxy's {header} header can't be read.", f"{header}: {entry!r}")
