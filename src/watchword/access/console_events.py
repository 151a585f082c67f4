"""The audit events of people who sign in, in the form of CloudTrail's AwsConsoleSignIn.

They aren't calls of an operation. So a request's log says which event it is, and what differs from an API
call's: `record` writes all the rest.

1. `responseElements` says whether it succeeded, under the event's own name. It names the credentials of the
   session that was made (the key, never the secret), as GetSigninToken does, so that `watchword sessions`
   lists it.
2. Who failed to sign in was not proved: only a user that the account has is named, as an unproved one.
   What was typed in place of a user's name may be a password, so it is never written.

Source: AWS CloudTrail User Guide, "AWS Management Console sign-in events".
"""

from typing import Any

from msgspec import UNSET, structs

from watchword.access.record import Event, record
from watchword.access.request_log import ConsoleEvent, RequestLog
from watchword.names.moment import iso
from watchword.sessions.session import moment

SOURCE = "signin.amazonaws.com"
CHECK_MFA = "CheckMfa"
"""The password was right, and a code is asked for. It may never come: that tells of a stolen password."""
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
LOGIN, LOGOUT, SWITCH, EXIT, LINK = "ConsoleLogin", "Logout", "SwitchRole", "ExitRole", "GetSigninToken"
CREDENTIALS = "GetConsoleCredentials"
"""The pages in the browser get credentials: not one of AWS's events."""


def console_event(log: RequestLog, console: ConsoleEvent) -> Event:
    """The event of a request by which somebody signs in or out, or changes who they are."""
    event = record(log)
    outcome: dict[str, Any] = {console.name: "Failure" if log.error else "Success"}
    if console.made and not log.error:  # 1.
        expires = iso(moment(console.made.expires))
        outcome["credentials"] = {"accessKeyId": console.made.access_key_id, "expiration": expires}
    known = {} if event.additional_event_data is UNSET else event.additional_event_data
    return structs.replace(
        event,
        user_identity=event.user_identity if log.caller else _unproved(console),
        event_source=SOURCE,
        event_name=console.name,
        request_parameters=None,
        response_elements=outcome,
        read_only=False,
        event_type="AwsConsoleSignIn",
        recipient_account_id=event.recipient_account_id or console.account,
        additional_event_data={**console.additional, **known} or UNSET,
    )


def _unproved(console: ConsoleEvent) -> dict[str, Any]:
    """Rule 2."""
    identity = {"type": "IAMUser", "accountId": console.account, "accessKeyId": "", "userName": HIDDEN}
    if console.user:
        identity |= {"principalId": console.user.id, "userName": console.user.name}
    return identity
