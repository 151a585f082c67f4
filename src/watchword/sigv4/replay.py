"""Replay protection: what to remember of a request, so that the same request can be refused later.

AWS accepts a request again while its signature is valid. A stricter server stores `identity` until `until`,
in one place for all its processes. The identity is made from the signed text and not from the signature,
because in SigV4a anyone can compute a second valid signature from the first (see `sigv4a`).
Storing it, and choosing operations, doesn't belong here.
"""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from watchword.names import HttpRequest
from watchword.sigv4.canonical import explain
from watchword.sigv4.claim import Claim
from watchword.sigv4.timestamp import later


class Trace(NamedTuple):
    """One use of a signature."""

    identity: bytes
    """32 bytes, a hash of the access key id and the signed text."""
    until: datetime
    """From then on `verify` refuses the signature as expired."""


def trace(claim: Claim, request: HttpRequest, skew: int) -> Trace:
    """The trace of a claim that `verify` accepted. skew: the seconds that `verify` was given."""
    text = f"{claim.access_key_id}\n{explain(claim, request).string_to_sign}"
    seconds = skew if claim.expires is None else claim.expires
    until = later(claim.timestamp, seconds + 1)
    return Trace(sha256(text.encode("latin-1")).digest(), until)


def trace_of_text(access_key_id: str, text: str, until: datetime) -> Trace:
    """The trace of another signed text, such as a form's policy, which is valid until the given time."""
    return Trace(sha256(f"{access_key_id}\n{text}".encode()).digest(), later(until, 1))
