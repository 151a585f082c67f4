"""What to remember of a request, so that a second one like it can be refused.

AWS allows a request to be sent again while its signature is good. A stricter server remembers `identity`
until `until`, in one place for all its processes. The identity is made of what was signed and not of the
signature, because SigV4a has two signatures for one text.
Remembering it, and for which operations, does not belong here.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from watchword.names import HttpRequest
from watchword.sigv4.canonical import explain
from watchword.sigv4.claim import Claim

_SECOND = timedelta(seconds=1)


class Trace(NamedTuple):
    """One use of a signature."""

    identity: bytes
    """32 bytes: the same for the same access key and the same signed text, and for nothing else."""
    until: datetime
    """From then on the signature is refused as expired."""


def trace(claim: Claim, request: HttpRequest, skew: int) -> Trace:
    """Of a claim that `verify` accepted with this skew."""
    text = f"{claim.access_key_id}\n{explain(claim, request).string_to_sign}"
    seconds = skew if claim.expires is None else claim.expires
    until = claim.timestamp + timedelta(seconds=seconds + 1)
    return Trace(sha256(text.encode("latin-1")).digest(), until)


def trace_of_text(access_key_id: str, text: str, until: datetime) -> Trace:
    """Of another signed text, which is good until that moment."""
    return Trace(sha256(f"{access_key_id}\n{text}".encode()).digest(), until + _SECOND)
