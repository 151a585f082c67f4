"""The network of a peer's address: what limits count by.

A host of IPv6 has a network of 64 bits, so it is counted as one (RFC 4291, section 2.5.1; RFC 6177).
"""

from ipaddress import IPv6Address, ip_address


def network(peer: str) -> str:
    """The network of 64 bits of an address of IPv6; other texts are their own."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    return f"{int(address) >> 64:x}::/64" if isinstance(address, IPv6Address) else peer
