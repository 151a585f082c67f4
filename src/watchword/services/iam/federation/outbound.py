"""Outbound web identity federation: whether an account's principals may have tokens for services elsewhere.

An account's issuer gets its name once, and keeps it when the feature is disabled and enabled again. No tokens
are issued yet, and nothing answers at the issuer's URL.
Source: IAM API Reference, EnableOutboundWebIdentityFederation and its siblings.
"""

import uuid
from dataclasses import replace

from watchword.identity.refusals import refusal
from watchword.services.iam import demands
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import account_settings


def enable(call: Call) -> Output:
    """EnableOutboundWebIdentityFederation."""
    settings = account_settings.of(call.tx, call.account)
    if settings.issues_tokens:
        raise refusal("FeatureEnabled", "Outbound identity federation is already enabled for the account.")
    issuer = settings.issuer_id or str(uuid.UUID(bytes=call.world.randomness(16), version=4))
    account_settings.put(call.tx, replace(settings, issuer_id=issuer, issues_tokens=True))
    return {"IssuerIdentifier": _url(call, issuer)}


def disable(call: Call) -> Output:
    """DisableOutboundWebIdentityFederation."""
    settings = account_settings.of(call.tx, call.account)
    if not settings.issues_tokens:
        raise refusal("FeatureDisabled", "Outbound identity federation is already disabled for the account.")
    account_settings.put(call.tx, replace(settings, issues_tokens=False))
    return {}


def get_info(call: Call) -> Output:
    """GetOutboundWebIdentityFederationInfo."""
    settings = account_settings.of(call.tx, call.account)
    if not settings.issues_tokens or settings.issuer_id is None:
        raise refusal("FeatureDisabled", "Outbound identity federation is disabled for the account.")
    return {"IssuerIdentifier": _url(call, settings.issuer_id), "JwtVendingEnabled": True}


def _url(call: Call, issuer: str) -> str:
    """The issuer's URL, at the first of the server's further host names."""
    hostnames = call.world.settings.hostnames or ("localhost",)
    return f"https://{hostnames[0]}/issuers/{issuer}"


OPERATIONS: dict[str, Operation] = {
    "EnableOutboundWebIdentityFederation": writes(enable, demands.on_account),
    "DisableOutboundWebIdentityFederation": writes(disable, demands.on_account),
    "GetOutboundWebIdentityFederationInfo": reads(get_info, demands.on_account),
}
