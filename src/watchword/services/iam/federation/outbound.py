"""Outbound web identity federation: whether an account's principals may have tokens for services elsewhere.

An account's issuer gets its name once, and keeps it when the feature is disabled and enabled again. Its keys
are made when it is enabled first. Disabled, it issues no tokens; those that were issued count until they
expire, and can be verified until then (`gateway.issuers`).
Source: IAM API Reference, EnableOutboundWebIdentityFederation and its siblings.
"""

import uuid
from dataclasses import replace

from watchword.identity import token_keys as keys
from watchword.identity.refusals import refusal
from watchword.identity.token_issuers import ISSUERS
from watchword.services.iam import demands
from watchword.services.issuer_keys import make_keys
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import account_settings


def enable(call: Call) -> Output:
    """EnableOutboundWebIdentityFederation."""
    settings = account_settings.of(call.tx, call.account)
    if settings.issues_tokens:
        raise refusal("FeatureEnabled", "Outbound identity federation is already enabled for the account.")
    issuer = settings.issuer_id or str(uuid.UUID(bytes=call.world.randomness(16), version=4))
    url = f"{call.world.settings.issuer_url}{ISSUERS}{issuer}"
    account_settings.put(call.tx, replace(settings, issuer_id=issuer, issuer_url=url, issues_tokens=True))
    keys.add(call.tx, call.account, call.prepared)
    return {"IssuerIdentifier": url}


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
    if not settings.issues_tokens:
        raise refusal("FeatureDisabled", "Outbound identity federation is disabled for the account.")
    return {"IssuerIdentifier": settings.issuer_url, "JwtVendingEnabled": True}


OPERATIONS: dict[str, Operation] = {
    "EnableOutboundWebIdentityFederation": writes(enable, demands.on_account, prepare=make_keys),
    "DisableOutboundWebIdentityFederation": writes(disable, demands.on_account),
    "GetOutboundWebIdentityFederationInfo": reads(get_info, demands.on_account),
}
