"""The dialect of AWS Sign-In: each error says by a word of OAuth's kind what a client can do about it.

Source: AWS Sign-In API Reference, CreateOAuth2Token, "Errors".
"""

from typing import Final

from watchword.wire.dialect import Dialect

DIALECT: Final = Dialect(
    error_fields={
        "AccessDeniedException": {"error": "INSUFFICIENT_PERMISSIONS"},
        "ValidationException": {"error": "INVALID_REQUEST"},
    }
)
