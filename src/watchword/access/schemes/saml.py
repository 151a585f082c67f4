"""The scheme of SAML: the body has a response of an identity provider, whose subject is the caller.

1. The provider is one of the account in the role's ARN, and its metadata is still valid.
2. The response is proved (`proofs.saml.response`): its assertion was signed by the provider.
3. It is for us, and for now (`identity.saml_profile`).
4. It names the role, and all else that it says is right (`identity.saml_attributes`).

That an assertion is used only once is noted with the session that it brings (`identity.used_assertions`). The
real time counts, as for tokens (`web_identity`). AWS's sentences say less than is known; what is meant, for
the operator, says which check failed, and what it expected and had.
Source: AWS STS API Reference, AssumeRoleWithSAML; IAM User Guide, "Troubleshoot SAML federation with IAM".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watchword.access.caller import Caller, Proven
from watchword.facts.providers import SAML_TRUST, SamlTrust
from watchword.identity import saml_attributes, saml_profile
from watchword.identity.arns import role_to_assume
from watchword.identity.saml_profile import refused
from watchword.names import AwsError, HttpRequest, HttpResponse, fault
from watchword.names.principal import Saml
from watchword.proofs.saml.assertion import Assertion
from watchword.proofs.saml.errors import Kind, WrongResponseError
from watchword.sigv4.replay import Trace
from watchword.wire import Operation
from watchword.world import World

if TYPE_CHECKING:
    from watchword.proofs.saml.response import Response

REQUIRED = "Required"
NO_PROVIDER = "Specified provider doesn't exist"
SAID = {
    Kind.UNREADABLE: "Your request included an invalid SAML response",
    Kind.SIGNATURE: "Response signature invalid",
}
REJECTED = (
    "The identity provider (IdP) reported that authentication failed. "
    "This might be because the claim is invalid."
)


@dataclass(frozen=True, slots=True)
class SamlResponse:
    """A response as it was sent, with nothing proved."""

    request: HttpRequest
    role_arn: str
    provider_arn: str
    text: str
    service: str | None = None
    region: str = ""
    access_key_id: str = ""
    version: str = ""

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        now = world.clock.wall().timestamp()
        trust = trust_of(world, role_to_assume(self.role_arn).account, self.provider_arn)  # 1.
        assertion = proved(world, trust, self.text)  # 2.  3.
        vouched = saml_attributes.vouched(assertion, trust.provider, self.role_arn, now)  # 4.
        principal = Saml(trust.provider.arn, vouched.subject, vouched.name_qualifier)
        return Proven(Caller(principal, vouched=vouched), self.request)

    def admit(self, world: World, operation: Operation) -> Proven:  # noqa: ARG002 the face
        raise fault("MissingAuthenticationToken")

    def trace(self, service: str) -> Trace | None:  # noqa: ARG002 the face
        """None: an assertion is used once, whatever the setting says."""
        return None

    def answer(self, response: HttpResponse) -> HttpResponse:
        return response


def read(request: HttpRequest, given: Mapping[str, Any]) -> SamlResponse:
    """What the input of AssumeRoleWithSAML presents."""
    return SamlResponse(request, given["RoleArn"], given["PrincipalArn"], given["SAMLAssertion"])


def trust_of(world: World, account: str, provider_arn: str) -> SamlTrust:
    """The account's provider of that ARN, and what it is believed by. Raises InvalidIdentityToken: rule 1."""
    found = world.facts.get(SAML_TRUST, account, provider_arn)
    if found is None:
        raise refused(NO_PROVIDER, f"account {account} has no SAML provider {provider_arn}")
    if found.provider.valid_until <= world.clock.wall():
        raise refused(NO_PROVIDER, f"the metadata of {provider_arn} has expired")
    return found


def proved(world: World, trust: SamlTrust, text: str) -> Assertion:
    """The assertion in a response of the provider. Raises AwsError: rules 2 and 3."""
    found, now = _verify(text, trust), world.clock.wall().timestamp()
    around = found.issuer, found.destination
    saml_profile.check(found.assertion, around, trust.entity_id, world.settings.hosts, now)
    return found.assertion


def _verify(text: str, trust: SamlTrust) -> "Response":
    from watchword.identity import key_material  # noqa: PLC0415 many servers never see an assertion
    from watchword.proofs.saml import response  # noqa: PLC0415 as above: lxml and signxml

    keys = response.Trust(
        [key_material.certificate_of_der(each) for each in trust.certificates],
        [key_material.rsa_private_key_of_ours(each) for each in trust.private_keys],
        must_be_encrypted=trust.provider.encryption_mode == REQUIRED,
    )
    try:
        return response.verify(text, keys)
    except WrongResponseError as wrong:
        if wrong.kind is Kind.STATUS:
            raise AwsError("IDPRejectedClaim", 403, REJECTED, str(wrong)) from None
        raise refused(SAID[wrong.kind], str(wrong)) from None
