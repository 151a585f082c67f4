"""The public access block of an account: put, get, delete. It holds for each of its buckets.

A call names its account (x-amz-account-id), which must be the caller's own: nothing grants these actions to
another one.
Source: Amazon S3 API Reference, "Amazon S3 Control": PutPublicAccessBlock, GetPublicAccessBlock,
DeletePublicAccessBlock.
"""

from watchword.access import Demand
from watchword.names import AwsError
from watchword.policy.buckets.public import configuration, settings_on
from watchword.services.operation import Call, Demands, Operation, Output, reads, writes
from watchword.services.resources import Attached
from watchword.services.signing_keys import signing_keys
from watchword.store.s3 import account_blocks


def put_public_access_block(call: Call) -> Output:
    """PutPublicAccessBlock: all four settings; those that aren't given are off."""
    on = settings_on(call.input["PublicAccessBlockConfiguration"])
    account_blocks.put(call.tx, call.input["AccountId"], on)
    return {}


def get_public_access_block(call: Call) -> Output:
    """GetPublicAccessBlock."""
    account = call.input["AccountId"]
    on = account_blocks.of(call.tx, account)
    if on is None:
        said = "The public access block configuration was not found"
        code = "NoSuchPublicAccessBlockConfiguration"
        raise AwsError(code, 404, said, fields={"AccountId": account})
    return {"PublicAccessBlockConfiguration": configuration(on)}


def delete_public_access_block(call: Call) -> Output:
    """DeletePublicAccessBlock. It succeeds if there is none."""
    account_blocks.remove(call.tx, call.input["AccountId"])
    return {}


def _needs(action: str) -> Demands:
    def demands(call: Call) -> tuple[Demand, ...]:
        account = call.input["AccountId"]
        known = Attached(account, keys={"s3:ResourceAccount": account})
        return (known.demand(action, "*", signing_keys(call)),)

    return demands


OPERATIONS: dict[str, Operation] = {
    "PutPublicAccessBlock": writes(put_public_access_block, _needs("s3:PutAccountPublicAccessBlock")),
    "GetPublicAccessBlock": reads(get_public_access_block, _needs("s3:GetAccountPublicAccessBlock")),
    "DeletePublicAccessBlock": writes(delete_public_access_block, _needs("s3:PutAccountPublicAccessBlock")),
}
