"""Identity stores: which there are. Each comes and goes with its instance of Identity Center.

Source: Identity Store API Reference, DescribeIdentityStore, ListIdentityStores.
"""

from watchword.access import Demand
from watchword.services import directories
from watchword.services.directories import For
from watchword.services.identitystore.attached import PREFIX
from watchword.services.identitystore.demands import current, on
from watchword.services.operation import Call, Operation, Output, reads
from watchword.store.identity_center import instances
from watchword.store.identity_center.instances import Instance


def describe_identity_store(call: Call) -> Output:
    """DescribeIdentityStore."""
    return _shown(current(call))


def list_identity_stores(call: Call) -> Output:
    """ListIdentityStores: the account's own, and its organization's. They fit on a page."""
    owners = dict.fromkeys((call.account, directories.standing(call).management))
    found = [instances.of_account(call.tx, owner) for owner in owners if owner]
    return {"IdentityStores": [_shown(each) for each in found if each]}


def on_everything(call: Call) -> tuple[Demand, ...]:
    """For the operation that has no resource."""
    return (Demand(PREFIX + call.name, "*", call.account),)


def _shown(instance: Instance) -> dict[str, object]:
    return {"IdentityStoreId": instance.directory, "IdentityStoreArn": instance.directory_arn}


OPERATIONS: dict[str, Operation] = {
    "DescribeIdentityStore": reads(describe_identity_store, on(by=For.MEMBERS)),
    "ListIdentityStores": reads(list_identity_stores, on_everything),
}
