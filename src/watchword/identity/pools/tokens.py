"""What a pool says of an identity: in its tokens, and to STS when it assumes a role for it.

    sub    the identity
    aud    the pool
    amr    "authenticated" and the logins that were proved, or "unauthenticated"
    https://aws.amazon.com/tags    tags that come from the logins, by the pool's maps of tags

In conditions these are claims of `cognito-identity.amazonaws.com`. As issuer, a token has a URL of this
server, where its keys are published; at AWS it is the URL of that name.

A map says which claims of a provider's tokens become tags: those given, or `aud` as client and `sub` as
username by default. A claim that isn't there gives no tag.
Source: Amazon Cognito Developer Guide, "Identity pools authentication flow", "Using attributes for access
control"; IAM User Guide, "Available keys for AWS OIDC federation".
"""

from collections.abc import Iterable, Mapping
from itertools import chain

from msgspec import Struct

from watchword.identity import tags as tag_rules
from watchword.identity.asked import Asked, flaw_of_tag
from watchword.identity.pools.errors import error, wrong_login
from watchword.identity.pools.logins import COGNITO, Login, VouchedForPool
from watchword.identity.pools.roles import AUTHENTICATED, GUEST, texts
from watchword.identity.token_claims import TAGS, Value, Vouched
from watchword.store.cognito_identity.pools import Pool

URL = f"https://{COGNITO}"
POOL_ARN = f"{URL}/identity-pool-arn"
DEFAULTS: Mapping[str, str] = {"client": "aud", "username": "sub"}


class Told(Struct, frozen=True):
    """What a pool says of an identity, in this call."""

    pool: Pool
    identity: str
    methods: tuple[str, ...]
    tags: Mapping[str, str]

    def claims(self) -> dict[str, object]:
        """Beside the registered claims, those of a token."""
        claims: dict[str, object] = {"amr": list(self.methods), POOL_ARN: self.pool.arn}
        if self.tags:
            claims[TAGS] = {"principal_tags": {key: [value] for key, value in self.tags.items()}}
        return claims

    def vouched(self) -> Vouched:
        """As STS decides on it."""
        keys: dict[str, Value] = {
            f"{COGNITO}:sub": self.identity,
            f"{COGNITO}:aud": self.pool.id,
            f"{COGNITO}:amr": self.methods,
        }
        return Vouched(URL, self.identity, keys, keys, Asked(dict(self.tags)), names_role=False)


def told(vouched: VouchedForPool, identity: str) -> Told:
    """What the pool says of an identity by the logins of this call. Raises NotAuthorized for wrong tags."""
    if own := vouched.own_token:  # which has said it before
        methods, tags = texts(own.get("amr")), _repeated(own)
        return Told(vouched.pool, identity, methods, tags)
    methods = (
        (AUTHENTICATED, *chain.from_iterable(map(_methods, vouched.logins))) if vouched.logins else (GUEST,)
    )
    return Told(vouched.pool, identity, methods, _tags(vouched))


def seconds_until(ends: Iterable[float | None], now: float, longest: int) -> int:
    """How long something counts that ends with the first of these, if they end at all.

    Raises NotAuthorized where that is over.
    """
    left = min([longest, *(int(each - now) for each in ends if each is not None)])
    if left < 1:
        raise wrong_login("The session at the identity provider has ended.")
    return left


def check_tags(tags: Mapping[str, str]) -> None:
    """Raises InvalidParameterException for what can't be tags of a session."""
    for key, value in tags.items():
        if flaw := flaw_of_tag(key, (value,)):
            raise error("InvalidParameter", f"A principal tag isn't valid: {flaw}.")
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    tag_rules.read(tag_rules.SESSION, listed, "InvalidParameterException")


def _methods(login: Login) -> tuple[str, str]:
    """The provider, and who it is there."""
    who = filter(None, (login.provider, login.client_id, login.subject))
    return login.provider, ":".join(who)


def _tags(vouched: VouchedForPool) -> dict[str, str]:
    for login in vouched.logins:
        for name in login.names:
            if found := vouched.pool.settings.tag_maps.get(name):
                return _mapped(login, DEFAULTS if found.defaults else found.tags)
    return {}


def _mapped(login: Login, names: Mapping[str, str]) -> dict[str, str]:
    claims = {**login.claims, "sub": login.subject, "aud": login.client_id}
    given = {key: texts(claims[name]) for key, name in names.items() if claims.get(name) is not None}
    for key, values in given.items():
        if flaw := flaw_of_tag(key, values):
            raise wrong_login("A claim can't be a principal tag.", f"claim {names[key]}: {flaw}")
    return {key: value for key, (value,) in given.items()}


def _repeated(claims: Mapping[str, object]) -> dict[str, str]:
    said = claims.get(TAGS)
    tags = said.get("principal_tags", {}) if isinstance(said, dict) else {}
    return {key: values[0] for key, values in tags.items()}
