"""The dialect of IAM Identity Center OIDC: each error says the word that OAuth has for it.

Source: IAM Identity Center OIDC API Reference, "Errors" of its operations; RFC 6749, section 5.2; RFC 8628,
section 3.5; RFC 7591, section 3.2.2.
"""

from typing import Final

from watchword.wire.dialect import Dialect

DIALECT: Final = Dialect(
    error_fields={
        "AccessDeniedException": {"error": "access_denied"},
        "AuthorizationPendingException": {"error": "authorization_pending"},
        "ExpiredTokenException": {"error": "expired_token"},
        "InternalServerException": {"error": "server_error"},
        "InvalidClientException": {"error": "invalid_client"},
        "InvalidClientMetadataException": {"error": "invalid_client_metadata"},
        "InvalidGrantException": {"error": "invalid_grant"},
        "InvalidRedirectUriException": {"error": "invalid_redirect_uri"},
        "InvalidRequestException": {"error": "invalid_request"},
        "InvalidScopeException": {"error": "invalid_scope"},
        "SlowDownException": {"error": "slow_down"},
        "UnauthorizedClientException": {"error": "unauthorized_client"},
        "UnsupportedGrantTypeException": {"error": "unsupported_grant_type"},
    }
)
