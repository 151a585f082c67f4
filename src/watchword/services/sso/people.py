"""Who calls the access portal: a person, in a session of it. Their token is their permission."""

from watchword.access.caller import InSession
from watchword.names import AwsError
from watchword.services.operation import Call

NO_ACCESS = "No access"


def person_of(call: Call) -> InSession:
    """The caller."""
    assert isinstance(call.caller.vouched, InSession), "the scheme gives one"
    return call.caller.vouched


def forbidden(meant: str) -> AwsError:
    """The account or role isn't assigned, or isn't there: the answer doesn't say which."""
    return AwsError("ForbiddenException", 403, NO_ACCESS, meant)
