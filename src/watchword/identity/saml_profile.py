"""Whether a proved SAML response is for us, and for now: the web browser profile, as AWS has it.

In this order, each refused with what AWS says; what is meant names what was expected and had:

1. Issuer: the provider's entity id, in the assertion, and in the response if that has one.
2. Audience: one of ours in each restriction, and there is at least one restriction.
3. Recipient, and the response's Destination if it has one: where our sign-in page is, at AWS or here.
4. Time: the conditions and the confirmation of the subject count now. Clocks may differ by SKEW.
5. It was issued at most five minutes ago, so it is used soon or never.

That an assertion is used once is the store's business (`store.used_signatures`).
Source: SAML 2.0 profiles, section 4.1.4; IAM User Guide, "Configure SAML assertions for the authentication
response" and "Troubleshoot SAML federation with IAM", which has the sentences. AWS documents no skew.
"""

import re
from collections.abc import Iterable

from watchword.names import AwsError
from watchword.proofs.saml.assertion import Assertion

SKEW = 180
"""Seconds."""
REDEEMED_WITHIN = 300
"""Seconds."""
AUDIENCE = "urn:amazon:webservices"
_AT_AWS = re.compile(r"https://([a-z0-9-]+\.)?signin\.aws\.amazon\.com/saml(/acs/[A-Za-z0-9_-]+)?")
_HERE = re.compile(r"https?://(?P<host>[A-Za-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?/saml")


def check(
    assertion: Assertion,
    response: tuple[str, str],
    entity_id: str,
    hosts: Iterable[str],
    now: float,
) -> None:
    """Raises AwsError. response: the issuer and the destination that the response has, or empty texts."""
    issuer, destination = response
    for each in (assertion.issuer, issuer or entity_id):
        if each != entity_id:  # 1.
            raise refused("Issuer not present in specified provider", _differs("Issuer", entity_id, each))
    ours = frozenset(hosts)
    if not assertion.audiences or not all(
        any(each == AUDIENCE or _is_ours(each, ours) for each in any_of) for any_of in assertion.audiences
    ):
        had = ", ".join(each for any_of in assertion.audiences for each in any_of)
        meant = _differs("Audience", f"{AUDIENCE} or {_sign_in(ours)}", had)
        raise refused("Response does not contain the required audience", meant)  # 2.
    for name, value in (("Recipient", assertion.recipient), ("Destination", destination)):
        if value and not _is_ours(value, ours):  # 3.
            raise refused(f"Invalid {name} in AuthnResponse", _differs(name, _sign_in(ours), value))
    _check_time(assertion, now)


def refused(said: str, meant: str = "") -> AwsError:
    """The assertion isn't taken."""
    return AwsError("InvalidIdentityToken", 400, said, meant)


def _is_ours(url: str, hosts: frozenset[str]) -> bool:
    here = _HERE.fullmatch(url)
    return _AT_AWS.fullmatch(url) is not None or (here is not None and here["host"].strip("[]") in hosts)


def _sign_in(hosts: frozenset[str]) -> str:
    return ", ".join(
        ["https://signin.aws.amazon.com/saml", *(f"https://{host}/saml" for host in sorted(hosts))]
    )


def _check_time(assertion: Assertion, now: float) -> None:
    if assertion.not_before > now + SKEW or assertion.issued > now + SKEW:  # 4.
        begins = max(assertion.not_before, assertion.issued)
        raise refused(
            "The assertion is not yet valid", f"NotBefore: expected at most {now:.0f}, had {begins:.0f}"
        )
    ends = assertion.confirmed_until
    if assertion.not_after is not None:
        ends = min(ends, assertion.not_after)
    if now >= ends + SKEW:
        raise expired(
            "The assertion has expired", f"NotOnOrAfter: expected more than {now:.0f}, had {ends:.0f}"
        )
    if now >= assertion.issued + REDEEMED_WITHIN + SKEW:  # 5.
        meant = f"IssueInstant: expected more than {now - REDEEMED_WITHIN:.0f}, had {assertion.issued:.0f}"
        raise expired("Token must be redeemed within 5 minutes of issuance", meant)


def expired(said: str, meant: str) -> AwsError:
    return AwsError("ExpiredTokenException", 400, said, meant)


def _differs(name: str, expected: str, had: str) -> str:
    return f"{name}: expected {expected}, had {had[:200]!r}"
