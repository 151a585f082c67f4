"""Settings of the account: its properties, and the version of the session tokens that it prefers.

Source: IAM API Reference, GetAccountProperties, PutAccountProperties, SetSecurityTokenServicePreferences;
Service Authorization Reference, iam:AccountPropertyNamespaces. Who reads needs the namespaces of the answer.
"""

from dataclasses import replace as changed

from msgspec.structs import replace

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.facts.entities import ACCOUNT_SETTINGS
from watchword.identity.account_properties import namespaces, with_new
from watchword.services.iam import demands
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import account_settings

NAMESPACES = "iam:AccountPropertyNamespaces"
VERSIONS = {"v1Token": 1, "v2Token": 2}


def get_account_properties(call: Call) -> Output:
    """GetAccountProperties: those that were decided on, as they are now."""
    decided = call.resolved[ACCOUNT_SETTINGS.name, call.account]
    now = account_settings.of(call.tx, call.account).properties
    shown = {key: now[key] for key in sorted(now) if namespaces([key])[0] in decided}
    return {"Properties": shown}


def put_account_properties(call: Call) -> Output:
    """PutAccountProperties: sets those that are given; others stay."""
    settings = account_settings.of(call.tx, call.account)
    properties = with_new(settings.properties, call.input["Properties"])
    account_settings.put(call.tx, changed(settings, properties=properties))
    return {}


def set_token_version(call: Call) -> Output:
    """SetSecurityTokenServicePreferences. GetAccountSummary shows it; it changes no token."""
    settings = account_settings.of(call.tx, call.account)
    version = VERSIONS[call.input["GlobalEndpointTokenVersion"]]
    account_settings.put(call.tx, changed(settings, token_version=version))
    return {}


def to_get_properties(call: Call) -> tuple[Demand, ...]:
    """On `*`, with the namespaces of the account's properties."""

    def known() -> tuple[str, ...]:
        return namespaces(call.world.facts.need(ACCOUNT_SETTINGS, call.account).properties)

    return _in(call, call.resolve(ACCOUNT_SETTINGS.name, call.account, known))


def to_put_properties(call: Call) -> tuple[Demand, ...]:
    """On `*`, with the namespaces in the request."""
    return _in(call, namespaces(call.input["Properties"]))


def _in(call: Call, found: tuple[str, ...]) -> tuple[Demand, ...]:
    (demand,) = demands.on_account(call)
    keys: dict[str, ContextValue] = {NAMESPACES: found} if found else {}
    return (replace(demand, context={**demand.context, **keys}),)


OPERATIONS: dict[str, Operation] = {
    "GetAccountProperties": reads(get_account_properties, to_get_properties),
    "PutAccountProperties": writes(put_account_properties, to_put_properties),
    "SetSecurityTokenServicePreferences": writes(set_token_version, demands.on_account),
}
