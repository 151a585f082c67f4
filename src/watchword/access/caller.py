"""A caller: a principal and the credentials that it proved.

Requests make one only by an authentication scheme, so every floor above may rely on it.
"""

from typing import NamedTuple

from msgspec import Struct

from watchword.identity.exchange import Exchanged
from watchword.identity.pools.logins import VouchedForPool
from watchword.identity.saml_attributes import VouchedBySaml
from watchword.identity.token_claims import Vouched
from watchword.names import HttpRequest, Principal
from watchword.names.principal import Anonymous
from watchword.sessions import Session

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


class Caller(Struct, frozen=True):
    """Who calls, by which access key, within which session."""

    principal: Principal
    access_key_id: str = ""
    session: Session | None = None
    means: Means = IN_HEADER
    vouched: Vouched | VouchedBySaml | VouchedForPool | Exchanged | None = None
    """What the verified token or assertion of an identity provider says."""

    @property
    def account(self) -> str:
        return self.principal.account

    @property
    def anonymous(self) -> bool:
        return isinstance(self.principal, Anonymous)


NOBODY = Caller(Anonymous())


class Proven(Struct, frozen=True):
    """The caller, and the request that they sent, its body taken out of any chunks."""

    caller: Caller
    request: HttpRequest
