"""Logout: a person ends their session in the portal, with all tokens of it.

Credentials of roles that they got have an end of their own, as at AWS.
"""

from dataclasses import replace as with_proof

from watchword.access.schemes import portal_token
from watchword.services.operation import Call, Operation, Output, no_demands, writes
from watchword.services.sso.people import person_of
from watchword.store.portal import sessions


def logout(call: Call) -> Output:
    """Logout."""
    sessions.remove(call.tx, person_of(call).session.id)
    return {}


OPERATIONS: dict[str, Operation] = {
    "Logout": with_proof(writes(logout, no_demands), proof=portal_token.read),
}
