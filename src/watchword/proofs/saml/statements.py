"""Reads an assertion from the element that was signed.

Here is decided what an assertion must have to be read at all; `watchword.identity.saml_profile` decides
whether it is for us, and now.

1. Version 2.0, an ID, an IssueInstant, one Issuer.
2. One Subject with one NameID and exactly one SubjectConfirmation, of the bearer kind, whose data say for
   which recipient and until when, and not from when.
3. One Conditions, which has no condition but those known here: a condition that nobody understands isn't met.
4. At least one AuthnStatement: somebody logged in.
5. The values of attributes are texts. Attributes of one name have all their values together.

Source: SAML 2.0 core, sections 2.3 to 2.7; SAML 2.0 profiles, section 4.1.4.2; IAM User Guide, "Configure
SAML assertions for the authentication response".
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from watchword.proofs.saml.assertion import Assertion
from watchword.proofs.saml.document import ASSERTION, Element, attribute, only, text
from watchword.proofs.saml.errors import WrongResponseError

BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
LONGEST_SUBJECT: Final = 1024
_KNOWN_CONDITIONS: Final = {"AudienceRestriction", "OneTimeUse", "ProxyRestriction"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def read(element: Element) -> Assertion:
    """The values of a signed assertion. Raises WrongResponseError."""
    if element.get("Version") != "2.0":
        raise WrongResponseError("Version: expected 2.0")  # 1.
    subject = only(element, f"{ASSERTION}Subject")  # 2.
    name = only(subject, f"{ASSERTION}NameID")
    confirmation = _confirmation(subject)
    conditions = only(element, f"{ASSERTION}Conditions")  # 3.
    statements = element.findall(f"{ASSERTION}AuthnStatement")
    if not statements:
        raise WrongResponseError("it has no AuthnStatement")  # 4.
    not_after = conditions.get("NotOnOrAfter")
    return Assertion(
        id=attribute(element, "ID"),
        issuer=text(only(element, f"{ASSERTION}Issuer")).strip(),
        issued=_moment(attribute(element, "IssueInstant")),
        subject=_subject(text(name)),
        subject_format=name.get("Format", UNSPECIFIED),
        recipient=attribute(confirmation, "Recipient"),
        confirmed_until=_moment(attribute(confirmation, "NotOnOrAfter")),
        not_before=_moment(conditions.get("NotBefore") or "1970-01-01T00:00:00Z"),
        not_after=None if not_after is None else _moment(not_after),
        audiences=tuple(_audiences(conditions)),
        session_ends=min(_ends(statements), default=None),
        attributes=_attributes(element),
    )


def _confirmation(subject: Element) -> Element:
    confirmation = only(subject, f"{ASSERTION}SubjectConfirmation")
    if confirmation.get("Method") != BEARER:
        raise WrongResponseError(f"SubjectConfirmation: expected {BEARER}")
    data = only(confirmation, f"{ASSERTION}SubjectConfirmationData")
    if data.get("NotBefore") is not None:
        raise WrongResponseError("SubjectConfirmationData has NotBefore")
    return data


def _subject(name: str) -> str:
    if not 0 < len(name) <= LONGEST_SUBJECT or not name.isprintable():
        raise WrongResponseError(f"NameID: expected a text of at most {LONGEST_SUBJECT} characters")
    return name


def _audiences(conditions: Element) -> Iterator[tuple[str, ...]]:
    for condition in conditions:
        name = condition.tag.removeprefix(ASSERTION)
        if name not in _KNOWN_CONDITIONS:
            raise WrongResponseError(f"Conditions: {name[:200]} isn't known")
        if name == "AudienceRestriction":
            yield tuple(text(each).strip() for each in condition.findall(f"{ASSERTION}Audience"))


def _ends(statements: list[Element]) -> Iterator[float]:
    for statement in statements:
        if (ends := statement.get("SessionNotOnOrAfter")) is not None:
            yield _moment(ends)


def _attributes(element: Element) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in element.findall(f"{ASSERTION}AttributeStatement/{ASSERTION}Attribute"):
        name = attribute(each, "Name")
        values = tuple(_value(value) for value in each.findall(f"{ASSERTION}AttributeValue"))
        found[name] = found.get(name, ()) + values
    return found


def _value(value: Element) -> str:
    """The text of a value. eduPersonTargetedID has it in a NameID."""
    return text(only(value, f"{ASSERTION}NameID") if len(value) else value)


def _moment(text: str) -> float:
    """A time, in UTC if it doesn't say."""
    try:
        found = datetime.fromisoformat(text) if _TIME.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise WrongResponseError(f"{text[:80]!r} is no time")
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
