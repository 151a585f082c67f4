"""The account's alias. An account has one at most, and no two accounts have the same.

Source: IAM API Reference, CreateAccountAlias ("replaces" the previous one), DeleteAccountAlias,
ListAccountAliases.
"""

from watchword.identity.refusals import missing_alias, taken_alias
from watchword.services.iam import demands
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import accounts


def create_account_alias(call: Call) -> Output:
    """CreateAccountAlias."""
    alias = call.input["AccountAlias"]
    if accounts.of_alias(call.tx, alias):
        raise taken_alias(alias)
    accounts.set_alias(call.tx, call.account, alias)
    return {}


def delete_account_alias(call: Call) -> Output:
    """DeleteAccountAlias."""
    alias = call.input["AccountAlias"]
    holder = accounts.of_alias(call.tx, alias)
    if holder is None or holder.id != call.account:
        raise missing_alias(alias)
    accounts.set_alias(call.tx, call.account, None)
    return {}


def list_account_aliases(call: Call) -> Output:
    """ListAccountAliases."""
    account = accounts.by_id(call.tx, call.account)
    aliases = [account.alias] if account and account.alias else []
    return {"AccountAliases": aliases, "IsTruncated": False}


OPERATIONS: dict[str, Operation] = {
    "CreateAccountAlias": writes(create_account_alias, demands.on_account),
    "DeleteAccountAlias": writes(delete_account_alias, demands.on_account),
    "ListAccountAliases": reads(list_account_aliases, demands.on_account),
}
