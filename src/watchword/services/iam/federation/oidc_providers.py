"""OpenID Connect providers: issuers of tokens whose subjects may assume roles.

No operation here asks the issuer for anything: AWS fetches the thumbprint of its certificate when none is
given, this server stores none then.
Source: IAM API Reference, CreateOpenIDConnectProvider and its siblings. Creating one is authorized on the
host name alone, without the path of the URL, as refusals of AWS show.
"""

from watchword.facts.issuers import ISSUER_AT
from watchword.identity import issuers, token_issuers
from watchword.identity.quotas import check_quota
from watchword.identity.refusals import refusal, taken
from watchword.services.iam import demands, shapes
from watchword.services.iam.entity_types import OIDC_PROVIDER
from watchword.services.iam.tags import put_given
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import tags
from watchword.store.iam import oidc_providers
from watchword.store.iam.oidc_providers import OidcProvider


def create_provider(call: Call) -> Output:
    """CreateOpenIDConnectProvider."""
    provider = OidcProvider(
        id=OIDC_PROVIDER.new_id(call),
        account=call.account,
        url=_issuer(call),
        created=call.now,
        client_ids=issuers.client_ids(call.input.get("ClientIDList", ())),
        thumbprints=issuers.thumbprints(call.input.get("ThumbprintList", ())),
        partition=call.partition,
    )
    if oidc_providers.of_url(call.tx, call.account, provider.url):
        raise taken(OIDC_PROVIDER.noun, call.input["Url"])
    check_quota("OpenIdConnectProvidersPerAccount", oidc_providers.count(call.tx, call.account) + 1)
    oidc_providers.insert(call.tx, provider)
    given = put_given(OIDC_PROVIDER, call, provider)
    return {"OpenIDConnectProviderArn": provider.arn} | shapes.tagged(given)


def get_provider(call: Call) -> Output:
    """GetOpenIDConnectProvider: its URL is without `https://`."""
    provider = OIDC_PROVIDER.of(call)
    return {
        "Url": provider.url,
        "ClientIDList": list(provider.client_ids),
        "ThumbprintList": list(provider.thumbprints),
        "CreateDate": shapes.second(provider.created),
        **shapes.all_tags(tags.of(call.tx, OIDC_PROVIDER.noun, provider.id)),
    }


def list_providers(call: Call) -> Output:
    """ListOpenIDConnectProviders."""
    found = oidc_providers.of_account(call.tx, call.account)
    return {"OpenIDConnectProviderList": [{"Arn": provider.arn} for provider in found]}


def update_thumbprints(call: Call) -> Output:
    """UpdateOpenIDConnectProviderThumbprint: replaces the whole list."""
    provider = OIDC_PROVIDER.of(call)
    given = issuers.thumbprints(call.input["ThumbprintList"])
    if not given:
        raise refusal("InvalidInput", "Thumbprint list must contain at least one entry.")
    oidc_providers.set_thumbprints(call.tx, provider, given)
    return {}


def add_client_id(call: Call) -> Output:
    """AddClientIDToOpenIDConnectProvider. Adding one again succeeds."""
    provider = OIDC_PROVIDER.of(call)
    oidc_providers.set_client_ids(
        call.tx, provider, issuers.client_ids((*provider.client_ids, call.input["ClientID"]))
    )
    return {}


def remove_client_id(call: Call) -> Output:
    """RemoveClientIDFromOpenIDConnectProvider. Removing one that isn't there succeeds."""
    provider = OIDC_PROVIDER.of(call)
    left = tuple(each for each in provider.client_ids if each != call.input["ClientID"])
    oidc_providers.set_client_ids(call.tx, provider, left)
    return {}


def delete_provider(call: Call) -> Output:
    """DeleteOpenIDConnectProvider. Deleting one that isn't there succeeds."""
    provider = OIDC_PROVIDER.find(call, call.input[OIDC_PROVIDER.member])
    if provider is not None:
        tags.remove_all(call.tx, OIDC_PROVIDER.noun, provider.id)
        oidc_providers.remove(call.tx, provider)
    return {}


def _host(call: Call) -> str:
    return issuers.host_of(_issuer(call))


def _issuer(call: Call) -> str:
    """The URL in the input, as the provider's ARN has it. An issuer of this server needs no TLS."""
    url, world = call.input["Url"], call.world

    def look() -> str:
        own = world.facts.get(ISSUER_AT, url) if token_issuers.id_in(url) else None
        private = world.settings.private_issuers
        return issuers.issuer_of(url, (*private, url) if own else private)

    return call.resolve("issuer", url, look)


_ON_PROVIDER = demands.on_provider(OIDC_PROVIDER)

OPERATIONS: dict[str, Operation] = {
    "CreateOpenIDConnectProvider": writes(
        create_provider,
        demands.on_new_provider(OIDC_PROVIDER, _host, tagging="iam:TagOpenIDConnectProvider"),
    ),
    "GetOpenIDConnectProvider": reads(get_provider, _ON_PROVIDER),
    "ListOpenIDConnectProviders": reads(list_providers, demands.on_account),
    "UpdateOpenIDConnectProviderThumbprint": writes(update_thumbprints, _ON_PROVIDER),
    "AddClientIDToOpenIDConnectProvider": writes(add_client_id, _ON_PROVIDER),
    "RemoveClientIDFromOpenIDConnectProvider": writes(remove_client_id, _ON_PROVIDER),
    "DeleteOpenIDConnectProvider": writes(delete_provider, _ON_PROVIDER),
}
