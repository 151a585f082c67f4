"""Decoding authorization messages, which say why a request was refused.

Only callers of the account that sent the request can decode its message, and only if they have permission.
Source: AWS STS API Reference, DecodeAuthorizationMessage.
"""

from watchword.access import Demand
from watchword.facts.credentials import KEYRING
from watchword.names import AwsError
from watchword.proofs import authorization_message
from watchword.proofs.keyring import Unopenable
from watchword.services.operation import Call, Operation, Output, pure


def decode_authorization_message(call: Call) -> Output:
    """DecodeAuthorizationMessage."""
    message, ring = call.input["EncodedMessage"], call.world.facts.need(KEYRING)
    try:
        text = authorization_message.open(message, call.account, ring)
    except Unopenable:
        raise AwsError("InvalidAuthorizationMessageException", 400, "Message is not valid") from None
    return {"DecodedMessage": text.decode()}


def to_decode(call: Call) -> tuple[Demand, ...]:
    return (Demand("sts:DecodeAuthorizationMessage", "*", call.account),)


OPERATIONS: dict[str, Operation] = {
    "DecodeAuthorizationMessage": pure(decode_authorization_message, to_decode),
}
