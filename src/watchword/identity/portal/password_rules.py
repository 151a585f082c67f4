"""Which passwords of people are good enough: AWS's rules for IAM Identity Center, which no account changes.

Source: IAM Identity Center User Guide, "Password requirements when managing identities in IAM Identity
Center".
"""

from typing import Final

SHORTEST, LONGEST = 8, 64
TOO_WEAK: Final = (
    f"A password has {SHORTEST} to {LONGEST} characters: upper and lower case letters, digits and others."
)
IS_THE_NAME: Final = "A password must not contain the user name."


def flaw(password: str, user: str) -> str:
    """What is wrong with a new password; empty if nothing is."""
    kinds = (str.isupper, str.islower, str.isdigit, lambda letter: not letter.isalnum())
    has_all = all(any(map(is_one, password)) for is_one in kinds)
    if not (SHORTEST <= len(password) <= LONGEST and has_all):
        return TOO_WEAK
    return IS_THE_NAME if user.casefold() in password.casefold() else ""
