"""What a proved SAML assertion means: for the session, and for conditions.

In this order, each refused with what AWS says:

1. Role: one of its values is the pair of the role and the provider, in either order.
2. RoleSessionName: one value, which can name a session.
3. SourceIdentity, if it is there: one value, of the form that AssumeRole wants.
4. PrincipalTag:<key> and TransitiveTagKeys: tags as AssumeRole wants them.
5. SessionDuration, if it is there: 900 to 43,200 seconds. It can shorten a session and not lengthen it, and
   so can the end of the session at the provider (SessionNotOnOrAfter), which has not passed.

Names of attributes have a case.
Source: IAM User Guide, "Configure SAML assertions for the authentication response" (attributes, and which
condition key is made of which) and "Troubleshoot SAML federation with IAM" (sentences); AWS STS API
Reference, AssumeRoleWithSAML (NameQualifier, SubjectType).
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from watchword.identity import tags as tag_rules
from watchword.identity.asked import SESSION_NAME_FORM, SOURCE_IDENTITY_FORM, Asked, flaw_of_tag
from watchword.identity.saml_profile import expired, refused
from watchword.names import AwsError
from watchword.proofs.saml.assertion import Assertion
from watchword.store.iam.saml_providers import SamlProvider

AWS = "https://aws.amazon.com/SAML/Attributes/"
TAG = f"{AWS}PrincipalTag:"
SHORTEST, LONGEST = 900, 43_200
KEPT = (
    *("saml:namequalifier", "saml:sub", "saml:sub_type"),
    *("identitystore:UserId", "identitystore:IdentityStoreArn"),
)
"""Condition keys of the session, too. The last are of people of Identity Center: no assertion has them."""
_FORMATS = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
_SECONDS = re.compile(r"\d{3,5}", re.ASCII)
_FORM = "must match [a-zA-Z_0-9+=,.@-]{2,64}"
_CLAIMS, _MICROSOFT = (
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/",
    "http://schemas.microsoft.com/ws/2008/06",
)
_PERSON, _ORG = "urn:oid:1.3.6.1.4.1.5923.1.1.1.", "urn:oid:1.3.6.1.4.1.5923.1.2.1."
_PILOT = "0.9.2342.19200300.100.1."
_GROUP = f"{_MICROSOFT}/identity/claims/primarygroupsid"
LISTS: Mapping[str, tuple[str, ...]] = {
    "cn": ("urn:oid:2.5.4.3",),
    "eduOrgHomePageURI": (f"{_ORG}2",),
    "eduOrgIdentityAuthNPolicyURI": (f"{_ORG}3",),
    "eduOrgLegalName": (f"{_ORG}4",),
    "eduOrgSuperiorURI": (f"{_ORG}5",),
    "eduOrgWhitePagesURI": (f"{_ORG}6",),
    "eduPersonAffiliation": (f"{_PERSON}1",),
    "eduPersonAssurance": (f"{_PERSON}11",),
    "eduPersonEntitlement": (f"{_PERSON}7",),
    "eduPersonNickname": (f"{_PERSON}2",),
    "eduPersonOrgUnitDN": (f"{_PERSON}4",),
    "eduPersonScopedAffiliation": (f"{_PERSON}9",),
    "eduPersonTargetedID": (f"{_PERSON}10",),
}
"""Condition keys of several values, after `saml:` -> the attributes that they are made of."""
TEXTS: Mapping[str, tuple[str, ...]] = {
    "commonName": ("http://schemas.xmlsoap.org/claims/CommonName", "2.5.4.3"),
    "eduPersonOrgDN": (f"{_PERSON}3",),
    "eduPersonPrimaryAffiliation": (f"{_PERSON}5",),
    "eduPersonPrimaryOrgUnitDN": (f"{_PERSON}8",),
    "eduPersonPrincipalName": (f"{_PERSON}6",),
    "givenName": (f"{_CLAIMS}givenname", "2.5.4.42"),
    "mail": (f"{_CLAIMS}emailaddress", f"{_PILOT}3"),
    "name": (f"{_CLAIMS}name",),
    "organizationStatus": (f"{_PILOT}45",),
    "primaryGroupSID": (_GROUP,),
    "surname": (f"{_CLAIMS}surname", "2.5.4.4"),
    "uid": (_GROUP, f"{_PILOT}1"),
    "x500UniqueIdentifier": ("2.5.4.45",),
}
"""Condition keys of one value, in the same way. Of several attributes, the first that is there counts."""
Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VouchedBySaml:
    """All that a proved assertion says of its subject and of the session to be made."""

    issuer: str
    subject: str
    subject_type: str
    name_qualifier: str
    """Of the provider; with the subject, it is one person's and no other's."""
    audience: str
    """The Recipient, as AWS has it."""
    session_name: str
    keys: Mapping[str, Value]
    """Condition keys."""
    asked: Asked
    longest: int
    """Seconds that the session may last at most."""
    assertion_id: str
    issued: float
    first: str = ""
    """Of a person of IAM Identity Center: the id of the portal's session that theirs comes of."""
    first_expires: int = 0
    """When that one expires, in milliseconds."""

    @property
    def kept(self) -> Mapping[str, Value]:
        """Condition keys that stay true of the session."""
        return {name: self.keys[name] for name in KEPT if name in self.keys}


def vouched(assertion: Assertion, provider: SamlProvider, role: str, now: float) -> VouchedBySaml:
    """What the assertion says, for the role of that ARN. Raises AwsError."""
    _check_role(assertion, role, provider.arn)  # 1.
    session_name = _session_name(assertion)  # 2.
    subject_type = assertion.subject_format.removeprefix(_FORMATS)
    qualifier = name_qualifier(assertion.issuer, provider)
    keys: dict[str, Value] = {
        "saml:aud": assertion.recipient,
        "saml:doc": f"{provider.account}/{provider.name}",
        "saml:iss": assertion.issuer,
        "saml:namequalifier": qualifier,
        "saml:sub": assertion.subject,
        "saml:sub_type": subject_type,
    }
    return VouchedBySaml(
        assertion.issuer,
        assertion.subject,
        subject_type,
        qualifier,
        assertion.recipient,
        session_name,
        keys | dict(_condition_keys(assertion.attributes)),
        _asked(assertion),  # 3.  4.
        _longest(assertion, now),  # 5.
        assertion.id,
        assertion.issued,
    )


def name_qualifier(issuer: str, provider: SamlProvider) -> str:
    """The hash of issuer, account and provider that AWS defines, SHA-1 included: it protects nothing."""
    text = f"{issuer}{provider.account}/{provider.name}".encode()
    return base64.b64encode(hashlib.sha1(text, usedforsecurity=False).digest()).decode()


def roles_for(assertion: Assertion, provider: str) -> tuple[str, ...]:
    """The roles that stand in a pair with the provider of that ARN."""
    pairs = [[arn.strip() for arn in pair.split(",")] for pair in assertion.attributes.get(f"{AWS}Role", ())]
    of_two = [pair for pair in pairs if len(pair) == 2 and provider in pair]  # noqa: PLR2004 a pair
    return tuple(next((each for each in pair if each != provider), provider) for pair in of_two)


def _check_role(assertion: Assertion, role: str, provider: str) -> None:
    had = assertion.attributes.get(f"{AWS}Role", ())
    if not had:
        raise refused("Your request included an invalid SAML response", f"it has no attribute {AWS}Role")
    if role not in roles_for(assertion, provider):
        meant = f"attribute Role: expected {role},{provider}, had {', '.join(map(repr, had))[:1000]}"
        raise AwsError("AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithSAML", meant)


def _session_name(assertion: Assertion) -> str:
    had = assertion.attributes.get(f"{AWS}RoleSessionName", ())
    if not had:
        raise refused("RoleSessionName is required in AuthnResponse")
    if len(had) > 1 or SESSION_NAME_FORM.fullmatch(had[0]) is None:
        raise refused(
            f"RoleSessionName in AuthnResponse {_FORM}", f"attribute RoleSessionName: had {_shown(had)}"
        )
    return had[0]


def _asked(assertion: Assertion) -> Asked:
    identity = assertion.attributes.get(f"{AWS}SourceIdentity", ())
    if identity and (len(identity) > 1 or SOURCE_IDENTITY_FORM.fullmatch(identity[0]) is None):
        said = f'Source Identity {_FORM} and not begin with "aws:"'
        raise refused(said, f"attribute SourceIdentity: had {_shown(identity)}")
    tags = {
        name.removeprefix(TAG): values
        for name, values in assertion.attributes.items()
        if name.startswith(TAG)
    }
    for key, values in tags.items():
        if flaw := flaw_of_tag(key, values):
            raise refused(
                "The session tags in AuthnResponse are not valid", f"attribute PrincipalTag: {flaw}"
            )
    listed = [{"Key": key, "Value": values[0]} for key, values in tags.items()]
    read = tag_rules.read(tag_rules.SESSION, listed, "InvalidParameterValue")
    return Asked(read, assertion.attributes.get(f"{AWS}TransitiveTagKeys", ()), "".join(identity))


def _longest(assertion: Assertion, now: float) -> int:
    had = assertion.attributes.get(f"{AWS}SessionDuration", ())
    seconds = int(had[0]) if len(had) == 1 and _SECONDS.fullmatch(had[0]) else 0
    if had and not SHORTEST <= seconds <= LONGEST:
        said = f"SessionDuration in AuthnResponse must be between {SHORTEST} and {LONGEST} seconds"
        raise refused(said, f"attribute SessionDuration: had {_shown(had)}")
    longest = seconds or LONGEST
    if assertion.session_ends is None:
        return longest
    left = int(assertion.session_ends - now)
    if left <= 0:
        meant = f"SessionNotOnOrAfter: expected more than {now:.0f}, had {assertion.session_ends:.0f}"
        raise expired("The session at the identity provider has expired", meant)
    return min(longest, left)


def _condition_keys(attributes: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, Value]]:
    for key, names in LISTS.items():
        for name in names:
            if values := attributes.get(name):
                yield f"saml:{key}", values
    for key, names in TEXTS.items():
        found = next((values for name in names if (values := attributes.get(name))), ())
        if found:  # of several, no operator for one value can be true
            yield f"saml:{key}", found[0] if len(found) == 1 else found


def _shown(texts: tuple[str, ...]) -> str:
    return ", ".join(repr(each[:80]) for each in texts[:8])
