"""The permissions that operations on delegation requests need.

1. A request can be seen by all accounts until it has an owner's account, and by that account alone from then
   on. For all others it is missing; its id is random, so nobody learns that it exists.
2. Its ARN has the owner's account, and the caller's as long as there is none.
3. Who owns a request may read it and send it on, without a policy that says so. Here that is a resource
   policy.

Sources: IAM API Reference, GetDelegationRequest, GetHumanReadableSummary and UpdateDelegationRequest (who
may); Service Authorization Reference, "AWS IAM" (delegation-request, iam:DelegationRequestOwner and others).
"""

import json
from functools import lru_cache, partial

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.identity.refusals import missing_delegation_request, not_that_arn
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.policy import Policy
from watchword.services.operation import Call
from watchword.services.resources import Attached
from watchword.store.iam import delegation_requests
from watchword.store.iam.delegation_requests import DelegationRequest
from watchword.world import World

OF_OWNERS = ("iam:GetDelegationRequest", "iam:GetHumanReadableSummary", "iam:UpdateDelegationRequest")
OWNERSHIP = "ownership of the delegation request"
"""What explanations call the permission of an owner."""


def on_request(call: Call) -> tuple[Demand, ...]:
    """On the request whose id the input has."""
    return (_on(call, call.input["DelegationRequestId"]),)


def on_entity(call: Call) -> tuple[Demand, ...]:
    """On the request whose ARN the input has. Raises InvalidInput, NoSuchEntity."""
    return (_on(call, request_id(call)),)


def on_new_request(call: Call) -> tuple[Demand, ...]:
    """On the request that will be created: its id isn't known yet."""
    given, keys = call.input, dict[str, ContextValue]()
    keys["iam:DelegationDuration"] = str(given["SessionDuration"])
    keys["iam:NotificationChannel"] = given["NotificationChannel"]
    if template := given["Permissions"].get("PolicyTemplateArn"):
        keys["iam:TemplateArn"] = template
    return (Demand(f"iam:{call.name}", arn_of(call, call.account, "*"), call.account, keys),)


def on_list(call: Call) -> tuple[Demand, ...]:
    """On `*`; the owner that is asked for is a condition key."""
    owner = call.input.get("OwnerId")
    keys = {"iam:DelegationRequestOwner": owner} if owner else {}
    return (Demand(f"iam:{call.name}", "*", call.account, keys),)


def request_of(call: Call, request_id: str) -> DelegationRequest:
    """The request of that id, as it was decided on. Raises NoSuchEntity."""
    resolved = call.resolved[nouns.DELEGATION_REQUEST, request_id]
    found = delegation_requests.by_id(call.tx, request_id)
    if resolved is None or found is None or _owner(found) != _owner(resolved):
        raise missing_delegation_request(request_id)
    return found


def request_id(call: Call) -> str:
    """The id in the ARN that the input has. Raises InvalidInput, and NoSuchEntity for another account's."""
    text = call.input["EntityArn"]
    arn = EntityArn.parse(text, nouns.DELEGATION_REQUEST)
    if arn is None:
        raise not_that_arn(text)
    if text != arn_of(call, call.account, arn.name):
        raise missing_delegation_request(arn.name)
    return arn.name


def arn_of(call: Call, account: str, name: str) -> str:
    """The ARN of a request."""
    return f"arn:{call.partition}:iam::{account}:{nouns.DELEGATION_REQUEST}/{name}"


def _on(call: Call, wanted: str) -> Demand:
    look = partial(_visible, call.world, call.account, wanted)
    found = call.resolve(nouns.DELEGATION_REQUEST, wanted, look)
    attached, owner = Attached(call.account), found.owner_arn if found else None
    if found and found.owner_id and owner:
        keys = {"iam:DelegationRequestOwner": owner}
        attached = Attached(call.account, _ownership(found.owner_id), OWNERSHIP, keys=keys)
    return attached.demand(f"iam:{call.name}", arn_of(call, call.account, wanted))


def _visible(world: World, account: str, wanted: str) -> DelegationRequest | None:
    with world.database.read() as tx:
        found = delegation_requests.by_id(tx, wanted)
    return found if found and found.owner_account in (None, account) else None


def _owner(request: DelegationRequest) -> tuple[str | None, str | None]:
    return request.owner_account, request.owner_id


@lru_cache(1024)
def _ownership(owner_id: str) -> Policy:
    own = {"Effect": "Allow", "Action": OF_OWNERS, "Resource": "*", "Principal": {"AWS": owner_id}}
    return Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": own}))
