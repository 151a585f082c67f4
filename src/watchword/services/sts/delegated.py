"""Credentials for the token of a delegation request: GetDelegatedAccessToken.

Only the account that made the request can trade its token in. A token that isn't that account's, was never
sent, or was taken back is refused in one sentence, whatever the reason.
Source: AWS STS API Reference, GetDelegatedAccessToken. Its model has no error for a token that isn't valid.
"""

from watchword.access import Demand
from watchword.identity.delegation import redeem
from watchword.names import fault
from watchword.services.operation import Call, Operation, Output, reads
from watchword.services.sts.credentials import credentials
from watchword.sessions.assume import packed_size
from watchword.sessions.limited import delegated_session


def get_delegated_access_token(call: Call) -> Output:
    """GetDelegatedAccessToken."""
    found = redeem(call.tx, call.input["TradeInToken"], call.account, call.world.root_key.material)
    if found is None:
        raise fault("ValidationError", "The trade-in token is not valid.")
    session = delegated_session(found, call.now, call.world.randomness)
    return {
        "Credentials": credentials(call.world, session),
        "PackedPolicySize": packed_size(session),
        "AssumedPrincipal": session.principal.arn,
    }


def to_trade_in(call: Call) -> tuple[Demand, ...]:
    return (Demand("sts:GetDelegatedAccessToken", "*", call.account),)


OPERATIONS: dict[str, Operation] = {
    "GetDelegatedAccessToken": reads(get_delegated_access_token, to_trade_in, mints=True),
}
