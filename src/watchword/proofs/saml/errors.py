"""Why a SAML response isn't taken. The text is for the operator; `kind` says what the caller may learn."""

from enum import Enum


class Kind(Enum):
    """What is wrong, as far as callers are told."""

    UNREADABLE = "unreadable"
    """It isn't a response that can be read."""
    SIGNATURE = "signature"
    """It isn't proved. What can't be decrypted is of this kind too: see `encryption`."""
    STATUS = "status"
    """The identity provider says that authentication failed."""


class WrongResponseError(Exception):
    """The response isn't a valid one."""

    def __init__(self, meant: str, kind: Kind = Kind.UNREADABLE) -> None:
        super().__init__(meant)
        self.kind = kind
