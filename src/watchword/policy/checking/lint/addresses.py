"""Addresses in conditions: ranges whose host bits are set and ignored, private ones that send no request.

Source: IAM User Guide, "IP address condition operators" and `aws:SourceIp`; RFC 1918 and RFC 4193 for which
addresses are private.
"""

from ipaddress import ip_address
from typing import Final

from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import Found, Subject, under
from watchword.policy.language import values
from watchword.policy.language.grammar import Condition

_SOURCE_IP: Final = "aws:sourceip"
_PRIVATE: Final = tuple(
    block
    for block in map(values.network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
    if block is not None
)


def addresses(subject: Subject) -> Found:
    """Values under IpAddress and NotIpAddress."""
    for condition, found, path in subject.conditions():
        if found.comparison.kind == "IPAddress":
            yield from under(path, _ranges(condition))
            if condition.key.lower() == _SOURCE_IP:
                name = "NotIpAddress" if found.negated else "IP address"
                yield from under(path, _private(condition, name))


def _ranges(condition: Condition) -> Found:
    for index, text in enumerate(condition.values):
        block, address = values.network(text), values.address(text.partition("/")[0])
        if block is not None and address is not None and address[1] != block.base:
            plain = f"{ip_address(block.base)}/{text.partition('/')[2]}"
            details = f"{text} has bits set after its prefix, which are ignored: write {plain}."
            yield Finding("Improve IP range", details, (index,))


def _private(condition: Condition, name: str) -> Found:
    blocks = [values.network(text) for text in condition.values]
    private = [index for index, block in enumerate(blocks) if block is not None and _is_private(block)]
    if not private:
        return
    if len(private) == len(blocks):
        details = "Requests come from public addresses; aws:VpcSourceIp has the private ones."
        yield Finding(f"Private {name}", details)
        return
    for index in private:
        details = f"Requests come from public addresses, never from {condition.values[index]}."
        yield Finding(f"Private {name} subset", details, (index,))


def _is_private(block: values.Network) -> bool:
    return any(
        block.bits == each.bits and block.mask >= each.mask and block.base & each.mask == each.base
        for each in _PRIVATE
    )
