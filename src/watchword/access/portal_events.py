"""The audit events of people in the access portal: how they sign in, and what they do on its pages.

They aren't calls of an operation. So a request's log says which event it is, and what differs from an API
call's: `record` writes all the rest.

1. Signing in is told as CloudTrail tells it: `CredentialVerification` of a right password whose code is
   missing, and of whatever is wrong; `UserAuthentication` of somebody who is in.
2. `serviceEventDetails` says whether it succeeded, under the event's own name.
3. Who failed to sign in was not proved: only a user that the directory has is named. What was typed in place
   of a user's name may be a password, so it is never written.

Source: IAM Identity Center User Guide, "Understanding IAM Identity Center sign-in events", "Logging IAM
Identity Center API calls with AWS CloudTrail".
"""

from msgspec import UNSET, structs

from watchword.access.console_events import HIDDEN
from watchword.access.record import Event, record
from watchword.access.request_log import PortalEvent, RequestLog
from watchword.access.user_identity import Json, on_behalf_of

VERIFICATION, AUTHENTICATION = "CredentialVerification", "UserAuthentication"
PASSWORD, CODE = "PASSWORD", "TOTP"
SIGN_IN, PORTAL, OAUTH = "signin.amazonaws.com", "sso.amazonaws.com", "sso-oauth.amazonaws.com"
DIRECTORY = "sso-directory.amazonaws.com"
"""Sources of events."""


def portal_event(log: RequestLog, portal: PortalEvent) -> Event:
    """The event of a request by which a person signs in or out, or says yes to a program."""
    event = record(log)
    known = {} if event.additional_event_data is UNSET else event.additional_event_data
    return structs.replace(
        event,
        user_identity=event.user_identity if log.caller else _unproved(portal),
        event_source=portal.source,
        event_name=portal.name,
        request_parameters=None,
        response_elements=None,
        read_only=False,
        event_type="AwsServiceEvent",
        recipient_account_id=event.recipient_account_id or portal.account,
        additional_event_data={**portal.additional, **known} or UNSET,
        service_event_details={portal.name: "Failure" if log.error else "Success"},
    )


def _unproved(portal: PortalEvent) -> Json:
    """Rule 3."""
    if portal.user is None:
        return {"type": "Unknown", "accountId": portal.account, "userName": HIDDEN}
    return on_behalf_of(portal.user)
