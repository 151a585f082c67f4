"""What the claims of a verified identity token mean, for the session and for conditions.

In this order, each refused with the code that AWS gives it; what is meant names the claim, what was expected
and what it has:

1. `aud`: the client id for which the token was issued is one of the provider's. If there is an `azp`, it
   alone is that client id.
2. `exp`, `nbf` and `iat`: it counts now. Clocks may differ by SKEW.
3. `https://aws.amazon.com/roles`: if it is there, it lists the role.
4. `https://aws.amazon.com/tags` and `https://aws.amazon.com/source_identity` have the form that AssumeRole
   wants of the same things. Tags may be nested in one claim or flat, a claim each.

Source: AWS STS API Reference, AssumeRoleWithWebIdentity; IAM User Guide, "Pass session tags in AWS STS",
"Available keys for AWS OIDC federation", "Create an OpenID Connect (OIDC) identity provider in IAM" (five
minutes of skew). AWS doesn't say what a token with both `aud` and `azp` needs: the stricter reading was
chosen.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from watchword.identity import tags as tag_rules
from watchword.identity.asked import SOURCE_IDENTITY_FORM, Asked, flaw_of_tag
from watchword.identity.issuers import without_scheme
from watchword.names import AwsError
from watchword.names.fold import fold
from watchword.proofs.identity_token import IdentityToken

SKEW = 300
"""Seconds."""
AWS = "https://aws.amazon.com/"
TAGS, SOURCE_IDENTITY, ROLES = f"{AWS}tags", f"{AWS}source_identity", f"{AWS}roles"
KEPT = ("sub", "aud", "amr")
"""Claims that are condition keys of the session, too."""
Value = str | tuple[str, ...]
_NOTHING_ASKED = Asked()


class Vouched(Struct, frozen=True):
    """All that a verified token says of its subject and of the session to be made."""

    issuer: str
    """The URL."""
    subject: str
    keys: Mapping[str, Value]
    """Condition keys."""
    kept: Mapping[str, Value]
    """Those that stay true of the session."""
    asked: Asked
    names_role: bool
    """Whether the issuer itself names the role."""


def vouched(token: IdentityToken, client_id: str, role: str) -> Vouched:
    """What a verified token says, for the role of that ARN. Raises AwsError: rules 3 and 4."""
    names_role = _names(token, role)
    issuer = without_scheme(token.issuer)
    keys = _condition_keys(token, issuer, client_id)
    kept = {name: keys[name] for each in KEPT if (name := f"{issuer}:{each}") in keys}
    return Vouched(token.issuer, token.subject, keys, kept, _asked(token), names_role)


def refused(said: str, meant: str = "") -> AwsError:
    """The token isn't taken."""
    return AwsError("InvalidIdentityToken", 400, said, meant)


def audience(token: IdentityToken, client_ids: Collection[str]) -> str:
    """The client id that the token was issued for. Raises InvalidIdentityToken."""
    name, had = ("azp", (token.authorized_party,)) if token.authorized_party else ("aud", token.audiences)
    found = next((each for each in had if each in client_ids), None)
    if found is None:
        meant = f"claim {name}: expected one of {_shown(client_ids)}, had {_shown(had)}"
        raise refused("Incorrect token audience", meant)
    return found


def check_time(token: IdentityToken, now: float) -> None:
    """Raises ExpiredTokenException or InvalidIdentityToken unless the token counts now."""
    if now >= token.expires + SKEW:
        said = (
            f"Token expired: current date/time {now:.0f} must be before the expiration date/time "
            f"{token.expires:.0f}"
        )
        raise AwsError("ExpiredTokenException", 400, said, f"claim exp: expected more than {now:.0f}")
    for name, value in (("nbf", token.not_before), ("iat", token.issued)):
        if value > now + SKEW:
            meant = f"claim {name}: expected at most {now:.0f}, had {value:.0f}"
            raise refused("The token is not yet valid.", meant)


def _names(token: IdentityToken, role: str) -> bool:
    """Whether the provider itself names the role. Raises InvalidIdentityToken if it names others."""
    if ROLES not in token.claims:
        return False
    listed = token.claims[ROLES]
    if role not in (listed if isinstance(listed, list) else [listed]):
        meant = f"claim {ROLES}: expected {role!r}"
        raise refused("The token does not authorize the requested role.", meant)
    return True


def _asked(token: IdentityToken) -> Asked:
    """Tags and source identity. Raises AwsError."""
    if not any(name.startswith(AWS) for name in token.claims):  # most tokens
        return _NOTHING_ASKED
    tags = dict(_tags(token.claims))
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    nested = token.claims.get(TAGS)
    transitive = nested.get("transitive_tag_keys", []) if isinstance(nested, dict) else []
    transitive = [*_texts(transitive), *_texts(token.claims.get(f"{TAGS}/transitive_tag_keys", []))]
    identity = token.claims.get(SOURCE_IDENTITY, "")
    if identity and (not isinstance(identity, str) or SOURCE_IDENTITY_FORM.fullmatch(identity) is None):
        raise refused("The source identity in the token is not valid.", f"claim {SOURCE_IDENTITY}")
    tag_rules.read(tag_rules.SESSION, listed, "InvalidParameterValue")
    return Asked(tags, tuple(transitive), identity or "")


def _condition_keys(token: IdentityToken, issuer: str, client_id: str) -> dict[str, Value]:
    """Every claim that a condition can be about, such as `<issuer>:sub`; `issuer` is without its scheme.

    `aud` is the client id that was found, and `oaud` what the claim `aud` says, if there is an `azp`. Claims
    whose names differ in case only are left out, since condition keys have no case. An issuer of a bare name
    without a dot, other than localhost, has no keys: they could read as those of a service.
    """
    if "." not in issuer and not issuer.startswith("localhost"):
        return {}
    values: dict[str, Any] = {**token.claims, "sub": token.subject, "aud": client_id}
    if token.authorized_party:
        values["oaud"] = token.claims["aud"]
    twice = _differ_in_case_only(values)
    return {
        f"{issuer}:{name}": value
        for name, claim in values.items()
        if name not in twice
        and not name.startswith(AWS)
        and (value := claim if isinstance(claim, str) else _value(claim)) is not None
    }


def _differ_in_case_only(names: Collection[str]) -> Collection[str]:
    if len(set(map(fold, names))) == len(names):
        return ()
    times = Counter(map(fold, names))
    return {name for name in names if times[fold(name)] > 1}


def _value(claim: object) -> Value | None:
    match claim:
        case bool():
            return "true" if claim else "false"
        case str() | int():
            return str(claim)
        case list() if claim and all(isinstance(each, str) for each in claim):
            return tuple(claim)
    return None


def _tags(claims: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    nested = claims.get(TAGS, {})
    principal = nested.get("principal_tags", {}) if isinstance(nested, dict) else None
    if not isinstance(principal, dict):
        raise _wrong_tags("expected an object with principal_tags")
    flat = f"{TAGS}/principal_tags/"
    given = [
        *principal.items(),
        *((name.removeprefix(flat), claims[name]) for name in claims if name.startswith(flat)),
    ]
    if len({name for name, _ in given}) < len(given):
        raise _wrong_tags("a tag is given twice")
    for name, value in given:
        values = _texts(value)
        if flaw := flaw_of_tag(name, values):
            raise _wrong_tags(flaw)
        yield name, values[0]


def _texts(value: object) -> list[str]:
    """A text, or a list of texts, as a list."""
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise _wrong_tags("expected texts")
    return listed


def _wrong_tags(meant: str) -> AwsError:
    return refused("The session tags in the token are not valid.", f"claim {TAGS}: {meant}")


def _shown(texts: Collection[str] | Sequence[str]) -> str:
    return ", ".join(repr(each[:80]) for each in list(texts)[:8]) or "nothing"
