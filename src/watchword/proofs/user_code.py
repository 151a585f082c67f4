"""User codes: what a terminal shows, and a person compares or types in a browser (device authorization).

1. Eight consonants: no word comes out, none looks like a digit, and case doesn't count. There are
   25,600,000,000 codes.
2. They are written in two groups. What is typed between the letters doesn't count.
3. What is kept is a MAC of the code under a key of this server. A plain digest of so few codes is
   found by trying all.

How many are tried is bounded elsewhere (`identity.failed_sign_ins`).
Source: RFC 8628, sections 5.1 and 6.1; RFC 5869 (HKDF).
"""

import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from watchword.names.ids import Randomness

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8
PURPOSE = b"watchword user code 1"
_KEY_BYTES = 32
_RANDOM_BYTES = 16
"""So many that each letter comes as often as any other, but for one part in 2^93."""
_LONGEST_TYPED = 64


def new_code(randomness: Randomness) -> str:
    """A code as it is shown: BCDF-GHJK."""
    number = int.from_bytes(randomness(_RANDOM_BYTES))
    letters = ""
    for _ in range(LENGTH):
        number, index = divmod(number, len(LETTERS))
        letters += LETTERS[index]
    return _spelled(letters)


def read_code(typed: str) -> str | None:
    """The code that was typed, as it is shown; None for what can't be one."""
    letters = [letter for letter in typed[:_LONGEST_TYPED].upper() if letter.isalnum()]
    if len(letters) != LENGTH or not set(LETTERS).issuperset(letters):
        return None
    return _spelled("".join(letters))


def digest(code: str, root: bytes) -> bytes:
    """What is kept of a code as it is shown. root: the installation's root key."""
    key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=PURPOSE).derive(root)
    return hmac.digest(key, code.encode(), "sha256")


def _spelled(letters: str) -> str:
    half = LENGTH // 2
    return f"{letters[:half]}-{letters[half:]}"
