"""Whether one-time codes are those of an MFA device: asked when a device is enabled and whenever it is used.

Counting an attempt, looking at the codes and noting that they were used are one transaction, which commits
whatever comes of the call. So no code is accepted twice, and no refusal undoes a count
(`identity.attempts`). The clock is the real one, which authenticator apps follow (`proofs.mfa`).
"""

from datetime import datetime
from typing import NamedTuple

from watchword.facts.credentials import KEYRING
from watchword.identity import attempts, seeds
from watchword.proofs import mfa
from watchword.proofs.mfa import Synchrony
from watchword.store.iam import mfa_devices
from watchword.store.iam.mfa_devices import MfaDevice
from watchword.world import World


class Tried(NamedTuple):
    """An attempt: whether the codes were right; and when the block ends, if they weren't looked at."""

    right: bool
    blocked_until: datetime | None = None


def try_codes(world: World, device_id: str, now: datetime, *codes: str) -> Tried:
    """Counts an attempt and checks it: one code of a device in use, or two in a row that set its clock."""
    ring = world.facts.need(KEYRING)
    with world.database.write(now) as tx:
        device = mfa_devices.by_id(tx, device_id)
        if device is None:
            return Tried(right=False)
        if blocked := attempts.begin(tx, "mfa", device.id):
            return Tried(right=False, blocked_until=blocked)
        found = _accepted(device, seeds.open(device, ring), codes, world.clock.wall())
        if found is None:
            return Tried(right=False)
        mfa_devices.synchronise(tx, device, drift=found.drift, last_step=found.last)
        attempts.forget(tx, "mfa", device.id)
        return Tried(right=True)


def _accepted(device: MfaDevice, seed: bytes, codes: tuple[str, ...], now: datetime) -> Synchrony | None:
    known = Synchrony(device.drift, device.last_step)
    if len(codes) == 1:
        return mfa.accept(seed, codes[0], known, now)
    first, second = codes
    return mfa.accept_pair(seed, first, second, known, now)
