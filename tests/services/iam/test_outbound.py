"""Outbound web identity federation: switched on and off; the issuer keeps its name."""

from tests.services.iam.harness import Iam, refused

DISABLED = "Outbound identity federation is disabled for the account."


def test_enabled_and_disabled(iam: Iam, other: Iam) -> None:
    name = "GetOutboundWebIdentityFederationInfo"
    refused("FeatureDisabled", DISABLED, iam, name)
    said = "Outbound identity federation is already disabled for the account."
    refused("FeatureDisabled", said, iam, "DisableOutboundWebIdentityFederation")
    made = iam("EnableOutboundWebIdentityFederation")
    assert made["IssuerIdentifier"].startswith("https://localhost/issuers/")
    assert iam(name) == made | {"JwtVendingEnabled": True}
    said = "Outbound identity federation is already enabled for the account."
    refused("FeatureEnabled", said, iam, "EnableOutboundWebIdentityFederation")
    assert iam("DisableOutboundWebIdentityFederation") == {}
    refused("FeatureDisabled", DISABLED, iam, name)
    assert iam("EnableOutboundWebIdentityFederation") == made
    assert other("EnableOutboundWebIdentityFederation") != made
