"""Who the caller is, and which account a key belongs to.

Source: AWS STS API Reference, GetCallerIdentity and GetAccessKeyInfo. GetCallerIdentity needs no
permission and can't be denied.
"""

from watchword.access import Demand
from watchword.names import fault
from watchword.names.ids import account_of_access_key
from watchword.services.operation import Call, Operation, Output, no_demands, pure


def get_caller_identity(call: Call) -> Output:
    principal = call.caller.principal
    return {"UserId": principal.userid, "Account": principal.account, "Arn": principal.arn}


def get_access_key_info(call: Call) -> Output:
    account = account_of_access_key(call.input["AccessKeyId"])
    if account is None:
        raise fault("ValidationError", f"Invalid Access Key Id: {call.input['AccessKeyId']}")
    return {"Account": account}


def to_read_a_key(call: Call) -> tuple[Demand, ...]:
    return (Demand("sts:GetAccessKeyInfo", "*", call.account),)


OPERATIONS: dict[str, Operation] = {
    "GetCallerIdentity": pure(get_caller_identity, no_demands),
    "GetAccessKeyInfo": pure(get_access_key_info, to_read_a_key),
}
