"""One-time codes of MFA devices: TOTP with six digits, HMAC-SHA-1 and steps of 30 seconds.

1. A code is good for its step, one step before and one after, by the device's clock: what is known of how far
   that clock is off (`drift`) is added to ours.
2. Each code is good once. A code of the same step as an accepted one, or of an earlier step, is a replay.
3. An accepted code corrects the drift, so that a slow clock stays known (RFC 6238, section 6).
4. A device is set by two codes of consecutive steps, at most WIDE steps from now. So a clock that is far off
   can be found. Of two codes that were read long ago, the drift is wrong afterwards, as at AWS: the device is
   out of sync until it is set again.

A search computes and compares all codes of its steps, so its time doesn't show where a code was found. Time
is passed in. It is the real time, which authenticator apps follow too.
Sources: RFC 6238; RFC 4226, sections 5.3 and 7; IAM API Reference, EnableMFADevice, ResyncMFADevice.
What doesn't belong here: wrong codes in a row (watchword.identity.attempts), sealing (identity.seeds).
"""

import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

STEP_SECONDS = 30
DIGITS = 6
SEED_BYTES = 40
"""AWS's seeds: 64 characters of base32."""
NEAR = 1
WIDE = 120
"""Steps: one hour. A pair of codes out of so many is still guessed in one of 10^9 attempts only."""


class Synchrony(NamedTuple):
    """What is known of a device's clock: how many steps it is ahead, and the step of the last code used."""

    drift: int = 0
    last: int = -1


def step_of(moment: datetime) -> int:
    """The step in which a moment is."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_of(seed: bytes, step: int) -> str:
    """The code of a step (RFC 4226, section 5.3)."""
    digest = hmac.digest(seed, step.to_bytes(8), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def accept(seed: bytes, code: str, known: Synchrony, now: datetime) -> Synchrony | None:
    """What is known of the device after this code; None for a wrong code and for a replay."""
    centre = step_of(now) + known.drift
    return _found(seed, (code,), known, now, range(centre - NEAR, centre + NEAR + 1))


def accept_pair(seed: bytes, first: str, second: str, known: Synchrony, now: datetime) -> Synchrony | None:
    """The same after two codes of consecutive steps, in this order."""
    centre = step_of(now)
    return _found(seed, (first, second), known, now, range(centre - WIDE, centre + WIDE + 1))


def _found(
    seed: bytes, codes: tuple[str, ...], known: Synchrony, now: datetime, steps: Iterable[int]
) -> Synchrony | None:
    """Where the first of these codes is of one of these steps, and the others follow it."""
    found, given = None, "".join(codes).encode(errors="surrogatepass")
    for step in steps:
        expected = "".join(code_of(seed, step + more) for more in range(len(codes)))
        if hmac.compare_digest(expected.encode(), given) and step > known.last:
            last = step + len(codes) - 1
            found = found or Synchrony(last - step_of(now), last)
    return found
