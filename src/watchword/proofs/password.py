"""Passwords, hashed with Argon2id. A hash is kept, a password never.

* The parameters are those that argon2-cffi recommends (RFC 9106, section 4, second recommended option:
  64 MiB, three passes, four lanes). Each hash contains them, so hashes made with others can still be checked.
* All passwords that a user ever had are hashed with one salt. So one hash is compared with all of them, which
  would otherwise take seconds. Two users never share a salt.
* Nothing here says how much of a password was right: hashes are compared in constant time.

Source: RFC 9106; argon2-cffi, "Choosing Parameters"; OWASP, "Password Storage Cheat Sheet".
What doesn't belong here: how many hashes are computed at once (watchword.world), and which passwords are good
enough (watchword.identity.password_rules).
"""

import base64
from collections.abc import Iterable
from hmac import compare_digest

SALT_BYTES = 16
DUMMY = "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5IGhhcyB0aGlzIQ$1WFyxHJbZQzBjEH6YcLOA0VdpEfiy1I6gvhkeEp2Sdk"
"""What a password is checked against where there is none, to take the same time."""


def hash_password(password: str, salt: bytes) -> str:
    """The hash of a password, with the recommended parameters. salt: SALT_BYTES random bytes."""
    from argon2 import PasswordHasher  # noqa: PLC0415 few processes ever hash a password

    return PasswordHasher().hash(password, salt=salt)


def salt_of(stored: str) -> bytes:
    """The salt that a hash was made with."""
    text = stored.rsplit("$", 2)[1]
    return base64.b64decode(text + "=" * (-len(text) % 4))


def is_one_of(password: str, stored: Iterable[str]) -> bool:
    """Whether one of these hashes is the password's."""
    from argon2 import PasswordHasher, extract_parameters  # noqa: PLC0415 as above

    by_head: dict[str, list[str]] = {}
    for each in stored:
        by_head.setdefault(each.rpartition("$")[0], []).append(each)
    found = False
    for alike in by_head.values():  # usually one: the same parameters, the same salt
        hasher = PasswordHasher.from_parameters(extract_parameters(alike[0]))
        again = hasher.hash(password, salt=salt_of(alike[0]))
        found |= any(compare_digest(again, each) for each in alike)
    return found
