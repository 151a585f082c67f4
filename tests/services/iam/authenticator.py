"""An authenticator app: it is told a seed, and shows codes."""

import base64
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tests.services.iam.harness import Iam

from watchword.installation.installation import Clock
from watchword.proofs.mfa import STEP_SECONDS, code_of, step_of


@dataclass(frozen=True)
class Authenticator:
    """One that was enrolled for a device."""

    serial: str
    seed: bytes

    @classmethod
    def enrol(cls, iam: Iam, name: str = "phone", **given: Any) -> "Authenticator":
        """Makes a device, and reads the seed in the answer."""
        made = iam("CreateVirtualMFADevice", VirtualMFADeviceName=name, **given)["VirtualMFADevice"]
        return cls(made["SerialNumber"], base64.b32decode(made["Base32StringSeed"]))

    def code(self, iam: Iam, ahead: int = 0) -> str:
        """The code that it shows; `ahead` in steps."""
        return code_of(self.seed, step_of(iam.now) + ahead)

    def pair(self, iam: Iam, ahead: int = 0) -> dict[str, str]:
        """A serial number and two codes in a row, as members of an input."""
        first, second = self.code(iam, ahead - 1), self.code(iam, ahead)
        return {
            "SerialNumber": self.serial,
            "AuthenticationCode1": first,
            "AuthenticationCode2": second,
        }


def later(iam: Iam, steps: float) -> Iam:
    """The same, some steps of a one-time code later."""
    now = iam.now + timedelta(seconds=steps * STEP_SECONDS)
    return replace(iam, now=now, world=replace(iam.world, clock=Clock(now.timestamp)))
