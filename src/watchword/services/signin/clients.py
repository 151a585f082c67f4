"""The clients of `aws login` as resources: `oauth2/public-client/localhost` and `.../remote`."""

from collections.abc import Mapping
from typing import Final

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.identity.sign_in_clients import CLIENTS
from watchword.installation.settings import DEFAULT_REGION
from watchword.services.operation import Call

RESOURCES: Final = frozenset(each.resource for each in CLIENTS.values())


def on_client(call: Call, action: str, client_id: str, keys: Mapping[str, ContextValue]) -> Demand:
    """The action on the client, in the account of who signed in. The request isn't signed for a Region."""
    region, resource = call.context.region or DEFAULT_REGION, CLIENTS[client_id].resource
    arn = f"arn:{call.partition}:signin:{region}:{call.account}:{resource}"
    return Demand(action, arn, call.account, {"signin:OAuthClientId": client_id, **keys})
