"""A caller: a principal and the credentials that it proved.

Requests make one only by an authentication scheme, so every floor above may rely on it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from watchword.facts.functions import UrlFact
from watchword.identity.exchange import Exchanged
from watchword.identity.pools.logins import VouchedForPool
from watchword.identity.portal.clients import Registration
from watchword.identity.saml_attributes import VouchedBySaml
from watchword.identity.token_claims import Vouched
from watchword.names import HttpRequest, Principal
from watchword.names.principal import Anonymous
from watchword.sessions import Session
from watchword.sigv4.replay import Trace
from watchword.store.identity_center.users import User as DirectoryUser
from watchword.store.portal.device_authorizations import DeviceAuthorization
from watchword.store.portal.secrets import Held
from watchword.store.portal.sessions import PortalSession
from watchword.store.rolesanywhere.trust_anchors import TrustAnchor
from watchword.store.sign_ins import SignIn

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

VERSION_2 = "AWS"


class Means(NamedTuple):
    """How a signature was shown, in the words of S3's condition keys.

    Source: Service Authorization Reference, "Amazon S3", s3:authType, s3:signatureversion, s3:signatureAge.
    """

    form: str = "REST-HEADER"
    version: str = "AWS4-HMAC-SHA256"
    age: int | None = None
    """Milliseconds since it was signed; of presigned requests only."""


IN_HEADER = Means()


class VouchedByCertificate(Struct, frozen=True):
    """A verified certificate, and the trust anchor that vouches for it."""

    anchor: TrustAnchor
    certificate: "Certificate"
    tags: Mapping[str, str] = MappingProxyType({})
    """What it says of its holder, as tags: of the service that asks for a session in the holder's stead."""
    host: str = ""
    """The ARN of the host that is the holder, where it is one of this server's: of the service as well."""


class Granted(Struct, frozen=True):
    """A code or a refresh token of a sign-in, and the proof of the key that it was shown with."""

    row: SignIn
    thumbprint: str
    """Of the key."""
    proof: Trace
    """What to remember of the proof, which is good once."""


class InSession(Struct, frozen=True):
    """The session in the access portal that a program has a token of."""

    session: PortalSession
    user: DirectoryUser


class PortalGrant(Struct, frozen=True):
    """What a program shows to get a token of a session in the access portal, and which program it is."""

    session: PortalSession
    client: Registration
    client_digest: bytes
    shown: DeviceAuthorization | Held


class ByUrl(Struct, frozen=True):
    """How a function was called by its URL."""

    found: UrlFact
    sent: HttpRequest
    """The request as the client sent it, for the function."""


class Caller(Struct, frozen=True):
    """Who calls, by which access key, within which session."""

    principal: Principal
    access_key_id: str = ""
    session: Session | None = None
    means: Means = IN_HEADER
    vouched: (
        Vouched
        | VouchedBySaml
        | VouchedForPool
        | Exchanged
        | VouchedByCertificate
        | Granted
        | InSession
        | PortalGrant
        | None
    ) = None
    """What the verified token or assertion of an identity provider says, a certificate, or a sign-in."""
    by_url: ByUrl | None = None
    """Of a call of a function by its URL."""

    @property
    def account(self) -> str:
        return self.principal.account

    @property
    def anonymous(self) -> bool:
        return type(self.principal) is Anonymous


NOBODY = Caller(Anonymous())


class Proven(Struct, frozen=True):
    """The caller, and the request that they sent, its body taken out of any chunks."""

    caller: Caller
    request: HttpRequest
