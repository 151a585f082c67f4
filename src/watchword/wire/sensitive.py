"""Which members of a model are secret: neither audit log nor error message may show their value.

Rules:
1. a shape or member with the `sensitive` trait is secret, and so is one whose shape is named so;
2. a member whose name contains one of WORDS, in any case, is secret, unless HARMLESS lists it: models mark
   their secrets unreliably (EKS Auth doesn't mark `secretAccessKey`). Items of lists, keys and values of maps
   have no name: their shape's name counts instead;
3. members named in NAMES are secret, although none of the words is in them;
4. a boolean, a time and a value of an enum can't hold a secret, unless rule 1 says so.

Names are compared without case; an entry `Structure.Member` means the member of that structure only.
The tables err on the side of masking: a new member that sounds secret is masked until somebody who has read
its documentation adds it to HARMLESS. tests/golden/masked.txt lists the outcome for every operation.
Source: Smithy 2.0, "sensitive trait"; the API Reference of each service.
"""

from collections.abc import Mapping

from watchword.wire.shapes import Shape

WORDS = (
    "secret password passphrase passcode credential token cookie jwt privatekey customerkey "
    "assertion verifier seed qrcode code"
)

NAMES = "MFA IdentityContext VerificationUriComplete"
"""S3's one-time code; a signed assertion; a URL that has the user code in it."""

HARMLESS: Mapping[str, str] = {
    "position in a list of pages": "NextToken ContinuationToken NextContinuationToken",
    "idempotency key, chosen by the client": "ClientToken",
    "kind of token": "TokenType IssuedTokenType RequestedTokenType SubjectTokenType TokenTypeHint",
    "subject or audience": "SubjectFromWebIdentityToken WebIdentityTokenAudienceStringType",
    "address": "TokenEndpoint",
    "size, age or time": (
        "MinimumSessionTokenSize SessionTokenSize SessionTokenUtilization TokenDuration "
        "MaxPasswordAge MinimumPasswordLength PasswordReusePrevention CredentialAgeDays "
        "ClientSecretExpiresAt CodeSize CodeSizeUnzipped CodeSizeZipped TotalCodeSize"
    ),
    "rules for passwords": "PasswordPolicy",
    "public part or id of a credential": (
        "ServiceCredentialAlias ServiceSpecificCredentialId RemovePrivateKey"
    ),
    "a sealed decision, which takes permission to open": "EncodedMessage DecodedMessage",
    "error or HTTP status": (
        "ErrorCode LatestIngestionErrorCode Error.Code ErrorDetails.Code StatusCode "
        "HttpErrorCodeReturnedEquals HttpRedirectCode"
    ),
    "software, whose secrets are marked": (
        "CreateFunctionRequest.Code CodeSha256 CodeSigningConfig CodeSigningConfigs CodeSigningConfigArn "
        "CodeSigningConfigId CodeSigningPolicies"
    ),
}
"""Why they are harmless -> members that sound secret."""

IDENTIFIERS = (
    "AccessKeyId Account AccountId Arn AssociationArn AssociationId AssumeRoleId AssumedPrincipal "
    "AssumedRoleId Audience ClientId ClientIdIssuedAt DurationSeconds Expiration ExpiresIn FederatedUserId "
    "GrantType IdentityId Interval Issuer NameQualifier Namespace PackedPolicySize Path Provider RedirectUri "
    "RoleArn SerialNumber ServiceAccount ServiceName ServiceUserName SourceIdentity Subject SubjectType Tags "
    "UserId UserName WorkloadIdentityProviderArn"
)
"""Members that may be shown next to credentials; all others there are masked."""


def _folded(names: str) -> frozenset[str]:
    return frozenset(names.lower().split())


_WORDS = tuple(WORDS.split())
_NAMES = _folded(NAMES)
_HARMLESS = _folded(" ".join(HARMLESS.values()))
_KNOWN = _HARMLESS | _folded(IDENTIFIERS)


def is_sensitive(shape: Shape) -> bool:
    """Rule 1."""
    return bool(shape.traits.get("sensitive")) or "sensitive" in shape.name.lower()


def can_hold_secret(shape: Shape) -> bool:
    """Rule 4."""
    return shape.type not in {"boolean", "timestamp"} and "enum" not in shape.traits


def sounds_secret(name: str, structure: str = "") -> bool:
    """Rules 2 and 3."""
    folded = name.lower()
    if folded in _NAMES:
        return True
    return any(word in folded for word in _WORDS) and not _among(_HARMLESS, folded, structure)


def is_secret(shape: Shape, name: str = "", structure: str = "") -> bool:
    """Rules 1 to 4: for the member `name` of `structure`, or for an item, key or value, which has no name."""
    return is_sensitive(shape) or (can_hold_secret(shape) and sounds_secret(name or shape.name, structure))


def is_known(name: str, structure: str) -> bool:
    """Whether a member may be shown next to credentials."""
    return _among(_KNOWN, name.lower(), structure)


def _among(names: frozenset[str], folded: str, structure: str) -> bool:
    return folded in names or f"{structure.lower()}.{folded}" in names
